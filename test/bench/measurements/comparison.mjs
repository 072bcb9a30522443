import { wideApp } from '../answers.mjs';
import { forgetPeak, memoryOf } from '../processes.mjs';
import { inRounds, progress } from '../rounds.mjs';
import { furnishTenant } from '../two-vendors.mjs';

/** A year by day, country and network. */
export const about = 'both vendors compared, 503,700 rows of CSV';

const NETWORKS = 115;
const [FROM, TO] = ['2023-01-01', '2023-12-31'];
const ROWS = 365 * 12 * NETWORKS;

/** As long as it takes to read the same so often: each row is also found, joined, sorted and written. */
const MOST_TIMES = 8;
/** What the gateway may grow by: it holds 100,000 rows that are not yet joined, whatever there is. */
const MOST_MEGABYTES = 250;

/** Beside a process that reads the same two answers, and neither joins nor writes: bare-inputs.mjs. */
export async function measure(world, { rounds }) {
  const kochava = await world.start('kochava.mjs');
  const env = await world.emptyDatabase('comparison', { KOCHAVA_REPORTING_BASE_URL: kochava.url });
  const gateway = await world.launchGateway('comparison', env);
  const wide = (networks) => ({ adjustToken: wideApp(networks), kochavaGuid: `koorbit-${networks}` });
  const tenant = await furnishTenant(gateway.url, { app: wide(NETWORKS), fifth: wide(NETWORKS / 5), few: wide(2) });
  const question = (app, to, format) =>
    `/v1/kpis/comparison?app=${tenant.ids[app]}&from=${FROM}&to=${to}&metrics=installs&group_by=day,country,network&wait_seconds=30&format=${format}`;
  const target = (app, to) => ({ url: gateway.url + question(app, to, 'csv'), headers: tenant.headers });
  progress('comparison: the report is made, and the first answer read');
  const [ours, fifth, few] = [target('app', TO), target('fifth', TO), target('few', '2023-01-20')];
  for (const [wanted, { url, headers }] of [
    [20 * 12 * 2, few],
    [ROWS / 5, fifth],
    [ROWS, ours],
  ]) {
    const text = await (await fetch(url, { headers })).text();
    const lines = text.split('\n').length - 2;
    if (lines !== wanted) throw new Error(`The comparison has ${lines} rows: ${text.slice(0, 300)}`);
    if (!/(,\d+){2},-?\d+,-?[\d.]+,(true|false)\n/.test(text)) throw new Error(`No sides: ${text.slice(0, 300)}`);
  }
  const inputs = await inputsOf(world, kochava);
  const bare = await world.start('bare-inputs.mjs', inputs);
  const read = (url) => ({ target: { url }, times: 1 });
  const counts = await (await fetch(bare.url)).json();
  if (counts.some((count) => count !== ROWS)) throw new Error(`The inputs have ${counts} rows.`);
  const seconds = (input) => async () => (await world.run('lastByte', input)).value / 1000;
  const times = await inRounds('comparison', rounds, 'bare', {
    bare: seconds(read(bare.url)),
    gateway: seconds({ target: ours, times: 1 }),
  });
  const rows = [
    {
      work: `${about}, to the last byte`,
      ...{ ours: times.gateway.value, base: times.bare.value, unit: 's', ratio: times.gateway.ratio },
      target: { atMost: MOST_TIMES },
    },
  ];
  await Promise.all([gateway.stop(), bare.stop()]);
  if (memoryOf(process.pid))
    rows.push(...(await memory(world, rounds, { env, inputs, ours, fifth, few, url: gateway.url })));
  await kochava.stop();
  return rows;
}

/** Where both answers lie: what the gateway reads. */
async function inputsOf(world, kochava) {
  const find = 'SELECT upstream_token FROM reports WHERE upstream_app = $1';
  const [{ upstream_token: token }] = await world.sql('comparison', find, [`koorbit-${NETWORKS}`]);
  const path = `/kpis/v1/${wideApp(NETWORKS)}?start_date=${FROM}&end_date=${TO}&kpis=installs&grouping=day,countries,networks`;
  return { ADJUST_URL: world.upstream.url + path, FILE_URL: `${kochava.url}/files/${token}/report.csv` };
}

async function memory(world, rounds, { env, inputs, ours, fifth, few, url }) {
  const gateway = await world.launchGateway('comparison', env);
  const at = (target) => ({ target: { ...target, url: gateway.url + target.url.slice(url.length) }, times: 1 });
  for (let time = 0; time < 20; time++) await world.run('lastByte', at(few));
  const peak = (pid, input) => {
    const before = memoryOf(pid).now;
    return async () => {
      forgetPeak(pid);
      await world.run('lastByte', input);
      // Some megabytes at the least, so that a ratio has something to stand on.
      return Math.max(8, memoryOf(pid).peak - before);
    };
  };
  const fresh = await world.start('bare-inputs.mjs', inputs);
  const peaks = await inRounds('comparison, memory', Math.min(rounds, 3), 'fifth', {
    fifth: peak(gateway.pid, at(fifth)),
    gateway: peak(gateway.pid, at(ours)),
    bare: peak(fresh.pid, { target: { url: fresh.url }, times: 1 }),
  });
  await Promise.all([gateway.stop(), fresh.stop()]);
  const row = (work, base, target) => ({
    work: `${about}, ${work}`,
    ...{ ours: peaks.gateway.value, base, unit: 'MB', ratio: peaks.gateway.value / base },
    target,
  });
  return [
    row('peak memory above idle, beside the bare read', peaks.bare.value, { atMost: MOST_MEGABYTES, of: 'ours' }),
    row('the same beside a fifth of the rows', peaks.fifth.value, { atMost: 1.5 }),
  ];
}
