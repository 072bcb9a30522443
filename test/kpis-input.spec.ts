import { AppRegistry, CredentialVault, Tenants } from '#libs/tenancy';
import { SMALL_APPS } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';

describe('questions that are wrong, at both doors', () => {
  const gateway = useGateway({ adjustOnly: true });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(() => gateway.sandbox.reset());

  const RIGHT = { from: '2026-05-01', to: '2026-05-02', metrics: 'installs' };
  const get = (params: Record<string, string>, as = key) =>
    gateway.http('get', `/v1/kpis?${new URLSearchParams(params)}`, as);
  const query = (body: object, as = key) => gateway.http('post', '/v1/kpis/query', as).send(body);
  const graphql = async (input: object, as = key) => {
    const { body } = await gateway.graphql(as, 'query ($input: KpiQueryInput!) { kpis(input: $input) { rowCount } }', {
      input,
    });
    const [error] = body.errors ?? [];
    return { body, code: error?.extensions.code, errors: error?.extensions.errors, message: error?.message };
  };
  const nothingSent = () => expect(gateway.sandbox.requests).toHaveLength(0);
  const named = (errors: { pointer: string }[] | undefined) =>
    [...new Set(errors?.map(({ pointer }) => pointer))].sort();

  it.each<[string, Record<string, string>, string[]]>([
    ['no day', { from: '2026-02-30' }, ['/from']],
    ['a day without its zero', { from: '2026-5-1' }, ['/from']],
    ['another order', { from: '01.05.2026', to: '05/02/2026' }, ['/from', '/to']],
    ['an instant', { to: '2026-05-02T00:00:00Z' }, ['/to']],
    ['a word', { from: 'yesterday' }, ['/from']],
    ['nothing', { from: '', to: '' }, ['/from', '/to']],
    ['days that are reversed', { from: '2026-05-03' }, ['/to']],
    ['days to come', { from: '2999-01-01', to: '2999-01-02' }, ['/from']],
    ['days to come beside what is wrong', { from: '2999-01-01', to: '2998-01-01' }, ['/from', '/to']],
    ['a century', { from: '1926-05-01' }, ['/to']],
    ['an unknown metric', { metrics: 'installs,instals' }, ['/metrics']],
    ['a metric twice', { metrics: 'installs,INSTALLS' }, ['/metrics']],
    ['no metric', { metrics: '' }, ['/metrics']],
    ['an unknown dimension', { group_by: 'day,when' }, ['/group_by']],
    ['two times', { group_by: 'day,week' }, ['/group_by']],
    ['an unknown country', { countries: 'DE,ZZ' }, ['/countries']],
    ['a country’s name', { countries: 'Germany' }, ['/countries']],
    ['a name that is no code, of a country that has one', { countries: 'UK' }, ['/countries']],
    ['a parameter as a body writes it', { groupBy: 'day' }, ['/groupBy']],
    ['an unknown offset', { utc_offset: '+25:00' }, ['/utc_offset']],
    ['an offset without its colon', { utc_offset: '+0200' }, ['/utc_offset']],
    ['a zone', { utc_offset: 'Europe/Berlin' }, ['/utc_offset']],
    ['an unknown vendor', { vendors: 'appsflyer' }, ['/vendors']],
    ['an unknown OS', { os_names: 'ios,palm' }, ['/os_names']],
    ['an unknown device', { device_types: 'toaster' }, ['/device_types']],
    ['a vendor metric of nobody', { vendor_metrics: 'waus' }, ['/vendor_metrics']],
    ['a vendor metric that there is none of', { vendor_metrics: 'adjust:wauz' }, ['/vendor_metrics']],
    ['a metric asked for twice', { vendor_metrics: 'adjust:installs' }, ['/vendor_metrics']],
    ['a metric that events lack', { group_by: 'event' }, ['/metrics']],
    ['a metric that cohorts lack', { cohort_period: 'day' }, ['/metrics']],
    ['a period without a cohort', { group_by: 'cohort_period' }, ['/group_by']],
    ['a cohort range that is reversed', { metrics: 'sessions', cohort_range: '30-0' }, ['/cohort_range']],
    ['a cohort range in words', { metrics: 'sessions', cohort_range: 'all' }, ['/cohort_range']],
    ['a cohort of 121 days', { metrics: 'sessions', cohort_range: '0-121' }, ['/cohort_range']],
    ['a cohort of 53 weeks', { metrics: 'sessions', cohort_period: 'week', cohort_range: '53' }, ['/cohort_range']],
    ['an unknown cohort period', { metrics: 'sessions', cohort_period: 'year' }, ['/cohort_period']],
    ['reattributions of a cohort without first', { metrics: 'reattributions', cohort_period: 'day' }, ['/metrics']],
    [
      'reattributed before September 2017',
      { adjust_reattributed: 'installed', from: '2017-08-31', to: '2017-09-02' },
      ['/adjust_reattributed'],
    ],
    ['an unknown attribution type', { adjust_attribution_type: 'view' }, ['/adjust_attribution_type']],
    ['an unknown attribution source', { adjust_attribution_source: 'last' }, ['/adjust_attribution_source']],
    ['a tracker over several apps', { adjust_tracker: 'abc123' }, ['/adjust_tracker']],
    ['a tracker that is a path', { adjust_tracker: '../events' }, ['/adjust_tracker']],
    ['a tracker filter that is none', { adjust_tracker_filter: 'ABC-1' }, ['/adjust_tracker_filter']],
    ['a flag in words', { adjust_sandbox: 'yes' }, ['/adjust_sandbox']],
    ['31 seconds', { wait_seconds: '31' }, ['/wait_seconds']],
    ['negative seconds', { wait_seconds: '-1' }, ['/wait_seconds']],
    ['an unknown policy', { on_failed_source: 'ignore' }, ['/on_failed_source']],
    ['an unknown form', { format: 'xlsx' }, ['/format']],
    ['a form in words', { format: 'csv', bom: 'yes' }, ['/bom']],
    ['totals in words', { totals: '1' }, ['/totals']],
    ['a parameter that there is none of', { metric: 'installs', fields: 'x' }, ['/fields', '/metric']],
    ['a parameter by its name in JSON', { groupBy: 'day', utc_offset: 'x' }, ['/groupBy', '/utc_offset']],
    [
      'several at once',
      { from: '2026-02-30', metrics: 'x', countries: 'ZZ', utc_offset: '1', limit: '1' },
      ['/countries', '/from', '/limit', '/metrics', '/utc_offset'],
    ],
    [
      'what is wrong between fields beside what is wrong in one',
      { from: '2026-05-03', group_by: 'day,week', utc_offset: 'x' },
      ['/group_by', '/to', '/utc_offset'],
    ],
    [
      'what is wrong between fields beside the form',
      { group_by: 'day,week', format: 'xlsx' },
      ['/format', '/group_by'],
    ],
    [
      'nothing that another field may yet make right',
      { from: 'x', group_by: 'cohort_period', cohort_period: 'year', metrics: '', vendor_metrics: 'nobody:waus' },
      ['/cohort_period', '/from', '/vendor_metrics'],
    ],
    [
      'a vendor’s metrics beside other fields',
      { utc_offset: 'x', vendors: 'kochava', vendor_metrics: 'adjust:installs' },
      ['/utc_offset', '/vendor_metrics'],
    ],
  ])('names %s', async (_, params, pointers) => {
    const { status, body } = await get({ ...RIGHT, ...params });
    expect([status, body.code, named(body.errors)]).toEqual([400, 'BAD_USER_INPUT', pointers]);
    for (const { detail } of body.errors) expect(detail).toMatch(/\w/);
    nothingSent();
  });

  it('says which values of a list are wrong', async () => {
    const { body } = await get({ ...RIGHT, countries: 'DE,XX1,ZZ', metrics: 'installs,nope' });
    expect(body.detail).toContain('"XX1", "ZZ"');
    expect(body.detail).toContain('"nope"');
    nothingSent();
  });

  it('says that a day is missing, and how one is written', async () => {
    const { body } = await get({ metrics: 'installs', to: '2026-13-01' });
    expect(body.errors).toEqual([
      { pointer: '/from', detail: 'is needed, as a day like 2026-01-31' },
      { pointer: '/to', detail: 'must be a day of the calendar, as YYYY-MM-DD' },
    ]);
    nothingSent();
  });

  it('speaks of parameters as a URL spells them, and of a vendor’s metric as it must be written', async () => {
    const detail = async (params: Record<string, string>) => (await get({ ...RIGHT, ...params })).body.errors[0].detail;
    expect(await detail({ metrics: '' })).toBe('ask for one metric at least, here or in vendor_metrics');
    expect(await detail({ vendor_metrics: 'adjust:waus,baz,appsflyer:x' })).toMatch(
      /vendor:name, as adjust:waus or .*, not "baz", "appsflyer:x"$/,
    );
    expect(await detail({ group_by: 'event' })).not.toMatch(/groupBy/);
    const list = await gateway.http('get', '/v1/reports?limit=50', key);
    expect([list.status, list.body.errors]).toEqual([
      400,
      [{ pointer: '/limit', detail: expect.stringMatching(/is not a parameter here, as first, after, app, .* are/) }],
    ]);
    nothingSent();
  });

  it('refuses a parameter that stands there twice, and a form that does', async () => {
    const base = '/v1/kpis?from=2026-05-01&to=2026-05-02&metrics=installs';
    for (const [more, pointer] of [
      ['&from=2026-05-02', '/from'],
      ['&utc_offset=%2B01:00&utc_offset=%2B02:00', '/utc_offset'],
      ['&format=csv&format=json', '/format'],
      ['&totals=true&totals=false', '/totals'],
    ]) {
      const { status, body } = await gateway.http('get', base + more, key);
      expect([more, status, named(body.errors)]).toEqual([more, 400, [pointer]]);
    }
    nothingSent();
  });

  it('takes enumerated values in any letter case, lists in any order, and repeated parameters', async () => {
    const { status, body } = await get({
      ...RIGHT,
      metrics: 'Installs',
      group_by: 'Day',
      vendors: 'Adjust',
      countries: 'de,Us',
      adjust_attribution_type: 'All',
    });
    expect([status, body.rowCount]).toEqual([200, 2]);
    expect(gateway.sandbox.requests[0]!.query).toMatchObject({ countries: 'de,us', attribution_type: 'all' });
    const spaced = await get({ ...RIGHT, metrics: 'sessions', cohort_range: '0 - 2, 5', group_by: 'cohort_period' });
    expect([spaced.status, spaced.body.rows.map((row: { cohort_period: number }) => row.cohort_period)]).toEqual([
      200,
      [0, 1, 2, 5],
    ]);
  });

  const METRIC = { vendor: 'ADJUST', name: 'waus' };
  const JSON_RIGHT = { from: '2026-05-01', to: '2026-05-02', metrics: ['INSTALLS'] };
  it.each<[string, object, string[]]>([
    ['a list for a filter', { filter: [{ countries: ['DE'] }] }, ['/filter']],
    ['a list for a cohort', { cohort: [] }, ['/cohort']],
    ['a list for options', { adjust: [{ sandbox: true }] }, ['/adjust']],
    ['a text for a filter', { filter: 'DE' }, ['/filter']],
    [
      'a text for a list',
      { metrics: 'INSTALLS', groupBy: 'DAY', vendors: 'ADJUST' },
      ['/groupBy', '/metrics', '/vendors'],
    ],
    ['a list of lists', { vendorMetrics: [[]] }, ['/vendorMetrics']],
    ['a list of nulls', { vendorMetrics: [null], metrics: [null] }, ['/metrics', '/vendorMetrics']],
    ['an object for a list', { vendorMetrics: {}, metrics: {} }, ['/metrics', '/vendorMetrics']],
    [
      'explicit nulls',
      {
        from: null,
        metrics: null,
        groupBy: null,
        utcOffset: null,
        waitSeconds: null,
        onFailedSource: null,
        vendorMetrics: null,
      },
      ['/from', '/groupBy', '/metrics', '/onFailedSource', '/utcOffset', '/vendorMetrics', '/waitSeconds'],
    ],
    ['nulls deeper down', { cohort: { period: null } }, ['/cohort/period']],
    ['empty lists', { appIds: [] }, ['/appIds']],
    ['empty filters', { filter: { countries: [], networks: [] } }, ['/filter/countries', '/filter/networks']],
    ['empty names', { filter: { networks: [''] } }, ['/filter/networks']],
    [
      'other types',
      { from: 20260501, waitSeconds: '10', adjust: { sandbox: 'true' }, filter: { countries: [5] } },
      ['/adjust/sandbox', '/filter/countries', '/from', '/waitSeconds'],
    ],
    [
      'unknown fields at every level',
      {
        app: 'x',
        filter: { country: ['DE'] },
        adjust: { sandbx: true },
        vendorMetrics: [{ vendor: 'ADJUST', name: 'waus', as: 'x' }],
      },
      ['/adjust/sandbx', '/app', '/filter/country', '/vendorMetrics/0/as'],
    ],
    [
      'names that every object has',
      { constructor: {}, toString: 1, filter: { constructor: {} }, vendorMetrics: [{ ...METRIC, valueOf: 'x' }] },
      ['/constructor', '/filter/constructor', '/toString', '/vendorMetrics/0/valueOf'],
    ],
    ['a constructor where a text belongs', { from: { constructor: {} } }, ['/from/constructor']],
    [
      'vendor metrics without their halves',
      { vendorMetrics: [{ vendor: 'ADJUST' }, { name: 'waus' }] },
      ['/vendorMetrics/0/name', '/vendorMetrics/1/vendor'],
    ],
  ])('names %s in JSON', async (_, body, pointers) => {
    const answer = await query({ ...JSON_RIGHT, ...body });
    expect([answer.status, answer.body.code, named(answer.body.errors)]).toEqual([400, 'BAD_USER_INPUT', pointers]);
    nothingSent();
  });

  it('takes null for absent where the schema lets it be null', async () => {
    const { status } = await query({
      ...JSON_RIGHT,
      appIds: null,
      filter: null,
      vendors: null,
      cohort: null,
      adjust: null,
    });
    expect(status).toBe(200);
    const nested = await query({ ...JSON_RIGHT, filter: { countries: null }, adjust: { trackerToken: null } });
    expect(nested.status).toBe(200);
  });

  it('says the same at GraphQL as at REST', async () => {
    for (const input of [
      { ...JSON_RIGHT, to: '2026-04-01' },
      { ...JSON_RIGHT, groupBy: ['DAY', 'WEEK'] },
      { ...JSON_RIGHT, metrics: [] },
      { ...JSON_RIGHT, from: '2999-01-01', to: '2999-01-02' },
      { ...JSON_RIGHT, filter: { countries: ['ZZ'], osNames: ['palm'] } },
      { ...JSON_RIGHT, utcOffset: '+25:00', waitSeconds: 31 },
      { ...JSON_RIGHT, vendorMetrics: [{ vendor: 'ADJUST', name: 'wauz' }] },
      { ...JSON_RIGHT, adjust: { trackerToken: 'abc123' } },
      { ...JSON_RIGHT, appIds: ['nope'] },
      { ...JSON_RIGHT, appIds: [] },
      { ...JSON_RIGHT, groupBy: ['SITE'] },
      { ...JSON_RIGHT, to: '2026-04-01', utcOffset: '+25:00', groupBy: ['DAY', 'WEEK'], filter: { networks: [] } },
    ]) {
      const [rest, told] = await Promise.all([query(input), graphql(input)]);
      expect([told.code, told.errors, told.message]).toEqual([rest.body.code, rest.body.errors, rest.body.detail]);
      expect(rest.status).toBeGreaterThanOrEqual(400);
    }
    nothingSent();
  });

  it('names what is wrong between fields at its place in JSON, beside what is wrong in one', async () => {
    const { body } = await query({
      ...JSON_RIGHT,
      to: '2026-04-01',
      waitSeconds: 31,
      vendors: ['KOCHAVA'],
      vendorMetrics: [
        { vendor: 'ADJUST', name: 'installs', as: 'x' },
        { vendor: 'ADJUST', name: 'waus' },
      ],
      filter: { countries: ['Germany'], networks: [] },
    });
    expect(named(body.errors)).toEqual([
      '/filter/countries',
      '/filter/networks',
      '/to',
      '/vendorMetrics/0/as',
      '/vendorMetrics/0/name',
      '/vendorMetrics/0/vendor',
      '/vendorMetrics/1/vendor',
      '/waitSeconds',
    ]);
    nothingSent();
  });

  it('names the metrics that each vendor has none of, and asks none of them', async () => {
    const { status, body } = await get({ ...RIGHT, vendor_metrics: 'kochava:foo,adjust:bar' });
    const details = body.errors.map(({ pointer, detail }: { pointer: string; detail: string }) => [
      pointer,
      detail.split(';')[0],
    ]);
    expect([status, details.sort()]).toEqual([
      400,
      [
        ['/vendor_metrics', 'Adjust has no metric "bar"'],
        ['/vendor_metrics', 'Kochava has no metric "foo"'],
      ],
    ]);
    expect((await get({ ...RIGHT, vendor_metrics: 'kochava:foo' })).status).toBe(400);
    nothingSent();
  });

  it('says NOT_FOUND of an app that the key may not touch, in the same words as of none', async () => {
    const narrow = await gateway.key({ appIds: [gateway.apps[0].id] });
    const [mine, other] = [gateway.apps[0].id, gateway.apps[1].id];
    const missing = '00000000-0000-4000-8000-000000000000';
    const answers = [
      await get({ ...RIGHT, app: `${mine},${other}` }, narrow),
      await get({ ...RIGHT, app: `${mine},${missing}` }, narrow),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
    ]);
    expect(answers[0]!.body.detail.replace(other, missing)).toBe(answers[1]!.body.detail);
    nothingSent();
    expect((await get({ ...RIGHT }, narrow)).body.sources[0].apps).toHaveLength(1);
  });

  it('says CREDENTIAL_MISSING before anything is sent, and FAILED where half an answer will do', async () => {
    const tenant = await gateway.app.get(Tenants).create({ slug: 'bare', name: 'Bare' });
    await gateway.app
      .get(AppRegistry)
      .create(tenant.id, { name: 'A', platform: 'ios', adjustToken: SMALL_APPS[0]!.token });
    const bare = await gateway.key({ of: tenant });
    const error = await get({ ...RIGHT, on_failed_source: 'error' }, bare);
    expect([error.status, error.body.code, error.body.vendor]).toEqual([424, 'CREDENTIAL_MISSING', 'ADJUST']);
    const partial = await get(RIGHT, bare);
    expect([partial.status, partial.body.rows, partial.body.sources[0]]).toMatchObject([
      200,
      [],
      { status: 'FAILED', error: { code: 'CREDENTIAL_MISSING' } },
    ]);
    const withTotals = await get({ ...RIGHT, totals: 'true' }, bare);
    expect([withTotals.status, withTotals.body.totals]).toEqual([200, []]);
    for (const format of ['csv', 'ndjson']) {
      expect((await get({ ...RIGHT, format }, bare)).status).toBe(424);
      expect((await get({ ...RIGHT, format, on_failed_source: '' }, bare)).status).toBe(424);
      expect((await get({ ...RIGHT, format, on_failed_source: 'partial' }, bare)).status).toBe(200);
    }
    nothingSent();
  });

  it('says CREDENTIAL_REJECTED, as 424, of a credential that Adjust refuses', async () => {
    const tenant = await gateway.app.get(Tenants).create({ slug: 'wrong', name: 'Wrong' });
    await gateway.app
      .get(AppRegistry)
      .create(tenant.id, { name: 'A', platform: 'ios', adjustToken: SMALL_APPS[0]!.token });
    await gateway.app.get(CredentialVault).put(tenant.id, 'adjust', 'not-a-token-of-adjust');
    const wrong = await gateway.key({ of: tenant });
    const error = await get({ ...RIGHT, on_failed_source: 'error' }, wrong);
    expect([error.status, error.body.code, error.body.upstreamStatus]).toEqual([424, 'CREDENTIAL_REJECTED', 401]);
    expect(error.text).not.toContain('not-a-token-of-adjust');
    expect((await get(RIGHT, wrong)).body.sources[0]).toMatchObject({
      status: 'FAILED',
      error: { code: 'CREDENTIAL_REJECTED' },
    });
    const csv = await get({ ...RIGHT, format: 'csv' }, wrong);
    expect([csv.status, csv.body.code]).toEqual([424, 'CREDENTIAL_REJECTED']);
    const told = await graphql({ ...JSON_RIGHT, onFailedSource: 'ERROR' }, wrong);
    expect([told.code, told.body.data]).toEqual(['CREDENTIAL_REJECTED', { kpis: null }]);
  });

  it('hands on what Adjust says of an app that this token can not see', async () => {
    const tenant = await gateway.app.get(Tenants).create({ slug: 'blind', name: 'Blind' });
    await gateway.app.get(AppRegistry).create(tenant.id, { name: 'A', platform: 'ios', adjustToken: 'zzzzzzzzzzz1' });
    const vault = gateway.app.get(CredentialVault);
    await vault.put(tenant.id, 'adjust', 'sbxu7k2mzw9a4hv8nptd');
    const { status, body } = await get({ ...RIGHT, on_failed_source: 'error' }, await gateway.key({ of: tenant }));
    expect([status, body.code, body.vendor]).toEqual([422, 'UPSTREAM_REJECTED', 'ADJUST']);
    expect([403, 404]).toContain(body.upstreamStatus);
  });

  it('hands on what Adjust says of a tracker of another app', async () => {
    const { status, body } = await get({
      ...RIGHT,
      app: gateway.apps[0].id,
      adjust_tracker: 'zzzzz1',
      on_failed_source: 'error',
    });
    expect([status, body.code]).toEqual([422, 'UPSTREAM_REJECTED']);
  });
});
