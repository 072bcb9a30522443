import {
  ACCOUNT,
  ANDROID,
  FOREIGN_APP,
  FREE_APPS,
  GROUP_FIELDS,
  IOS,
  LINK_FIELDS,
  sent,
  useSmartLinks,
  WEB,
} from './support/smart-links.js';

interface Named {
  id: string;
  name: string;
}

describe('SmartLinks, read', () => {
  const gateway = useSmartLinks();
  let key: string;
  let narrow: string;
  beforeAll(async () => {
    key = await gateway.key();
    // One app of the three that are in the group.
    narrow = await gateway.key({ appIds: [gateway.apps[0].id] });
  });

  const get = (path: string, as = key) => gateway.http('get', path, as);
  const ask = async (query: string, as = key) => {
    const { body } = await gateway.graphql(as, query);
    return body as { data: Record<string, unknown>; errors?: { extensions: { code: string }; path: unknown[] }[] };
  };
  const orbit = async () => (await get('/v1/app-groups?search=orbit%20runner')).body.data[0] as Named;
  const firstLink = async () => (await get('/v1/smart-links?first=1')).body.data[0] as Named;

  it('lists groups with every filter and sort, at both doors', async () => {
    const { status, body, headers } = await get('/v1/app-groups?first=200');
    expect(status).toBe(200);
    expect(body.data).toHaveLength(13);
    expect(body.data[0]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Orbit Runner',
      accountId: null,
      apps: [
        {
          kochavaAppId: IOS,
          name: gateway.apps[0].name,
          platform: 'IOS',
          eligibleForSmartLinks: null,
          app: expect.objectContaining({ id: gateway.apps[0].id }),
        },
        expect.objectContaining({ kochavaAppId: ANDROID, platform: 'ANDROID' }),
        expect.objectContaining({ kochavaAppId: WEB, platform: 'WEB', app: null }),
      ],
      isActive: null,
      smartLinkCount: 28,
      appCount: 3,
      eligibleForSmartLinks: null,
      canCreateSmartLinks: true,
      createdAt: null,
      updatedAt: null,
    });
    expect(headers['cache-status']).toBe('kochava-links; fwd=miss');
    expect((await get('/v1/app-groups?first=200').set('If-None-Match', headers['etag'] as string)).status).toBe(304);
    const graphql = await ask(`{ appGroups(first: 200) { nodes { ${GROUP_FIELDS} } } }`);
    expect(graphql.errors).toBeUndefined();
    const nodes = (graphql.data['appGroups'] as { nodes: { apps: { app: object | null }[] }[] }).nodes;
    expect(nodes).toHaveLength(13);
    expect(nodes[0]!.apps.map(({ app }) => app)).toEqual([
      { id: gateway.apps[0].id },
      { id: gateway.apps[1].id },
      null,
    ]);

    const names = async (query: string) =>
      (await get(`/v1/app-groups?${query}`)).body.data.map(({ name }: Named) => name) as string[];
    expect(await names('platforms=web')).toEqual(['Orbit Runner']);
    expect(await names(`account_id=${ACCOUNT}&has_write_access=true&is_active=true&search=orbit%20runner`)).toEqual([
      'Orbit Runner',
    ]);
    expect(await names('has_write_access=false')).toEqual([]);
    expect((await names('sort=smartlink_count_desc&first=1'))[0]).toBe('Orbit Runner');
    expect(sent(gateway).at(-1)).toContain('/v1/groups');
    const filtered = await ask(
      '{ appGroups(filter: { platforms: [WEB], isActive: true, hasWriteAccess: true, sort: NAME_DESC }) { nodes { name } } }',
    );
    expect(filtered.data['appGroups']).toEqual({ nodes: [{ name: 'Orbit Runner' }] });
  });

  it('shows one group, its subdomains and campaigns, with deleted ones where asked', async () => {
    const { id } = await orbit();
    const one = await get(`/v1/app-groups/${id}`);
    expect(one.body).toMatchObject({ id, accountId: ACCOUNT, isActive: true, smartLinkCount: null });
    const subdomains = await get(`/v1/app-groups/${id}/subdomains`);
    expect(subdomains.body.data.map(({ linkDomain }: { linkDomain: string }) => linkDomain)).toEqual([
      'orbitplay.smart.link',
      'orbitrunner.smart.link',
    ]);
    const campaigns = async (query = '') =>
      (await get(`/v1/app-groups/${id}/campaigns${query}`)).body.data.map(({ name }: Named) => name) as string[];
    expect(await campaigns()).toEqual(['Spring Launch', 'Creators']);
    expect(await campaigns('?include_deleted=true')).toEqual(['Spring Launch', 'Creators', 'Beta Invites']);
    const { data, errors } = await ask(`{ appGroup(id: "${id}") { ${GROUP_FIELDS} subdomains { commonSubdomain isDefault
      linkDomain apps { kochavaAppId fallbackUrl } } campaigns(includeDeleted: true) { id name isActive appGroupId createdAt
      updatedAt } smartLinks(first: 2, filter: { isActive: true }) { nodes { name } pageInfo { hasNextPage } } } }`);
    expect(errors).toBeUndefined();
    const group = data['appGroup'] as { subdomains: unknown[]; campaigns: { isActive: boolean }[]; smartLinks: object };
    expect(group.subdomains).toHaveLength(2);
    expect(group.campaigns.map(({ isActive }) => isActive)).toEqual([true, true, false]);
    expect(group.smartLinks).toMatchObject({ pageInfo: { hasNextPage: true }, nodes: [{}, {}] });
    const own = await ask(`{ appGroup(id: "${id}") { smartLinks(filter: { appGroupIds: ["1"] }) { nodes { id } } } }`);
    expect(own.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('shows one link, with what a list leaves empty, and tells what is not there', async () => {
    const [listed] = (await get('/v1/smart-links?search=spring%20launch%201&first=1')).body.data;
    expect(listed).toMatchObject({ networkPricing: null, networkPrice: null, clickCount: expect.any(Number) });
    const { body } = await get(`/v1/smart-links/${listed.id}`);
    expect(body).toMatchObject({
      ...listed,
      networkPricing: 'CPI',
      networkPrice: expect.any(Number),
      channelType: null,
    });
    const { data, errors } = await ask(`{ smartLink(id: "${listed.id}") { ${LINK_FIELDS} } }`);
    expect([errors, data['smartLink']]).toEqual([undefined, body]);
    for (const id of ['1', 'x', '0', '99999999999999999999', '%00']) {
      for (const path of ['smart-links', 'app-groups']) {
        const missing = await get(`/v1/${path}/${id}`);
        expect([path, id, missing.status, missing.body.code]).toEqual([path, id, 404, 'NOT_FOUND']);
      }
    }
  });

  it('walks every link once at any page size, also when links come and go', async () => {
    const walk = async (query: string, between: (page: number) => Promise<unknown> = async () => undefined) => {
      const seen: string[] = [];
      for (let next = `/v1/smart-links?${query}`, page = 1; next; page++) {
        const { status, body, headers } = await get(next);
        expect(status).toBe(200);
        seen.push(...(body.data as Named[]).map(({ id }) => id));
        const link = (headers['link'] as string | undefined)?.match(/<([^>]+)>; rel="next"/)?.[1] ?? '';
        expect(link !== '').toBe(body.page.hasNextPage);
        next = link;
        await between(page);
      }
      expect(new Set(seen).size).toBe(seen.length);
      return seen;
    };
    const all = await walk('first=200');
    expect(all).toHaveLength(29);
    expect(all.map(Number)).toEqual(all.map(Number).sort((a, b) => a - b));
    for (const first of [1, 7, 25, 28, 29, 30]) expect(await walk(`first=${first}`)).toEqual(all);
    for (const sort of ['name_asc', 'name_desc', 'created_desc', 'updated_asc', 'updated_desc']) {
      expect((await walk(`first=10&sort=${sort}`)).sort()).toEqual([...all].sort());
    }
    // What is changed moves to an end of the list, and moves all others.
    const touch = (id: string) => gateway.http('patch', `/v1/smart-links/${id}`, key).send({ name: `Aa ${id}` });
    for (const sort of ['updated_desc', 'updated_asc', 'name_asc', 'name_desc']) {
      const seen = await walk(`first=8&sort=${sort}`, (page) => touch(all[page]!));
      expect(seen.length).toBeGreaterThanOrEqual(24);
    }
    const wrong = await get('/v1/smart-links?first=1');
    const other = await get(`/v1/smart-links?first=1&sort=name_asc&after=${wrong.body.page.endCursor}`);
    expect([other.status, other.body.errors[0].pointer]).toEqual([400, '/after']);
  });

  it.each([
    '/v1/smart-links?first=0',
    '/v1/smart-links?first=201',
    '/v1/smart-links?first=x',
    '/v1/smart-links?after=x',
    '/v1/smart-links?sort=color',
    '/v1/smart-links?is_active=perhaps',
    '/v1/smart-links?app_group_ids=',
    '/v1/smart-links?app_group_ids=1;2',
    '/v1/smart-links?search=a&search=b',
    '/v1/smart-links?colour=red',
    '/v1/app-groups?platforms=amiga',
    '/v1/app-groups?account_id=x',
    '/v1/app-groups?search=',
    '/v1/media-partners?kochava_app_ids=',
    '/v1/advertisers?has_write_access=2',
  ])('refuses %s, and asks nothing', async (path) => {
    const { status, body } = await get(path);
    expect([status, body.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(sent(gateway)).toEqual([]);
  });

  it('knows advertisers, agencies and media partners, and asks for them once', async () => {
    const advertisers = await get('/v1/advertisers');
    expect(advertisers.body.data).toEqual([{ id: ACCOUNT, name: 'Orbit Games', hasWriteAccess: true }]);
    expect((await get('/v1/advertisers?has_write_access=false')).body.data).toEqual([]);
    const agencies = await get('/v1/agencies');
    expect(agencies.body.data[0]).toEqual({
      id: '234',
      name: 'Northwind Growth',
      accessLevel: 4,
      logoUrl: `${gateway.sandbox.url}/logo/northwind_growth.png`,
    });
    const { body } = await get('/v1/media-partners');
    expect(body.data.length).toBeGreaterThan(20);
    expect((await get('/v1/media-partners')).headers['cache-status']).toBe('kochava-links; hit');
    expect(
      (await get(`/v1/media-partners?kochava_app_ids=${ANDROID}`)).body.data.map(({ name }: Named) => name),
    ).toEqual(['Orbit Street Posters']);
    const graphql = await ask(`{ advertisers(hasWriteAccess: true) { id } agencies { name logoUrl }
      mediaPartners(kochavaAppIds: ["${IOS}"]) { name accessLevel } }`);
    expect(graphql.errors).toBeUndefined();
    expect(graphql.data['mediaPartners']).toEqual([
      { name: 'Orbit Newsletter', accessLevel: 2 },
      { name: 'Smith, Jones & Co', accessLevel: 2 },
    ]);
    expect(sent(gateway).filter((one) => one.includes('agency'))).toHaveLength(1);
    for (const unknown of ['1', FOREIGN_APP, WEB]) {
      const refused = await get(`/v1/media-partners?kochava_app_ids=${IOS},${unknown}`);
      expect([unknown, refused.status]).toEqual([unknown, 404]);
    }
  });

  it('asks whether names are free', async () => {
    const { id } = await orbit();
    const free = async (query: string) => (await get(`/v1/app-groups/${id}/name-available?${query}`)).body;
    expect(await free('smart_link=Newsletter&campaign=Creators')).toEqual({
      available: false,
      smartLink: false,
      campaign: false,
    });
    expect(await free('smart_link=New&campaign=Creators')).toEqual({
      available: false,
      smartLink: true,
      campaign: false,
    });
    expect(await free('campaign=New')).toEqual({ available: true, smartLink: null, campaign: true });
    expect((await get(`/v1/app-groups/${id}/name-available`)).status).toBe(400);
    expect((await get(`/v1/app-groups/${id}/name-available?campaign=%20`)).status).toBe(400);
    const { data } = await ask(`{ a: smartLinkNameAvailable(appGroupId: "${id}", name: "Newsletter")
      b: appGroupCampaignNameAvailable(appGroupId: "${id}", name: "New") }`);
    expect(data).toEqual({ a: false, b: true });
    expect((await get('/v1/app-groups/1/name-available?campaign=a')).status).toBe(404);
  });

  it('draws QR codes as images at REST, and as data URIs at GraphQL', async () => {
    const { id } = await firstLink();
    const image = async (query: string) => {
      const { status, headers, body } = await get(`/v1/smart-links/${id}/qr${query}`).buffer(true);
      return {
        status,
        type: headers['content-type'],
        bytes: body as Buffer,
        policy: headers['content-security-policy'],
      };
    };
    const png = await image('');
    expect([png.status, png.type]).toEqual([200, 'image/png']);
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect((await image('?format=jpg&size=256')).type).toBe('image/jpeg');
    const svg = await image('?format=SVG&size=-3');
    expect([svg.type, svg.policy]).toEqual(['image/svg+xml', expect.stringContaining("default-src 'none'")]);
    expect((await image('?size=512')).bytes.readUInt32BE(16)).toBe(512);
    for (const query of ['?size=2049', '?size=-51', '?size=1.5', '?size=x', '?format=gif', '?format=svg&size=256']) {
      expect([query, (await image(query)).status]).toEqual([query, 400]);
    }
    const { data } = await ask(`{ smartLink(id: "${id}") { png: qrCode svg: qrCode(format: SVG, size: -2) } }`);
    expect(data['smartLink']).toEqual({
      png: `data:image/png;base64,${png.bytes.toString('base64')}`,
      svg: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    });
    expect((await get('/v1/smart-links/1/qr')).status).toBe(404);
  });

  describe('by a key with an app list', () => {
    it('sees what holds one of its apps, and nothing else', async () => {
      expect((await get('/v1/app-groups', narrow)).body.data.map(({ name }: Named) => name)).toEqual(['Orbit Runner']);
      expect((await get('/v1/smart-links?first=200', narrow)).body.data).toHaveLength(29);
      const small = await gateway.adopt(FREE_APPS[0]!.id);
      const stranger = await gateway.key({ appIds: [small.id] });
      const { id } = await orbit();
      const link = await firstLink();
      expect((await get('/v1/app-groups', stranger)).body).toEqual({
        data: [],
        page: { hasNextPage: false, endCursor: null },
      });
      expect((await get('/v1/smart-links', stranger)).body.data).toEqual([]);
      const refused = [
        `/v1/app-groups/${id}`,
        `/v1/app-groups/${id}/subdomains`,
        `/v1/app-groups/${id}/campaigns`,
        `/v1/app-groups/${id}/name-available?smart_link=x`,
        `/v1/smart-links/${link.id}`,
        `/v1/smart-links/${link.id}/qr`,
        `/v1/media-partners?kochava_app_ids=${IOS}`,
      ];
      for (const path of refused) {
        expect([path, (await get(path, stranger)).status]).toEqual([path, 404]);
        expect([path, (await get(path, key)).status]).toEqual([path, 200]);
      }
      for (const field of [
        `appGroup(id: "${id}") { id }`,
        `smartLink(id: "${link.id}") { id }`,
        `smartLinkNameAvailable(appGroupId: "${id}", name: "x")`,
        `appGroupCampaignNameAvailable(appGroupId: "${id}", name: "x")`,
        `mediaPartners(kochavaAppIds: ["${IOS}"]) { id }`,
      ]) {
        const { errors } = await ask(`{ ${field} }`, stranger);
        expect([field, errors?.[0]?.extensions.code]).toEqual([field, 'NOT_FOUND']);
      }
    });

    it('sees the private networks of its own apps alone', async () => {
      const names = async (as: string) =>
        ((await get('/v1/media-partners', as)).body.data as Named[]).map(({ name }) => name);
      expect(await names(key)).toEqual(
        expect.arrayContaining(['Facebook', 'Orbit Newsletter', 'Orbit Street Posters']),
      );
      const seen = await names(narrow);
      expect(seen).toEqual(expect.arrayContaining(['Facebook', 'Orbit Newsletter']));
      expect(seen).not.toContain('Orbit Street Posters');
    });
  });

  it('tells a tenant without a credential', async () => {
    const theirs = await gateway.key({ of: gateway.otherTenant });
    const missing = await get('/v1/smart-links', theirs);
    expect([missing.status, missing.body.code]).toEqual([424, 'CREDENTIAL_MISSING']);
  });
});
