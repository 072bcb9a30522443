import { startSandbox, type Sandbox } from '../sandbox.js';
import { KOCHAVA_DEMO_ACCOUNT, KOCHAVA_ORBIT_RUNNER_IOS, KOCHAVA_ORBIT_RUNNER_WEB } from '../world/kochava.js';
import { AGENCY_LINKS_KEY, DEMO_LINKS_KEY, FOREIGN_LINKS_KEY } from './access.js';

type Json = Record<string, unknown>;
interface Answer {
  status: number;
  body: { status: number; is_agency: boolean; data: Json & Json[]; errors?: string[] };
}

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ now: new Date('2026-03-01T12:00:00Z') })));
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

async function call(method: string, path: string, body?: unknown, key = DEMO_LINKS_KEY.key): Promise<Answer> {
  const response = await fetch(`${sandbox.url}/v1${path}`, {
    method,
    headers: { 'Authentication-Key': key },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const groupNamed = async (search: string): Promise<Json & { id: number }> => {
  const { body } = await call('GET', `/groups?search=${encodeURIComponent(search)}`);
  return body.data[0] as Json & { id: number };
};
const IOS = KOCHAVA_ORBIT_RUNNER_IOS.id;
const WEB = KOCHAVA_ORBIT_RUNNER_WEB.id;
const newLink = (groupId: number, over: Json = {}) => ({
  app_group_id: groupId,
  network_id: 3881,
  app_group_campaign_name: 'Fresh',
  name: 'Fresh link',
  default: { app_id: WEB, destination_url: 'https://www.orbitrunner.example/?a=1' },
  routes_by_app: [
    { app_id: IOS, events: ['_Install'], routes: [{ name: 'R', destination_url: 'https://apps.apple.com/x' }] },
  ],
  ...over,
});

it('asks for the key everywhere, and answers in the envelope or bare as the document shows', async () => {
  const { id } = await groupNamed('Orbit Runner');
  for (const path of [
    '/groups',
    `/groups/${id}`,
    `/groups/${id}/subdomains`,
    '/links',
    '/networks',
    '/agency_networks',
  ]) {
    expect((await call('GET', path, undefined, 'wrong')).status).toBe(401);
    expect((await call('GET', path)).body).toMatchObject({ status: 200, is_agency: false, data: expect.anything() });
  }
  expect((await call('GET', '/groups', undefined, AGENCY_LINKS_KEY.key)).body.is_agency).toBe(true);
  const bare = await call('GET', `/groups/${id}/campaigns`);
  expect(bare.body).toEqual(expect.arrayContaining([expect.objectContaining({ is_active: true })]));
  const created = await call('POST', `/groups/${id}/campaigns?`, { name: 'New' });
  expect(created.body.data).toMatchObject({ app_group_id: id, is_deleted: false });
  const updated = await call('POST', `/groups/${id}/campaigns/${String(created.body.data.id)}`);
  expect(updated.body).toMatchObject({ name: 'New', is_active: true });
  expect((await call('GET', `/groups/${id}`, undefined, FOREIGN_LINKS_KEY.key)).body).toEqual({
    status: 404,
    is_agency: false,
    errors: ['App Group not found'],
  });
});

it('takes the filters of the document in all their spellings', async () => {
  const names = async (query: string) => (await call('GET', `/groups?${query}`)).body.data.map(({ name }) => name);
  expect(await names('platform=web')).toEqual(['Orbit Runner']);
  expect(await names('platform=web%2Cios&page_size=3&page=2')).toHaveLength(3);
  expect(await names('sort=smartlink_count_desc&page_size=1')).toEqual(['Orbit Runner']);
  expect(await names('has_written_access=1&search=orbit')).toEqual(await names('has_write_access=true&search=orbit'));
  expect(await names('account=1')).toEqual([]);
  const byName = await names('sort=name');
  expect(byName).toEqual([...byName].sort((a, b) => (String(a).toLowerCase() < String(b).toLowerCase() ? -1 : 1)));
  expect((await call('GET', '/groups?sort=colour')).status).toBe(400);
  expect((await call('GET', '/groups?page=0')).status).toBe(400);

  const links = async (query: string) => (await call('GET', `/links?${query}`)).body.data;
  const [all, active, archived] = await Promise.all(
    ['', '&is_active=true', '&is_active=false'].map((filter) => links(`page_size=200${filter}`)),
  );
  expect(all!.length).toBe(active!.length + archived!.length);
  expect(archived!.map(({ name }) => name)).toEqual(['Trade fair']);
  expect(await links('')).toHaveLength(25);
  expect((await links('search=unity')).every(({ network_name }) => network_name === 'Unity Ads')).toBe(true);
  const networks = (await call('GET', '/networks?vppn_app_id=24171%C326538')).body.data;
  expect(networks.map(({ id }) => id)).toEqual([5101, 5102, 5103]);
});

it('keeps the rules of groups', async () => {
  const orbit = await groupNamed('Orbit Runner');
  const [free, other] = KOCHAVA_DEMO_ACCOUNT.apps.slice(-2).map(({ id }) => id);
  const account_id = KOCHAVA_DEMO_ACCOUNT.id;
  const post = async (body: unknown) => (await call('POST', '/groups', body)).status;
  const samePlatform = KOCHAVA_DEMO_ACCOUNT.apps.slice(-4).filter(({ platform }) => platform === 'ios');
  expect(await post({ name: 'X', account_id, apps: [IOS] })).toBe(409);
  expect(await post({ name: 'X', account_id, apps: samePlatform.map(({ id }) => id) })).toBe(409);
  expect(await post({ name: 'X', account_id, apps: [] })).toBe(400);
  expect(await post({ name: 'X', account_id, apps: [90100] })).toBe(400);
  expect(await post({ name: '', account_id, apps: [free] })).toBe(400);
  expect(await post({ name: 'X', account_id: 1, apps: [free] })).toBe(403);
  expect(await post('{')).toBe(400);
  expect((await call('PUT', `/groups/${orbit.id}`, { name: 'Y', apps: [IOS] })).status).toBe(400);
  expect((await call('PUT', `/groups/${orbit.id}/archive`)).body.errors).toEqual([
    'The App Group has active SmartLinks',
  ]);

  const { body } = await call('POST', '/groups', { name: 'X', account_id, apps: [free] });
  const path = `/groups/${String(body.data.id)}`;
  expect((await call('PUT', path, { apps: [free, other] })).body.data.apps).toHaveLength(2);
  expect((await call('PUT', `${path}/archive`)).body).toEqual({ status: 200, is_agency: false });
  expect((await call('PUT', path, { name: 'Z', apps: [free, other] })).status).toBe(409);
  expect((await call('PUT', `${path}/archive`)).status).toBe(409);
  expect(await post({ name: 'Again', account_id, apps: [free, other] })).toBe(200);
});

it('makes links with and without native links as the samples show', async () => {
  const { id } = await groupNamed('Orbit Runner');
  const plain = (await call('POST', '/links', newLink(id, { subdomain: 'boss' }))).body.data;
  expect(plain.guid).toMatch(/^[a-z0-9]{13}$/);
  expect(plain).not.toHaveProperty('subdomain');
  expect(plain).not.toHaveProperty('click_count');
  expect(plain.click_url).toBe(`https://smart.link/${String(plain.guid)}`);
  expect(plain.default).toMatchObject({
    name: 'Catch-all tracker for smartlink Fresh link',
    destination_url: 'https://www.orbitrunner.example/?a=1&ko_click_id={click_id}',
  });
  const routes = [{ name: 'R', destination_url: 'https://apps.apple.com/x', native_link: 'ios' }];
  const native = (
    await call(
      'POST',
      '/links',
      newLink(id, {
        name: 'Native',
        app_group_campaign_name: null,
        app_group_campaign_id: plain.app_group_campaign_id,
        path: 'x://',
        custom_params: [{ key: 'k', value: 'v' }],
        routes_by_app: [{ app_id: IOS, events: [], routes }],
      }),
    )
  ).body.data;
  expect(native.guid).toMatch(/^[a-z0-9]{9}$/);
  expect(native).toMatchObject({ subdomain: 'orbitrunner', path: 'x://' });
  expect(native.impression_url).toBe(`https://orbitrunner.smart.link/imp/${String(native.guid)}?k=v`);
  const [priced] = (await call('GET', '/links?search=facebook')).body.data;
  expect(priced).toMatchObject({ network_pricing: '', network_price: 0 });
  expect((await call('GET', `/links/${String(priced!.id)}`)).body.data).toMatchObject({ network_pricing: 'cpi' });
});

it.each<[string, Json, number]>([
  ['a name that is taken', { name: 'Podcast' }, 409],
  ['an unknown group', { app_group_id: 1 }, 404],
  ['an unknown network', { network_id: 1 }, 400],
  ['an unknown agency', { agency_network_id: 1 }, 400],
  ['no campaign', { app_group_campaign_name: null }, 400],
  ['both campaigns', { app_group_campaign_id: 1 }, 400],
  ['a campaign that exists by its name', { app_group_campaign_name: 'Creators' }, 409],
  ['an unknown pricing', { network_pricing: 'cpx' }, 400],
  ['a price below 0', { network_price: -1 }, 400],
  ['a channel that is none', { channel_type: 'x' }, 400],
  ['a catch-all outside the group', { default: { app_id: 41000, destination_url: 'https://x.example' } }, 400],
  ['a catch-all without a URL', { default: { app_id: WEB, destination_url: 'x' } }, 400],
  ['parameters without keys', { custom_params: [{ value: 'x' }] }, 400],
  ['an app outside the group', { routes_by_app: [{ app_id: 41000, routes: [] }] }, 400],
  [
    'a native link of another platform',
    {
      routes_by_app: [
        { app_id: IOS, routes: [{ name: 'R', destination_url: 'https://x.example', native_link: 'android' }] },
      ],
    },
    400,
  ],
  [
    'a route for another platform',
    {
      routes_by_app: [
        { app_id: IOS, routes: [{ name: 'R', destination_url: 'https://x.example', rules: { platform_in: ['Web'] } }] },
      ],
    },
    400,
  ],
])('refuses a link with %s, and makes nothing of it', async (_name, over, status) => {
  const { id } = await groupNamed('Orbit Runner');
  const before = (await call('GET', `/groups/${id}/campaigns`)).body;
  const answer = await call('POST', '/links', newLink(id, over));
  expect({ status: answer.status, told: answer.body.status }).toEqual({ status, told: status });
  expect(answer.body.errors).toHaveLength(1);
  expect((await call('GET', `/groups/${id}/campaigns`)).body).toEqual(before);
});

it('updates with a bare link or a whole answer, and gives a new tracker to a route whose id is lost', async () => {
  const { id } = await groupNamed('Orbit Runner');
  const made = (await call('POST', '/links', newLink(id, { network_pricing: 0.5, network_price: 'CPC' }))).body.data;
  expect(made).toMatchObject({ network_pricing: 'cpc', network_price: 0.5 });
  const path = `/links/${String(made.id)}`;
  sandbox.setNow(new Date('2026-03-02T12:00:00Z'));
  const whole = (await call('GET', path)).body;
  const same = (await call('PUT', path, whole)).body.data;
  expect(same.last_updated_dttm).toBe(Date.parse('2026-03-02T12:00:00Z') / 1000);
  expect({ ...same, agency_network_id: undefined, last_updated_dttm: 0 }).toEqual({
    ...whole.data,
    agency_network_id: undefined,
    last_updated_dttm: 0,
  });

  const text = JSON.stringify(whole.data).replace(/"routes":\[\{"id":\d+,/, '"routes":[{');
  const lost = (await call('PUT', path, text)).body.data;
  const routesOf = (link: Json) => (link.routes_by_app as { routes: Json[] }[])[0]!.routes[0]!;
  expect(routesOf(lost).id).not.toBe(routesOf(whole.data).id);
  expect((lost.default as Json).id).toBe((whole.data.default as Json).id);

  expect((await call('PUT', path, { ...whole.data, id: 1 })).status).toBe(400);
  expect((await call('PUT', path, { ...whole.data, guid: 'x', network_id: 34 })).body.data).toMatchObject({
    guid: made.guid,
    network_id: 3881,
  });
  expect((await call('PUT', path, { name: 'x' }, AGENCY_LINKS_KEY.key)).status).toBe(403);
  await call('PUT', `${path}/archive`);
  expect((await call('PUT', path, { name: 'x' })).status).toBe(409);
  const free = { app_group_id: id, name: 'Fresh link' };
  expect((await call('POST', '/links/check/name', free)).body).toEqual({ status: 200, is_agency: false });
  expect((await call('POST', '/links/check/name', { ...free, name: 'Podcast' })).status).toBe(409);
});

it('sends QR codes with their types', async () => {
  const [link] = (await call('GET', '/links')).body.data;
  for (const [query, status, type] of [
    ['', 200, 'image/png'],
    ['?format=jpg&size=-2', 200, 'image/jpeg'],
    ['?format=svg&size=256', 200, 'image/svg+xml'],
    ['?format=gif', 400, 'application/json; charset=utf-8'],
    ['?size=x', 400, 'application/json; charset=utf-8'],
  ] as const) {
    const response = await fetch(`${sandbox.url}/v1/links/${String(link!.id)}/qr${query}`, {
      headers: { 'Authentication-Key': DEMO_LINKS_KEY.key },
    });
    expect([query, response.status, response.headers.get('content-type')]).toEqual([query, status, type]);
  }
});
