import { forgetPeak, memoryOf } from '../processes.mjs';
import { inRounds, progress } from '../rounds.mjs';
import { detailOf, furnishTenant, madeReport } from '../two-vendors.mjs';

export const about = 'a report of 200,000 rows, 57 MB of CSV';

const ROWS = 200_000;
const FEWER = 50_000;
const FORMS = { ndjson: 'NDJSON', csv: 'CSV' };

/** What a gateway may grow by while a file of any length goes through it: buffers on their way, and young garbage. */
const MOST_MEGABYTES = 32;

/** Beside a process that does the same for one file and nobody's key: bare-rows.mjs. Both read from the same host. */
export async function measure(world, { rounds }) {
  const kochava = await world.start('kochava.mjs');
  const env = await world.emptyDatabase('report_rows', { KOCHAVA_REPORTING_BASE_URL: kochava.url });
  const gateway = await world.launchGateway('report_rows', env);
  const tenant = await furnishTenant(gateway.url, {
    many: { kochavaGuid: `koorbit-${ROWS}` },
    fewer: { kochavaGuid: `koorbit-${FEWER}` },
    few: { kochavaGuid: 'koorbit-500' },
  });
  const reports = {};
  for (const [name, id] of Object.entries(tenant.ids)) {
    const report = await madeReport(tenant, detailOf(id));
    const { upstreamToken } = await tenant.ask('GET', `/v1/reports/${report}`);
    reports[name] = { id: report, file: `${kochava.url}/files/${upstreamToken}/report.csv` };
  }
  const places = { world, kochava, env, reports, headers: tenant.headers };
  const result = await speed(places, gateway, rounds);
  await gateway.stop();
  if (memoryOf(process.pid)) result.push(...(await memory(places, Math.min(rounds, 3))));
  await kochava.stop();
  return result;
}

const rowsOf = ({ reports, headers }, { url }, name, form) => ({
  target: { url: `${url}/v1/reports/${reports[name].id}/rows?format=${form}`, headers },
  times: 1,
});

async function speed(places, gateway, rounds) {
  const { world, reports } = places;
  const bare = await world.start('bare-rows.mjs', { FILE_URL: reports.many.file });
  const rows = [];
  for (const [form, name] of Object.entries(FORMS)) {
    progress(`report-rows, ${name}: warming up`);
    const [ours, theirs] = [
      rowsOf(places, gateway, 'many', form),
      { target: { url: `${bare.url}/${form}` }, times: 1 },
    ];
    const [mine, other] = [await world.run('lastByte', ours), await world.run('lastByte', theirs)];
    if (mine.bytes !== other.bytes) throw new Error(`${mine.bytes} bytes came from the gateway, ${other.bytes} else.`);
    const rate = (input) => async () => (1000 * ROWS) / (await world.run('lastByte', input)).value;
    const result = await inRounds(`report-rows, ${name}`, rounds, 'bare', { bare: rate(theirs), gateway: rate(ours) });
    rows.push({
      work: `${about}: ${name}`,
      ...{ ours: result.gateway.value, base: result.bare.value, unit: 'rows/s', ratio: result.gateway.ratio },
      target: { atLeast: 0.5 },
    });
  }
  await bare.stop();
  return rows;
}

/** What fresh processes grow by while the file goes through them: it must not depend on how long the file is. */
async function memory(places, rounds) {
  const { world, env, reports } = places;
  const rows = [];
  for (const [form, name] of Object.entries(FORMS)) {
    const gateway = await world.launchGateway('report_rows', env);
    const bare = await world.start('bare-rows.mjs', { FILE_URL: reports.many.file });
    for (let time = 0; time < 100; time++) await world.run('lastByte', rowsOf(places, gateway, 'few', form));
    const idle = memoryOf(gateway.pid).now;
    const bareIdle = memoryOf(bare.pid).now;
    const peak = (pid, before, input) => async () => {
      forgetPeak(pid);
      await world.run('lastByte', input);
      // Some megabytes at the least, so that a ratio has something to stand on.
      return Math.max(8, memoryOf(pid).peak - before);
    };
    const peaks = await inRounds(`report-rows, memory of ${name}`, rounds, 'fewer', {
      fewer: peak(gateway.pid, idle, rowsOf(places, gateway, 'fewer', form)),
      many: peak(gateway.pid, idle, rowsOf(places, gateway, 'many', form)),
      bare: peak(bare.pid, bareIdle, { target: { url: `${bare.url}/${form}` }, times: 1 }),
    });
    await Promise.all([gateway.stop(), bare.stop()]);
    const row = (work, other, target) => ({
      work: `${about}: ${name}, ${work}`,
      ...{ ours: peaks.many.value, base: other, unit: 'MB', ratio: peaks.many.value / other },
      target,
    });
    rows.push(
      row('peak memory above idle, beside the bare one', peaks.bare.value, { atMost: MOST_MEGABYTES, of: 'ours' }),
      row(`the same beside ${FEWER.toLocaleString('en')} rows`, peaks.fewer.value, { atMost: 1.5 }),
    );
  }
  return rows;
}
