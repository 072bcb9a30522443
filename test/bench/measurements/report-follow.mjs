import { once } from 'node:events';
import { progress } from '../rounds.mjs';
import { detailOf, furnishTenant } from '../two-vendors.mjs';

export const about = '1,000 reports of ten minutes, all at once';

const REPORTS = 1000;
const LIFE_MS = 600_000;

/** Everything that Kochava is asked about a report, from its request to its file's first row. */
export async function measure(world) {
  const kochava = await world.start('kochava.mjs', { LIFE_MS: String(LIFE_MS) });
  const env = await world.emptyDatabase('report_follow', { KOCHAVA_REPORTING_BASE_URL: kochava.url });
  const gateway = await world.start('pushed-gateway.mjs', env);
  const tell = async (message) => {
    const answer = Promise.race([once(gateway.child, 'message'), once(gateway.child, 'exit')]);
    gateway.child.send(message);
    const [{ done, error }] = await answer;
    if (done === undefined) throw new Error(error ?? 'The gateway has ended.');
    return done;
  };
  const tenant = await furnishTenant(gateway.url, { app: { kochavaGuid: 'koorbit-10' } });
  const begun = await tell({ now: Date.now() });
  await fetch(`${kochava.url}/clock`, { method: 'POST', body: JSON.stringify({ now: begun }) });
  progress(`report-follow: asking for ${REPORTS} reports`);
  for (let index = 0; index < REPORTS; index++)
    await tenant.ask('POST', '/v1/reports', detailOf(tenant.ids.app, index));
  progress('report-follow: following them');
  const ended = await tell({ follow: kochava.url });
  const states = await world.sql('report_follow', 'SELECT status, count(*)::int FROM reports GROUP BY status');
  if (states.length !== 1 || states[0].status !== 'COMPLETED' || states[0].count !== REPORTS) {
    throw new Error(`The reports have not all come: ${JSON.stringify(states)}`);
  }
  const counts = await (await fetch(`${kochava.url}/count`)).json();
  await Promise.all([gateway.stop(), kochava.stop()]);
  if (counts.detail !== REPORTS) throw new Error(`${counts.detail} reports were asked for.`);
  const row = (work, ours, unit, atMost) => ({ work: `${about}: ${work}`, ours, unit, target: { atMost, of: 'ours' } });
  const calls = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    row('upstream calls for each', calls / REPORTS, 'calls', 19),
    row('known to be there, after it was', (ended - begun - LIFE_MS) / 1000, 's', 60),
  ];
}
