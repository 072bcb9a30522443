// Rounds in which everything is measured once, one after the other: what slows the machine slows all of them alike.

export const progress = (text) => process.stderr.write(`${text}\n`);

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each of `tasks` once in each round. Answers, by task, the median of its values and the median of their ratios to
 * `base` of the same round.
 */
export async function inRounds(label, rounds, base, tasks) {
  const values = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    progress(`${label}: round ${round} of ${rounds}`);
    for (const [name, task] of Object.entries(tasks)) values[name].push(await task());
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, all]) => [
      name,
      { value: median(all), ratio: median(all.map((value, round) => value / values[base][round])) },
    ]),
  );
}

/** A task for `inRounds`: requests a second at `connections`. Anything but right answers is an error. */
export const rateOf =
  (world, target, { connections, seconds, choices }) =>
  async () => {
    const { value, bad } = await world.run('rate', { target, connections, seconds, choices });
    if (bad) throw new Error(`Not every answer of ${target.url} was right: ${JSON.stringify(bad)}`);
    return value;
  };

/**
 * Requests before anything is measured, so that the JIT has seen the code that is measured. The first answer of each
 * target must be one with rows: errors are fast.
 */
export async function warm(world, label, targets, amount, connections, choices) {
  progress(`${label}: warming up, ${amount} requests each`);
  for (const target of targets) {
    if (!choices) await checkAnswer(target);
    await world.run('rate', { target, amount, connections, choices });
  }
}

async function checkAnswer({ url, method, headers, body }) {
  const response = await fetch(url, { method, headers, body });
  const text = await response.text();
  const bad = response.status !== 200 || text.length < 500 || /"errors":|"status":"FAILED"/.test(text.slice(0, 2000));
  if (bad) throw new Error(`${url} answered ${response.status} ${text.slice(0, 500)}`);
}
