import { UpstreamHttp } from '#libs/upstream-http';
import {
  DEMO_USER,
  FOREIGN_USER,
  LIMITED_USER,
  ORBIT_RUNNER_ANDROID,
  ORBIT_RUNNER_IOS,
  SMALL_APPS,
  startSandbox,
  type Sandbox,
} from '../../../apps/sandbox/src/index.js';
import {
  ADJUST_EVENT_KPIS,
  ADJUST_KPIS,
  AdjustKpiClient,
  rowsOf,
  type AdjustEndpoint,
  type AdjustGrouping,
  type AdjustKpiQuery,
  type AdjustKpiRow,
} from './index.js';

const credentialOf = (token: string) => ({ id: token, secret: () => Promise.resolve({ reveal: () => token }) });
const demo = credentialOf(DEMO_USER.token);
const IOS = ORBIT_RUNNER_IOS.token;
const query: AdjustKpiQuery = {
  appTokens: [IOS],
  startDate: '2026-01-01',
  endDate: '2026-01-07',
  kpis: ['installs', 'revenue'],
  grouping: ['day'],
};

const sumOf = (rows: readonly AdjustKpiRow[], column: number) =>
  Math.round(rows.reduce((sum, row) => sum + (row.values[column] ?? 0), 0) * 100) / 100;

/** The client against a second reading of the vendor's documents. */
describe('AdjustKpiClient and the sandbox', () => {
  let sandbox: Sandbox;
  let http: UpstreamHttp;
  let client: AdjustKpiClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-03-01T12:00:00Z') });
    http = new UpstreamHttp({ tryTimeoutMs: 30_000, retry: { attempts: 1 } });
    client = new AdjustKpiClient(http, { baseUrl: sandbox.url });
  });
  afterAll(async () => {
    http.close();
    await sandbox.close();
  });
  beforeEach(() => sandbox.reset());

  async function bothWays(endpoint: AdjustEndpoint, asked: AdjustKpiQuery): Promise<AdjustKpiRow[]> {
    const whole = await client.query(endpoint, demo, asked);
    const stream = await client.stream(endpoint, demo, asked);
    const rows: AdjustKpiRow[] = [];
    for await (const batch of stream.rows) rows.push(...rowsOf(batch, stream.head, stream.app));
    expect(rows).toEqual(whole.rows);
    return rows;
  }

  it('reads every grouping, alone and nested, with the same total', async () => {
    const groupings: AdjustGrouping[][] = [
      ...[['apps'], ['trackers'], ['networks'], ['campaigns'], ['hour'], ['day'], ['week'], ['month'], ['countries']],
      ...[['region'], ['device_types'], ['os_names'], ['partners'], ['countries', 'networks', 'day']],
      ...[
        ['networks', 'campaigns', 'adgroups', 'creatives'],
        ['day', 'apps', 'os_names'],
      ],
    ] as AdjustGrouping[][];
    const totals = new Set<string>();
    for (const grouping of groupings) {
      const rows = await bothWays('overview', { ...query, grouping });
      expect([grouping, rows.every((row) => row.cells.length === grouping.length)]).toEqual([grouping, true]);
      expect([grouping, rows.every((row) => row.cells.every((cell) => cell.name !== ''))]).toEqual([grouping, true]);
      expect(rows[0]!.app).toEqual({ token: IOS, name: ORBIT_RUNNER_IOS.name, currency: 'EUR' });
      totals.add(`${sumOf(rows, 0)} installs, ${sumOf(rows, 1)} EUR`);
    }
    expect([...totals]).toHaveLength(1);
  });

  it('asks for every KPI of the catalogue that the sandbox knows of, and the sandbox knows no other', async () => {
    const inferred = /^(?:all_revenue|ad_|reattributions|deattributions)/;
    for (const endpoint of ['overview', 'events', 'cohorts'] as const) {
      const kpis = [...ADJUST_KPIS.values()].filter((kpi) => kpi.endpoints.includes(endpoint)).map((kpi) => kpi.name);
      const known = endpoint === 'cohorts' ? kpis.filter((name) => !inferred.test(name)) : kpis;
      const answer = await client.query(endpoint, demo, {
        ...{ ...query, kpis: known, grouping: [], attributionSource: 'first' },
        ...(endpoint === 'cohorts' && { cohortPeriodFilter: '0-3' }),
      });
      expect([...answer.kpis].sort()).toEqual([...known].sort());
      expect(answer.rows.length).toBeGreaterThan(0);
    }
  });

  it('reads event KPIs, expanded by the vendor', async () => {
    const eventKpis = [`all_${[...ADJUST_EVENT_KPIS].join('|')}`];
    const answer = await client.query('overview', demo, { ...query, kpis: ['clicks'], eventKpis });
    expect(answer.kpis).toHaveLength(1 + ORBIT_RUNNER_IOS.events.length * ADJUST_EVENT_KPIS.size);
    expect(answer.events.map((event) => event.name)).toContain('Level Up');
    const byEvent = await bothWays('events', { ...query, kpis: ['events'], grouping: ['events'] });
    for (const row of byEvent) {
      const column = answer.kpis.indexOf(`${row.cells[0]!.id}_events`);
      expect([row.cells[0]!.name, row.values[0]]).toEqual([row.cells[0]!.name, sumOf(answer.rows, column)]);
    }
    const [one] = ORBIT_RUNNER_IOS.events;
    const only = await bothWays('events', { ...query, kpis: ['events'], grouping: [], events: [one!.token] });
    expect(new Set(only.map((row) => row.cells.at(-1)!.name))).toEqual(new Set([one!.name]));
  });

  it('reads cohorts by period', async () => {
    const rows = await bothWays('cohorts', {
      ...{ ...query, kpis: ['retention_rate', 'cohort_size'], grouping: ['networks', 'periods'] },
      ...{ period: 'week', cohortPeriodFilter: '0 - 2, 4' },
    });
    expect([...new Set(rows.map((row) => row.cells[1]!.name))]).toEqual(['0', '1', '2', '4']);
  });

  it('asks for fifty apps at once', async () => {
    const appTokens = [IOS, ORBIT_RUNNER_ANDROID.token, ...SMALL_APPS.map((app) => app.token)];
    const rows = await bothWays('overview', { ...query, appTokens, grouping: ['apps', 'day'] });
    expect(new Set(rows.map((row) => row.app!.token)).size).toBe(appTokens.length);
    expect(new Set(rows.map((row) => row.app!.currency))).toEqual(new Set(['EUR', 'USD']));
    const total = await bothWays('overview', { ...query, appTokens, kpis: ['installs'], grouping: ['day'] });
    expect(total.every((row) => row.app === undefined)).toBe(true);
    expect(sumOf(total, 0)).toBe(sumOf(rows, 0));
  });

  it('sends every filter as the sandbox takes it', async () => {
    const all = await client.query('overview', demo, { ...query, grouping: ['networks'] });
    const network = all.rows[0]!.cells[0]!;
    const under = { ...query, trackerToken: network.id!, grouping: ['campaigns'] as const };
    expect(sumOf(await bothWays('overview', under), 0)).toBe(all.rows[0]!.values[0]);
    const only = await bothWays('overview', { ...query, trackerFilter: [network.id!], grouping: ['networks'] });
    expect(only).toEqual([all.rows[0]]);
    const narrowed = await client.query('overview', demo, {
      ...{
        ...query,
        grouping: ['countries', 'device_types', 'os_names'],
        countries: ['DE', 'gb'],
        utcOffset: '+02:00',
      },
      ...{ osNames: ['ios'], deviceTypes: ['phone'], regions: ['EMEA'], sandbox: false, reattributed: 'false' },
      ...{ attributionType: 'all', attributionSource: 'dynamic', cohortRevenuePeriod: 7 },
    });
    expect(new Set(narrowed.rows.map((row) => row.cells.map((cell) => cell.name).join()))).toEqual(
      new Set(['de,phone,ios', 'gb,phone,ios']),
    );
    expect(narrowed.parameters).toMatchObject({
      utc_offset: '+02:00',
      attribution_type: 'all',
      countries: ['de', 'gb'],
    });
    expect(narrowed.parameters).not.toHaveProperty('trackers');
  });

  it('tells what the vendor refuses', async () => {
    const ask = (token: string, appTokens: string[], more: Partial<AdjustKpiQuery> = {}) =>
      client.query('overview', credentialOf(token), { ...query, appTokens, ...more });
    await expect(ask('nobody', [IOS])).rejects.toMatchObject({ failure: 'credential', status: 401 });
    await expect(ask(DEMO_USER.token, ['nosuchapp1'])).rejects.toMatchObject({ failure: 'not-found', status: 404 });
    await expect(ask(FOREIGN_USER.token, [IOS])).rejects.toMatchObject({ kind: 'refusal', sent: true });
    await expect(ask(DEMO_USER.token, [IOS], { trackerToken: 'nosuch' })).rejects.toMatchObject({ kind: 'refusal' });
    const limited = await client.verify(credentialOf(LIMITED_USER.token), [IOS]);
    expect(limited.valid).toBe(true);
    expect((await client.verify(credentialOf('nobody'), [IOS])).valid).toBe(false);
    expect((await client.verify(demo, [])).valid).toBe(true);
    expect((await client.verify(credentialOf('nobody'), [])).valid).toBe(false);
  });

  it('tells an answer that is spoilt on its way', async () => {
    const spoil = async (rule: Parameters<Sandbox['misbehave']>[0]['do'], work: () => Promise<unknown>) => {
      sandbox.misbehave({ do: rule });
      return work().then(
        () => 'no failure',
        (error: { failure?: string }) => error.failure,
      );
    };
    const ask = () => client.query('overview', demo, query);
    const stream = async () => {
      const answer = await client.stream('overview', demo, query);
      for await (const batch of answer.rows) expect(batch.length).toBeGreaterThan(0);
    };
    for (const work of [ask, stream]) {
      expect(await spoil({ kind: 'truncate', part: 0.7, clean: true }, work)).toBe('truncated');
      expect(await spoil({ kind: 'truncate', part: 0.7 }, work)).toBe('truncated');
      expect(await spoil({ kind: 'malformed' }, work)).toBe('malformed');
      expect(await spoil({ kind: 'html' }, work)).toBe('malformed');
      expect(await spoil({ kind: 'html', status: 503 }, work)).toBe('unavailable');
      expect(await spoil({ kind: 'rate-limit', retryAfterSeconds: 1 }, work)).toBe('rate-limited');
      expect(await spoil({ kind: 'reset', when: 'after' }, work)).toBe('connection');
      expect(await spoil({ kind: 'drip', bytes: 700, everyMs: 1 }, work)).toBe('no failure');
    }
  });
});
