import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { TenantContext } from '#libs/domain';
import { useDatabase } from '../../../test/support/database.js';
import { ApiKeys } from './api-keys.js';
import { AppRegistry } from './app-registry.js';
import { AppDirectory } from './apps.js';
import { LastUsed } from './last-used.js';
import { Tenants } from './tenants.js';
import { TenantChanges } from './tenant-changes.js';

const database = useDatabase();

async function newTenant() {
  const { prisma } = database;
  const tenants = new Tenants(prisma, new ApiKeys(prisma, new LastUsed(prisma), new TenantChanges(prisma)));
  const { id, slug, name } = await tenants.create({ slug: `t-${randomUUID()}`, name: 'Team' });
  const context: TenantContext = {
    kind: 'tenant',
    tenantId: id,
    tenantSlug: slug,
    tenantName: name,
    keyId: randomUUID(),
    keyName: 'spec',
    scopes: new Set(),
    appIds: null,
    edge: 'REST',
    requestId: 'spec',
  };
  const directory = new AppDirectory(prisma, new TenantChanges(prisma));
  return { id, context, directory, registry: new AppRegistry(prisma, directory) };
}

const withList = (context: TenantContext, ...ids: string[]): TenantContext => ({ ...context, appIds: new Set(ids) });

describe('open', () => {
  it('gives the same object as long as nothing has changed, and sees a change of another replica', async () => {
    const { id, context, directory, registry } = await newTenant();
    const game = await registry.create(id, { name: 'Game', platform: 'iOS', adjustToken: 'abc123' });
    const first = await directory.open(context, [game.id], 'adjust');
    await setTimeout(1_000);
    expect(await directory.open(context, [game.id], 'adjust')).toBe(first);
    await database.prisma.app.update({ where: { id: game.id }, data: { adjustToken: 'xyz789' } });
    await setTimeout(1_000);
    expect((await directory.open(context, [game.id], 'adjust')).opened[0]!.upstreamName).toBe('xyz789');
  });

  it('gives keys without a list one and the same object, and no other key or tenant that one', async () => {
    const { context, directory, registry, id } = await newTenant();
    const game = await registry.create(id, { name: 'Game', platform: 'iOS', adjustToken: 'abc123' });
    const other = await registry.create(id, { name: 'Other', platform: 'iOS', adjustToken: 'xyz789' });
    const key = { ...context, keyId: randomUUID() };
    const all = await directory.open(context, null, 'adjust');
    expect(await directory.open(key, null, 'adjust')).toBe(all);
    expect(all.opened.map((app) => app.name)).toEqual(['Game', 'Other']);
    const listed = await directory.open(withList(key, other.id), null, 'adjust');
    expect(listed.opened.map((app) => app.name)).toEqual(['Other']);
    expect(await directory.open(withList(context, game.id, other.id), null, 'adjust')).not.toBe(all);
    const stranger = { ...key, tenantId: (await newTenant()).id };
    expect((await directory.open(stranger, null, 'adjust')).opened).toEqual([]);
    expect(await directory.open(key, null, 'adjust')).toBe(all);
  });

  it('translates to the name that each vendor API takes, in the order asked, each app once', async () => {
    const { id, context, directory, registry } = await newTenant();
    const names = { adjustToken: 'abc123', kochavaGuid: 'kogame-ios', kochavaAppId: 444 };
    const game = await registry.create(id, { name: 'Game', platform: 'iOS', ...names });
    const bare = await registry.create(id, { name: 'Bare', platform: 'android', adjustToken: 'xyz' });
    const at = async (provider: Parameters<AppDirectory['open']>[2]) =>
      (await directory.open(context, [game.id], provider)).opened.map((app) => app.upstreamName);
    expect(await at('adjust')).toEqual(['abc123']);
    expect(await at('adjust-reports')).toEqual(['abc123']);
    expect(await at('kochava-reporting')).toEqual(['kogame-ios']);
    expect(await at('kochava-postbacks')).toEqual(['444']);
    expect(await at('kochava-links')).toEqual(['444']);
    const both = await directory.openAt(
      context,
      [game.id, bare.id, game.id.toUpperCase()],
      ['adjust', 'kochava-reporting'],
    );
    expect(both.adjust).toEqual({
      opened: [
        { id: game.id, name: 'Game', platform: 'IOS', upstreamName: 'abc123' },
        { id: bare.id, name: 'Bare', platform: 'ANDROID', upstreamName: 'xyz' },
      ],
      nameless: [],
    });
    expect(both['kochava-reporting'].nameless.map((app) => app.id)).toEqual([bare.id]);
    const every = await directory.open(context, undefined, 'kochava-reporting');
    expect(every).toEqual({ opened: [expect.objectContaining({ id: game.id })], nameless: [] });
    expect(await directory.byUpstreamNames(context, 'kochava-links', ['444', '445'])).toEqual([game, null]);
  });

  it('looks up the apps of two tenants together, and mixes up neither', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const own = await mine.registry.create(mine.id, { name: 'Mine', platform: 'WEB', adjustToken: 'same' });
    const foreign = await theirs.registry.create(theirs.id, { name: 'Theirs', platform: 'WEB', adjustToken: 'same' });
    const { directory } = mine;
    const nameOf = (context: TenantContext, id: string) =>
      Promise.resolve(directory.open(context, [id], 'adjust')).then(
        ({ opened }) => opened[0]!.name,
        (error: { code: string }) => error.code,
      );
    expect(
      await Promise.all([
        nameOf(mine.context, own.id),
        nameOf(theirs.context, own.id),
        nameOf(theirs.context, foreign.id),
        nameOf(mine.context, foreign.id),
      ]),
    ).toEqual(['Mine', 'NOT_FOUND', 'Theirs', 'NOT_FOUND']);
  });

  it('answers the same words for an id that is malformed, unknown, foreign or off the list', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const [a, b] = await Promise.all(
      ['A', 'B'].map((name) => mine.registry.create(mine.id, { name, platform: 'WEB', adjustToken: name })),
    );
    const foreign = await theirs.registry.create(theirs.id, { name: 'F', platform: 'WEB', adjustToken: 'A' });
    const listed = withList(mine.context, a!.id, foreign.id);
    for (const id of ['nonsense', '', randomUUID(), foreign.id, b!.id, `${a!.id}\0`]) {
      await expect(mine.directory.open(listed, [a!.id, id], 'adjust')).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: `No app ${JSON.stringify(id)}.`,
      });
      await expect(mine.directory.get(listed, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect((await mine.directory.open(listed, undefined, 'adjust')).opened.map((app) => app.id)).toEqual([a!.id]);
    expect(await mine.directory.byIds(listed, [b!.id, a!.id, 'x'])).toEqual([null, a, null]);
    expect(await mine.directory.byUpstreamNames(listed, 'adjust', ['B', 'A', '\0'])).toEqual([null, a, null]);
    expect((await mine.directory.list(listed)).nodes).toEqual([a]);
  });
});

describe('list', () => {
  it('pages by name without gap or overlap, equal names included, and counts when asked', async () => {
    const { id, context, directory, registry } = await newTenant();
    for (const name of ['b', 'a', 'same', 'same', 'same', 'z']) await registry.create(id, { name, platform: 'WEB' });
    const seen: string[] = [];
    const ids = new Set<string>();
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<AppDirectory['list']>> = await directory.list(context, { first: 2, after });
      for (const app of page.nodes) {
        seen.push(app.name);
        ids.add(app.id);
      }
      expect(await page.totalCount()).toBe(6);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(['a', 'b', 'same', 'same', 'same', 'z']);
    expect(ids.size).toBe(6);
  });

  it('searches for the very characters, in any letter case', async () => {
    const { id, context, directory, registry } = await newTenant();
    for (const name of ['100% Fun', '100 Funny', 'under_score', 'underXscore', 'back\\slash']) {
      await registry.create(id, { name, platform: 'WEB' });
    }
    const search = async (text: string) =>
      (await directory.list(context, { search: text })).nodes.map((app) => app.name);
    expect(await search('0% f')).toEqual(['100% Fun']);
    expect(await search('R_S')).toEqual(['under_score']);
    expect(await search('k\\s')).toEqual(['back\\slash']);
    expect(await search('fun')).toHaveLength(2);
  });

  it.each([
    ['/first', { first: 0 }],
    ['/first', { first: 201 }],
    ['/first', { first: 1.5 }],
    ['/after', { after: 'nonsense' }],
    ['/after', { after: Buffer.from('["a\\u0000","b"]').toString('base64url') }],
    ['/search', { search: '\0' }],
  ])('refuses a bad %s', async (pointer, input) => {
    const { context, directory } = await newTenant();
    await expect(directory.list(context, input)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { errors: [{ pointer }] },
    });
  });
});

describe('the registry', () => {
  it('gives each upstream name to one app of a tenant, and names the field that is taken', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const names = { adjustToken: 'tok', kochavaGuid: 'guid', kochavaAppId: '7' };
    await mine.registry.create(mine.id, { name: 'One', platform: 'IOS', ...names });
    const other = await mine.registry.create(mine.id, { name: 'Two', platform: 'IOS' });
    for (const [field, value] of Object.entries(names)) {
      const conflict = { code: 'CONFLICT', details: { errors: [{ pointer: `/${field}` }] } };
      const input = { name: 'Three', platform: 'IOS', [field]: ` ${value} ` };
      await expect(mine.registry.create(mine.id, input)).rejects.toMatchObject(conflict);
      await expect(mine.registry.update(mine.id, other.id, { [field]: value })).rejects.toMatchObject(conflict);
    }
    await expect(theirs.registry.create(theirs.id, { name: 'One', platform: 'IOS', ...names })).resolves.toMatchObject(
      names,
    );
  });

  it('changes what is given alone, takes a name away with null, and knows its own apps only', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const app = await mine.registry.create(mine.id, { name: 'One', platform: 'IOS', adjustToken: 'tok' });
    expect(await mine.registry.update(mine.id, app.id, {})).toEqual(app);
    expect(await mine.registry.update(mine.id, app.id, { adjustToken: null, kochavaGuid: 'g' })).toEqual({
      ...app,
      adjustToken: null,
      kochavaGuid: 'g',
    });
    await expect(theirs.registry.update(theirs.id, app.id, { name: 'X' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(theirs.registry.delete(theirs.id, app.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await mine.registry.delete(mine.id, app.id);
    await expect(mine.registry.delete(mine.id, app.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(mine.registry.create(randomUUID(), { name: 'X', platform: 'IOS' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('names every bad field at once', async () => {
    const { id, registry } = await newTenant();
    const bad = { name: '', platform: 'amiga', adjustToken: 'a b', kochavaGuid: 'ü', kochavaAppId: '007' };
    const error = await registry.create(id, bad).catch((reason) => reason);
    expect(error.details.errors.map((field: { pointer: string }) => field.pointer)).toEqual(
      Object.keys(bad).map((field) => `/${field}`),
    );
    await expect(registry.create(id, {} as never)).rejects.toMatchObject({
      details: { errors: [{ pointer: '/name' }, { pointer: '/platform' }] },
    });
  });
});
