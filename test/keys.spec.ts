import { connect } from 'node:net';
import { Sealer } from '#libs/audit';
import { ApiKeys } from '#libs/tenancy';
import { ADMIN_KEY, useGateway } from './support/gateway.js';

describe('keys', () => {
  const gateway = useGateway();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
  const basic = (password: string, user = 'excel') => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const refused = async (headers: Record<string, string>) => {
    const { status, body, headers: answered } = await gateway.http('get', '/v1/viewer').set(headers);
    expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(answered['www-authenticate']).toMatch(/^Basic realm=/);
    return body.detail as string;
  };

  it('asks for one, and says how to send it', async () => {
    expect(await refused({})).toContain('X-API-Key');
    expect(await refused({ authorization: 'Bearer ' })).toContain('X-API-Key');
    expect(await refused({ authorization: 'Digest username="a"' })).toContain('X-API-Key');
    expect(await refused({ authorization: 'Basic !!!' })).toContain('X-API-Key');
  });

  it('tells a typo from a key that it does not know', async () => {
    const typo = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
    expect(await refused(bearer(typo))).toContain('complete');
    expect(await refused(bearer(key.slice(0, -3)))).toContain('complete');
    expect(await refused(bearer(ADMIN_KEY))).toContain('complete');
  });

  it('takes Bearer, X-API-Key and the password of Basic, and the same key twice', async () => {
    for (const headers of [
      bearer(key),
      { authorization: `bearer ${key}` },
      { 'x-api-key': key },
      { authorization: basic(key) },
      { authorization: basic(key, '') },
      { authorization: basic(key), 'x-api-key': key },
    ]) {
      expect((await gateway.http('get', '/v1/viewer').set(headers)).status).toBe(200);
    }
  });

  it('refuses two different keys, whatever either could do', async () => {
    const other = await gateway.key();
    expect(await refused({ ...bearer(key), 'x-api-key': other })).toContain('Two different keys');
    expect(await refused({ authorization: basic(key), 'x-api-key': `${key}x` })).toContain('Two different keys');
  });

  it('refuses two Authorization headers', async () => {
    const [one, other] = [await gateway.key(), await gateway.key({ of: gateway.otherTenant })];
    // Node's client joins what stands twice; a socket does not.
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const lines = [
      'GET /v1/viewer HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${one}`,
      `Authorization: Bearer ${other}`,
    ];
    socket.end(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const piece of socket) text += piece;
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('writes a row for the first refusals of a dead key only', async () => {
    const dead = await gateway.app.get(ApiKeys).issue(gateway.tenant.id, { name: 'dead', scopes: ['apps:read'] });
    await gateway.app.get(ApiKeys).revoke(gateway.tenant.id, dead.id);
    for (let index = 0; index < 50; index++) expect(await refused(bearer(dead.key))).toContain('not valid');
    await gateway.app.get(Sealer).flush();
    const rows = await gateway.database.sql('SELECT 1 FROM audit_rows WHERE key_id = $1', [dead.id]);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(30);
  });

  it('refuses a key in the query', async () => {
    const { status, body } = await gateway.http('get', `/v1/viewer?api_key=${key}&key=${key}`);
    expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(JSON.stringify(body)).not.toContain(key);
  });

  it('stops a revoked key within a second, also where it was used a moment ago', async () => {
    const issued = await gateway.app.get(ApiKeys).issue(gateway.tenant.id, { name: 'short', scopes: ['apps:read'] });
    expect((await gateway.http('get', '/v1/viewer', issued.key)).status).toBe(200);
    // As another replica would do it: this one's memory is not told.
    await gateway.database.sql('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [issued.id]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await refused(bearer(issued.key))).toContain('not valid');
  });

  it('refuses an expired key', async () => {
    const issued = await gateway.app.get(ApiKeys).issue(gateway.tenant.id, { name: 'old', scopes: ['apps:read'] });
    await gateway.database.sql(`UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      issued.id,
    ]);
    expect(await refused(bearer(issued.key))).toContain('expired');
  });

  it('keeps tenants apart: another tenant’s app is a missing app, in the same words', async () => {
    const foreign = await gateway.key({ of: gateway.otherTenant });
    const missing = '00000000-0000-4000-8000-000000000000';
    const [theirs, none] = await Promise.all(
      [gateway.apps[0].id, missing].map((id) => gateway.http('get', `/v1/apps/${id}`, foreign)),
    );
    expect([theirs!.status, theirs!.body.code]).toEqual([404, 'NOT_FOUND']);
    expect(theirs!.body.detail.replace(gateway.apps[0].id, missing)).toBe(none!.body.detail);
    expect((await gateway.http('get', '/v1/apps', foreign)).body.data).toEqual([]);
    const malformed = await gateway.http('get', '/v1/apps/1%27%20or%201=1', foreign);
    expect([malformed.status, malformed.body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('names the scope that is missing, and hides apps that are not on the list', async () => {
    const narrow = await gateway.key({ scopes: ['apps:read'], appIds: [gateway.apps[0].id] });
    const kpis = await gateway.http('get', '/v1/kpis?from=2026-01-01&to=2026-01-02&metrics=installs', narrow);
    expect([kpis.status, kpis.body.code]).toEqual([403, 'FORBIDDEN']);
    expect(kpis.body.detail).toContain('kpis:read');
    expect((await gateway.http('get', `/v1/apps/${gateway.apps[1].id}`, narrow)).status).toBe(404);
    expect((await gateway.http('get', '/v1/apps', narrow)).body.data).toHaveLength(1);
  });

  it('keeps the operator’s key and the tenants’ apart', async () => {
    const tenant = await gateway.http('get', '/v1/admin/tenants', key);
    expect([tenant.status, tenant.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    const operator = await gateway.http('get', '/v1/viewer', ADMIN_KEY);
    expect([operator.status, operator.body.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('refuses Basic on a write that a web page sent, and takes it on a read', async () => {
    const from = { origin: 'https://evil.example', authorization: basic(key) };
    const write = await gateway.http('post', '/v1/kpis/query').set(from).send({});
    expect([write.status, write.body.code]).toEqual([403, 'FORBIDDEN']);
    expect((await gateway.http('post', '/graphql').set(from).send({ query: '{viewer{keyName}}' })).status).toBe(403);
    expect((await gateway.http('get', '/v1/viewer').set(from)).status).toBe(200);
    const withBearer = { origin: 'https://evil.example', ...bearer(key) };
    expect((await gateway.http('post', '/v1/kpis/query').set(withBearer).send({})).status).toBe(400);
  });
});
