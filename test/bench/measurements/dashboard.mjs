import { progress } from '../rounds.mjs';
import { furnishTenant } from '../two-vendors.mjs';

export const about = 'a dashboard of 12 panels over 20 apps, both vendors';

const APPS = 20;
/** What a report takes at Kochava. */
const LIFE_MS = 3000;
const DAY = 86_400_000;

/** What each panel shows: metrics, and by what. */
const PANELS = [
  ['installs', 'day'],
  ['clicks', 'day'],
  ['impressions', 'day'],
  ['cost', 'day'],
  ['revenue', 'day'],
  ['installs,clicks,ctr', 'day'],
  ['installs', 'network'],
  ['cost,ecpi', 'network'],
  ['installs', 'country'],
  ['revenue', 'country'],
  ['installs', 'app'],
  ['installs,clicks,cost', 'day,network'],
];

/** All panels are asked for at once, as a page does, over the last four weeks; then all of them again. */
export async function measure(world) {
  const kochava = await world.start('kochava.mjs', { LIFE_MS: String(LIFE_MS) });
  const env = await world.emptyDatabase('dashboard', { KOCHAVA_REPORTING_BASE_URL: kochava.url });
  const gateway = await world.launchGateway('dashboard', env);
  const tenant = await furnishTenant(
    gateway.url,
    Object.fromEntries(
      Array.from({ length: APPS }, (_, index) => [
        `app ${index}`,
        { adjustToken: `app${String(index).padStart(9, '0')}`, kochavaGuid: `koorbit-${index}-20` },
      ]),
    ),
  );
  const date = (daysAgo) => new Date(Date.now() - daysAgo * DAY).toISOString().slice(0, 10);
  const ask = async ([metrics, groupBy]) => {
    const query = `from=${date(28)}&to=${date(1)}&metrics=${metrics}&group_by=${groupBy}&wait_seconds=30`;
    const { rows, sources } = await tenant.ask('GET', `/v1/kpis?${query}`);
    // Its reports are joined when the same is asked again.
    if (sources.some(({ status }) => status === 'PENDING')) return ask([metrics, groupBy]);
    if (rows.length === 0 || sources.some(({ error }) => error)) {
      throw new Error(`${metrics} by ${groupBy}: ${JSON.stringify(sources).slice(0, 500)}`);
    }
    return sources.map(({ vendor }) => vendor);
  };
  const calls = async () => {
    const counts = await (await fetch(`${kochava.url}/count`)).json();
    return { adjust: await world.asked(), ...counts };
  };
  const rows = [];
  for (const [when, most] of [
    // Eight different reports for twelve panels: each is asked for, looked at and read once.
    ['cold', { calls: 1, files: 0.67 }],
    ['warm', { calls: 0, files: 0 }],
  ]) {
    progress(`dashboard: ${when}`);
    const before = await calls();
    const vendors = await Promise.all(PANELS.map(ask));
    if (vendors.some((both) => new Set(both).size !== 2)) throw new Error('Not both vendors have answered.');
    const after = await calls();
    const made = (kinds) => kinds.reduce((sum, kind) => sum + (after[kind] ?? 0) - (before[kind] ?? 0), 0);
    const panels = APPS * PANELS.length;
    const row = (work, ours, base, atMost) => ({
      work: `${about}, ${when}: ${work}`,
      ...{ ours, base, unit: 'calls', ratio: ours / base },
      target: { atMost },
    });
    rows.push(
      row('Adjust, beside one for each app and panel', made(['adjust']), panels, most.calls),
      row(
        'Kochava, beside a request and a look a second for each',
        made(['summary', 'progress', 'tokens']),
        (1 + LIFE_MS / 1000) * panels,
        most.calls,
      ),
      row('files of Kochava’s reports, beside one for each', made(['file']), panels, most.files),
    );
  }
  await Promise.all([gateway.stop(), kochava.stop()]);
  return rows;
}
