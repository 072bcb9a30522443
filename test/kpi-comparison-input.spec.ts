import { Sealer } from '#libs/audit';
import { useComparison } from './support/comparison.js';
import { EVERY_SCOPE } from './support/gateway.js';

describe('who may ask for a comparison, and for what', () => {
  const comparison = useComparison();
  const { gateway, get, graphql } = comparison;

  const named = (errors: { pointer: string }[] | undefined) =>
    [...new Set(errors?.map(({ pointer }) => pointer))].sort();

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
    [
      'what is wrong between fields beside what is wrong in one',
      { to: '2026-04-30', group_by: 'day,week', tolerance_percent: '-1' },
      { to: '2026-04-30', groupBy: ['DAY', 'WEEK'], filter: { networks: [] }, tolerancePercent: -1 },
      ['/group_by', '/to', '/tolerance_percent'],
      ['/filter/networks', '/groupBy', '/to', '/tolerancePercent'],
    ],
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

  it('says what is to be asked for where nothing is', async () => {
    const { body } = await get({ metrics: '' });
    expect(body.detail).toBe('metrics: ask for one metric at least');
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
    const narrow = await gateway.key({ appIds: [gateway.apps[1].id] });
    expect((await get({ app: app.id }, narrow)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await graphql({ appIds: [app.id] }, narrow)).body.errors[0].extensions.code).toBe('NOT_FOUND');
    const { status, body: nothing } = await get({}, stranger);
    expect([status, nothing.code]).toEqual([422, 'UNSUPPORTED']);
  });

  it('is audited as a reading of KPIs that says what was compared', async () => {
    await get({ metrics: 'ctr', app: gateway.apps[0].id, tolerance_percent: '2.5' });
    await gateway.app.get(Sealer).flush();
    const { body } = await gateway.http('get', '/v1/audit-events?actions=kpis.read&first=1', comparison.key);
    expect(body.data).toMatchObject([
      {
        action: 'kpis.read',
        app: { id: gateway.apps[0].id },
        request: { comparison: { metrics: ['CTR'], tolerancePercent: 2.5 }, metrics: ['CLICKS', 'IMPRESSIONS'] },
      },
    ]);
  });
});
