import { GROUP_DATA, LINK_DATA, LINK_TEXT, enveloped } from '../test/documents.js';
import { closeAll, credential, failureOf, saying, upstream, vendor } from '../test/vendor.js';
import { KochavaLinksClient } from './index.js';

const SECRET = 'F5BC0519-key';
const KEY = credential(SECRET);
const clientOf = (baseUrl: string) => new KochavaLinksClient(upstream(), { baseUrl });

afterEach(closeAll);

describe('what is sent', () => {
  it('puts the key in its header and every filter in the query', async () => {
    const { baseUrl, received } = await saying(enveloped([]));
    const client = clientOf(`${baseUrl}/links`);
    const page = { page: 2, pageSize: 10 };
    const filter = { isActive: true, search: 'prod & co', platforms: ['ANDROID', 'ios'], accountId: '5' } as const;
    await client.appGroups.list(KEY, { ...filter, hasWriteAccess: true, sort: 'name_asc' }, page);
    await client.smartLinks.list(KEY, { appGroupIds: ['123', '321'], advertiserAccountId: '23', isActive: false });
    await client.advertisers(KEY, { hasWriteAccess: true });
    await client.mediaPartners(KEY, ['30000', '30001']);
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /links/v1/groups?page=2&page_size=10&sort=name_asc&is_active=true&search=prod%20%26%20co' +
        '&platform=android%2Cios&account=5&has_write_access=1&has_written_access=1',
      'GET /links/v1/links?page=1&page_size=25&sort=created_asc&app_group_id=123%2C321&advertiser_account_id=23&is_active=false',
      'GET /links/v1/advertisers?has_write_access=true',
      'GET /links/v1/networks?vppn_app_id=30000%2C30001',
    ]);
    expect(received[0]!.headers['authentication-key']).toBe(SECRET);
  });

  it('writes with the bodies of the document', async () => {
    const campaign = { id: 5178, app_group_id: 4833, name: 'x', is_deleted: false };
    const { baseUrl, received } = await vendor(({ url }, response) =>
      response.end(url.includes('campaigns') ? enveloped(campaign) : enveloped(GROUP_DATA)),
    );
    const { appGroups } = clientOf(baseUrl);
    await appGroups.create(KEY, { name: 'G', accountId: '5899', kochavaAppIds: ['24171', '9007199254740993'] });
    await appGroups.update(KEY, '4833', { name: 'G', kochavaAppIds: ['24171'] });
    await appGroups.archive(KEY, '4833');
    await appGroups.createCampaign(KEY, '4833', 'C');
    await appGroups.updateCampaign(KEY, '4833', '5178', 'D');
    expect(received.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'POST /v1/groups {"name":"G","apps":[24171,9007199254740993],"account_id":5899,"is_active":true}',
      'PUT /v1/groups/4833 {"name":"G","apps":[24171]}',
      'PUT /v1/groups/4833/archive ',
      'POST /v1/groups/4833/campaigns {"name":"C"}',
      'POST /v1/groups/4833/campaigns/5178 {"name":"D"}',
    ]);
  });

  it('sends back a link byte for byte where nothing was changed', async () => {
    const { baseUrl, received } = await saying(enveloped(LINK_TEXT));
    const { smartLinks } = clientOf(baseUrl);
    const { document } = await smartLinks.get(KEY, '102746');
    await smartLinks.update(KEY, '102746', document);
    expect(received[1]!.body).toBe(LINK_TEXT);
  });

  it('refuses what the document rules out, and sends nothing', async () => {
    const { baseUrl, received } = await saying(enveloped([]));
    const { appGroups, smartLinks, mediaPartners } = clientOf(baseUrl);
    const many = { page: 0, pageSize: 201 };
    await expect(appGroups.list(KEY, { sort: 'x' as never, accountId: 'a', platforms: ['a,b'] }, many)).rejects.toThrow(
      /^page: .*pageSize: .*sort: .*accountId: .*platforms\.0: /,
    );
    await expect(smartLinks.list(KEY, { appGroupIds: [] })).rejects.toThrow('appGroupIds:');
    await expect(appGroups.create(KEY, { name: '', accountId: 'x', kochavaAppIds: ['1', '1'] })).rejects.toThrow(
      /accountId: .*name: .*kochavaAppIds: .*twice/,
    );
    await expect(appGroups.update(KEY, '1', { name: 'x', kochavaAppIds: [] })).rejects.toThrow('kochavaAppIds:');
    await expect(appGroups.archive(KEY, '1/x')).rejects.toThrow('appGroupId:');
    await expect(appGroups.createCampaign(KEY, '1', ' ')).rejects.toThrow('name:');
    await expect(smartLinks.get(KEY, '')).rejects.toThrow('smartLinkId:');
    await expect(smartLinks.update(KEY, '7', { id: 8 })).rejects.toThrow('document:');
    await expect(smartLinks.qr(KEY, '7', { format: 'gif' as never, size: 5000 })).rejects.toThrow(/format: .*size: /);
    await expect(smartLinks.isNameFree(KEY, '7', '')).rejects.toThrow('name:');
    await expect(clientOf(baseUrl).mediaPartners(KEY, [])).rejects.toThrow('kochavaAppIds:');
    expect(received).toEqual([]);
    expect(mediaPartners).toBeDefined();
  });
});

describe('what is read', () => {
  it('takes the link of the document, ids to the last digit', async () => {
    const { baseUrl } = await saying(enveloped(LINK_TEXT));
    const { link } = await clientOf(baseUrl).smartLinks.get(KEY, '102746');
    expect(link).toMatchObject({
      id: '102746',
      subdomain: 'your_brand_name',
      path: 'myApp://',
      appGroupCampaignId: '5221',
      networkPricing: 'cpi',
      networkPrice: 0.99,
      customParams: [{ key: 'example_key_1', value: 'example_value_1' }],
      isActive: true,
      default: { id: '13034035378', kochavaAppId: '24171', platform: 'ios', campaignId: '13033554261', clickCount: 3 },
      createdAt: new Date('2020-04-16T20:06:41Z'),
    });
    expect(link.agencyNetworkId).toBeUndefined();
    expect(link.routesByApp[0]!.routes[0]).toMatchObject({
      id: '9007199254740993',
      platforms: ['ios'],
      nativeLink: 'ios',
      legacyTrackerId: '9c5b611c15719',
    });
    expect(link.routesByApp[1]!.routes[0]).toMatchObject({ platforms: ['web'], reengagementUrl: 'myApp://web' });
  });

  it('takes lists with blank pricing, the spellings of the tables, and says when a page is full', async () => {
    const inList = { ...LINK_DATA, network_pricing: '', network_price: 0 };
    const swapped = { ...LINK_DATA, id: 2, network_pricing: 1.5, network_price: 'CPM', custom_params: null };
    const { baseUrl } = await saying(enveloped([inList, swapped, inList]));
    const { items, mayHaveMore } = await clientOf(baseUrl).smartLinks.list(KEY, {}, { pageSize: 3 });
    expect(items.map(({ id, networkPricing, networkPrice }) => [id, networkPricing, networkPrice])).toEqual([
      ['102746', undefined, undefined],
      ['2', 'cpm', 1.5],
    ]);
    expect(mayHaveMore).toBe(true);
    expect((await clientOf(baseUrl).smartLinks.list(KEY)).mayHaveMore).toBe(false);
  });

  it('takes groups of both kinds', async () => {
    const inList = {
      id: 4833,
      name: 'G',
      apps: [],
      app_count: 2,
      smartlink_count: 7,
      created_dttm: 0,
      can_create_smartlinks: true,
    };
    const list = await saying(enveloped([inList]));
    const [listed] = (await clientOf(list.baseUrl).appGroups.list(KEY)).items;
    expect(listed).toMatchObject({ smartLinkCount: 7, appCount: 2, canCreateSmartLinks: true });
    expect([listed!.isActive, listed!.createdAt]).toEqual([undefined, undefined]);
    const one = await saying(enveloped(GROUP_DATA));
    const group = await clientOf(one.baseUrl).appGroups.get(KEY, '4833');
    expect(group).toMatchObject({ accountId: '5899', isActive: true, createdAt: new Date('2019-10-16T16:50:40Z') });
    expect(group.apps.map(({ platform }) => platform)).toEqual(['ios', 'web', 'roku']);
  });

  it('makes one type of campaigns, bare and in the envelope, active and deleted', async () => {
    const present = [{ id: 1, app_group_id: 4833, name: 'A', is_active: true, created_dttm: 1574707263 }];
    for (const [deleted, expected] of [
      [[{ id: 2, app_group_id: 4833, name: 'B', is_deleted: true }], [true, false]],
      [
        [...present, { id: 2, app_group_id: 4833, name: 'B', is_active: false }],
        [true, false],
      ],
      [[{ id: 2, app_group_id: 4833, name: 'B' }], [true, false]],
    ] as const) {
      const { baseUrl, received } = await vendor(({ url }, response) =>
        response.end(url.includes('is_deleted') ? enveloped(deleted) : JSON.stringify(present)),
      );
      const { appGroups } = clientOf(baseUrl);
      await expect(appGroups.campaigns(KEY, '4833')).resolves.toHaveLength(1);
      expect(received).toHaveLength(1);
      const all = await appGroups.campaigns(KEY, '4833', { includeDeleted: true });
      expect(all.map(({ isActive }) => isActive)).toEqual(expected);
      expect(Object.keys(all[0]!)).not.toContain('told');
    }
  });

  it('takes subdomains, and logos that hang under the vendor', async () => {
    const subdomains = [
      {
        common_subdomain: 'a',
        link_domain: 'a.smart.link',
        apps: [{ app_id: 1, fallback_url: 'https://k.com' }],
        default: true,
      },
      { common_subdomain: 'b', link_domain: 'b.smart.link', apps: [{ app_id: 1, fallback_url: '' }] },
    ];
    const { baseUrl } = await saying(enveloped({ app_group_id: 1, subdomains }));
    const read = await clientOf(baseUrl).appGroups.subdomains(KEY, '1');
    expect(read.map(({ isDefault }) => isDefault)).toEqual([true, false]);
    expect(read[0]!.apps).toEqual([{ kochavaAppId: '1', fallbackUrl: 'https://k.com' }]);
    const agencies = [
      { id: 234, name: 'Agency A', acl: 4, logo_url: '/logo/agency_a.png' },
      { id: 235, name: 'B', acl: 2, logo_url: '' },
      { id: 236, name: 'C', acl: 2, logo_url: 'javascript:alert(1)' },
    ];
    const partners = await saying(enveloped(agencies));
    const logos = (await clientOf(partners.baseUrl).agencies(KEY)).map(({ logoUrl }) => logoUrl);
    expect(logos).toEqual([`${partners.baseUrl}/logo/agency_a.png`, undefined, undefined]);
  });

  it.each(['', '200', '{"status":200,"is_agency":false}'])('takes 200 alone for a yes: %j', async (body) => {
    const { baseUrl } = await saying(body);
    const { appGroups, smartLinks } = clientOf(baseUrl);
    await expect(smartLinks.isNameFree(KEY, '1', 'x')).resolves.toBe(true);
    await expect(appGroups.isCampaignNameFree(KEY, '1', 'x')).resolves.toBe(true);
    await expect(smartLinks.archive(KEY, '1')).resolves.toBeUndefined();
  });

  it.each([
    ['a page', '<html></html>'],
    ['nothing', ''],
    ['no data', '{"status":200,"is_agency":false}'],
    ['data that is null', enveloped('null')],
    ['entries that are none', enveloped([1])],
    ['another thing than was asked for', enveloped({ ...LINK_DATA, id: 5 })],
    ['an id that is none', enveloped([{ ...LINK_DATA, id: 1.5 }])],
    ['a link without its address', enveloped([{ ...LINK_DATA, click_url: undefined }])],
    ['routes that are no list', enveloped([{ ...LINK_DATA, routes_by_app: 'x' }])],
  ])('calls %s unreadable, never an empty list', async (_name, body) => {
    const { baseUrl } = await saying(body);
    const { smartLinks } = clientOf(baseUrl);
    for (const asked of [smartLinks.list(KEY), smartLinks.get(KEY, '102746')]) {
      await expect(failureOf(asked)).resolves.toMatchObject({ kind: 'unreadable-answer', failure: 'malformed' });
    }
  });
});

describe('what is a refusal', () => {
  it.each([
    [409, '{"status":409,"is_agency":false,"errors":["Name is taken"]}', 'conflict', 'Name is taken'],
    [400, '{"error":"App 5 is already in another App Group"}', 'conflict', 'already'],
    [400, '{"errors":{"name":["must be unique"]}}', 'conflict', 'unique'],
    [422, '{"message":"App Group has active SmartLinks"}', 'conflict', 'active'],
    [400, '{"errors":[{"message":"apps must be a list"}]}', 'rejected', 'apps must be a list'],
    [200, '{"status":400,"is_agency":false,"errors":["no such network"]}', 'rejected', 'no such network'],
    [200, '{"status":401,"is_agency":false}', 'credential', 'does not accept'],
    [200, '{"error":"broken"}', 'rejected', 'broken'],
    [401, '<html>no</html>', 'credential', 'does not accept'],
    [403, '"Forbidden"', 'forbidden', 'Forbidden'],
    [404, 'Not Found', 'not-found', 'Not Found'],
  ] as const)('%i %s', async (status, body, failure, words) => {
    const { baseUrl, received } = await saying(body, status);
    const error = await failureOf(clientOf(baseUrl).appGroups.createCampaign(KEY, '1', 'x'));
    expect(error).toMatchObject({ kind: 'refusal', failure });
    expect(error.message).toContain(words);
    expect(received).toHaveLength(1);
  });

  it('says that a name is taken, and does not say so of any other refusal', async () => {
    const taken = await saying('{"status":409,"errors":["taken"]}', 409);
    await expect(clientOf(taken.baseUrl).smartLinks.isNameFree(KEY, '1', 'x')).resolves.toBe(false);
    const unknown = await saying('{"status":404,"errors":["App Group not found"]}', 404);
    const asked = clientOf(unknown.baseUrl).smartLinks.isNameFree(KEY, '1', 'x');
    await expect(failureOf(asked)).resolves.toMatchObject({ failure: 'not-found' });
  });

  it('asks again after trouble, and never writes again', async () => {
    const flaky = await vendor((_request, response, count) =>
      count % 3 === 0 ? response.end('200') : response.writeHead(503).end(),
    );
    const { appGroups, smartLinks } = clientOf(flaky.baseUrl);
    await expect(smartLinks.isNameFree(KEY, '1', 'x')).resolves.toBe(true);
    expect(flaky.received).toHaveLength(3);
    await expect(failureOf(smartLinks.archive(KEY, '1'))).resolves.toMatchObject({
      failure: 'unavailable',
      sent: true,
    });
    await expect(failureOf(appGroups.archive(KEY, '1'))).resolves.toMatchObject({ failure: 'unavailable', sent: true });
    expect(flaky.received).toHaveLength(5);
  });

  it('verifies a key by 401 alone', async () => {
    const told = async (status: number) => clientOf((await saying('{"errors":["No"]}', status)).baseUrl).verify(KEY);
    await expect(told(401)).resolves.toEqual({ valid: false, message: 'No' });
    await expect(told(403)).resolves.toMatchObject({ valid: true });
    await expect(failureOf(told(500))).resolves.toMatchObject({ failure: 'unavailable' });
  });
});

describe('a QR code', () => {
  const png = Buffer.from('89504e470d0a1a0a0000', 'hex');
  const qr = async (body: Buffer | string, type: string, status = 200) => {
    const { baseUrl } = await vendor((_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(body),
    );
    return clientOf(baseUrl).smartLinks.qr(KEY, '7', { size: -3 });
  };

  it('is told by its bytes, whatever type the vendor names', async () => {
    await expect(qr(png, 'text/html')).resolves.toEqual({ format: 'png', contentType: 'image/png', bytes: png });
    await expect(qr(Buffer.from('ffd8ffe0', 'hex'), '')).resolves.toMatchObject({ contentType: 'image/jpeg' });
    const svg = '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "x" "y">\n<svg xmlns="x"><path d="M0"/></svg>';
    await expect(qr(svg, 'image/png')).resolves.toMatchObject({ format: 'svg', contentType: 'image/svg+xml' });
  });

  it.each(['<svg onload="x()"></svg>', '<svg><script/></svg>', '<html><svg></svg></html>', '22', ''])(
    'is not %s',
    async (body) => {
      await expect(failureOf(qr(body, 'image/svg+xml'))).resolves.toMatchObject({ failure: 'malformed' });
    },
  );

  it('may be refused', async () => {
    await expect(failureOf(qr('{"errors":["gone"]}', 'x', 404))).resolves.toMatchObject({ failure: 'not-found' });
    await expect(failureOf(qr('{"status":404,"errors":["gone"]}', 'x'))).resolves.toMatchObject({
      failure: 'not-found',
    });
  });
});
