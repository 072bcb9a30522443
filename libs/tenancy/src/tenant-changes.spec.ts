import { randomUUID } from 'node:crypto';
import { useDatabase } from '../../../test/support/database.js';
import { waitUntil } from '../../../test/support/wait-until.js';
import { FreshCache } from './fresh-cache.js';
import { TenantChanges } from './tenant-changes.js';

describe('changes of tenants', () => {
  const database = useDatabase();
  let [one, other, key] = ['', '', ''];
  let changes: TenantChanges;
  let now = 0;

  /** What is told when it is asked now. */
  async function asked(): Promise<number> {
    const before = changes.seen;
    changes.want((now += 400));
    await waitUntil(() => changes.seen > before);
    return changes.seen;
  }
  /** Is what was looked up after `seen` answers known to be as it was? */
  const stays = (tenant: string, seen: number): boolean => (changes.unchangedUntil(tenant, seen) ?? -1) > now;

  beforeEach(async () => {
    [one, other, key] = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of [one, other])
      await database.sql('INSERT INTO tenants (id, slug, name) VALUES ($1, $2, $3)', [id, id.slice(0, 18), 'Orbit']);
    await database.sql(
      `INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, every_app, app_ids)
       VALUES ($1::uuid, $2, 'spec', 'mmpg_', decode(md5($1::uuid::text), 'hex'), '{kpis:read}', true, '{}')`,
      [key, one],
    );
    for (const id of [one, other])
      await database.sql(`INSERT INTO apps (id, tenant_id, name, platform) VALUES ($1, $2, 'Runner', 'IOS')`, [
        randomUUID(),
        id,
      ]);
    await database.sql(
      `INSERT INTO network_aliases (tenant_id, vendor, name, canonical) VALUES ($1, 'ADJUST', 'a', 'b')`,
      [one],
    );
    await database.sql(
      `INSERT INTO credentials (id, tenant_id, provider, version, encryption_key_id, nonce, ciphertext, tag, fingerprint, current)
       VALUES ($1, $2, 'adjust', 1, 'k', '', '', '', '', true)`,
      [randomUUID(), one],
    );
    changes = new TenantChanges(database.prisma);
  });

  it.each([
    ['a tenant’s name', 'UPDATE tenants SET name = $2 WHERE id = $1', 'new'],
    ['a tenant that is deleted', 'DELETE FROM tenants WHERE id = $1', undefined],
    ['a key that is revoked', 'UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1', undefined],
    ['a key’s scopes', `UPDATE api_keys SET scopes = '{}' WHERE tenant_id = $1`, undefined],
    ['a key’s apps', `UPDATE api_keys SET every_app = false WHERE tenant_id = $1`, undefined],
    ['a key’s end', `UPDATE api_keys SET expires_at = now() WHERE tenant_id = $1`, undefined],
    ['a key’s limit', `UPDATE api_keys SET requests_per_minute = 5 WHERE tenant_id = $1`, undefined],
    ['a key that is deleted', 'DELETE FROM api_keys WHERE tenant_id = $1', undefined],
    [
      'a new app',
      `INSERT INTO apps (id, tenant_id, name, platform) VALUES (gen_random_uuid(), $1, 'B', 'IOS')`,
      undefined,
    ],
    ['an app', `UPDATE apps SET name = $2 WHERE tenant_id = $1`, 'new'],
    ['an app that is deleted', 'DELETE FROM apps WHERE tenant_id = $1', undefined],
    ['a credential', 'UPDATE credentials SET current = false WHERE tenant_id = $1', undefined],
    ['a credential that is deleted', 'DELETE FROM credentials WHERE tenant_id = $1', undefined],
    [
      'a network’s name',
      `INSERT INTO network_aliases (tenant_id, vendor, name, canonical) VALUES ($1, 'KOCHAVA', 'a', 'b')`,
      undefined,
    ],
    ['a network’s other name', `UPDATE network_aliases SET canonical = 'c' WHERE tenant_id = $1`, undefined],
    ['a network’s name that is gone', 'DELETE FROM network_aliases WHERE tenant_id = $1', undefined],
  ])('are told, and of nobody else: %s', async (_, sql, value) => {
    const seen = await asked();
    await asked();
    expect([stays(one, seen), stays(other, seen)]).toEqual([true, true]);
    await database.sql(sql, value === undefined ? [one] : [one, value]);
    const then = await asked();
    expect([stays(one, seen), stays(other, seen)]).toEqual([false, true]);
    // What was looked up since is as it was.
    await asked();
    expect(stays(one, then)).toBe(true);
  });

  it.each([
    ['a key', 'UPDATE api_keys SET tenant_id = $2 WHERE tenant_id = $1'],
    ['an app', 'UPDATE apps SET tenant_id = $2 WHERE tenant_id = $1'],
    ['a credential', 'UPDATE credentials SET tenant_id = $2 WHERE tenant_id = $1'],
    ['a network’s name', 'UPDATE network_aliases SET tenant_id = $2 WHERE tenant_id = $1'],
  ])('are told to who has lost %s, and to who has it now', async (_, sql) => {
    const seen = await asked();
    await database.sql(sql, [one, other]);
    await asked();
    expect([stays(one, seen), stays(other, seen)]).toEqual([false, false]);
  });

  it.each(['tenants', 'api_keys', 'apps', 'credentials', 'network_aliases', 'tenant_changes'])(
    'are told to everybody when %s is emptied',
    async (table) => {
      const seen = await asked();
      await database.sql(`TRUNCATE ${table} CASCADE`);
      await asked();
      expect(stays(randomUUID(), seen)).toBe(false);
    },
  );

  it('are none when a key is used, or made', async () => {
    const seen = await asked();
    await database.sql('UPDATE api_keys SET last_used_at = now() WHERE tenant_id = $1', [one]);
    await database.sql(
      `INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, every_app, app_ids)
       VALUES (gen_random_uuid(), $1, 'new', 'mmpg_', decode(md5(gen_random_uuid()::text), 'hex'), '{}', true, '{}')`,
      [one],
    );
    await asked();
    expect(stays(one, seen)).toBe(true);
  });

  it('are told when they are committed, also after what began later', async () => {
    let seen = 0;
    await database.prisma.$transaction(async (early) => {
      await early.$executeRaw`UPDATE tenants SET name = 'early' WHERE id = ${one}::uuid`;
      await database.sql('UPDATE tenants SET name = $2 WHERE id = $1', [other, 'late']);
      await asked();
      seen = await asked();
      expect(stays(one, seen)).toBe(true);
    });
    await asked();
    expect(stays(one, seen)).toBe(false);
  });

  it('are told once, however long a transaction is open', async () => {
    await database.prisma.$transaction(async (early) => {
      await early.$executeRaw`UPDATE tenants SET name = 'early' WHERE id = ${other}::uuid`;
      await database.sql('UPDATE tenants SET name = $2 WHERE id = $1', [one, 'before']);
      const first = await asked();
      await asked();
      expect(stays(one, first)).toBe(true);
      await database.sql('UPDATE tenants SET name = $2 WHERE id = $1', [one, 'after']);
      const then = await asked();
      await asked();
      expect([stays(one, first), stays(one, then)]).toEqual([false, true]);
    });
  });

  it('are not known of before the first answer, after a long silence, and while the database says nothing', async () => {
    expect(stays(one, changes.seen)).toBe(false);
    const seen = await asked();
    await asked();
    expect(stays(one, seen)).toBe(true);
    now += 901;
    expect(stays(one, seen)).toBe(false);
    now += 600_000;
    await asked();
    expect(stays(one, seen)).toBe(false);
  });

  it('take the place of look-ups, until there is one', async () => {
    changes = new TenantChanges(database.prisma);
    let lookedUp = 0;
    const cache = new FreshCache<number>({
      ...{ size: 10, freshMs: 200 },
      changes: { from: changes, tenantOf: (_, tenant) => tenant },
    });
    const value = async () => (await cache.get(one, async () => ++lookedUp))!.value;
    await value();
    await waitUntil(() => changes.seen > 0);
    await waitUntil(async () => (await value()) === 2);
    const until = performance.now() + 1_500;
    await waitUntil(async () => (await value()) > 2 || performance.now() > until);
    expect(lookedUp).toBe(2);
    await database.sql('UPDATE tenants SET name = $2 WHERE id = $1', [one, 'new']);
    await waitUntil(async () => (await value()) === 3);
  });
});
