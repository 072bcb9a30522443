import { randomUUID } from 'node:crypto';
import type supertest from 'supertest';
import { Sealer } from '#libs/audit';
import { DEMO_LINKS_KEY, DEMO_POSTBACKS_KEY, DEMO_USER, LIMITED_USER } from '../apps/sandbox/src/index.js';
import { ADMIN_KEY, useGateway } from './support/gateway.js';

const gateway = useGateway();

const pointers = ({ body }: supertest.Response): string[] =>
  body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();

async function newTenant(): Promise<string> {
  const slug = `t-${randomUUID()}`;
  expect((await gateway.admin('post', '/tenants', { slug, name: 'Team' })).status).toBe(201);
  return slug;
}

describe('the door', () => {
  const DOORS: [Parameters<typeof gateway.admin>[0], string][] = [
    ['post', '/tenants'],
    ['get', '/tenants'],
    ['get', '/tenants/orbit'],
    ['patch', '/tenants/orbit'],
    ['delete', '/tenants/orbit'],
    ['get', '/tenants/orbit/credentials'],
    ['put', '/tenants/orbit/credentials/adjust'],
    ['get', '/tenants/orbit/credentials/adjust'],
    ['delete', '/tenants/orbit/credentials/adjust'],
    ['post', '/tenants/orbit/credentials/adjust/verify'],
    ['post', '/tenants/orbit/apps'],
    ['get', '/tenants/orbit/apps'],
    ['patch', '/tenants/orbit/apps/1'],
    ['delete', '/tenants/orbit/apps/1'],
    ['post', '/tenants/orbit/api-keys'],
    ['get', '/tenants/orbit/api-keys'],
    ['post', '/tenants/orbit/api-keys/1/rotate'],
    ['delete', '/tenants/orbit/api-keys/1'],
    ['put', '/tenants/orbit/network-aliases'],
    ['get', '/tenants/orbit/network-aliases'],
    ['put', '/tenants/orbit/limits'],
    ['get', '/tenants/orbit/limits'],
  ];

  it.each(DOORS)('%s %s opens for the operator’s key alone', async (method, path) => {
    const tenantKey = await gateway.key();
    for (const key of [undefined, tenantKey, `${ADMIN_KEY}x`]) {
      const { status, body } = await gateway.http(method, `/v1/admin${path}`, key);
      expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('is the only one that the operator’s key opens', async () => {
    expect((await gateway.http('get', '/v1/apps', ADMIN_KEY)).status).toBe(401);
    expect((await gateway.graphql(ADMIN_KEY, '{ viewer { keyName } }')).status).toBe(401);
  });

  it.each(DOORS.filter(([, path]) => path.includes('orbit')))('%s %s of no tenant is 404', async (method, path) => {
    const bodies: Record<string, object> = { credentials: { secret: 'x' }, 'network-aliases': [], limits: {} };
    const noun = Object.keys(bodies).find((name) => path.includes(name));
    const body = ['put', 'post', 'patch'].includes(method) ? (noun ? bodies[noun] : { name: 'x' }) : undefined;
    const answer = await gateway.admin(method, path.replace('orbit', 'nobody'), body);
    expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('tenants', () => {
  it('are made, read, renamed and deleted', async () => {
    const made = await gateway.admin('post', '/tenants', { slug: 'acme', name: 'Acme' });
    expect([made.status, made.body]).toEqual([201, { id: expect.any(String), slug: 'acme', name: 'Acme' }]);
    expect((await gateway.admin('get', '/tenants/acme')).body).toEqual(made.body);
    const renamed = await gateway.admin('patch', '/tenants/acme', { name: 'Acme Ltd' });
    expect([renamed.status, renamed.body]).toEqual([200, { ...made.body, name: 'Acme Ltd' }]);
    const again = await gateway.admin('post', '/tenants', { slug: 'acme', name: 'Acme' });
    expect([again.status, again.body.code, pointers(again)]).toEqual([409, 'CONFLICT', ['/slug']]);
    const key = await gateway.key({ of: { ...made.body, createdAt: new Date() } });
    expect((await gateway.http('get', '/v1/viewer', key)).status).toBe(200);
    const gone = await gateway.admin('delete', '/tenants/acme');
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await gateway.admin('get', '/tenants/acme')).status).toBe(404);
    expect((await gateway.http('get', '/v1/viewer', key)).status).toBe(401);
  });

  it('are listed by pages, each with a link to the next', async () => {
    for (let count = 0; count < 3; count++) await newTenant();
    const slugs: string[] = [];
    let path: string | undefined = '/v1/admin/tenants?first=2';
    while (path) {
      const { body, headers } = await gateway.http('get', path, ADMIN_KEY);
      slugs.push(...body.data.map(({ slug }: { slug: string }) => slug));
      path = /<([^>]+)>; rel="next"/.exec(headers['link'] ?? '')?.[1];
    }
    const all = (await gateway.admin('get', '/tenants?first=200')).body;
    expect(slugs).toEqual(all.data.map(({ slug }: { slug: string }) => slug));
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(all.page).toEqual({ hasNextPage: false, endCursor: expect.any(String) });
  });

  it.each([
    [{ slug: 'Upper Case', name: 5, colour: 'red' }, ['/colour', '/name', '/slug']],
    [{ slug: null, name: null }, ['/name', '/slug']],
    [{}, ['/name', '/slug']],
    [[], ['']],
  ])('refuse %j', async (body, bad) => {
    const answer = await gateway.admin('post', '/tenants', body);
    expect([answer.status, answer.body.code, pointers(answer)]).toEqual([400, 'BAD_USER_INPUT', bad]);
  });

  it.each(['first=0', 'first=ten', 'first=201', 'after=nonsense', 'colour=red'])('refuse ?%s', async (query) => {
    const answer = await gateway.admin('get', `/tenants?${query}`);
    expect([answer.status, pointers(answer)]).toEqual([400, [`/${query.split('=')[0]}`]]);
  });
});

describe('credentials', () => {
  it('are set, described and deleted, the secret answered never', async () => {
    const slug = await newTenant();
    const path = `/tenants/${slug}/credentials`;
    const secret = `secret-${randomUUID()}`;
    const put = await gateway.admin('put', `${path}/adjust`, { secret });
    const summary = {
      provider: 'adjust',
      fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
      updatedAt: expect.any(String),
    };
    expect([put.status, put.body]).toEqual([200, summary]);
    const described = await gateway.admin('get', `${path}/adjust`);
    const listed = await gateway.admin('get', path);
    expect(described.body).toEqual(put.body);
    expect(listed.body).toEqual({ data: [put.body], page: { hasNextPage: false, endCursor: null } });
    for (const { text } of [put, described, listed]) expect(text).not.toContain(secret);
    expect((await gateway.admin('delete', `${path}/adjust`)).status).toBe(204);
    expect((await gateway.admin('get', `${path}/adjust`)).status).toBe(404);
    expect((await gateway.admin('delete', `${path}/adjust`)).status).toBe(404);
    await gateway.app.get(Sealer).flush();
    expect(JSON.stringify(await gateway.database.sql('SELECT * FROM audit_rows'))).not.toContain(secret);
  });

  it('are asked about at the vendor before they take another’s place', async () => {
    const path = '/tenants/orbit/credentials/adjust';
    const standing = (await gateway.admin('get', path)).body;
    const refused = await gateway.admin('put', path, { secret: 'nobody-s-token' });
    expect([refused.status, refused.body.code, refused.body.vendor]).toEqual([424, 'CREDENTIAL_REJECTED', 'ADJUST']);
    expect((await gateway.admin('get', path)).body).toEqual(standing);
    gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 503 } });
    const silent = await gateway.admin('put', path, { secret: LIMITED_USER.token });
    gateway.sandbox.reset();
    expect([silent.status, silent.body.code]).toEqual([502, 'UPSTREAM_UNAVAILABLE']);
    expect((await gateway.admin('get', path)).body).toEqual(standing);
    const accepted = await gateway.admin('put', path, { secret: LIMITED_USER.token });
    expect([accepted.status, accepted.body.fingerprint === standing.fingerprint]).toEqual([200, false]);
    expect((await gateway.admin('put', path, { secret: DEMO_USER.token })).body.fingerprint).toBe(standing.fingerprint);
    await gateway.app.get(Sealer).flush();
    const outcomes = await gateway.database.sql(
      `SELECT o.outcome, o.code FROM audit_rows o JOIN audit_rows i ON i.id = o.intent_id
       WHERE i.action = 'credential.put' AND i.resource = 'credential:adjust' AND i.chain = $1 ORDER BY o.seq`,
      [gateway.tenant.id],
    );
    expect(outcomes).toEqual([
      { outcome: 'FAILED', code: 'CREDENTIAL_REJECTED' },
      { outcome: 'FAILED', code: 'UPSTREAM_UNAVAILABLE' },
      { outcome: 'SUCCEEDED', code: null },
      { outcome: 'SUCCEEDED', code: null },
    ]);
  });

  it('are verified on request', async () => {
    const path = '/tenants/orbit/credentials';
    const good = await gateway.admin('post', `${path}/adjust/verify`);
    expect([good.status, good.body]).toEqual([
      200,
      { valid: true, checkedAt: expect.any(String), message: expect.any(String) },
    ]);
    await gateway.admin('put', `${path}/adjust-reports`, { secret: 'wrong' });
    expect((await gateway.admin('post', `${path}/adjust-reports/verify`)).body).toMatchObject({
      valid: false,
      message: 'Invalid API token',
    });
    expect((await gateway.admin('put', `${path}/adjust-reports`, { secret: 'worse' })).body.code).toBe(
      'CREDENTIAL_REJECTED',
    );
    expect((await gateway.admin('put', `${path}/adjust-reports`, { secret: DEMO_USER.token })).status).toBe(200);
    expect((await gateway.admin('post', `${path}/adjust-reports/verify`)).body.valid).toBe(true);
    const none = await gateway.admin('post', `${path}/kochava-postbacks/verify`);
    expect([none.status, none.body.code]).toEqual([424, 'CREDENTIAL_MISSING']);
    await gateway.admin('put', `${path}/kochava-postbacks`, { secret: 'wrong' });
    expect((await gateway.admin('post', `${path}/kochava-postbacks/verify`)).body.valid).toBe(false);
    expect((await gateway.admin('put', `${path}/kochava-postbacks`, { secret: DEMO_POSTBACKS_KEY.key })).status).toBe(
      200,
    );
    expect((await gateway.admin('post', `${path}/kochava-postbacks/verify`)).body.valid).toBe(true);
    await gateway.admin('put', `${path}/kochava-links`, { secret: 'wrong' });
    expect((await gateway.admin('post', `${path}/kochava-links/verify`)).body.valid).toBe(false);
    expect((await gateway.admin('put', `${path}/kochava-links`, { secret: DEMO_LINKS_KEY.key })).status).toBe(200);
    expect((await gateway.admin('post', `${path}/kochava-links/verify`)).body.valid).toBe(true);
  });

  it.each([
    [{}, ['/secret']],
    [{ secret: null }, ['/secret']],
    [{ secret: 7, token: 'x' }, ['/secret', '/token']],
    [{ secret: 'a\nb' }, ['/secret']],
    [{ secret: '  ' }, ['/secret']],
  ])('refuse %j', async (body, bad) => {
    const answer = await gateway.admin('put', '/tenants/orbit/credentials/adjust', body);
    expect([answer.status, pointers(answer)]).toEqual([400, bad]);
  });

  it('are of providers that there are', async () => {
    const answer = await gateway.admin('put', '/tenants/orbit/credentials/appsflyer', { secret: 'x' });
    expect([answer.status, answer.body.detail]).toEqual([404, expect.stringContaining('kochava-links')]);
  });
});

describe('apps', () => {
  it('are added by their vendors’ names, changed and forgotten', async () => {
    const path = `/tenants/${await newTenant()}/apps`;
    const input = { name: 'Puzzle', platform: 'ios', adjustToken: 'abc123', kochavaGuid: 'koabc', kochavaAppId: 42 };
    const made = await gateway.admin('post', path, input);
    const app = {
      id: expect.any(String),
      name: 'Puzzle',
      platform: 'IOS',
      adjust: { token: 'abc123' },
      kochava: { guid: 'koabc', appId: '42', accountName: null },
    };
    expect([made.status, made.body]).toEqual([201, app]);
    const twice = await gateway.admin('post', path, { name: 'Other', platform: 'ios', adjustToken: 'abc123' });
    expect([twice.status, twice.body.code, pointers(twice)]).toEqual([409, 'CONFLICT', ['/adjustToken']]);
    const changed = await gateway.admin('patch', `${path}/${made.body.id}`, { adjustToken: null, name: 'Puzzles' });
    expect([changed.status, changed.body]).toEqual([200, { ...made.body, name: 'Puzzles', adjust: null }]);
    expect((await gateway.admin('get', path)).body.data).toEqual([changed.body]);
    expect((await gateway.admin('delete', `${path}/${made.body.id}`)).status).toBe(204);
    expect((await gateway.admin('delete', `${path}/${made.body.id}`)).status).toBe(404);
  });

  it('of another tenant are not there', async () => {
    const [ios] = gateway.apps;
    for (const method of ['patch', 'delete'] as const) {
      const answer = await gateway.admin(method, `/tenants/tidal/apps/${ios.id}`, { name: 'Mine' });
      expect(answer.status).toBe(404);
    }
  });

  it.each([
    [{ name: null, platform: 'PALM', colour: 'red' }, ['/colour', '/name', '/platform']],
    [
      { name: 'x', platform: 'ios', adjustToken: ['abc'], kochavaGuid: true, kochavaAppId: 1.5 },
      ['/adjustToken', '/kochavaAppId', '/kochavaGuid'],
    ],
    [{}, ['/name', '/platform']],
  ])('refuse %j', async (body, bad) => {
    const answer = await gateway.admin('post', '/tenants/orbit/apps', body);
    expect([answer.status, pointers(answer)]).toEqual([400, bad]);
  });
});

describe('API keys', () => {
  const path = '/tenants/orbit/api-keys';

  it('are issued, shown once, rotated and revoked', async () => {
    const [ios] = gateway.apps;
    const input = { name: 'BI', scopes: ['apps:read'], appIds: [ios.id], requestsPerMinute: 600 };
    const issued = await gateway.admin('post', path, input);
    expect(issued.status).toBe(201);
    expect(issued.headers['cache-control']).toBe('no-store');
    expect(issued.body).toMatchObject({ ...input, expiresAt: null, prefix: expect.stringMatching(/^mmp_/) });
    const { id, key } = issued.body as { id: string; key: string };
    expect((await gateway.http('get', '/v1/apps', key)).body.data).toHaveLength(1);
    const listed = await gateway.admin('get', `${path}?first=200`);
    expect(listed.text).not.toContain(key);
    expect(listed.body.data).toContainEqual(expect.objectContaining({ id, name: 'BI' }));
    const rotated = await gateway.admin('post', `${path}/${id}/rotate`, { graceSeconds: 600 });
    expect([rotated.status, rotated.body]).toEqual([
      201,
      {
        id: expect.any(String),
        key: expect.any(String),
        prefix: expect.any(String),
        previousKeyEndsAt: expect.any(String),
      },
    ]);
    expect((await gateway.http('get', '/v1/apps', rotated.body.key)).status).toBe(200);
    expect((await gateway.http('get', '/v1/apps', key)).status).toBe(200);
    expect((await gateway.admin('post', `${path}/${id}/rotate`)).status).toBe(409);
    const revoked = await gateway.admin('delete', `${path}/${id}`);
    expect([revoked.status, revoked.text]).toEqual([204, '']);
    expect((await gateway.http('get', '/v1/apps', key)).status).toBe(401);
  });

  it('end a day after they are rotated, unless told otherwise', async () => {
    const { id } = (await gateway.admin('post', path, { name: 'r', scopes: ['apps:read'] })).body;
    const before = Date.now();
    const rotated = await gateway.admin('post', `${path}/${id}/rotate`);
    expect(rotated.status).toBe(201);
    const endsAt = Date.parse(rotated.body.previousKeyEndsAt);
    expect(endsAt).toBeGreaterThanOrEqual(before + 86_400_000);
    expect(endsAt).toBeLessThanOrEqual(Date.now() + 86_400_000);
  });

  it.each([
    [{ name: '', scopes: ['kpis:write'], colour: 1 }, ['/colour', '/name', '/scopes/0']],
    [{ name: 'x', scopes: [], appIds: [] }, ['/appIds', '/scopes']],
    [
      { name: 'x', scopes: null, expiresAt: '2026-02-30', requestsPerMinute: 0 },
      ['/expiresAt', '/requestsPerMinute', '/scopes'],
    ],
    [{ name: 'x', scopes: ['apps:read'], appIds: [randomUUID()] }, ['/appIds/0']],
  ])('refuse %j', async (body, bad) => {
    const answer = await gateway.admin('post', path, body);
    expect([answer.status, pointers(answer)]).toEqual([400, bad]);
  });

  it('refuse a grace that is none', async () => {
    const answer = await gateway.admin('post', `${path}/${randomUUID()}/rotate`, { graceSeconds: -1, grace: 5 });
    expect([answer.status, pointers(answer)]).toEqual([400, ['/grace', '/graceSeconds']]);
  });
});

describe('what a tenant sets', () => {
  it('network aliases are replaced whole', async () => {
    const path = `/tenants/${await newTenant()}/network-aliases`;
    expect((await gateway.admin('get', path)).body).toEqual([]);
    const aliases = [
      { vendor: 'ADJUST', name: 'Facebook Installs', canonical: 'Meta' },
      { vendor: 'KOCHAVA', name: 'facebook', canonical: 'Meta' },
    ];
    const put = await gateway.admin('put', path, aliases);
    expect([put.status, put.body]).toEqual([200, aliases]);
    expect((await gateway.admin('put', path, [])).body).toEqual([]);
    const bad = await gateway.admin('put', path, [{ vendor: ['adjust'], name: null, canonical: 'x', colour: 1 }]);
    expect([bad.status, pointers(bad)]).toEqual([400, ['/0/colour', '/0/name', '/0/vendor']]);
    expect((await gateway.admin('put', path, {})).status).toBe(400);
  });

  it('limits are replaced whole, null for none', async () => {
    const path = `/tenants/${await newTenant()}/limits`;
    expect((await gateway.admin('get', path)).body).toEqual({ hosts: null, mailDomains: null });
    const limits = { hosts: ['partner.example'], mailDomains: ['example.com'] };
    const put = await gateway.admin('put', path, limits);
    expect([put.status, put.body]).toEqual([200, limits]);
    expect((await gateway.admin('get', path)).body).toEqual(limits);
    expect((await gateway.admin('put', path, { hosts: null })).body).toEqual({ hosts: null, mailDomains: null });
    const bad = await gateway.admin('put', path, { hosts: ['https://x'], mailDomains: 'example.com', colour: 1 });
    expect([bad.status, pointers(bad)]).toEqual([400, ['/colour', '/hosts/0', '/mailDomains']]);
  });
});
