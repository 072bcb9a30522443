import { AppRegistry, CredentialVault, type TenantRecord, Tenants } from '#libs/tenancy';
import { DEMO_USER, SMALL_APPS } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';

describe('KPIs over fifty apps', () => {
  const gateway = useGateway({ adjustOnly: true });
  beforeEach(() => gateway.sandbox.reset());

  const graphql = async (query: string, variables: object = {}, as: string) => {
    const { body } = await gateway.graphql(as, query, variables);
    expect(body.errors).toBeUndefined();
    return body.data;
  };
  const sent = () => gateway.sandbox.requests.filter(({ path }) => path.startsWith('/kpis/'));
  let tenant: TenantRecord;
  let many: string;
  beforeAll(async () => {
    tenant = await gateway.app.get(Tenants).create({ slug: 'fifty', name: 'Fifty' });
    const registry = gateway.app.get(AppRegistry);
    for (const { name, store, token } of SMALL_APPS)
      await registry.create(tenant.id, { name, platform: store, adjustToken: token });
    await gateway.app.get(CredentialVault).put(tenant.id, 'adjust', DEMO_USER.token);
    many = await gateway.key({ of: tenant });
  });
  const APPS = (fields: string, input: string) =>
    `{ apps(first: 50) { nodes { id name kpis(input: { from: "2026-05-01", to: "2026-05-03", ${input} }) { ${fields} } } } }`;
  const VALUES = 'rows { time country currency app { id } metrics { value } }';

  it('asks once', async () => {
    const path = '/v1/kpis?from=2026-05-01&to=2026-05-31&metrics=installs&group_by=app';
    const { body } = await gateway.http('get', path, many);
    expect([body.rowCount, sent().length]).toEqual([50, 1]);
  });

  it('asks once for apps { nodes { kpis } } with one input', async () => {
    const { apps } = await graphql(APPS(VALUES, 'metrics: [INSTALLS, REVENUE]'), {}, many);
    expect([apps.nodes.length, sent().length]).toEqual([50, 1]);
    for (const { kpis } of apps.nodes) expect([kpis.rows.length, kpis.rows[0].app]).toEqual([1, null]);
    gateway.sandbox.reset();
    const days = await graphql(APPS(VALUES, 'metrics: [INSTALLS], groupBy: [DAY, COUNTRY]'), {}, many);
    expect(sent()).toHaveLength(1);
    const added = (node: { kpis: { rows: { metrics: { value: number }[] }[] } }) =>
      node.kpis.rows.reduce((all, row) => all + row.metrics[0]!.value, 0);
    expect(days.apps.nodes.map(added)).toEqual(apps.nodes.map(added));
  });

  it('keeps the app where it was grouped by, and every row belongs to its app', async () => {
    const { apps } = await graphql(APPS(VALUES, 'metrics: [INSTALLS], groupBy: [DAY, APP]'), {}, many);
    expect(sent()).toHaveLength(1);
    for (const { id, kpis } of apps.nodes) for (const row of kpis.rows) expect(row.app.id).toBe(id);
  });

  it('asks once more for all totals together', async () => {
    const { apps } = await graphql(
      APPS(`rowCount totals { metrics { value } } ${VALUES}`, 'metrics: [SESSIONS], groupBy: [DAY]'),
      {},
      many,
    );
    expect(sent()).toHaveLength(2);
    for (const { kpis } of apps.nodes) {
      const added = kpis.rows.reduce(
        (all: number, row: { metrics: { value: number }[] }) => all + row.metrics[0]!.value,
        0,
      );
      expect(kpis.totals.map((row: { metrics: { value: number }[] }) => row.metrics[0]!.value)).toEqual([added]);
    }
  });

  it('says of each app what it is about, and of the one that Adjust does not know that it is not', async () => {
    const registry = gateway.app.get(AppRegistry);
    const app = await registry.create(tenant.id, { name: 'AAA no Adjust', platform: 'ios', kochavaGuid: 'ko-none' });
    try {
      const { body } = await gateway.graphql(
        many,
        APPS('rowCount sources { status apps { id } }', 'metrics: [CLICKS], vendors: [ADJUST]'),
      );
      const [first, second] = body.data.apps.nodes;
      expect([first.id, first.kpis]).toEqual([app.id, null]);
      expect(
        body.errors.map(({ path, extensions }: { path: string[]; extensions: { code: string } }) => [
          path.join('.'),
          extensions.code,
        ]),
      ).toEqual([['apps.nodes.0.kpis', 'UNSUPPORTED']]);
      expect(second.kpis.sources).toEqual([{ status: 'FRESH', apps: [{ id: second.id }] }]);
    } finally {
      await registry.delete(tenant.id, app.id);
    }
  });
});
