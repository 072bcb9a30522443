import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { openPrivateServer, useDatabase } from '../../../test/support/database.js';
import { newApiKey } from './api-key-format.js';
import { ApiKeys } from './api-keys.js';
import { AppRegistry } from './app-registry.js';
import { AppDirectory } from './apps.js';
import { LastUsed } from './last-used.js';
import { Tenants } from './tenants.js';
import { TenantChanges } from './tenant-changes.js';

const database = useDatabase();
/** The longest that a replica may trust what it knows of a key. */
const ONE_SECOND = 1000;

const opened: LastUsed[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((lastUsed) => lastUsed.stop()));
});

function replica(prisma = database.prisma) {
  const lastUsed = new LastUsed(prisma);
  opened.push(lastUsed);
  const keys = new ApiKeys(prisma, lastUsed, new TenantChanges(prisma));
  return {
    keys,
    lastUsed,
    tenants: new Tenants(prisma, keys),
    apps: new AppRegistry(prisma, new AppDirectory(prisma, new TenantChanges(prisma))),
  };
}

async function newTenant(slug: string) {
  return replica().tenants.create({ slug, name: `Team ${slug}` });
}

const INPUT = { name: 'BI', scopes: ['kpis:read', 'apps:read'] };

describe('authenticate', () => {
  it('tells whose key it is, and answers one and the same object until it changes', async () => {
    const tenant = await newTenant('whose');
    const { keys, apps } = replica();
    const app = await apps.create(tenant.id, { name: 'Game', platform: 'ios' });
    const issued = await keys.issue(tenant.id, { ...INPUT, appIds: [app.id.toUpperCase()], requestsPerMinute: 60 });
    const first = await keys.authenticate(issued.key);
    expect(first).toEqual({
      ok: true,
      degraded: false,
      key: {
        tenantId: tenant.id,
        tenantSlug: 'whose',
        tenantName: 'Team whose',
        keyId: issued.id,
        keyName: 'BI',
        scopes: new Set(['kpis:read', 'apps:read']),
        appIds: new Set([app.id]),
        requestsPerMinute: 60,
      },
    });
    const [again, meanwhile] = await Promise.all([keys.authenticate(issued.key), keys.authenticate(issued.key)]);
    expect(again.ok && first.ok && again.key === first.key).toBe(true);
    expect(meanwhile.ok && first.ok && meanwhile.key === first.key).toBe(true);
    await sleep(ONE_SECOND);
    const later = await keys.authenticate(issued.key);
    expect(later.ok && first.ok && later.key === first.key).toBe(true);
    await replica().tenants.rename('whose', { name: 'Other' });
    await sleep(ONE_SECOND);
    expect(await keys.authenticate(issued.key)).toMatchObject({ key: { tenantName: 'Other' } });
  });

  it('looks up keys together, and tells each whose it is', async () => {
    const tenants = [await newTenant('together-a'), await newTenant('together-b')];
    const issued = await Promise.all(tenants.map(({ id }) => replica().keys.issue(id, INPUT)));
    const { keys } = replica();
    const checks = await Promise.all(
      [...issued.map(({ key }) => key), newApiKey()].map((key) => keys.authenticate(key)),
    );
    expect(checks.map((check) => (check.ok ? check.key.tenantId : check.reason))).toEqual([
      ...tenants.map(({ id }) => id),
      'unknown',
    ]);
  });

  it('tells a typo, a stranger and a key that has ended apart, and names the known one', async () => {
    const tenant = await newTenant('apart');
    const { keys } = replica();
    const expiresAt = new Date(Date.now() + 600_000);
    const { key, id } = await keys.issue(tenant.id, { ...INPUT, expiresAt });
    const typo = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
    expect(await keys.authenticate(typo)).toEqual({ ok: false, reason: 'malformed' });
    expect(await keys.authenticate(newApiKey())).toEqual({ ok: false, reason: 'unknown' });
    expect(await keys.authenticate(key)).toMatchObject({ ok: true });
    // No look-up is needed to see the end: it is checked at each use.
    const clock = jest.spyOn(Date, 'now').mockReturnValue(expiresAt.getTime());
    const ended = await keys.authenticate(key);
    clock.mockRestore();
    expect(ended).toEqual({ ok: false, reason: 'expired', known: { tenantId: tenant.id, keyId: id, keyName: 'BI' } });
  });

  it('stops a revoked key at once where it was revoked, and within a second at another replica', async () => {
    const tenant = await newTenant('revoked');
    const [here, there] = [replica().keys, replica().keys];
    const { key, id } = await here.issue(tenant.id, INPUT);
    expect((await here.authenticate(key)).ok && (await there.authenticate(key)).ok).toBe(true);
    await here.revoke(tenant.id, id);
    expect(await here.authenticate(key)).toMatchObject({ ok: false, reason: 'revoked', known: { keyId: id } });
    await sleep(ONE_SECOND);
    expect(await there.authenticate(key)).toMatchObject({ ok: false, reason: 'revoked', known: { keyId: id } });
    await expect(here.revoke(tenant.id, id)).resolves.toMatchObject({ id });
  });

  it("stops a deleted tenant's keys at once", async () => {
    const tenant = await newTenant('deleted');
    const { keys, tenants } = replica();
    const { key } = await keys.issue(tenant.id, INPUT);
    expect((await keys.authenticate(key)).ok).toBe(true);
    await tenants.delete('deleted');
    expect(await keys.authenticate(key)).toEqual({ ok: false, reason: 'unknown' });
  });
});

describe('issue', () => {
  it('names every bad field at once', async () => {
    const tenant = await newTenant('strict');
    const foreign = await replica().apps.create((await newTenant('stranger')).id, { name: 'Theirs', platform: 'IOS' });
    const { apps, keys } = replica();
    const own = await apps.create(tenant.id, { name: 'Ours', platform: 'IOS' });
    const error = await keys
      .issue(tenant.id, {
        name: ' ',
        scopes: ['kpis:read', 'kpis:write', 'vendor:adjust'],
        appIds: ['nonsense', own.id, foreign.id],
        expiresAt: '2026-02-30T00:00:00Z',
        requestsPerMinute: 0,
      })
      .catch((reason) => reason);
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.details.errors.map((bad: { pointer: string }) => bad.pointer).sort()).toEqual(
      ['/appIds/0', '/appIds/2', '/expiresAt', '/name', '/requestsPerMinute', '/scopes/1', '/scopes/2'].sort(),
    );
  });

  it.each([
    ['no scope', { scopes: [] }, '/scopes'],
    ['an empty list of apps', { appIds: [] }, '/appIds'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    ['an end without an offset', { expiresAt: '2999-01-01T00:00:00' }, '/expiresAt'],
  ])('refuses %s', async (_, change, pointer) => {
    const { id } = await newTenant(`refuses-${randomUUID()}`);
    await expect(replica().keys.issue(id, { ...INPUT, ...change })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { errors: [{ pointer }] },
    });
  });

  it('takes nulls for absent, and keeps no trace of the key but its hash', async () => {
    const { id } = await newTenant('nulls');
    const { key } = await replica().keys.issue(id, {
      ...INPUT,
      appIds: null,
      expiresAt: null,
      requestsPerMinute: null,
    });
    expect(await replica().keys.authenticate(key)).toMatchObject({ key: { appIds: null, requestsPerMinute: null } });
    const rows = await database.sql('SELECT api_keys::text AS row FROM api_keys WHERE tenant_id = $1', [id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(key.slice(12));
  });

  it('does not know a tenant that is gone', async () => {
    await expect(replica().keys.issue(randomUUID(), INPUT)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('rotate', () => {
  it('makes a key of the same settings, and lets the old one go on for the grace', async () => {
    const tenant = await newTenant('rotating');
    const { keys } = replica();
    const old = await keys.issue(tenant.id, { ...INPUT, requestsPerMinute: 7 });
    const rotated = await keys.rotate(tenant.id, old.id);
    const day = 86_400_000;
    expect(Math.abs(rotated.previousKeyEndsAt.getTime() - Date.now() - day)).toBeLessThan(60_000);
    expect(Object.keys(rotated).sort()).toEqual(['id', 'key', 'prefix', 'previousKeyEndsAt']);
    expect(await keys.authenticate(old.key)).toMatchObject({ ok: true, key: { keyId: old.id } });
    expect(await keys.authenticate(rotated.key)).toMatchObject({
      ok: true,
      key: { keyId: rotated.id, keyName: 'BI', requestsPerMinute: 7, scopes: new Set(INPUT.scopes) },
    });
    await expect(keys.rotate(tenant.id, old.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    const { nodes } = await keys.list(tenant.id);
    expect(nodes.map((node) => [node.id, node.replacedById])).toEqual([
      [old.id, rotated.id],
      [rotated.id, null],
    ]);
  });

  it('ends the old one at once without a grace, and leaves one successor when asked twice at once', async () => {
    const tenant = await newTenant('racing');
    const { keys } = replica();
    const old = await keys.issue(tenant.id, INPUT);
    expect((await keys.authenticate(old.key)).ok).toBe(true);
    const outcomes = await Promise.allSettled([
      keys.rotate(tenant.id, old.id, { graceSeconds: 0 }),
      replica().keys.rotate(tenant.id, old.id, { graceSeconds: 0 }),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await keys.list(tenant.id)).nodes).toHaveLength(2);
    expect(await replica().keys.authenticate(old.key)).toMatchObject({ ok: false, reason: 'expired' });
  });

  it("refuses a nonsensical grace and another tenant's key", async () => {
    const [tenant, other] = [await newTenant('grace'), await newTenant('other')];
    const { keys } = replica();
    const { id } = await keys.issue(tenant.id, INPUT);
    await expect(keys.rotate(tenant.id, id, { graceSeconds: -1 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(keys.rotate(other.id, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(keys.revoke(other.id, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(keys.revoke(tenant.id, 'nonsense')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('lists by pages that meet without gap or overlap', async () => {
  const tenant = await newTenant('pages');
  const { keys } = replica();
  // Made in the same millisecond or not: the order must be total.
  const made = await Promise.all(
    Array.from({ length: 7 }, (_, n) => keys.issue(tenant.id, { ...INPUT, name: `k${n}` })),
  );
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<ApiKeys['list']>> = await keys.list(tenant.id, { first: 3, after });
    seen.push(...page.nodes.map((node) => node.id));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  expect(seen).toHaveLength(7);
  expect(new Set(seen)).toEqual(new Set(made.map((key) => key.id)));
  for (const bad of ['nonsense', '', Buffer.from('["x","y"]').toString('base64url')]) {
    await expect(keys.list(tenant.id, { after: bad })).rejects.toMatchObject({
      details: { errors: [{ pointer: '/after' }] },
    });
  }
});

it('writes when keys were last used, all in one go, and never an older time', async () => {
  const tenant = await newTenant('used');
  const { keys, lastUsed } = replica();
  const [one, two] = [await keys.issue(tenant.id, INPUT), await keys.issue(tenant.id, INPUT)];
  const before = Date.now();
  await keys.authenticate(one.key);
  await keys.authenticate(two.key);
  expect((await keys.list(tenant.id)).nodes.map((node) => node.lastUsedAt)).toEqual([null, null]);
  await lastUsed.flush();
  const times = (await keys.list(tenant.id)).nodes.map((node) => node.lastUsedAt?.getTime() ?? 0);
  expect(times.every((time) => time >= before && time <= Date.now())).toBe(true);
  await database.sql("UPDATE api_keys SET last_used_at = '2999-01-01' WHERE id = $1", [one.id]);
  await keys.authenticate(one.key);
  await lastUsed.flush();
  expect((await keys.list(tenant.id)).nodes[0]?.lastUsedAt?.getUTCFullYear()).toBe(2999);
});

it('goes on with a key that it has just checked while the database is away, and says UNAVAILABLE of others', async () => {
  const server = await openPrivateServer();
  try {
    const { keys, lastUsed, tenants } = replica(server.prisma);
    const tenant = await tenants.create({ slug: 'away', name: 'Away' });
    const [used, revoked, idle] = await Promise.all([1, 2, 3].map(() => keys.issue(tenant.id, INPUT)));
    await keys.authenticate(used!.key);
    await keys.revoke(tenant.id, revoked!.id);
    await keys.authenticate(revoked!.key);
    await server.stop();
    await sleep(ONE_SECOND);
    expect(await keys.authenticate(used!.key)).toMatchObject({ ok: true, degraded: true });
    expect(await keys.authenticate(revoked!.key)).toMatchObject({ ok: false, reason: 'revoked' });
    await expect(keys.authenticate(idle!.key)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { retryAfterSeconds: expect.any(Number) },
    });
    await expect(tenants.get('away')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(lastUsed.flush()).resolves.toBeUndefined();
  } finally {
    await server.remove();
  }
});
