import { Sealer } from '#libs/audit';
import { CredentialVault } from '#libs/tenancy';
import { DEMO_REPORTING_KEY, DEMO_USER } from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { rawGet } from './support/raw-get.js';
import { useReports } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

type Row = Record<string, string | number | boolean | null>;
interface Source {
  vendor: string;
  status: string;
  warnings: string[];
  unsupported: string[];
  error: { code: string; message: string } | null;
}

describe('the comparison of both vendors', () => {
  // Reports are there as soon as they are asked for; those that take their time are in a part of their own.
  const gateway = useReports({ sandbox: { kochavaReporting: { times: { queuedMs: 0, runningMs: 0 } } } });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const DAYS = { from: '2026-05-01', to: '2026-05-07' };
  const path = (params: Record<string, string>, door = '/v1/kpis/comparison') =>
    `${door}?${new URLSearchParams({ ...DAYS, metrics: 'installs', wait_seconds: '30', ...params })}`;
  const get = async (params: Record<string, string>, as = key) => {
    const { status, body, headers, text } = await gateway.http('get', path(params), as);
    const rows = body.rows as Row[];
    return { status, body, headers, text, rows, totals: body.totals as Row[], sources: body.sources as Source[] };
  };
  const raw = (params: Record<string, string>, onData?: Parameters<typeof rawGet>[2]) =>
    rawGet(gateway.url + path(params), { authorization: `Bearer ${key}` }, onData);
  const FIELDS =
    'metric app { id name } time country network campaign currency adjust kochava delta deltaPercent withinTolerance';
  const QUERY = `query ($input: KpiComparisonInput!) { kpiComparison(input: $input) {
    rowCount truncated rows { ${FIELDS} } totals { ${FIELDS} } sources { vendor status warnings error { code } } } }`;
  const graphql = (input: object, as = key, query = QUERY) =>
    gateway.graphql(as, query, { input: { ...DAYS, metrics: ['INSTALLS'], waitSeconds: 30, ...input } });
  const named = (errors: { pointer: string }[] | undefined) =>
    [...new Set(errors?.map(({ pointer }) => pointer))].sort();
  /** A breaker belongs to a credential: a new version of it begins without the troubles of the last. */
  const forgetTroubles = async () => {
    const vault = gateway.app.get(CredentialVault);
    for (const [provider, secret] of [
      ['adjust', DEMO_USER.token],
      ['kochava-reporting', DEMO_REPORTING_KEY.key],
    ] as const) {
      await vault.put(gateway.tenant.id, provider, 'for a moment');
      await vault.put(gateway.tenant.id, provider, secret);
    }
  };

  it('puts the numbers of /v1/kpis beside each other, the same at both doors and in every form', async () => {
    const params = { metrics: 'installs,click_conversion_rate', group_by: 'country,day,app' };
    const json = await get(params);
    expect(json.status).toBe(200);
    expect(json.sources.map(({ vendor, status }) => [vendor, status])).toEqual([
      ['ADJUST', 'FRESH'],
      ['KOCHAVA', 'FRESH'],
    ]);
    const { body: single } = await gateway.http(
      'get',
      path({ ...params, metrics: 'installs,clicks' }, '/v1/kpis'),
      key,
    );
    const keyOf = (row: Row) => `${row['date']} ${String(row['country'])} ${String(row['app_id'])}`;
    const sides = new Map<string, Record<string, Row>>();
    for (const row of single.rows as Row[]) {
      const both = sides.get(keyOf(row)) ?? {};
      sides.set(keyOf(row), { ...both, [String(row['vendor'])]: row });
    }
    expect(json.rows).toHaveLength(2 * sides.size);
    for (const row of json.rows) {
      const { ADJUST, KOCHAVA } = sides.get(keyOf(row))!;
      const value = (side: Row | undefined) => {
        if (row['metric'] === 'installs' || !side) return side?.['installs'] ?? null;
        return side['clicks'] ? Number(side['installs']) / Number(side['clicks']) : null;
      };
      const [adjust, kochava] = [value(ADJUST) as number | null, value(KOCHAVA) as number | null];
      const delta = adjust === null || kochava === null ? null : kochava - adjust;
      const percent = delta === null || !adjust ? null : (100 * delta) / adjust;
      expect(row).toMatchObject({
        ...{ adjust, kochava, delta, delta_percent: percent },
        within_tolerance: percent === null ? null : Math.abs(percent) <= 5,
      });
    }
    expect(json.rows.map(keyOf)).toEqual(json.rows.map(keyOf).sort());
    expect(Object.keys(json.rows[0]!)).toEqual([
      ...['country', 'date', 'app_id', 'app_name', 'metric'],
      ...['adjust', 'kochava', 'delta', 'delta_percent', 'within_tolerance'],
    ]);

    const ndjson = await raw({ ...params, format: 'ndjson' });
    const lines = ndjson.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(json.rows);
    const csv = await raw({ ...params, format: 'csv' });
    const [head, ...table] = csv.text.trimEnd().split('\n');
    expect(head).toBe(Object.keys(json.rows[0]!).join(','));
    expect(table).toEqual(
      json.rows.map((row) =>
        Object.values(row)
          .map((cell) => cell ?? '')
          .join(','),
      ),
    );
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');

    const { body } = await graphql({
      metrics: ['INSTALLS', 'CLICK_CONVERSION_RATE'],
      groupBy: ['COUNTRY', 'DAY', 'APP'],
    });
    expect(body.errors).toBeUndefined();
    const { rows, totals, rowCount, truncated } = body.data.kpiComparison;
    const flat = (row: Record<string, unknown> & { app: { id: string; name: string } | null }) => ({
      ...(row.app && { country: row['country'], date: row['time'], app_id: row.app.id, app_name: row.app.name }),
      metric: String(row['metric']).toLowerCase(),
      adjust: row['adjust'],
      kochava: row['kochava'],
      delta: row['delta'],
      delta_percent: row['deltaPercent'],
      within_tolerance: row['withinTolerance'],
    });
    expect(rows.map(flat)).toEqual(json.rows);
    expect(totals.map(flat)).toEqual(json.totals);
    expect([rowCount, truncated]).toEqual([json.rows.length, false]);
  });

  it('tells totals from sums, whatever the rows are grouped by', async () => {
    const metrics = 'installs,clicks,click_conversion_rate';
    const [whole, byNetwork] = [await get({ metrics }), await get({ metrics, group_by: 'network' })];
    expect(whole.rows).toEqual(whole.totals);
    expect(byNetwork.totals).toEqual(whole.totals);
    const sum = (side: string, metric: string) =>
      byNetwork.rows.reduce((all, row) => all + (row['metric'] === metric ? Number(row[side]) : 0), 0);
    for (const side of ['adjust', 'kochava']) {
      const [installs, clicks, rate] = byNetwork.totals.map((row) => row[side]);
      expect([installs, clicks, rate]).toEqual([
        sum(side, 'installs'),
        sum(side, 'clicks'),
        sum(side, 'installs') / sum(side, 'clicks'),
      ]);
      expect(installs).toBeGreaterThan(0);
    }
  });

  it('knows a network by the tenant’s own name at both vendors', async () => {
    const google = (rows: Row[]) => rows.filter(({ network }) => String(network).startsWith('Google'));
    const before = google((await get({ group_by: 'network' })).rows);
    expect(before.map(({ network, adjust, kochava }) => [network, adjust === null, kochava === null])).toEqual([
      ['Google AdWords', true, false],
      ['Google Ads ACI', false, true],
    ]);
    await gateway
      .admin('put', '/tenants/orbit/network-aliases', [
        { vendor: 'ADJUST', name: 'Google Ads ACI', canonical: 'Google' },
        { vendor: 'KOCHAVA', name: 'Google AdWords', canonical: 'Google' },
        { vendor: 'ADJUST', name: 'Facebook Installs', canonical: 'Meta' },
        { vendor: 'ADJUST', name: 'Instagram Installs', canonical: 'Meta' },
        { vendor: 'KOCHAVA', name: 'Facebook Installs', canonical: 'Meta' },
      ])
      .expect(200);
    try {
      const { rows } = await get({ group_by: 'network', tolerance_percent: '10' });
      expect(google(rows)).toEqual([
        expect.objectContaining({
          ...{ network: 'Google', adjust: before[1]!['adjust'], kochava: before[0]!['kochava'] },
          within_tolerance: true,
        }),
      ]);
      // Two names at one vendor are one row.
      expect(rows.filter(({ network }) => network === 'Meta')).toHaveLength(1);
      const url = `${path({ group_by: 'network' })}&networks=Google&networks=Meta`;
      const { body } = await gateway.http('get', url, key);
      expect(body.rows.map(({ network }: Row) => network)).toEqual(['Google', 'Meta']);
    } finally {
      await gateway.admin('put', '/tenants/orbit/network-aliases', []);
    }
  });

  it('compares amounts by app, and never across currencies', async () => {
    const byApp = await get({ metrics: 'revenue,installs', group_by: 'app' });
    const amounts = byApp.rows.filter(({ metric }) => metric === 'revenue');
    expect(amounts.map(({ app_name, currency }) => [app_name, currency]).sort()).toEqual([
      ['Orbit Runner Android', 'USD'],
      ['Orbit Runner iOS', 'EUR'],
    ]);
    for (const { delta_percent } of amounts) expect(Math.abs(Number(delta_percent))).toBeLessThan(10);
    expect(byApp.rows.filter(({ metric }) => metric === 'installs').map(({ currency }) => currency)).toEqual([
      null,
      null,
    ]);
    const revenue = byApp.totals.filter(({ metric }) => metric === 'revenue');
    expect(revenue.map(({ currency, adjust, kochava }) => [currency, adjust === null, kochava === null])).toEqual([
      ['EUR', false, true],
      ['USD', false, true],
      [null, true, false],
    ]);
    expect(revenue.map(({ delta }) => delta)).toEqual([null, null, null]);
    const [adjust, kochava] = byApp.sources as [Source, Source];
    expect(kochava.warnings.join(' ')).toMatch(/several currencies \(EUR, USD\).*Group by APP/);
    expect(adjust.warnings.join(' ')).not.toMatch(/currenc/);
    const one = await get({ metrics: 'revenue', app: gateway.apps[0].id });
    expect(one.totals).toMatchObject([{ currency: 'EUR', delta: expect.any(Number) }]);
    expect(one.sources[1]!.warnings.join(' ')).toMatch(/as if they were in Adjust/);
    const counts = await get({ metrics: 'installs' });
    expect(Object.keys(counts.rows[0]!)).not.toContain('currency');
    expect(counts.sources[1]!.warnings.join(' ')).not.toMatch(/currenc/);
  });

  it('tells days in the asked offset at both vendors', async () => {
    const { rows, totals } = await get({ group_by: 'day', utc_offset: '+02:00' });
    expect(rows.map(({ date }) => date)).toEqual(Array.from({ length: 7 }, (_, day) => `2026-05-0${day + 1}`));
    for (const { adjust, kochava } of rows) expect([Number(adjust) > 0, Number(kochava) > 0]).toEqual([true, true]);
    expect(rows.reduce((sum, { kochava }) => sum + Number(kochava), 0)).toBe(totals[0]!['kochava']);
  });

  it.each([
    ['hour', 7 * 24],
    ['week', 2],
    ['month', 1],
    ['country', undefined],
    ['campaign', undefined],
    ['network', undefined],
  ])('joins both vendors on the %s', async (group_by, count) => {
    const { rows } = await get({ group_by });
    expect(rows).toHaveLength(count ?? rows.length);
    // Google has another name at each.
    const lonely = rows
      .filter(({ network }) => !String(network).startsWith('Google'))
      .filter(({ adjust, kochava }) => adjust === null || kochava === null);
    expect([rows.length > 0, lonely]).toEqual([true, []]);
  });

  it.each<[string, Record<string, string>, object, string[], string[]]>([
    ['no metric', { metrics: '' }, { metrics: [] }, ['/metrics'], ['/metrics']],
    ['a metric twice', { metrics: 'ctr,CTR' }, { metrics: ['CTR', 'CTR'] }, ['/metrics'], ['/metrics']],
    ['no day', { from: '2026-02-30' }, {}, ['/from'], []],
    ['days that are reversed', { to: '2026-04-30' }, { to: '2026-04-30' }, ['/to'], ['/to']],
    ['two times', { group_by: 'day,week' }, { groupBy: ['DAY', 'WEEK'] }, ['/group_by'], ['/groupBy']],
    ['a dimension of one vendor only', { group_by: 'device_type' }, {}, ['/group_by'], []],
    [
      'less than nothing',
      { tolerance_percent: '-1' },
      { tolerancePercent: -1 },
      ['/tolerance_percent'],
      ['/tolerancePercent'],
    ],
    ['a tolerance in words', { tolerance_percent: 'some' }, {}, ['/tolerance_percent'], []],
    ['31 seconds', { wait_seconds: '31' }, { waitSeconds: 31 }, ['/wait_seconds'], ['/waitSeconds']],
    ['an empty filter', {}, { filter: { countries: [] } }, [], ['/filter/countries']],
    ['no app', {}, { appIds: [] }, [], ['/appIds']],
    [
      'a part of a ratio that events lack',
      { metrics: 'revenue,ctr', events: 'Purchase' },
      { metrics: ['REVENUE', 'CTR'], filter: { events: ['Purchase'] } },
      ['/metrics'],
      ['/metrics/1'],
    ],
    ['a parameter of /v1/kpis', { vendors: 'adjust', totals: 'true' }, {}, ['/totals', '/vendors'], []],
    ['several at once', { from: 'x', wait_seconds: 'y', limit: '1' }, {}, ['/from', '/limit', '/wait_seconds'], []],
    ['a form that there is none of', { format: 'xlsx', bom: 'yes' }, {}, ['/bom', '/format'], []],
  ])('names %s', async (_, params, input, atRest, atGraphql) => {
    if (atRest.length > 0) {
      const { status, body } = await get(params);
      expect([status, body.code, named(body.errors)]).toEqual([400, 'BAD_USER_INPUT', atRest]);
    }
    if (atGraphql.length > 0) {
      const { body } = await graphql(input);
      const { extensions } = body.errors[0];
      expect([extensions.code, named(extensions.errors)]).toEqual(['BAD_USER_INPUT', atGraphql]);
    }
    expect(gateway.sandbox.requests).toEqual([]);
  });

  it('asks for its scope, for the apps’ scope at a row’s app, and knows nobody else’s apps', async () => {
    const without = (scope: string) => gateway.key({ scopes: EVERY_SCOPE.filter((one) => one !== scope) });
    const noKpis = await without('kpis:read');
    expect((await get({}, noKpis)).body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await graphql({}, noKpis)).body.errors[0].extensions.code).toBe('FORBIDDEN');
    const noApps = await without('apps:read');
    const { body } = await graphql({ groupBy: ['APP'] }, noApps);
    expect(body.data.kpiComparison.rows.length).toBeGreaterThan(0);
    for (const { app } of body.data.kpiComparison.rows) expect(app).toBeNull();
    expect(new Set(body.errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code))).toEqual(
      new Set(['FORBIDDEN']),
    );
    const stranger = await gateway.key({ of: gateway.otherTenant });
    const [app] = gateway.apps;
    expect((await get({ app: app.id }, stranger)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    const { status, body: nothing } = await get({}, stranger);
    expect([status, nothing.code]).toEqual([422, 'UNSUPPORTED']);
  });

  it('is audited as a reading of KPIs that says what was compared', async () => {
    await get({ metrics: 'ctr', app: gateway.apps[0].id, tolerance_percent: '2.5' });
    await gateway.app.get(Sealer).flush();
    const { body } = await gateway.http('get', '/v1/audit-events?actions=kpis.read&first=1', key);
    expect(body.data).toMatchObject([
      {
        action: 'kpis.read',
        app: { id: gateway.apps[0].id },
        request: { comparison: { metrics: ['CTR'], tolerancePercent: 2.5 }, metrics: ['CLICKS', 'IMPRESSIONS'] },
      },
    ]);
  });

  it('keeps what it was told of, for a caller who has it already', async () => {
    for (const format of ['json', 'csv', 'ndjson']) {
      const params = { format, group_by: 'country' };
      const first = await get(params);
      expect(first.headers['cache-control']).toBe('private, no-cache');
      expect(first.headers['vary']).toBe('Authorization, X-API-Key, Accept');
      expect(first.headers['cache-status']).toMatch(/^adjust-kpi-service; .*, kochava-summary; /);
      const again = await gateway.http('get', path(params), key).set('If-None-Match', first.headers['etag']!);
      expect([format, again.status]).toEqual([format, 304]);
      const other = await gateway
        .http('get', path({ ...params, tolerance_percent: '0' }), key)
        .set('If-None-Match', first.headers['etag']!);
      expect([format, other.status]).toEqual([format, 200]);
    }
  });

  it('tells the one vendor’s rows where the other can not answer, and never half of them as a table', async () => {
    for (const [params, side] of [
      [{ os_names: 'ios' }, 'kochava'],
      [{ utc_offset: '+05:30' }, 'kochava'],
    ] as const) {
      const { rows, sources } = await get({ ...params, group_by: 'day' });
      expect(sources.map(({ status }) => status)).toEqual(['FRESH', 'UNSUPPORTED']);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect([row[side], row['delta']]).toEqual([null, null]);
      const csv = await get({ ...params, format: 'csv' });
      expect([csv.status, csv.body.code, csv.body.vendor]).toEqual([422, 'UNSUPPORTED', 'KOCHAVA']);
      const partial = await raw({ ...params, format: 'csv', on_failed_source: 'partial' });
      expect([partial.status, partial.text.split('\n').length]).toEqual([200, 3]);
    }
    const nobody = await get({ metrics: 'sessions' });
    expect(nobody.sources[1]).toMatchObject({ status: 'UNSUPPORTED', unsupported: ['SESSIONS'] });
    expect(nobody.totals).toMatchObject([{ metric: 'sessions', adjust: expect.any(Number), kochava: null }]);
  });

  it.each([
    ['KOCHAVA', '^/v1.4/', 'adjust'],
    ['ADJUST', '^/kpis/', 'kochava'],
  ])('says that %s fails, and tells the other’s rows', async (vendor, pathOfVendor, other) => {
    const params = { from: vendor === 'ADJUST' ? '2026-04-01' : '2026-04-02', group_by: 'country' };
    try {
      gateway.sandbox.misbehave({ path: pathOfVendor, times: null, do: { kind: 'status', status: 400 } });
      const { rows, sources } = await get(params);
      expect(sources.find((source) => source.vendor === vendor)).toMatchObject({ status: 'FAILED' });
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect([typeof row[other], row['delta']]).toEqual(['number', null]);
      const strict: Record<string, string>[] = [{ format: 'csv' }, { format: 'ndjson' }, { on_failed_source: 'error' }];
      for (const policy of strict) {
        const { status, body } = await get({ ...params, ...policy });
        expect([status >= 400, body.vendor]).toEqual([true, vendor]);
      }
      const partial = await raw({ ...params, format: 'ndjson', on_failed_source: 'partial' });
      expect([partial.status, partial.text.trimEnd().split('\n').length]).toEqual([200, rows.length]);
    } finally {
      gateway.sandbox.reset();
      await forgetTroubles();
    }
  });

  it('leaves nothing open at a vendor when its caller leaves', async () => {
    gateway.sandbox.misbehave({ path: '^/kpis/', times: null, do: { kind: 'stall', part: 0.7 } });
    const left = new AbortController();
    const params = { format: 'csv', group_by: 'day,country,campaign', to: '2026-05-31' };
    const asked = fetch(gateway.url + path(params), {
      headers: { authorization: `Bearer ${key}` },
      signal: left.signal,
    });
    asked.catch(() => undefined);
    const ofAdjust = () => gateway.sandbox.requests.filter(({ path }) => path.startsWith('/kpis/'));
    await waitUntil(() => ofAdjust().length === 1);
    left.abort();
    await waitUntil(() => ofAdjust()[0]!.aborted);
  });

  it('breaks off where a caller of many rows hangs up, and answers them whole to who stays', async () => {
    const params = {
      format: 'csv',
      group_by: 'day,country,campaign',
      metrics: 'installs,clicks,ctr',
      to: '2026-05-31',
    };
    const { whole, text } = await raw(params, (hangUp) => hangUp());
    expect([whole, text.length > 0]).toEqual([false, true]);
    const all = await raw(params);
    expect([all.status, all.whole]).toEqual([200, true]);
    const { rowCount, truncated, rows } = (
      await graphql(
        { metrics: ['INSTALLS', 'CLICKS', 'CTR'], groupBy: ['DAY', 'COUNTRY', 'CAMPAIGN'], to: '2026-05-31' },
        key,
        'query ($input: KpiComparisonInput!) { kpiComparison(input: $input) { rowCount truncated rows { adjust } } }',
      )
    ).body.data.kpiComparison;
    expect([rowCount, truncated, rows.length]).toEqual([all.text.trimEnd().split('\n').length - 1, true, 10_000]);
  });
});

describe('a comparison that waits for a report', () => {
  const gateway = useReports();

  it('tells Adjust’s rows and what is PENDING, is no table before, and is whole in the end', async () => {
    const key = await gateway.key();
    const path = '/v1/kpis/comparison?from=2026-05-01&to=2026-05-02&metrics=installs&group_by=app&wait_seconds=0';
    const early = await gateway.http('get', path, key);
    expect(early.body.sources.map(({ status }: Source) => status)).toEqual(['FRESH', 'PENDING']);
    expect(early.body.rows).toHaveLength(2);
    for (const row of early.body.rows)
      expect([typeof row.adjust, row.kochava, row.delta]).toEqual(['number', null, null]);
    for (const format of ['csv', 'ndjson']) {
      const table = await gateway.http('get', `${path}&format=${format}&on_failed_source=partial`, key);
      expect([table.status, table.body.code, table.headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '5']);
    }
    gateway.sandbox.setNow(new Date(gateway.sandbox.now().getTime() + 10_000));
    const whole = await gateway.http('get', path.replace('=0', '=30'), key);
    for (const row of whole.body.rows) expect([typeof row.kochava, typeof row.delta]).toEqual(['number', 'number']);
    expect(gateway.sandbox.requests.filter(({ path }) => path.endsWith('/summary'))).toHaveLength(2);
    const csv = await gateway.http('get', `${path}&format=csv`, key);
    expect([csv.status, csv.text.split('\n').length]).toEqual([200, 4]);
  });
});
