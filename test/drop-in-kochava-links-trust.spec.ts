import { ApiKeys, CredentialVault } from '#libs/tenancy';
import { Log } from '../apps/gateway/src/operations/log.js';
import { DEMO_LINKS_KEY, KOCHAVA_DEMO_ACCOUNT } from '../apps/sandbox/src/index.js';
import { ACCOUNT, ANDROID, FOREIGN_APP, FREE_APPS, IOS, useSmartLinks, WEB } from './support/smart-links.js';
import { clientSend } from './support/vendor-door.js';
import { waitUntil } from './support/wait-until.js';

/** The sandbox's: the group Orbit Runner, one of two small apps, another account's; campaigns and links of them. */
const [GROUP, PAIR, TIDAL] = [4833, 4834, 4846];
const [CAMPAIGN, TIDAL_CAMPAIGN] = [5181, 5184];
const [LINK, OTHER_LINK] = [102_701, 102_702];
/** The small apps of the group PAIR. */
const [FIRST, SECOND] = KOCHAVA_DEMO_ACCOUNT.apps.slice(3, 5).map(({ id }) => id) as [number, number];
const lines: string[] = [];

interface Listed {
  id: number;
}

describe('The door of Kochava’s Links API', () => {
  const gateway = useSmartLinks({ log: Log.into('trace', (line) => lines.push(line)) });
  let key: string;
  /** Of one app of Orbit Runner's three. */
  let iosKey: string;
  /** Of all three. */
  let orbitKey: string;
  /** Of one app of the pair. */
  let pairKey: string;
  beforeAll(async () => {
    const [web, first] = [await gateway.adopt(WEB), await gateway.adopt(FIRST)];
    key = await gateway.key();
    iosKey = await gateway.key({ appIds: [gateway.apps[0].id] });
    orbitKey = await gateway.key({ appIds: [...gateway.apps.map(({ id }) => id), web.id] });
    pairKey = await gateway.key({ appIds: [first.id] });
  });

  const ask = async (
    method: string,
    path: string,
    { as = key, body, headers }: { as?: string; body?: unknown; headers?: Record<string, string | string[]> } = {},
  ) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await clientSend(gateway.url, method, `/vendor/kochava-links/v1${path}`, text, {
      'Authentication-Key': as,
      ...headers,
    });
    const json = answer.type?.includes('json') ? JSON.parse(answer.text) : {};
    return { ...answer, body: json as { status?: number; is_agency?: boolean; errors?: string[]; data?: Listed[] } };
  };
  const told = async (...asked: Parameters<typeof ask>) => {
    const { status, body } = await ask(...asked);
    return [status, body];
  };
  const refused = (status: number, words: string) => [
    status,
    { status, is_agency: false, errors: [expect.stringContaining(words)] },
  ];
  const sent = () => gateway.sandbox.requests.map(({ method, path }) => `${method} ${path}`);
  const written = () => sent().filter((one) => !one.startsWith('GET ') && !one.includes('/check'));
  const link = async (id = LINK) =>
    JSON.parse((await ask('GET', `/links/${id}`)).text).data as {
      id: number;
      app_group_campaign_id: number;
      app_group_campaign_name: string;
      default: { id: number };
      routes_by_app: { routes: { id: number }[] }[];
    };
  const newLink = (more: object = {}) => ({
    app_group_id: GROUP,
    network_id: 34,
    app_group_campaign_id: CAMPAIGN,
    name: 'Winter',
    default: { app_id: Number(IOS), destination_url: 'https://www.orbitrunner.example/' },
    routes_by_app: [
      {
        app_id: Number(IOS),
        events: [],
        routes: [{ name: 'iOS', destination_url: 'https://a.example/', rules: { platform_in: ['iOS'] } }],
      },
    ],
    ...more,
  });

  describe('the key', () => {
    it('is asked for, and refused, in the form of Kochava’s answers', async () => {
      expect(await told('GET', '/groups', { as: '' })).toEqual(refused(401, 'as `Authentication-Key: KEY`'));
      expect(await told('GET', '/groups', { as: DEMO_LINKS_KEY.key })).toEqual(
        refused(401, 'not a key of this gateway'),
      );
      expect(await told('GET', '/groups', { headers: { 'Authentication-Key': [key, iosKey] } })).toEqual(
        refused(400, 'Two different keys'),
      );
      expect((await ask('POST', `/groups/${GROUP}/campaigns`, { body: { name: key } })).status).toBe(400);
      expect(sent()).toEqual([]);
    });

    it('that was revoked is 401; past its rate it is 429', async () => {
      const revoked = await gateway.key({ name: 'gone' });
      const apiKeys = gateway.app.get(ApiKeys);
      const { id } = (await apiKeys.list(gateway.tenant.id, { first: 200 })).nodes.find(({ name }) => name === 'gone')!;
      await apiKeys.revoke(gateway.tenant.id, id);
      expect(await told('GET', '/groups', { as: revoked })).toEqual(refused(401, 'not valid'));
      const slow = await gateway.key({ requestsPerMinute: 1 });
      expect((await ask('GET', '/groups', { as: slow })).status).toBe(200);
      const { status, body, headers } = await ask('GET', '/groups', { as: slow });
      expect([status, body.status, Number(headers['retry-after']) > 0]).toEqual([429, 429, true]);
    });

    it('needs smartlinks:read to read and to ask about names, smartlinks:write to write', async () => {
      const reader = await gateway.key({ scopes: ['smartlinks:read'] });
      const writer = await gateway.key({ scopes: ['smartlinks:write'] });
      const name = { app_group_id: GROUP, name: 'free' };
      expect((await ask('POST', '/links/check/name', { as: reader, body: name })).status).toBe(200);
      gateway.sandbox.reset();
      expect(await told('POST', '/links/check/name', { as: writer, body: name })).toEqual(
        refused(403, 'smartlinks:read'),
      );
      expect(await told('GET', '/links', { as: writer })).toEqual(refused(403, 'smartlinks:read'));
      for (const [method, path] of [
        ['POST', '/groups'],
        ['PUT', `/groups/${GROUP}`],
        ['PUT', `/groups/${GROUP}/archive`],
        ['POST', `/groups/${GROUP}/campaigns`],
        ['POST', `/groups/${GROUP}/campaigns/${CAMPAIGN}`],
        ['POST', '/links'],
        ['PUT', `/links/${LINK}`],
        ['PUT', `/links/${LINK}/archive`],
      ] as const) {
        expect(await told(method, path, { as: reader, body: {} })).toEqual(refused(403, 'smartlinks:write'));
      }
      expect(sent()).toEqual([]);
    });
  });

  describe('what a key with an app list reads', () => {
    it('are the groups and links that hold one of its apps, page by page as if there were no others', async () => {
      const ids = async (path: string, as: string) => (await ask('GET', path, { as })).body.data!.map(({ id }) => id);
      expect(await ids('/groups', iosKey)).toEqual([GROUP]);
      expect(await ids('/groups', pairKey)).toEqual([PAIR]);
      expect(await ids('/groups?page=2', iosKey)).toEqual([]);
      expect(await ids('/groups?search=nothing', iosKey)).toEqual([]);
      expect(await ids('/links', pairKey)).toEqual([]);
      const every = await ids('/links?page_size=200', key);
      expect(every.length).toBeGreaterThan(25);
      const walked: number[] = [];
      for (let page = 1; ; page++) {
        const some = await ids(`/links?page=${page}&page_size=7&sort=name_desc`, iosKey);
        walked.push(...some);
        if (some.length < 7) break;
      }
      expect(new Set(walked)).toEqual(new Set(every));
      expect(walked).toHaveLength(every.length);
      expect((await ask('GET', '/links?page=0', { as: iosKey })).status).toBe(400);
    });

    it('says of a list what Kochava says, to the byte where all of it may be seen', async () => {
      for (const path of [
        '/links?page=1&page_size=25',
        `/links?app_group_id=${GROUP}&page_size=25&sort=created_desc`,
      ]) {
        expect((await ask('GET', path, { as: iosKey })).text).toBe((await ask('GET', path)).text);
      }
    });

    it.each([
      ['GET', `/groups/${GROUP}`, undefined],
      ['GET', `/groups/${GROUP}/subdomains`, undefined],
      ['GET', `/groups/${GROUP}/campaigns`, undefined],
      ['POST', `/groups/${GROUP}/campaigns/check`, { name: 'free' }],
      ['POST', '/links/check/name', { app_group_id: GROUP, name: 'free' }],
      ['GET', `/links/${LINK}`, undefined],
      ['GET', `/links/${LINK}/qr`, undefined],
    ])('%s %s is for those who have one of its apps', async (method, path, body) => {
      const theirs = await ask(method, path, { body });
      const ours = await ask(method, path, { as: iosKey, body });
      expect([ours.status, ours.type, ours.bytes.equals(theirs.bytes)]).toEqual([200, theirs.type, true]);
      const stranger = await ask(method, path, { as: pairKey, body });
      expect([stranger.status, stranger.body.errors]).toEqual([
        404,
        [expect.stringMatching(/^No (app group|smart link)/)],
      ]);
    });

    it('are the private networks of its own apps, and all others', async () => {
      const ids = async (path: string, as: string) => (await ask('GET', path, { as })).body.data!.map(({ id }) => id);
      const every = await ids('/networks', key);
      expect(every).toEqual(expect.arrayContaining([5101, 5102, 5103]));
      expect(await ids('/networks', iosKey)).toEqual(every.filter((id) => id !== 5102));
      expect(await ids('/networks', pairKey)).toEqual(every.filter((id) => id < 5000));
      expect(await ids(`/networks?vppn_app_id=${IOS}`, iosKey)).toEqual([5101, 5103]);
      gateway.sandbox.reset();
      for (const apps of [ANDROID, `${IOS},${ANDROID}`, `${IOS}%C3${ANDROID}`, `${IOS}.${ANDROID}`]) {
        expect(await told('GET', `/networks?vppn_app_id=${apps}`, { as: iosKey })).toEqual(
          refused(404, `No app "${ANDROID}"`),
        );
      }
      expect(await told('GET', `/networks?vppn_app_id=${FOREIGN_APP}`)).toEqual(refused(404, 'No app'));
      expect((await ask('GET', '/networks?vppn_app_id=x')).status).toBe(400);
      expect((await ask('GET', `/networks?vppn_app_id=${IOS}&VPPN_App_Id=${ANDROID}`)).status).toBe(400);
      expect(sent()).toEqual([]);
    });

    it('is nothing that can not be checked', async () => {
      for (const [path, text] of [
        ['/links', '{"status":200,"data":{"a":1}}'],
        ['/groups', '<html>'],
        ['/networks', '{"status":200}'],
      ] as const) {
        gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 200, body: text } });
        expect((await ask('GET', path, { as: iosKey })).status).toBe(502);
        gateway.sandbox.reset();
      }
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: '{"status":200,"data":{"id":4833}}' } });
      expect((await ask('GET', `/groups/${GROUP}`, { as: iosKey })).status).toBe(404);
    });
  });

  describe('what a key with an app list writes', () => {
    it.each([
      ['PUT', `/groups/${GROUP}`, { name: 'Mine', apps: [IOS, ANDROID, WEB].map(Number) }],
      ['PUT', `/groups/${GROUP}/archive`, undefined],
      ['POST', `/groups/${GROUP}/campaigns`, { name: 'Mine' }],
      ['POST', `/groups/${GROUP}/campaigns/${CAMPAIGN}`, { name: 'Mine' }],
      ['POST', '/links', newLink({ app_group_campaign_id: null, app_group_campaign_name: 'Mine' })],
      ['PUT', `/links/${LINK}`, { id: LINK, name: 'Mine' }],
      ['PUT', `/links/${LINK}/archive`, undefined],
    ])('needs every app: %s %s', async (method, path, body) => {
      expect(await told(method, path, { as: iosKey, body })).toEqual(
        refused(403, 'holds apps that are not on this key’s list'),
      );
      expect(await told(method, path, { as: pairKey, body })).toEqual(refused(404, 'No '));
      expect(written()).toEqual([]);
      await ask(method, path, { as: orbitKey, body });
      expect(written()).toEqual([`${method} /v1${path}`]);
    });

    it('may be a link of its own app alone, in a group that it may read', async () => {
      const made = await ask('POST', '/links', { as: iosKey, body: newLink() });
      expect(made.status).toBe(200);
      const { id } = JSON.parse(made.text).data as Listed;
      const path = `/links/${id}`;
      expect((await ask('PUT', path, { as: iosKey, body: { name: 'Renamed' } })).status).toBe(200);
      const to = { default: { app_id: Number(ANDROID), destination_url: 'https://a.example/' } };
      expect(await told('PUT', path, { as: iosKey, body: to })).toEqual(refused(404, `No app "${ANDROID}"`));
      const campaign = { app_group_campaign_name: 'New here' };
      expect(await told('PUT', path, { as: iosKey, body: campaign })).toEqual(refused(403, 'app group'));
      expect((await ask('PUT', `${path}/archive`, { as: iosKey })).status).toBe(200);
    });

    it('names its own apps alone, in whatever spelling, and the catch-all’s too', async () => {
      const { routes_by_app: routes } = newLink();
      for (const more of [
        { default: { app_id: Number(WEB), destination_url: 'https://a.example/' } },
        { DEFAULT: { App_Id: WEB }, default: undefined },
        { routes_by_app: [...routes, { app_id: Number(ANDROID), routes: [] }] },
      ]) {
        expect((await ask('POST', '/links', { as: iosKey, body: newLink(more) })).status).toBe(404);
      }
      expect((await ask('POST', '/links', { as: pairKey, body: newLink() })).status).toBe(404);
      expect(written()).toEqual([]);
    });

    it('holds no tracker of another link’s, and moves to no other group', async () => {
      const [mine, theirs] = [await link(), await link(OTHER_LINK)];
      const strange = { ...mine, default: { ...mine.default, id: theirs.default.id } };
      expect(await told('PUT', `/links/${LINK}`, { as: orbitKey, body: strange })).toEqual(refused(400, 'tracker'));
      const [first, ...rest] = mine.routes_by_app;
      const route = { ...first, routes: [{ ...first!.routes[0], id: theirs.routes_by_app[0]!.routes[0]!.id }] };
      const body = { status: 200, data: { ...mine, routes_by_app: [route, ...rest] } };
      expect(await told('PUT', `/links/${LINK}`, { as: orbitKey, body })).toEqual(refused(400, 'tracker'));
      const moved = { ...mine, app_group_id: PAIR };
      expect(await told('PUT', `/links/${LINK}`, { as: orbitKey, body: moved })).toEqual(refused(400, 'app_group_id'));
      expect(written()).toEqual([]);
    });

    it('is a campaign of the group that the path names', async () => {
      const path = `/groups/${GROUP}/campaigns/${TIDAL_CAMPAIGN}`;
      expect(await told('POST', path, { as: orbitKey, body: { name: 'x' } })).toEqual(refused(404, 'No campaign'));
      expect(written()).toEqual([]);
    });
  });

  it('makes groups of the tenant’s apps alone, whatever the key', async () => {
    const group = (...apps: number[]) => ({ name: 'New', account_id: Number(ACCOUNT), apps });
    const [free] = FREE_APPS.map(({ id }) => id);
    for (const body of [
      group(free!),
      group(FIRST, free!),
      group(Number(FOREIGN_APP)),
      { ...group(), apps: [{ app_id: free }] },
    ]) {
      expect((await ask('POST', '/groups', { body })).status).toBe(404);
    }
    expect(await told('PUT', `/groups/${PAIR}`, { body: { apps: [FIRST, SECOND, free] } })).toEqual(
      refused(404, `No app "${free}"`),
    );
    expect(written()).toEqual([]);
    expect((await ask('PUT', `/groups/${PAIR}`, { body: { name: 'Pair', apps: [FIRST, SECOND] } })).status).toBe(200);
  });

  it.each([
    ['a group twice', 'POST', '/links', `{"app_group_id":${GROUP},"app_group_id":${PAIR}}`],
    ['a group in two spellings', 'POST', '/links/check/name', `{"app_group_id":${GROUP},"APP_group_id":${PAIR}}`],
    ['two groups', 'POST', '/links', newLink({ default: { app_id: 1, app_group_id: PAIR } })],
    ['an id of its own', 'POST', '/links', newLink({ id: LINK })],
    ['another link than the path', 'PUT', `/links/${LINK}`, { id: OTHER_LINK }],
    ['another link in data', 'PUT', `/links/${LINK}`, { data: { id: OTHER_LINK } }],
    ['fields beside data', 'PUT', `/links/${LINK}`, { data: { id: LINK }, name: 'x' }],
    ['another group than the path', 'PUT', `/groups/${PAIR}`, { id: GROUP, name: 'x' }],
    ['another group than the campaign’s', 'POST', `/groups/${GROUP}/campaigns`, { name: 'x', app_group_id: PAIR }],
    ['another campaign than the path', 'PUT', `/groups/${GROUP}/campaigns/${CAMPAIGN}`, { id: CAMPAIGN + 1 }],
    ['an app that is no number', 'POST', '/groups', { name: 'x', apps: [`${FIRST}x`] }],
    ['apps by their places', 'POST', '/groups', { name: 'x', apps: { 0: SECOND } }],
    ['an app by another name', 'POST', '/groups', { name: 'x', apps: [{ id: SECOND }] }],
    ['an app by two names', 'POST', '/groups', { name: 'x', apps: [{ app_id: FIRST, id: SECOND }] }],
    ['apps that are no list', 'POST', '/groups', { name: 'x', apps: `${FIRST},${SECOND}` }],
    ['a body with an archiving', 'PUT', `/links/${LINK}/archive`, { id: OTHER_LINK }],
    ['an id in the query', 'PUT', `/links/${LINK}?id=${OTHER_LINK}`, { name: 'x' }],
    ['an id in the query of a read', 'GET', `/links/${LINK}?id=${OTHER_LINK}`, undefined],
    ['a parameter twice', 'GET', `/links?app_group_id=${GROUP}&app_group_id=${PAIR}`, undefined],
    ['what is no JSON', 'POST', '/links', '{name:1}'],
  ])('refuses two answers to which: %s', async (_, method, path, body) => {
    const { status, body: answer } = await ask(method, path, { body });
    expect([status, answer]).toEqual([400, { status: 400, is_agency: false, errors: [expect.any(String)] }]);
    expect(sent()).toEqual([]);
  });

  it('passes what the gateway does not model as GET for scope vendor:kochava-links alone, and no odd spelling of the rest', async () => {
    const bold = await gateway.key({ scopes: ['vendor:kochava-links'] });
    gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: '{}' } });
    expect((await ask('GET', '/reports', { as: bold })).status).toBe(200);
    gateway.sandbox.reset();
    expect(await told('GET', '/reports')).toEqual(refused(404, 'There is nothing at this path.'));
    expect((await ask('POST', '/reports', { as: bold, body: {} })).status).toBe(404);
    for (const path of [
      '/Links',
      `/links/0${LINK}`,
      '/links/',
      '/links/%23',
      `/links/${LINK}/qr/x`,
      `/./links/${LINK}`,
      '/links%2F1',
    ]) {
      expect([path, (await ask('GET', path, { as: bold })).status]).toEqual([path, 404]);
    }
    expect((await ask('DELETE', `/links/${LINK}`, { as: bold })).status).toBe(405);
    expect(sent()).toEqual([]);
  });

  it('says 424 without a credential, with one that Kochava refuses, and tells nothing of it', async () => {
    const vault = gateway.app.get(CredentialVault);
    const as = await gateway.key({ of: gateway.otherTenant });
    expect(await told('GET', `/groups/${TIDAL}`, { as })).toEqual(refused(424, 'no kochava-links credential'));
    expect(sent()).toEqual([]);
    await vault.put(gateway.otherTenant.id, 'kochava-links', 'wrong-secret-of-tidal');
    expect(await told('GET', '/links', { as })).toEqual(refused(424, 'does not accept'));
    expect(await told('PUT', `/links/${LINK}/archive`, { as })).toEqual(refused(424, 'does not accept'));
    const echo = JSON.stringify({ status: 200, is_agency: false, data: [], more: DEMO_LINKS_KEY.key });
    gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 200, body: echo } });
    for (const one of [key, iosKey]) {
      expect((await ask('GET', '/links', { as: one })).text).toBe(echo.replace(DEMO_LINKS_KEY.key, '[redacted]'));
    }
  });

  it('is audited, with what stood there before', async () => {
    const { id } = gateway.apps[0];
    const as = await gateway.key({ name: 'audited', appIds: [id] });
    const made = JSON.parse((await ask('POST', '/links', { as, body: newLink() })).text).data as Listed;
    await ask('PUT', `/links/${made.id}`, { as, body: { name: 'Renamed' } });
    await ask('GET', `/groups/${PAIR}`, { as });
    const auditor = await gateway.key({ scopes: ['audit:read'] });
    let found: Record<string, unknown>[] = [];
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?first=200', auditor);
      found = (body.data as Record<string, unknown>[]).filter((event) => event['keyName'] === 'audited');
      return found.length === 3;
    });
    const by = (action: string) => found.find((event) => event['action'] === action);
    expect(by('smartLink.create')).toMatchObject({ edge: 'VENDOR', outcome: 'SUCCEEDED', upstreamStatus: 200 });
    expect(by('smartLink.update')).toMatchObject({
      resource: `smart-link:${made.id}`,
      before: { name: 'Winter' },
      request: { path: `/v1/links/${made.id}`, body: { name: 'Renamed' } },
    });
    expect(by('smartlinks.read')).toMatchObject({
      resource: `app-group:${PAIR}`,
      outcome: 'DENIED',
      code: 'NOT_FOUND',
    });
  });

  it('says what is not known of a write whose answer was lost, and sends it once', async () => {
    for (const [method, path, body] of [
      ['POST', '/links', newLink()],
      ['PUT', `/links/${LINK}/archive`, undefined],
    ] as const) {
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({ method, do: { kind: 'reset', when: 'after' } });
      expect(await told(method, path, { body })).toEqual(refused(502, 'may have been done'));
      expect(written()).toHaveLength(1);
    }
    gateway.sandbox.reset();
    gateway.sandbox.misbehave({
      do: { kind: 'status', status: 503, body: '{"status":503}', headers: { 'retry-after': '9' } },
    });
    const later = await ask('PUT', `/links/${LINK}`, { body: { name: 'x' } });
    expect([later.status, later.text, later.headers['retry-after'], written().length]).toEqual([
      503,
      '{"status":503}',
      '9',
      1,
    ]);
  });

  it('writes no key and no secret anywhere', async () => {
    const metrics = (await gateway.http('get', '/metrics')).text;
    const audit = JSON.stringify(await gateway.database.sql('SELECT * FROM audit_rows'));
    expect(audit).toContain('smartLink.create');
    for (const secret of [key, iosKey, orbitKey, pairKey, DEMO_LINKS_KEY.key, 'wrong-secret-of-tidal']) {
      expect(lines.join('')).not.toContain(secret);
      expect(metrics).not.toContain(secret);
      expect(audit).not.toContain(secret);
    }
  });
});
