import { Test } from '@nestjs/testing';
import { Global, Module } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { PrismaService } from '#libs/database';
import { useDatabase } from '../../../test/support/database.js';
import { ApiKeys } from './api-keys.js';
import { NetworkAliases } from './network-aliases.js';
import { TenancyModule } from './tenancy.module.js';
import { hostAllowed, mailAllowed, TenantLimits } from './tenant-limits.js';
import { Tenants } from './tenants.js';
import { TenantChanges } from './tenant-changes.js';

const database = useDatabase();

async function openModule() {
  @Global()
  @Module({ providers: [{ provide: PrismaService, useFactory: () => database.prisma }], exports: [PrismaService] })
  class DatabaseModule {}
  const credentialKeys = `k1:${randomBytes(32).toString('base64')}`;
  const module = await Test.createTestingModule({
    imports: [DatabaseModule, TenancyModule.forRoot({ credentialKeys })],
  }).compile();
  return module;
}

it('is wired by Nest, and writes the last uses when it shuts down', async () => {
  const module = await openModule();
  const tenant = await module.get(Tenants).create({ slug: 'wired', name: 'Wired' });
  const keys = module.get(ApiKeys);
  const { key } = await keys.issue(tenant.id, { name: 'k', scopes: ['kpis:read'] });
  await keys.authenticate(key);
  await module.close();
  const [row] = await database.sql<{ last_used_at: Date | null }>('SELECT last_used_at FROM api_keys');
  expect(row?.last_used_at).toBeInstanceOf(Date);
});

describe('tenants', () => {
  it('are made, found, renamed and deleted with all that is theirs', async () => {
    const tenants = (await openModule()).get(Tenants);
    const made = await tenants.create({ slug: 'growth-1', name: ' Growth ' });
    expect(made).toEqual({ id: expect.any(String), slug: 'growth-1', name: 'Growth', createdAt: expect.any(Date) });
    expect(await tenants.get('growth-1')).toEqual(made);
    expect(await tenants.rename('growth-1', { name: 'Bigger' })).toEqual({ ...made, name: 'Bigger' });
    await expect(tenants.create({ slug: 'growth-1', name: 'Again' })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { errors: [{ pointer: '/slug' }] },
    });
    await database.prisma.app.create({ data: { tenantId: made.id, name: 'App', platform: 'IOS' } });
    await tenants.delete('growth-1');
    await expect(tenants.get('growth-1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(tenants.delete('growth-1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(tenants.rename('growth-1', { name: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await database.prisma.app.count({ where: { tenantId: made.id } })).toBe(0);
  });

  it.each(['', 'Upper', '-dash', 'a b', 'a'.repeat(64), 'ü', 'a\n'])('refuse the slug %j', async (slug) => {
    const tenants = (await openModule()).get(Tenants);
    await expect(tenants.create({ slug, name: '' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { errors: [{ pointer: '/name' }, { pointer: '/slug' }] },
    });
    await expect(tenants.get(slug)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are listed by pages', async () => {
    const tenants = (await openModule()).get(Tenants);
    for (const slug of ['page-1', 'page-2', 'page-3']) await tenants.create({ slug, name: slug });
    const all = (await tenants.list({ first: 200 })).nodes.map((tenant) => tenant.slug);
    const first = await tenants.list({ first: 2 });
    const rest = await tenants.list({ first: 200, after: first.pageInfo.endCursor });
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect([...first.nodes, ...rest.nodes].map((tenant) => tenant.slug)).toEqual(all);
  });
});

async function newTenantId(): Promise<string> {
  const slug = `t-${randomUUID()}`;
  return (await database.prisma.tenant.create({ data: { slug, name: 'Team' } })).id;
}

describe('limits', () => {
  it('are unbounded until they are set, and replaced whole', async () => {
    const limits = new TenantLimits(database.prisma);
    const tenantId = await newTenantId();
    expect(await limits.get(tenantId)).toEqual({ hosts: null, mailDomains: null });
    const set = await limits.put(tenantId, { hosts: ['Partner.Example', 'bücher.example.'], mailDomains: [] });
    expect(set).toEqual({ hosts: ['partner.example', 'xn--bcher-kva.example'], mailDomains: [] });
    expect(await limits.get(tenantId)).toEqual(set);
    await limits.put(tenantId, { hosts: null });
    expect(await limits.get(tenantId)).toEqual({ hosts: null, mailDomains: null });
    await expect(limits.put(randomUUID(), {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('name each entry that is no host', async () => {
    const bad = [
      'https://a.example',
      'a.example:80',
      'a.example/b',
      '*.a.example',
      '',
      'a b',
      '[::1]',
      'u@a.example',
      7,
    ];
    const error = await new TenantLimits(database.prisma)
      .put(await newTenantId(), { hosts: bad as string[], mailDomains: 'a.example' as never })
      .catch((reason) => reason);
    expect(error.details.errors.map((field: { pointer: string }) => field.pointer)).toEqual([
      ...bad.map((_, index) => `/hosts/${index}`),
      '/mailDomains',
    ]);
  });

  it.each([
    ['partner.example', true],
    ['EU.Partner.Example.', true],
    ['evilpartner.example', false],
    ['partner.example.evil.test', false],
    ['10.0.0.1', true],
    ['110.0.0.1', false],
    ['1.10.0.0.1', false],
    ['partner.example:80', false],
    ['', false],
  ])('let %s through: %s', (host, allowed) => {
    expect(hostAllowed({ hosts: ['partner.example', '10.0.0.1'], mailDomains: null }, host)).toBe(allowed);
    expect(hostAllowed({ hosts: [], mailDomains: null }, host)).toBe(false);
    expect(hostAllowed({ hosts: null, mailDomains: null }, host)).toBe(true);
  });

  it.each([
    ['ann@example.com', true],
    ['ann@EXAMPLE.com', true],
    ['ann@sub.example.com', false],
    ['ann@evil.test@example.com', true],
    ['ann@example.com@evil.test', false],
    ['example.com', false],
  ])('let mail to %s go: %s', (address, allowed) => {
    expect(mailAllowed({ hosts: null, mailDomains: ['example.com'] }, address)).toBe(allowed);
  });
});

describe('network aliases', () => {
  it('are replaced whole', async () => {
    const aliases = new NetworkAliases(database.prisma, new TenantChanges(database.prisma));
    const tenantId = await newTenantId();
    const list = [
      { vendor: 'adjust', name: 'Facebook Installs', canonical: 'Meta' },
      { vendor: 'KOCHAVA', name: 'Facebook', canonical: 'Meta' },
    ];
    const kept = list.map((alias) => ({ ...alias, vendor: alias.vendor.toUpperCase() }));
    expect(await aliases.put(tenantId, list)).toEqual(kept);
    expect(await aliases.put(tenantId, list.slice(1))).toEqual(kept.slice(1));
    expect(await aliases.get(tenantId)).toEqual(kept.slice(1));
    expect(await aliases.put(tenantId, [])).toEqual([]);
    await expect(aliases.put(randomUUID(), list)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('translate both ways, by the list as it is now, and never to nothing', async () => {
    const aliases = new NetworkAliases(database.prisma, new TenantChanges(database.prisma));
    const tenantId = await newTenantId();
    expect((await aliases.of(tenantId, 'ADJUST')).vendorNames('Meta')).toEqual(['Meta']);
    await aliases.put(tenantId, [
      { vendor: 'ADJUST', name: 'Facebook Installs', canonical: 'Meta' },
      { vendor: 'ADJUST', name: 'Instagram Installs', canonical: 'Meta' },
      { vendor: 'ADJUST', name: 'Meta Legacy', canonical: 'Old' },
      { vendor: 'ADJUST', name: 'Old', canonical: 'Older' },
      { vendor: 'KOCHAVA', name: 'Facebook', canonical: 'Meta' },
    ]);
    const names = await aliases.of(tenantId, 'ADJUST');
    expect(['Facebook Installs', 'Meta', 'Facebook'].map((name) => names.canonical(name))).toEqual([
      'Meta',
      'Meta',
      'Facebook',
    ]);
    expect(names.vendorNames('Meta').sort()).toEqual(['Facebook Installs', 'Instagram Installs', 'Meta']);
    // What the vendor calls Old is Older here.
    expect(names.vendorNames('Old')).toEqual(['Meta Legacy']);
    expect(names.vendorNames('Facebook Installs')).toEqual(['Facebook Installs']);
    expect((await aliases.of(tenantId, 'KOCHAVA')).vendorNames('Meta').sort()).toEqual(['Facebook', 'Meta']);
  });

  it('are one object as long as nothing has changed, and see a change of another replica', async () => {
    const [aliases, elsewhere] = [
      new NetworkAliases(database.prisma, new TenantChanges(database.prisma)),
      new NetworkAliases(database.prisma, new TenantChanges(database.prisma)),
    ];
    const tenantId = await newTenantId();
    await aliases.put(tenantId, [{ vendor: 'ADJUST', name: 'Facebook', canonical: 'Meta' }]);
    const names = await aliases.of(tenantId, 'ADJUST');
    await setTimeout(1_000);
    expect(await aliases.of(tenantId, 'ADJUST')).toBe(names);
    await elsewhere.put(tenantId, [{ vendor: 'ADJUST', name: 'Facebook', canonical: 'Other' }]);
    await setTimeout(1_000);
    expect((await aliases.of(tenantId, 'ADJUST')).canonical('Facebook')).toBe('Other');
  });

  it('name every bad field', async () => {
    const aliases = new NetworkAliases(database.prisma, new TenantChanges(database.prisma));
    const tenantId = await newTenantId();
    const good = { vendor: 'ADJUST', name: 'a', canonical: 'b' };
    const error = await aliases
      .put(tenantId, [good, good, { ...good, vendor: 'x' }, { ...good, name: ' ' }, null as never])
      .catch((reason) => reason);
    expect(error.details.errors.map((field: { pointer: string }) => field.pointer)).toEqual([
      '/1/name',
      '/2/vendor',
      '/3/name',
      '/4/vendor',
      '/4/name',
      '/4/canonical',
    ]);
    await expect(aliases.put(tenantId, {} as never)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
