import { ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS } from '../apps/sandbox/src/index.js';
import { ask, totals } from '../apps/sandbox/src/testing.js';
import { useGateway } from './support/gateway.js';

type Row = Record<string, string | number | null>;

const MONEY = new Set(['revenue', 'cost']);

describe('KPIs', () => {
  const gateway = useGateway({ adjustOnly: true });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(() => gateway.sandbox.reset());

  const DAYS = { from: '2026-05-01', to: '2026-05-31' };
  const rest = async (params: Record<string, string>, as = key) => {
    const { status, body } = await gateway.http('get', `/v1/kpis?${new URLSearchParams({ ...DAYS, ...params })}`, as);
    return { status, body, rows: body.rows as Row[], source: body.sources?.[0] };
  };
  const graphql = async (query: string, variables: object = {}, as = key) => {
    const { body } = await gateway.graphql(as, query, variables);
    expect(body.errors).toBeUndefined();
    return body.data;
  };
  const sent = () => gateway.sandbox.requests.filter(({ path }) => path.startsWith('/kpis/'));
  /** The sandbox's own word for the sums, by metric; money in hundredths. */
  const truth = async (params: string, app = `${ORBIT_RUNNER_IOS.token},${ORBIT_RUNNER_ANDROID.token}`) =>
    totals((await ask(gateway.sandbox, `/kpis/v1/${app}?start_date=2026-05-01&end_date=2026-05-31&${params}`)).json);
  const sum = (rows: Row[], metric: string) =>
    rows.reduce(
      (all, row) => all + (MONEY.has(metric) ? Math.round(Number(row[metric]) * 100) : Number(row[metric])),
      0,
    );

  it('says the same at both doors', async () => {
    const params = {
      metrics: 'installs,revenue,ctr',
      group_by: 'app,day,network',
      countries: 'de,us',
      vendor_metrics: 'adjust:uninstalls',
    };
    const { rows, source } = await rest(params);
    const { kpis } = await graphql(
      'query ($input: KpiQueryInput!) { kpis(input: $input) { rowCount truncated table { columns { name kind } rows } rows { vendor app { id name } time network currency dimensionIds { dimension id } metrics { name value } } sources { status apps { id } } } }',
      {
        input: {
          ...DAYS,
          metrics: ['INSTALLS', 'REVENUE', 'CTR'],
          groupBy: ['APP', 'DAY', 'NETWORK'],
          filter: { countries: ['US', 'DE'] },
          vendorMetrics: [{ vendor: 'ADJUST', name: 'uninstalls' }],
        },
      },
    );
    const names = kpis.table.columns.map(({ name }: { name: string }) => name);
    expect(names).toEqual([
      'vendor',
      'app_id',
      'app_name',
      'date',
      'network',
      'network_id',
      'currency',
      'installs',
      'revenue',
      'ctr',
      'uninstalls',
    ]);
    expect(names).toEqual(Object.keys(rows[0]!));
    expect(kpis.table.rows).toEqual(rows.map((row) => Object.values(row)));
    expect(
      kpis.rows.map(
        (row: {
          vendor: string;
          app: { id: string; name: string };
          time: string;
          network: string;
          currency: string;
          dimensionIds: { id: string }[];
          metrics: { value: number }[];
        }) => [
          row.vendor,
          row.app.id,
          row.app.name,
          row.time,
          row.network,
          row.dimensionIds[0]!.id,
          row.currency,
          ...row.metrics.map(({ value }) => value),
        ],
      ),
    ).toEqual(kpis.table.rows);
    expect([kpis.rowCount, kpis.truncated, kpis.sources[0].status]).toEqual([rows.length, false, 'CACHED']);
    expect([source.status, sent()]).toEqual(['FRESH', [expect.anything()]]);
  });

  it.each([
    '',
    'app',
    'day',
    'week',
    'month',
    'country',
    'region',
    'network',
    'campaign',
    'network,campaign,adgroup,creative',
    'tracker',
    'partner',
    'os_name',
    'device_type',
    'country,day',
    'day,os_name,app',
  ])('adds up to the vendor’s own totals, grouped by %s', async (group_by) => {
    const metrics = ['impressions', 'clicks', 'installs', 'sessions', 'revenue_events', 'revenue', 'events'];
    const [{ rows, status }, right] = await Promise.all([
      rest({ metrics: metrics.join(','), group_by }),
      truth(`kpis=${metrics.join(',')}&grouping=apps`),
    ]);
    expect(status).toBe(200);
    for (const metric of metrics) expect([metric, sum(rows, metric)]).toEqual([metric, right[metric]]);
    // No two rows are about the same: dimensions and currency tell them apart.
    const dimensions = rows.map((row) =>
      JSON.stringify(Object.entries(row).filter(([name]) => !metrics.includes(name))),
    );
    expect(new Set(dimensions).size).toBe(rows.length);
    expect(new Set(rows.map(({ currency }) => currency))).toEqual(new Set(['EUR', 'USD']));
  });

  it('sends filters that Adjust has, and answers others by dropping rows', async () => {
    const { rows, source } = await rest({
      metrics: 'installs',
      countries: 'DE',
      os_names: 'ios',
      device_types: 'phone',
    });
    expect(sent()[0]!.query).toMatchObject({ countries: 'de', os_names: 'ios', device_types: 'phone' });
    expect(sum(rows, 'installs')).toBe(
      (await truth('kpis=installs&grouping=apps&countries=de&os_names=ios&device_types=phone')).installs,
    );
    expect(source.settings).toMatchObject({ countries: ['de'], filteredHere: [] });
    const app = ORBIT_RUNNER_IOS.token;
    const own = await rest({ metrics: 'installs,revenue', networks: 'Smith, Jones & Co', app: gateway.apps[0].id });
    const all = (
      await ask(
        gateway.sandbox,
        `/kpis/v1/${app}?start_date=2026-05-01&end_date=2026-05-31&kpis=installs,revenue&grouping=networks`,
      )
    ).json;
    const [network] = (all.result_set as { networks: { name: string; kpi_values: number[] }[] }).networks.filter(
      ({ name }) => name === 'Smith, Jones & Co',
    );
    expect(own.rows).toEqual([
      { vendor: 'ADJUST', currency: 'EUR', installs: network!.kpi_values[0], revenue: network!.kpi_values[1] },
    ]);
    expect(own.source.settings.filteredHere).toEqual([{ by: 'networks', names: ['Smith, Jones & Co'] }]);
  });

  it('says of names that none of its rows has, and only of those, that there is nothing', async () => {
    const nobody = await rest({ metrics: 'installs', networks: 'Nobody', group_by: 'network' });
    expect(nobody.body).toMatchObject({ rows: [], rowCount: 0 });
    const told = ['None of these networks has rows here: "Nobody".'];
    expect(nobody.source.warnings).toEqual(told);
    const input = { ...DAYS, metrics: ['INSTALLS'], groupBy: ['NETWORK'], filter: { networks: ['Nobody'] } };
    const query = 'query ($input: KpiQueryInput!) { kpis(input: $input) { rowCount sources { warnings } } }';
    expect((await graphql(query, { input })).kpis).toEqual({ rowCount: 0, sources: [{ warnings: told }] });
    expect((await gateway.http('post', '/v1/kpis/query', key).send(input)).body.sources[0].warnings).toEqual(told);
    const both = await rest({ metrics: 'installs', networks: 'Unity Ads', campaigns: 'No, None' });
    expect(both.source.warnings).toEqual([
      'No row here is of all that was asked for: networks "Unity Ads"; campaigns "No, None".',
    ]);
    for (const params of <Record<string, string>[]>[
      { networks: 'Unity Ads', from: '2019-05-01', to: '2019-05-02' },
      { networks: 'Unity Ads', countries: 'aq' },
      { networks: 'Unity Ads' },
      { countries: 'aq' },
    ]) {
      expect((await rest({ metrics: 'installs', ...params })).source.warnings).toEqual([]);
    }
    const names = Array.from({ length: 12 }, (_, index) => `Nobody ${index + 10}`);
    const many = names.map((name) => `&networks=${encodeURIComponent(name)}`).join('');
    const url = `/v1/kpis?from=2026-05-01&to=2026-05-31&metrics=installs${many}`;
    expect((await gateway.http('get', url, key)).body.sources[0].warnings).toEqual([
      expect.stringMatching(/here: "Nobody 10", .*"Nobody 19" and 2 more\.$/),
    ]);
  });

  it('asks about days that have not begun, and says that they have not', async () => {
    const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const { rows, source } = await rest({ from: dayIn(-1), to: dayIn(3), metrics: 'installs', group_by: 'day' });
    expect([source.status, sent()[0]!.query['end_date']]).toEqual(['FRESH', dayIn(3)]);
    expect(rows.filter((row) => String(row['date']) > dayIn(0) && Number(row['installs']) > 0)).toEqual([]);
    expect(source.warnings.join()).toContain(`The days from ${dayIn(1)} to ${dayIn(3)} have not begun at +00:00`);
    expect((await rest({ from: dayIn(0), to: dayIn(0), metrics: 'installs' })).source.warnings.join()).not.toContain(
      'begun',
    );
  });

  it('filters by several names, by campaign, and by both', async () => {
    const url = `/v1/kpis?from=2026-05-01&to=2026-05-31&metrics=installs&group_by=network,campaign`;
    const { body } = await gateway.http(
      'get',
      `${url}&networks=Unity+Ads&networks=${encodeURIComponent('Facebook Installs')}&campaigns=Spring+Launch&campaigns=${encodeURIComponent('ROAS D7')}`,
      key,
    );
    expect(new Set(body.rows.map((row: Row) => `${row.network}/${row.campaign}`))).toEqual(
      new Set(['Unity Ads/ROAS D7', 'Facebook Installs/Spring Launch']),
    );
    const folded = await rest({ metrics: 'installs', campaigns: 'Spring Launch' });
    const open = await rest({ metrics: 'installs', campaigns: 'Spring Launch', group_by: 'app,network,campaign' });
    expect(sum(folded.rows, 'installs')).toBe(sum(open.rows, 'installs'));
    expect(folded.rows).toHaveLength(1);
  });

  it('knows networks by the tenant’s own names', async () => {
    const aliases = [
      { vendor: 'ADJUST', name: 'Facebook Installs', canonical: 'Meta' },
      { vendor: 'ADJUST', name: 'Instagram Installs', canonical: 'Meta' },
    ];
    await gateway.admin('put', '/tenants/orbit/network-aliases', aliases).expect(200);
    try {
      const meta = await rest({ metrics: 'installs', networks: 'Meta', group_by: 'network', app: gateway.apps[0].id });
      expect(meta.rows.map(({ network }) => network)).toEqual(['Meta', 'Meta']);
      expect(new Set(meta.rows.map(({ network_id }) => network_id)).size).toBe(2);
    } finally {
      await gateway.admin('put', '/tenants/orbit/network-aliases', []);
    }
  });

  it('refuses to add up what does not add up, and says what to group by', async () => {
    for (const [params, hint] of [
      [{ vendor_metrics: 'adjust:daus' }, 'APP'],
      [{ vendor_metrics: 'adjust:daus', group_by: 'app', networks: 'Unity Ads' }, 'NETWORK'],
      [{ vendor_metrics: 'adjust:retention_rate', cohort_period: 'day', group_by: 'app' }, 'COHORT_PERIOD'],
    ] as const) {
      const { status, body } = await rest(params as Record<string, string>);
      expect([status, body.code]).toEqual([422, 'UNSUPPORTED']);
      expect(body.detail).toContain(hint);
    }
    expect(sent()).toHaveLength(0);
    const whole = await rest({ vendor_metrics: 'adjust:daus', group_by: 'app' });
    expect([whole.status, whole.rows.length]).toEqual([200, 2]);
    const one = await rest({ vendor_metrics: 'adjust:daus', app: gateway.apps[0].id });
    expect(one.rows[0]!['daus']).toBe(whole.rows.find((row) => row['app_id'] === gateway.apps[0].id)!['daus']);
    const dimension = await rest({ metrics: 'installs', group_by: 'site' });
    expect([dimension.status, dimension.body.code]).toEqual([422, 'UNSUPPORTED']);
    const vendor = await rest({ metrics: 'installs', vendors: 'kochava' });
    expect([vendor.status, vendor.body.code]).toEqual([422, 'UNSUPPORTED']);
  });

  it('works ratios out of sums, null where the divisor is 0, and warns of cost', async () => {
    const { rows, source } = await rest({
      metrics: 'ctr,click_conversion_rate,ecpi,roas,cost,clicks,impressions,installs,revenue',
      group_by: 'country',
    });
    for (const row of rows) {
      expect(row['ctr']).toBe(row['impressions'] ? Number(row['clicks']) / Number(row['impressions']) : null);
      expect(row['click_conversion_rate']).toBe(row['clicks'] ? Number(row['installs']) / Number(row['clicks']) : null);
      expect([row['cost'], row['ecpi'], row['roas']]).toEqual([0, row['installs'] ? 0 : null, null]);
    }
    expect(source.warnings).toEqual([expect.stringMatching(/cost/i)]);
    expect(source.metricNames).toContainEqual({ metric: 'CTR', vendorName: 'clicks / impressions' });
    const ratioOnly = await rest({ metrics: 'roas' });
    expect(ratioOnly.rows.map(({ currency }) => currency).sort()).toEqual(['EUR', 'USD']);
  });

  it('answers cohorts by period, and adds periods up where nobody asked for them', async () => {
    const { rows } = await rest({
      metrics: 'sessions,revenue',
      cohort_period: 'week',
      cohort_range: '0-3',
      group_by: 'app,cohort_period',
    });
    expect(rows.map((row) => row['cohort_period'])).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(sent()[0]).toMatchObject({
      path: expect.stringMatching(/\/cohorts$/),
      query: { period: 'week', cohort_period_filter: '0-3' },
    });
    const added = await rest({ metrics: 'sessions,revenue', cohort_period: 'week', cohort_range: '0-3' });
    for (const metric of ['sessions', 'revenue']) expect(sum(added.rows, metric)).toBe(sum(rows, metric));
    const rate = await rest({
      vendor_metrics: 'adjust:retention_rate',
      cohort_period: 'day',
      group_by: 'app,cohort_period',
      cohort_range: '0',
    });
    expect(rate.rows.map((row) => row['retention_rate'])).toEqual([1, 1]);
  });

  it('answers events by name and token', async () => {
    const { rows } = await rest({ metrics: 'events,revenue', group_by: 'app,event', events: 'Purchase' });
    expect(rows.map((row) => [row['event'], row['event_id']])).toEqual([
      ['Purchase', 'pa1y7k'],
      ['Purchase', 'pu9q5c'],
    ]);
    expect(sent()[0]!.path).toMatch(/\/events$/);
    const byToken = await rest({ metrics: 'events', events: 'pu9q5c', app: gateway.apps[0].id });
    expect(byToken.rows[0]!['events']).toBe(rows[1]!['events']);
    const folded = await rest({ metrics: 'events,revenue', events: 'Purchase' });
    expect(sum(folded.rows, 'events')).toBe(sum(rows, 'events'));
  });

  it('passes Adjust’s own metrics, and a column for each event of `all`', async () => {
    const app = gateway.apps[0].id;
    const { rows } = await rest({
      metrics: 'installs',
      vendor_metrics: 'adjust:waus,adjust:maus,adjust:pu9q5c_revenue|events',
      app,
    });
    expect(Object.keys(rows[0]!)).toEqual([
      'vendor',
      'currency',
      'installs',
      'waus',
      'maus',
      'pu9q5c_revenue',
      'pu9q5c_events',
    ]);
    const all = await rest({ vendor_metrics: 'adjust:all_events', app });
    expect(Object.keys(all.rows[0]!)).toEqual([
      'vendor',
      ...ORBIT_RUNNER_IOS.events.map(({ token }) => `${token}_events`),
    ]);
    expect(all.rows[0]!['pu9q5c_events']).toBe(rows[0]!['pu9q5c_events']);
    for (const value of Object.values(all.rows[0]!).slice(1)) expect(value).toEqual(expect.any(Number));
  });

  it('tells hours as instants, in days that begin where they were asked to', async () => {
    const range = {
      from: '2026-05-04',
      to: '2026-05-05',
      metrics: 'sessions',
      group_by: 'hour',
      app: gateway.apps[0].id,
    };
    const { rows } = await rest({ ...range, utc_offset: '+05:30' });
    const hours = rows.map(({ hour }) => String(hour));
    expect([hours.length, hours[0], hours.at(-1)]).toEqual([48, '2026-05-03T18:30:00Z', '2026-05-05T17:30:00Z']);
    const west = await rest({ ...range, utc_offset: '-08:00' });
    expect(west.rows[0]!['hour']).toBe('2026-05-04T08:00:00Z');
    const utc = await rest(range);
    expect(utc.rows[0]!['hour']).toBe('2026-05-04T00:00:00Z');
    expect(sum(utc.rows, 'sessions')).toBe(sum((await rest({ ...range, group_by: 'day' })).rows, 'sessions'));
  });

  it('asks for totals only when they are selected, and they are exact', async () => {
    const { body, rows } = await rest({ metrics: 'installs,revenue', group_by: 'day', totals: 'true' });
    expect(sent()).toHaveLength(2);
    expect(body.totals.map(({ currency }: Row) => currency).sort()).toEqual(['EUR', 'USD']);
    for (const metric of ['installs', 'revenue']) expect(sum(body.totals, metric)).toBe(sum(rows, metric));
    const users = await rest({ vendor_metrics: 'adjust:daus', group_by: 'day,app', totals: 'true' });
    expect(users.body.totals).toHaveLength(2);
    gateway.sandbox.reset();
    await graphql('query ($input: KpiQueryInput!) { kpis(input: $input) { rowCount } }', {
      input: { ...DAYS, metrics: ['CLICKS'] },
    });
    expect(sent()).toHaveLength(1);
  });
});
