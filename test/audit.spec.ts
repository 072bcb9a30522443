import { Sealer } from '#libs/audit';
import { EVERY_SCOPE, useGateway } from './support/gateway.js';

const gateway = useGateway();
const PATH = '/v1/audit-events';

/** What was read or denied is written within a second; specs do not wait for it. */
const written = () => gateway.app.get(Sealer).flush();

const EVENTS = `query ($first: Int! = 50, $after: String, $filter: AuditFilter) {
  auditEvents(first: $first, after: $after, filter: $filter) {
    nodes { id at keyId keyName edge action resource vendor outcome code upstreamStatus durationMs requestId request before after }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Node {
  action: string;
  [name: string]: unknown;
}

async function eventsOf(key: string, filter: object): Promise<Node[]> {
  await written();
  const { body } = await gateway.graphql(key, EVENTS, { filter });
  expect(body.errors).toBeUndefined();
  return body.data.auditEvents.nodes as Node[];
}

describe('who may read it', () => {
  it('is a key with audit:read, at both doors; a refusal is an event too', async () => {
    const key = await gateway.key({ name: 'without', scopes: ['apps:read'] });
    expect((await gateway.http('get', PATH)).status).toBe(401);
    const rest = await gateway.http('get', PATH, key);
    expect([rest.status, rest.body.code]).toEqual([403, 'FORBIDDEN']);
    const graph = await gateway.graphql(key, EVENTS);
    expect([graph.status, graph.body.errors[0].extensions.code]).toEqual([200, 'FORBIDDEN']);
    const denied = await eventsOf(await gateway.key(), { keyNames: ['without'], outcomes: ['DENIED'] });
    expect(denied.map(({ edge, code, resource }) => [edge, code, resource])).toEqual([
      ['GRAPHQL', 'FORBIDDEN', 'scope:audit:read'],
      ['REST', 'FORBIDDEN', 'scope:audit:read'],
    ]);
  });

  it('sees its own tenant only', async () => {
    const foreign = await gateway.key({ of: gateway.otherTenant, name: 'foreign' });
    await gateway.http('get', '/v1/apps', foreign);
    await gateway.http('get', '/v1/apps', await gateway.key({ name: 'own' }));
    const names = (await eventsOf(foreign, { actions: ['apps.read'] })).map(({ keyName }) => keyName);
    expect(new Set(names)).toEqual(new Set(['foreign']));
  });

  it('sees the events of its apps, where it has a list', async () => {
    const [ios, android] = gateway.apps;
    const all = await gateway.key();
    for (const app of [ios, android]) await gateway.http('get', `/v1/apps/${app.id}`, all);
    const listed = await gateway.key({ appIds: [ios.id] });
    await written();
    const { body } = await gateway.http('get', `${PATH}?actions=app.read`, listed);
    expect(body.data.length).toBeGreaterThan(0);
    expect(new Set(body.data.map(({ appId }: { appId: string }) => appId))).toEqual(new Set([ios.id]));
    const other = await gateway.http('get', `${PATH}?app=${android.id}`, listed);
    expect(other.body.data).toEqual([]);
  });

  it('learns of apps with apps:read only, at the edge as at the root', async () => {
    const [ios] = gateway.apps;
    await gateway.http('get', `/v1/apps/${ios.id}`, await gateway.key());
    await written();
    const query = '{ auditEvents(filter: { actions: ["app.read"] }) { nodes { id app { id name } } } }';
    const without = await gateway.key({ scopes: ['audit:read'] });
    const refused = (await gateway.graphql(without, query)).body;
    expect(refused.data.auditEvents.nodes[0]).toMatchObject({ id: expect.any(String), app: null });
    expect(refused.errors[0].extensions.code).toBe('FORBIDDEN');
    const shown = (await gateway.graphql(await gateway.key(), query)).body;
    expect(shown.data.auditEvents.nodes).toContainEqual({
      id: expect.any(String),
      app: { id: ios.id, name: 'Orbit Runner iOS' },
    });
    const rest = (await gateway.http('get', `${PATH}?actions=app.read&app=${ios.id}`, without)).body.data[0];
    expect(rest).toMatchObject({ appId: ios.id, app: null });
  });
});

describe('what it tells', () => {
  it('who asked what, how it ended, and that the log itself was read', async () => {
    const key = await gateway.key({ name: 'curious' });
    await gateway.http('get', `${PATH}?first=7`, key).set('X-Request-Id', 'the-reading');
    const [event] = await eventsOf(key, { actions: ['audit.read'], keyNames: ['curious'] });
    expect(event).toMatchObject({
      keyName: 'curious',
      edge: 'REST',
      action: 'audit.read',
      outcome: 'SUCCEEDED',
      code: null,
      requestId: 'the-reading',
      request: { first: 7 },
    });
  });

  it('what the operator did to this tenant, and never a secret', async () => {
    const slug = gateway.tenant.slug;
    const secret = 'a-secret-of-kochavas-0123456789';
    const put = await gateway.admin('put', `/tenants/${slug}/credentials/kochava-links`, { secret });
    expect(put.status).toBe(200);
    const events = await eventsOf(await gateway.key(), { resource: 'credential:kochava-links' });
    expect(events).toMatchObject([
      { keyName: 'operator', edge: 'ADMIN', action: 'credential.put', vendor: 'KOCHAVA', outcome: 'SUCCEEDED' },
    ]);
    const rows = await gateway.database.sql('SELECT * FROM audit_rows');
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});

describe('its forms', () => {
  it('page through everything once, newest first', async () => {
    const key = await gateway.key({ name: 'pager' });
    for (let count = 0; count < 5; count++) await gateway.http('get', '/v1/viewer', key);
    await written();
    const seen: Node[] = [];
    let path: string | undefined = `${PATH}?key_names=pager&actions=viewer.read&first=2`;
    while (path) {
      const answer = await gateway.http('get', path, key);
      seen.push(...(answer.body.data as Node[]));
      path = /<([^>]+)>; rel="next"/.exec(answer.headers['link'] ?? '')?.[1];
      expect(answer.body.page.hasNextPage).toBe(path !== undefined);
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(5);
    const times = seen.map(({ at }) => at as string);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('CSV and NDJSON hold every event, or as many as were asked for', async () => {
    const key = await gateway.key({ name: '=cmd|calc' });
    for (let count = 0; count < 3; count++) await gateway.http('get', '/v1/viewer', key);
    await written();
    const query = `${PATH}?key_names=${encodeURIComponent('=cmd|calc')}&actions=viewer.read`;
    const csv = await gateway.http('get', query, key).set('Accept', 'text/csv');
    const lines = csv.text.trimEnd().split('\n');
    expect(lines[0]).toBe(
      'id,at,key_id,key_name,edge,action,app_id,resource,vendor,outcome,code,upstream_status,duration_ms,request_id,request,before,after',
    );
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(",'=cmd|calc,REST,viewer.read,");
    const two = await gateway.http('get', `${query}&format=ndjson&first=2`, key);
    const rows = two.text.trimEnd().split('\n');
    expect(rows.map((line) => JSON.parse(line).key_name)).toEqual(['=cmd|calc', '=cmd|calc']);
  });

  it('name every bad parameter', async () => {
    const key = await gateway.key();
    const bad =
      'first=0&from=2026-02-30T00:00:00Z&actions=kpis.red&outcomes=fine&colour=red&bom=perhaps&resource=a&resource=b';
    const { status, body } = await gateway.http('get', `${PATH}?${bad}`, key);
    expect([status, body.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(
      ['/actions', '/bom', '/colour', '/first', '/from', '/outcomes', '/resource'].sort(),
    );
    const cursor = await gateway.http('get', `${PATH}?after=nonsense`, key);
    expect(cursor.body.errors[0].pointer).toBe('/after');
    const table = await gateway.http('get', `${PATH}?after=nonsense&format=csv`, key);
    expect([table.status, table.body.code]).toEqual([400, 'BAD_USER_INPUT']);
    const graph = await gateway.graphql(key, EVENTS, { first: 1000, filter: { actions: ['x'] } });
    const named = graph.body.errors[0].extensions.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(new Set(named)).toEqual(new Set(['/first', '/filter/actions']));
  });

  it('take an instant in any zone, and filter by it', async () => {
    const key = await gateway.key({ scopes: EVERY_SCOPE });
    const none = await gateway.http('get', `${PATH}?to=2020-01-01T00:00:00%2B02:00`, key);
    expect(none.body.data).toEqual([]);
    const unescaped = await gateway.http('get', `${PATH}?to=2020-01-01T00:00:00+02:00`, key);
    expect(unescaped.status).toBe(200);
  });

  it('refuse what the database can not compare with', async () => {
    const key = await gateway.key();
    for (const bad of ['resource=%00', 'key_names=%00', 'from=0000-01-01T00:00:00Z']) {
      const { status, body } = await gateway.http('get', `${PATH}?${bad}`, key);
      expect([bad, status, body.code]).toEqual([bad, 400, 'BAD_USER_INPUT']);
    }
  });
});
