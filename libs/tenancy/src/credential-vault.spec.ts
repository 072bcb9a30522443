import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError, type Provider } from '#libs/domain';
import { useDatabase } from '../../../test/support/database.js';
import { CredentialVault, fingerprintOf } from './credential-vault.js';
import { ReEncryptor } from './re-encryption.js';
import { parseKeyring } from './sealing.js';
import { TenantChanges } from './tenant-changes.js';

const database = useDatabase();
const [K1, K2] = [1, 2].map((n) => `k${n}:${randomBytes(32).toString('base64')}`) as [string, string];
const ONE_SECOND = 1000;

const vaultOf = (keys = K1) =>
  new CredentialVault(database.prisma, parseKeyring(keys), new TenantChanges(database.prisma));

async function newTenant(): Promise<string> {
  const slug = `t-${randomUUID()}`;
  return (await database.prisma.tenant.create({ data: { slug, name: 'Team' } })).id;
}

const reveal = async (vault: CredentialVault, tenantId: string, provider: Provider, version?: number) =>
  (await (await vault.open(tenantId, provider, version)).secret()).reveal();

it('keeps a secret sealed, opens it for its tenant, and tells no more than its fingerprint', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()];
  const vault = vaultOf();
  const summary = await vault.put(tenant, 'adjust', '  top-secret-token ');
  expect(summary).toEqual({
    provider: 'adjust',
    fingerprint: fingerprintOf('top-secret-token'),
    updatedAt: expect.any(Date),
  });
  expect(summary.fingerprint).toMatch(/^sha256:[0-9a-f]{12}$/);
  expect(await vault.describe(tenant, 'adjust')).toEqual(summary);
  expect(await vault.list(tenant)).toEqual([summary]);
  const credential = await vault.open(tenant, 'adjust');
  expect(credential).toMatchObject({ id: `${tenant}/adjust/v1`, version: 1, provider: 'adjust' });
  expect((await credential.secret()).reveal()).toBe('top-secret-token');
  const rows = await database.sql("SELECT encode(ciphertext, 'escape') AS text FROM credentials");
  expect(JSON.stringify(rows)).not.toContain('secret');
  await expect(vault.open(other, 'adjust')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
  await expect(vault.open(tenant, 'adjust-reports')).rejects.toMatchObject({
    code: 'CREDENTIAL_MISSING',
    message: expect.stringContaining('credentials/adjust-reports'),
  });
  await expect(vault.describe(other, 'adjust')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('does not open a row copied to another tenant, and says what to do', async () => {
  const [victim, thief] = [await newTenant(), await newTenant()];
  await vaultOf().put(victim, 'adjust', 'victims-token');
  await database.sql(
    `INSERT INTO credentials (id, tenant_id, provider, version, encryption_key_id, nonce, ciphertext, tag, fingerprint, current)
     SELECT gen_random_uuid(), $1, provider, version, encryption_key_id, nonce, ciphertext, tag, fingerprint, current
     FROM credentials WHERE tenant_id = $2`,
    [thief, victim],
  );
  await expect(reveal(vaultOf(), thief, 'adjust')).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await reveal(vaultOf(), victim, 'adjust')).toBe('victims-token');
  // Setting it anew is how the operator mends it.
  await vaultOf().put(thief, 'adjust', 'own-token');
  expect(await reveal(vaultOf(), thief, 'adjust')).toBe('own-token');
});

describe('a switch', () => {
  it('is verified with the new secret first, and does not happen when the vendor refuses', async () => {
    const tenant = await newTenant();
    const vault = vaultOf();
    const asked: string[] = [];
    const refuse = new GatewayError('CREDENTIAL_REJECTED', 'no');
    const verify = async (credential: Awaited<ReturnType<CredentialVault['open']>>) => {
      const value = (await credential.secret()).reveal();
      asked.push(value);
      if (value === 'bad') throw refuse;
    };
    await vault.put(tenant, 'kochava-reporting', 'first', { verify });
    expect(asked).toEqual([]);
    await expect(vault.put(tenant, 'kochava-reporting', 'bad', { verify })).rejects.toBe(refuse);
    expect(await reveal(vault, tenant, 'kochava-reporting')).toBe('first');
    await vault.put(tenant, 'kochava-reporting', 'second', { verify });
    expect(asked).toEqual(['bad', 'second']);
    expect(await reveal(vault, tenant, 'kochava-reporting')).toBe('second');
  });

  it('is seen at once here and within a second at another replica', async () => {
    const tenant = await newTenant();
    const [here, there] = [vaultOf(), vaultOf()];
    await here.put(tenant, 'adjust', 'old');
    expect([await reveal(here, tenant, 'adjust'), await reveal(there, tenant, 'adjust')]).toEqual(['old', 'old']);
    await here.put(tenant, 'adjust', 'new');
    expect(await reveal(here, tenant, 'adjust')).toBe('new');
    await sleep(ONE_SECOND);
    expect(await reveal(there, tenant, 'adjust')).toBe('new');
  });

  it("keeps Kochava's old version until nothing needs it, and deletes Adjust's", async () => {
    const tenant = await newTenant();
    const vault = vaultOf();
    for (const secret of ['a', 'b', 'c']) {
      await vault.put(tenant, 'kochava-reporting', secret);
      await vault.put(tenant, 'adjust', secret);
    }
    expect(await reveal(vault, tenant, 'kochava-reporting', 1)).toBe('a');
    expect(await reveal(vault, tenant, 'kochava-reporting', 2)).toBe('b');
    await expect(vault.open(tenant, 'adjust', 2)).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    expect((await vault.open(tenant, 'adjust')).version).toBe(3);
    expect(await vault.dropRetired(tenant, 'kochava-reporting', [1])).toBe(1);
    await expect(vault.open(tenant, 'kochava-reporting', 1)).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    expect(await reveal(vault, tenant, 'kochava-reporting', 2)).toBe('b');
    expect(await vault.dropRetired(tenant, 'kochava-reporting', [1, 2, 3])).toBe(1);
    expect(await reveal(vault, tenant, 'kochava-reporting')).toBe('c');
  });

  it('does nothing for the same secret, and gives no version out twice to two at once', async () => {
    const tenant = await newTenant();
    const vault = vaultOf();
    const first = await vault.put(tenant, 'kochava-links', 'same');
    expect(await vault.put(tenant, 'kochava-links', 'same')).toEqual(first);
    await Promise.all(['x', 'y', 'z'].map((secret) => vaultOf().put(tenant, 'kochava-links', secret)));
    const rows = await database.sql<{ version: number; current: boolean }>(
      'SELECT version, current FROM credentials WHERE tenant_id = $1 ORDER BY version',
      [tenant],
    );
    expect(rows.map((row) => row.version)).toEqual([1, 2, 3, 4]);
    expect(rows.map((row) => row.current)).toEqual([false, false, false, true]);
  });
});

it.each(['adjust', 'kochava-postbacks'] as const)(
  'deletes every version of %s, leaves no bytes of it, and never gives a version out again',
  async (provider) => {
    const tenant = await newTenant();
    const vault = vaultOf();
    await vault.put(tenant, provider, 'one');
    await vault.put(tenant, provider, 'two');
    await vault.delete(tenant, provider);
    await expect(vault.open(tenant, provider)).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    await expect(vault.open(tenant, provider, 2)).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    await expect(vault.delete(tenant, provider)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const rows = await database.sql<{ bytes: number }>(
      'SELECT sum(length(ciphertext) + length(nonce) + length(tag))::int AS bytes FROM credentials WHERE tenant_id = $1',
      [tenant],
    );
    expect(rows[0]?.bytes).toBe(0);
    await vault.dropRetired(tenant, provider, [1, 2]);
    await vault.put(tenant, provider, 'three');
    expect((await vault.open(tenant, provider)).version).toBe(3);
    expect(await vault.list(tenant)).toHaveLength(1);
  },
);

it.each(['', '   ', 'a\nb', 'x'.repeat(4097)])('refuses a secret that can be none: %j', async (secret) => {
  const tenant = await newTenant();
  const error = await vaultOf()
    .put(tenant, 'adjust', secret)
    .catch((reason) => reason);
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', details: { errors: [{ pointer: '/secret' }] } });
});

it('does not know a tenant that is gone', async () => {
  await expect(vaultOf().put(randomUUID(), 'adjust', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('re-encrypts under the first key every row that it can, in batches, and can be run again', async () => {
  await database.prisma.credential.deleteMany({ where: {} });
  const tenants = await Promise.all(Array.from({ length: 120 }, newTenant));
  for (const tenant of tenants) await vaultOf(K1).put(tenant, 'adjust', `token of ${tenant}`);
  const deleted = tenants[0]!;
  await vaultOf(K1).delete(deleted, 'adjust');
  const broken = tenants[1]!;
  await database.sql("UPDATE credentials SET tag = '\\x00000000000000000000000000000000' WHERE tenant_id = $1", [
    broken,
  ]);
  // A gateway that holds both keys serves meanwhile, with rows that it has read before.
  const serving = vaultOf(`${K1},${K2}`);
  const held = await serving.open(tenants[2]!, 'adjust');

  const both = new ReEncryptor(database.prisma, parseKeyring(`${K2},${K1}`));
  const progress: number[] = [];
  const result = await both.reEncrypt(({ resealed }) => progress.push(resealed));
  expect(result.resealed).toBe(118);
  expect(result.failed).toEqual([
    { tenantId: broken, provider: 'adjust', version: 1, reason: expect.stringContaining('does not decrypt') },
  ]);
  expect(progress.length).toBeGreaterThan(1);
  expect((await held.secret()).reveal()).toBe(`token of ${tenants[2]}`);
  expect(await reveal(vaultOf(K2), tenants[2]!, 'adjust')).toBe(`token of ${tenants[2]}`);
  expect((await both.reEncrypt()).resealed).toBe(0);
  await expect(reveal(vaultOf(K1), tenants[2]!, 'adjust')).rejects.toThrow(/"k2", which CREDENTIAL_KEYS lacks/);
});
