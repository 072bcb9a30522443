import { forgetPeak, memoryOf } from '../processes.mjs';
import { APP, proxied, rest } from '../world.mjs';
import { vendorPath } from '../answers.mjs';
import { inRounds, progress, warm } from '../rounds.mjs';

export const about = '5 MB, not cached';

const TIMES = 5;
const AT_ONCE = 8;

export async function measure(world, { rounds }) {
  const gateway = await world.gateway();
  const targets = {
    proxy: proxied(world, 'large'),
    csv: rest(gateway, 'large', { format: 'csv' }),
    ndjson: rest(gateway, 'large', { format: 'ndjson' }),
  };
  await warm(world, 'large', Object.values(targets), 40, 2);
  const tasks = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [
      name,
      async () => (await world.run('lastByte', { target, times: TIMES })).value,
    ]),
  );
  const result = await inRounds('large', rounds, 'proxy', tasks);
  const row = (name, work) => ({
    work: `${about}: ${work}, to the last byte`,
    ...{ ours: result[name].value, proxy: result.proxy.value, unit: 'ms', ratio: result[name].ratio },
    target: { atMost: 8 },
  });
  return [row('csv', 'CSV'), row('ndjson', 'NDJSON'), ...(await memory(world, rounds))];
}

/** How much the process that is in between grows while several answers go through it. Both are fresh, and warm. */
async function memory(world, rounds) {
  const gateway = await world.startGateway('bench');
  const proxy = await world.startProxy();
  const parts = {
    proxy: {
      pid: proxy.pid,
      small: { url: proxy.url + vendorPath('small', APP) },
      large: { url: proxy.url + vendorPath('large', APP) },
    },
    csv: { pid: gateway.pid, ...targetsOf(gateway, 'csv') },
    ndjson: { pid: gateway.pid, ...targetsOf(gateway, 'ndjson') },
  };
  if (!memoryOf(proxy.pid)) {
    progress('large: memory is measured where there is /proc');
    return [];
  }
  await warm(
    world,
    'large, memory',
    Object.values(parts).map(({ small }) => small),
    3000,
    32,
  );
  const idle = Object.fromEntries(Object.entries(parts).map(([name, { pid }]) => [name, memoryOf(pid).now]));
  const tasks = Object.fromEntries(
    Object.entries(parts).map(([name, { pid, large }]) => [
      name,
      async () => {
        forgetPeak(pid);
        await world.run('atOnce', { target: large, times: AT_ONCE });
        // A megabyte at the least, so that a ratio has something to stand on.
        return Math.max(1, memoryOf(pid).peak - idle[name]);
      },
    ]),
  );
  const result = await inRounds('large, memory', rounds, 'proxy', tasks);
  await Promise.all([gateway.stop(), proxy.stop()]);
  return ['csv', 'ndjson'].map((name) => ({
    work: `${about}: ${name.toUpperCase()}, ${AT_ONCE} at once, peak memory above idle`,
    ...{ ours: result[name].value, proxy: result.proxy.value, unit: 'MB', ratio: result[name].ratio },
    target: { atMost: 1.5 },
  }));
}

const targetsOf = (gateway, format) => ({
  small: rest(gateway, 'small', { format }),
  large: rest(gateway, 'large', { format }),
});
