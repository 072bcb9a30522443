import {
  DEMO_REPORTING_KEY,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
} from '../apps/sandbox/src/index.js';
import { sent, useReports } from './support/reports.js';

type Row = Record<string, string | number | null>;

const DAYS = { from: '2026-05-01', to: '2026-05-31' };
const AT_ONCE = { sandbox: { kochavaReporting: { times: { queuedMs: 0, runningMs: 0 } } } };

describe('KPIs of Kochava', () => {
  const gateway = useReports(AT_ONCE);
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const rest = async (params: Record<string, string>, as = key) => {
    const query = new URLSearchParams({ ...DAYS, vendors: 'kochava', ...params });
    const { status, body, headers } = await gateway.http('get', `/v1/kpis?${query}`, as);
    return { status, body, headers, rows: body.rows as Row[], source: body.sources?.[0] };
  };
  const creates = () => sent(gateway).filter((path) => path === '/summary').length;
  const sum = (rows: readonly Row[], column: string): number =>
    Math.round(100 * rows.reduce((all, row) => all + Number(row[column] ?? 0), 0)) / 100;

  /** A summary as the sandbox makes it for whoever asks, row by row. */
  const truth = async (body: object, app = KOCHAVA_ORBIT_RUNNER_IOS): Promise<Row[]> => {
    const ask = async (path: string, more: object) => {
      const question = { api_key: DEMO_REPORTING_KEY.key, app_guid: app.guid, ...more };
      const answer = await fetch(`${gateway.sandbox.url}/v1.4/${path}`, {
        method: 'POST',
        body: JSON.stringify(question),
      });
      return (await answer.json()) as Record<string, string>;
    };
    const { report_token: token } = await ask('summary', {
      time_start: String(Date.parse('2026-04-29T00:00:00Z') / 1000),
      time_end: String(Date.parse('2026-06-02T00:00:00Z') / 1000 - 1),
      traffic: ['click', 'impression', 'install', 'event', 'reengagement'],
      traffic_grouping: ['network'],
      time_series: '24',
      time_zone: 'UTC',
      delivery_format: 'json',
      ...body,
    });
    const { report } = await ask('progress', { token });
    return (await (await fetch(report!)).json()) as Row[];
  };
  const inMay = (rows: readonly Row[]): Row[] =>
    rows.filter(({ date_utc: date }) => String(date) >= '2026-05-01' && String(date) < '2026-06-01');

  it('tells installs by day and network, to the number', async () => {
    const { rows, source, status } = await rest({
      metrics: 'installs',
      group_by: 'day,network',
      app: gateway.apps[0].id,
    });
    expect([status, source.status, source.error]).toEqual([200, 'FRESH', null]);
    const right = inMay(await truth({}));
    const told = right
      .filter(({ installs }) => Number(installs) > 0)
      .map((row) => [
        String(row['date_utc']).slice(0, 10),
        row['network_name'],
        row['network'],
        Number(row['installs']),
      ]);
    const got = rows.map((row) => [row['date'], row['network'], row['network_id'], row['installs']]);
    expect(got.filter(([, , , installs]) => Number(installs) > 0)).toEqual(told.sort());
    expect(Object.keys(rows[0]!)).toEqual(['vendor', 'date', 'network', 'network_id', 'installs']);
    expect(source).toMatchObject({
      vendor: 'KOCHAVA',
      service: 'KOCHAVA_SUMMARY',
      metricNames: [{ metric: 'INSTALLS', vendorName: 'installs' }],
      settings: { traffic: ['install'], grouping: ['network'], timeSeries: 24, timeZone: 'UTC', filteredHere: [] },
      unsupported: [],
      currencies: [],
      reports: [{ kind: 'SUMMARY', status: 'COMPLETED', app: { id: gateway.apps[0].id } }],
    });
  });

  it.each(['', 'app', 'week', 'month', 'country', 'campaign', 'site', 'creative', 'tracker', 'app,day,country'])(
    'adds up to Kochava’s own sums over both apps, grouped by %s',
    async (group_by) => {
      const metrics = ['impressions', 'clicks', 'installs', 'reattributions', 'events', 'revenue_events'];
      const { rows, status } = await rest({ metrics: [...metrics, 'revenue', 'cost'].join(','), group_by });
      expect(status).toBe(200);
      const right = [
        ...inMay(await truth({ traffic_grouping: ['network', 'country'] })),
        ...inMay(await truth({ traffic_grouping: ['network', 'country'] }, KOCHAVA_ORBIT_RUNNER_ANDROID)),
      ];
      const counters = ['impressions', 'clicks', 'installs', 'reengagements', 'events', 'revenue_generating_events'];
      expect(metrics.map((metric) => sum(rows, metric))).toEqual(counters.map((counter) => sum(right, counter)));
      // Money comes in cents a row: how it is grouped decides what was rounded.
      const near = (got: number, wanted: number) => expect(Math.abs(got / wanted - 1)).toBeLessThan(0.001);
      near(sum(rows, 'revenue'), sum(right, 'revenue'));
      near(sum(rows, 'cost'), sum(right, 'amount_spent_on_clicks') + sum(right, 'amount_spent_on_impressions'));
      const dimensions = rows.map((row) => Object.values(row).slice(0, -8).join('\u0000'));
      expect(new Set(dimensions).size).toBe(rows.length);
      expect(dimensions).toEqual([...dimensions].sort());
    },
  );

  it('cuts days, weeks and months where the offset has them begin, and hours are instants', async () => {
    const ios = gateway.apps[0].id;
    const range = { from: '2026-05-05', to: '2026-05-07', metrics: 'installs', app: ios };
    const hourly = await truth({ time_series: '1', traffic: ['install'] });
    const between = (from: string, to: string) =>
      sum(
        hourly.filter(({ date_utc: at }) => String(at) >= from && String(at) < to),
        'installs',
      );
    const days = await rest({ ...range, group_by: 'day', utc_offset: '+02:00' });
    expect(days.rows.map((row) => [row['date'], row['installs']])).toEqual([
      ['2026-05-05', between('2026-05-04 22:00', '2026-05-05 22:00')],
      ['2026-05-06', between('2026-05-05 22:00', '2026-05-06 22:00')],
      ['2026-05-07', between('2026-05-06 22:00', '2026-05-07 22:00')],
    ]);
    expect(days.source.settings).toMatchObject({
      timeSeries: 1,
      window: { start: '2026-05-04T00:00:00.000Z', end: '2026-05-08T00:00:00.000Z' },
    });
    const hours = await rest({ ...range, group_by: 'hour', utc_offset: '-08:00' });
    expect([hours.rows[0]!['hour'], hours.rows.at(-1)!['hour']]).toEqual([
      '2026-05-05T08:00:00Z',
      '2026-05-08T07:00:00Z',
    ]);
    expect(sum(hours.rows, 'installs')).toBe(between('2026-05-05 08:00', '2026-05-08 08:00'));
    const weeks = await rest({ ...range, from: '2026-05-06', to: '2026-05-12', group_by: 'week' });
    expect(weeks.rows.map((row) => [row['week'], row['installs']])).toEqual([
      ['2026-05-04', between('2026-05-06', '2026-05-11')],
      ['2026-05-11', between('2026-05-11', '2026-05-13')],
    ]);
    const months = await rest({ ...range, from: '2026-04-30', to: '2026-05-01', group_by: 'month' });
    expect(months.rows.map((row) => [row['month'], row['installs']])).toEqual([
      ['2026-04-01', between('2026-04-30', '2026-05-01')],
      ['2026-05-01', between('2026-05-01', '2026-05-02')],
    ]);
  });

  it('filters by dropping rows, knows networks by the tenant’s names, and gives ids beside names', async () => {
    const aliases = [{ vendor: 'KOCHAVA', name: 'Google AdWords', canonical: 'Google Ads' }];
    await gateway.admin('put', '/tenants/orbit/network-aliases', aliases).expect(200);
    try {
      const { rows, source } = await rest({
        metrics: 'installs',
        networks: 'Google Ads',
        countries: 'De,us',
        group_by: 'network,campaign,country',
        app: gateway.apps[0].id,
      });
      const right = inMay(await truth({ traffic_grouping: ['network', 'country'] })).filter(
        (row) => row['network_name'] === 'Google AdWords' && ['DE', 'US'].includes(String(row['country'])),
      );
      expect(sum(right, 'installs')).toBeGreaterThan(0);
      expect(sum(rows, 'installs')).toBe(sum(right, 'installs'));
      expect(new Set(rows.map(({ network, country }) => `${network}/${country}`))).toEqual(
        new Set(['Google Ads/DE', 'Google Ads/US']),
      );
      for (const row of rows)
        expect([row['network_id'], typeof row['campaign_id']]).toEqual([right[0]!['network'], 'string']);
      expect(source.settings.filteredHere).toEqual([
        { by: 'country', names: ['de', 'us'] },
        { by: 'network', names: ['Google AdWords', 'Google Ads'] },
      ]);
      const campaign = rows[0]!;
      for (const by of [campaign['campaign'], campaign['campaign_id']]) {
        const own = await rest({ metrics: 'installs', campaigns: String(by), app: gateway.apps[0].id });
        expect(own.rows).toHaveLength(1);
        expect(Number(own.rows[0]!['installs'])).toBeGreaterThanOrEqual(Number(campaign['installs']));
      }
      // The answer that is kept hangs on the names.
      const question = { metrics: 'installs', group_by: 'network', app: gateway.apps[0].id };
      const named = await rest(question);
      await gateway.admin('put', '/tenants/orbit/network-aliases', []).expect(200);
      const unnamed = await rest(question);
      expect(named.rows.map(({ network }) => network)).toContain('Google Ads');
      expect(unnamed.rows.map(({ network }) => network)).toContain('Google AdWords');
    } finally {
      await gateway.admin('put', '/tenants/orbit/network-aliases', []);
    }
  });

  it('works ratios out of sums, has counters of its own, and warns of money', async () => {
    const { rows, source, body } = await rest({
      metrics: 'clicks,impressions,installs,revenue,cost,ctr,click_conversion_rate,ecpi,roas',
      vendor_metrics: 'kochava:duplicate_clicks',
      group_by: 'country',
      totals: 'true',
    });
    const ratio = (over: unknown, under: unknown) => (under ? Number(over) / Number(under) : null);
    for (const row of [...rows, ...body.totals]) {
      expect([row['ctr'], row['click_conversion_rate'], row['ecpi'], row['roas']]).toEqual([
        ratio(row['clicks'], row['impressions']),
        ratio(row['installs'], row['clicks']),
        ratio(row['cost'], row['installs']),
        ratio(row['revenue'], row['cost']),
      ]);
      expect(row['currency']).toBeNull();
    }
    expect(body.totals).toHaveLength(1);
    expect(sum(body.totals, 'installs')).toBe(sum(rows, 'installs'));
    const right = inMay(await truth({ traffic_grouping: ['network', 'country'] }));
    expect(sum(rows, 'duplicate_clicks')).toBeGreaterThan(sum(right, 'duplicate_clicks'));
    expect(source.warnings).toEqual([expect.stringContaining('COST'), expect.stringContaining('currency')]);
    expect(source.metricNames).toContainEqual({
      metric: 'ECPI',
      vendorName: '(amount_spent_on_clicks + amount_spent_on_impressions) / installs',
    });
    // Totals are read from the reports of the rows.
    expect(creates()).toBe(3);
    const wrong = await rest({ vendor_metrics: 'kochava:klicks' });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([400, '/vendor_metrics']);
  });

  it('says of names that none of its rows has, and only of those, that there is nothing', async () => {
    const told = async (params: Record<string, string>) => {
      const { rows, source } = await rest({ metrics: 'installs', app: gateway.apps[0].id, ...params });
      return [rows.length, source.warnings];
    };
    expect(await told({ networks: 'Nobody' })).toEqual([0, ['None of these networks has rows here: "Nobody".']]);
    expect(await told({ campaigns: 'Nothing' })).toEqual([0, ['None of these campaigns has rows here: "Nothing".']]);
    expect(await told({ countries: 'aq', networks: 'Nobody' })).toEqual([0, []]);
    expect(await told({ networks: 'Google AdWords' })).toEqual([1, []]);
  });

  it('asks about days that have not begun, and says that they have not', async () => {
    const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const { source } = await rest({ from: dayIn(-1), to: dayIn(1), metrics: 'installs', app: gateway.apps[0].id });
    expect([source.status, source.error]).toEqual(['FRESH', null]);
    expect(source.warnings.join()).toContain(`${dayIn(1)} has not begun at +00:00: Kochava`);
  });

  it('says what Kochava does not have, and answers the rest', async () => {
    const { rows, source } = await rest({ metrics: 'sessions,installs', app: gateway.apps[0].id });
    expect([rows[0]!['sessions'], source.unsupported, source.status]).toEqual([null, ['SESSIONS'], 'FRESH']);
    expect(rows[0]!['installs']).toBeGreaterThan(0);
    const before = creates();
    for (const [params, name] of [
      [{ metrics: 'sessions' }, 'SESSIONS'],
      [{ group_by: 'event', metrics: 'events' }, 'EVENT'],
      [{ group_by: 'os_name' }, 'OS_NAME'],
      [{ cohort_period: 'day' }, 'cohorts'],
      [{ device_types: 'phone' }, 'a filter by device types'],
      [{ events: 'Purchase', metrics: 'events' }, 'a filter by events'],
      [{ adjust_reattributed: 'installed' }, 'reattributed users'],
      [{ utc_offset: '+05:30' }, 'days at +05:30'],
    ] as const) {
      const refused = await rest({ metrics: 'installs', ...params });
      expect([refused.status, refused.body.code]).toEqual([422, 'UNSUPPORTED']);
      expect(refused.body.detail).toContain(name);
    }
    expect(creates()).toBe(before);
  });

  it('stands beside Adjust, and each says what it could not', async () => {
    const both = await rest({ vendors: 'adjust,kochava', metrics: 'installs', group_by: 'day,network' });
    expect(new Set(both.rows.map(({ vendor }) => vendor))).toEqual(new Set(['ADJUST', 'KOCHAVA']));
    const lacking = await rest({ vendors: '', metrics: 'installs', os_names: 'ios', group_by: 'os_name' });
    expect(lacking.body.sources[1].unsupported).toEqual(['OS_NAME', 'os_names']);
    const asBody = { ...DAYS, metrics: ['INSTALLS'], filter: { osNames: ['ios'] } };
    const { body: answered } = await gateway.http('post', '/v1/kpis/query', key).send(asBody);
    expect(answered.sources[1].unsupported).toEqual(['filter.osNames']);
    const { body } = await gateway.graphql(
      key,
      '{ kpis(input: { from: "2026-05-01", to: "2026-05-03", metrics: [INSTALLS], groupBy: [OS_NAME] }) { rows { vendor } totals { vendor } sources { vendor status unsupported error { code } reports { id } } } }',
    );
    expect(body.errors).toBeUndefined();
    expect(new Set(body.data.kpis.rows.map(({ vendor }: Row) => vendor))).toEqual(new Set(['ADJUST']));
    expect(body.data.kpis.totals.map(({ vendor }: Row) => vendor)).toEqual(['ADJUST']);
    expect(body.data.kpis.sources).toEqual([
      { vendor: 'ADJUST', status: expect.stringMatching(/FRESH|CACHED/), unsupported: [], error: null, reports: [] },
      {
        vendor: 'KOCHAVA',
        status: 'UNSUPPORTED',
        unsupported: ['OS_NAME'],
        error: { code: 'UNSUPPORTED' },
        reports: [],
      },
    ]);
  });
});
