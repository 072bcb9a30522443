import {
  AGENCY_LINKS_KEY,
  DEMO_LINKS_KEY,
  FOREIGN_LINKS_KEY,
  KOCHAVA_DEMO_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  KOCHAVA_ORBIT_RUNNER_WEB,
  startSandbox,
  type Sandbox,
} from '../../../apps/sandbox/src/index.js';
import { closeAll, credential, failureOf, upstream } from '../test/vendor.js';
import {
  KochavaLinksClient,
  patchSmartLink,
  smartLinkProblems,
  type KochavaSmartLink,
  type KochavaSmartLinkPatch,
  type NewKochavaSmartLink,
} from './index.js';

const DEMO = credential(DEMO_LINKS_KEY.key);
const STRANGER = credential(FOREIGN_LINKS_KEY.key);
const AGENCY = credential(AGENCY_LINKS_KEY.key);
const [IOS, ANDROID, WEB] = [KOCHAVA_ORBIT_RUNNER_IOS, KOCHAVA_ORBIT_RUNNER_ANDROID, KOCHAVA_ORBIT_RUNNER_WEB].map(
  ({ id }) => String(id),
) as [string, string, string];

let sandbox: Sandbox;
let client: KochavaLinksClient;
beforeAll(async () => void (sandbox = await startSandbox()));
beforeEach(() => void (client = new KochavaLinksClient(upstream(), { baseUrl: sandbox.url })));
afterEach(async () => {
  sandbox.reset();
  await closeAll();
});
afterAll(() => sandbox.close());

const orbit = async () => (await client.appGroups.list(DEMO, { search: 'orbit runner' })).items[0]!;
const newLink = (appGroupId: string, over: Partial<NewKochavaSmartLink> = {}): NewKochavaSmartLink => ({
  appGroupId,
  name: 'Winter',
  networkId: '34',
  campaign: { name: 'Winter Sale' },
  networkPricing: 'cpi',
  networkPrice: 0.75,
  path: 'orbit://winter',
  customParams: [{ key: 'a b', value: 'ü&c' }],
  default: { kochavaAppId: WEB, destinationUrl: 'https://www.orbitrunner.example/winter' },
  routesByApp: [
    {
      kochavaAppId: IOS,
      events: ['_Install'],
      routes: [{ name: 'iOS', destinationUrl: 'https://apps.apple.com/us/app/x/id1', nativeLink: 'ios' }],
    },
    {
      kochavaAppId: ANDROID,
      events: ['Purchase'],
      routes: [
        { name: 'A', destinationUrl: 'market://details?id=x', reengagementUrl: 'orbit://w', platforms: ['Android'] },
      ],
    },
  ],
  ...over,
});

/** Every id of a link, and what is under it. */
const idsOf = (link: KochavaSmartLink): unknown[] => [
  link.id,
  link.guid,
  link.default.id,
  link.default.legacyTrackerId,
  ...link.routesByApp.map(({ kochavaAppId, routes }) => [
    kochavaAppId,
    ...routes.map((route) => [route.id, route.legacyTrackerId, route.platforms, route.nativeLink, route.clickCount]),
  ]),
];

it('walks every link once, in pages', async () => {
  const seen: string[] = [];
  for (let page = 1; ; page++) {
    const { items, mayHaveMore } = await client.smartLinks.list(DEMO, {}, { page, pageSize: 10 });
    seen.push(...items.map(({ id }) => id));
    if (!mayHaveMore) break;
  }
  expect(new Set(seen).size).toBe(seen.length);
  const { items } = await client.smartLinks.list(DEMO, {}, { pageSize: 200 });
  expect(items.map(({ id }) => id)).toEqual(seen);
  expect(seen.length).toBeGreaterThan(25);
});

it('lives through the life of a link', async () => {
  const group = await orbit();
  const request = newLink(group.id);
  expect(smartLinkProblems(request, await client.appGroups.get(DEMO, group.id))).toEqual([]);
  expect(await client.smartLinks.isNameFree(DEMO, group.id, 'Winter')).toBe(true);
  const { link } = await client.smartLinks.create(DEMO, request);
  expect(link).toMatchObject({ name: 'Winter', networkName: 'Facebook', networkPrice: 0.75, agencyNetworkId: null });
  expect(link.clickUrl).toBe(`https://orbitrunner.smart.link/${link.guid}?a%20b=%C3%BC%26c`);
  expect(link.default.destinationUrl).toBe('https://www.orbitrunner.example/winter?ko_click_id={click_id}');
  expect(await client.smartLinks.isNameFree(DEMO, group.id, 'Winter')).toBe(false);
  const again = client.smartLinks.create(DEMO, newLink(group.id, { campaign: { id: link.appGroupCampaignId! } }));
  await expect(failureOf(again)).resolves.toMatchObject({ failure: 'conflict', status: 409 });

  const { document } = await client.smartLinks.get(DEMO, link.id);
  const changed = await client.smartLinks.update(DEMO, link.id, patchSmartLink(document, { agencyNetworkId: '234' }));
  expect(changed.link).toMatchObject({ agencyNetworkId: '234', name: 'Winter', networkPricing: 'cpi' });
  expect(idsOf(changed.link)).toEqual(idsOf((await client.smartLinks.get(DEMO, link.id)).link));

  await client.smartLinks.archive(DEMO, link.id);
  expect((await client.smartLinks.get(DEMO, link.id)).link.isActive).toBe(false);
  await expect(failureOf(client.smartLinks.archive(DEMO, link.id))).resolves.toMatchObject({ failure: 'conflict' });
});

/** Numbers that look random and are the same each time (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

it('changes no id over a hundred random patches', async () => {
  const group = await orbit();
  const { link: first } = await client.smartLinks.create(DEMO, newLink(group.id));
  let { link: before, document } = await client.smartLinks.get(DEMO, first.id);
  const ids = idsOf(before);
  const next = random(7);
  const may = <T>(value: T): T | undefined => (next() < 0.3 ? value : undefined);
  for (let round = 0; round < 100; round++) {
    const patch: KochavaSmartLinkPatch = {
      name: `Winter ${round}`,
      path: may(next() < 0.2 ? null : `orbit://${round}`),
      agencyNetworkId: may(next() < 0.3 ? null : '235'),
      campaign: may(next() < 0.5 ? { name: `Sale ${round}` } : { id: before.appGroupCampaignId! }),
      networkPrice: may(round / 10),
      customParams: may(next() < 0.2 ? null : [{ key: 'round', value: String(round) }]),
      default: may({
        kochavaAppId: next() < 0.5 ? WEB : IOS,
        destinationUrl: `https://www.orbitrunner.example/${round}`,
      }),
      routesByApp: may(
        before.routesByApp
          .filter(() => next() < 0.6)
          .map(({ kochavaAppId, routes }) => ({
            kochavaAppId,
            events: may([`Event ${round}`]),
            routes: routes.map(({ id, nativeLink }) => ({
              id: id!,
              name: may(`Route ${round}`),
              destinationUrl: may(`https://store.example/${round}`),
              reengagementUrl: nativeLink ? undefined : may(next() < 0.3 ? null : `orbit://r${round}`),
            })),
          })),
      ),
    };
    const { link } = await client.smartLinks.update(DEMO, first.id, patchSmartLink(document, patch));
    const read = await client.smartLinks.get(DEMO, first.id);
    const after = read.link;
    expect(idsOf(link)).toEqual(ids);
    expect(idsOf(after)).toEqual(ids);
    expect(after.name).toBe(patch.name);
    if (patch.path === undefined) expect(after.path).toBe(before.path);
    if (patch.networkPrice === undefined) expect(after.networkPrice).toBe(before.networkPrice);
    if (patch.customParams === undefined) expect(after.customParams).toEqual(before.customParams);
    if (patch.default === undefined) expect(after.default.destinationUrl).toBe(before.default.destinationUrl);
    if (patch.routesByApp === undefined)
      expect(after.routesByApp.map(({ events }) => events)).toEqual(before.routesByApp.map(({ events }) => events));
    [before, document] = [after, read.document];
  }
});

it('lives through the life of a group and its campaigns', async () => {
  const free = KOCHAVA_DEMO_ACCOUNT.apps.slice(-2).map(({ id }) => String(id));
  const accountId = String(KOCHAVA_DEMO_ACCOUNT.id);
  const { appGroups } = client;
  const group = await appGroups.create(DEMO, { name: 'Last two', accountId, kochavaAppIds: [free[0]!] });
  expect(group).toMatchObject({ name: 'Last two', accountId, isActive: true });
  const grown = await appGroups.update(DEMO, group.id, { name: 'Both', kochavaAppIds: free });
  expect(grown.apps.map(({ kochavaAppId }) => kochavaAppId)).toEqual(free);
  const lost = failureOf(appGroups.update(DEMO, group.id, { name: 'One', kochavaAppIds: [free[0]!] }));
  await expect(lost).resolves.toMatchObject({ failure: 'rejected' });
  const stolen = failureOf(appGroups.create(DEMO, { name: 'X', accountId, kochavaAppIds: [IOS] }));
  await expect(stolen).resolves.toMatchObject({ failure: 'conflict' });

  const campaign = await appGroups.createCampaign(DEMO, group.id, 'First');
  expect(campaign).toMatchObject({ appGroupId: group.id, isActive: true });
  expect(await appGroups.isCampaignNameFree(DEMO, group.id, 'First')).toBe(false);
  await appGroups.updateCampaign(DEMO, group.id, campaign.id, 'Second');
  expect(await appGroups.isCampaignNameFree(DEMO, group.id, 'First')).toBe(true);
  expect((await appGroups.campaigns(DEMO, group.id)).map(({ name }) => name)).toEqual(['Second']);

  await appGroups.archive(DEMO, group.id);
  expect((await appGroups.get(DEMO, group.id)).isActive).toBe(false);
  const full = await orbit();
  await expect(failureOf(appGroups.archive(DEMO, full.id))).resolves.toMatchObject({ failure: 'conflict' });
  const all = await appGroups.campaigns(DEMO, full.id, { includeDeleted: true });
  expect(all.filter(({ isActive }) => !isActive)).toHaveLength(1);
  expect((await appGroups.subdomains(DEMO, full.id)).map(({ isDefault }) => isDefault)).toEqual([true, false]);
});

it('keeps accounts apart, and lets an agency read', async () => {
  const group = await orbit();
  await expect(failureOf(client.appGroups.get(STRANGER, group.id))).resolves.toMatchObject({ failure: 'not-found' });
  const read = await client.appGroups.get(AGENCY, group.id);
  expect(read.name).toBe(group.name);
  await expect(failureOf(client.appGroups.createCampaign(AGENCY, group.id, 'x'))).resolves.toMatchObject({
    failure: 'forbidden',
  });
  const writable = await client.appGroups.list(AGENCY, { hasWriteAccess: true });
  expect(writable.items.map(({ name }) => name)).toEqual(['Tidal']);
  expect((await client.advertisers(AGENCY)).map(({ hasWriteAccess }) => hasWriteAccess)).toEqual([false, true]);
  expect(await client.verify(credential('wrong'))).toMatchObject({ valid: false });
  expect(await client.verify(DEMO)).toMatchObject({ valid: true });
});

it('knows agencies and media partners', async () => {
  expect((await client.agencies(DEMO)).length).toBeGreaterThan(2);
  const all = await client.mediaPartners(DEMO);
  expect(all.map(({ id }) => id)).toContain('3881');
  const own = await client.mediaPartners(DEMO, [ANDROID]);
  expect(own.map(({ name }) => name)).toEqual(['Orbit Street Posters']);
});

it.each([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['svg', 'image/svg+xml'],
] as const)('gets QR codes as %s in all sizes', async (format, contentType) => {
  const [link] = (await client.smartLinks.list(DEMO)).items;
  const images = [];
  for (const size of [0, -10, 512]) images.push(await client.smartLinks.qr(DEMO, link!.id, { format, size }));
  expect(images.map((image) => image.contentType)).toEqual([contentType, contentType, contentType]);
  expect(images[1]!.bytes).not.toEqual(images[0]!.bytes);
});

it('does not tell a lost answer from a failure, and the list does', async () => {
  const group = await orbit();
  sandbox.misbehave({ method: 'POST', path: '/v1/links$', do: { kind: 'reset', when: 'after' } });
  const error = await failureOf(client.smartLinks.create(DEMO, newLink(group.id)));
  expect(error).toMatchObject({ kind: 'no-answer', sent: true });
  const { items } = await client.smartLinks.list(DEMO, { search: 'Winter' });
  expect(items).toHaveLength(1);
});
