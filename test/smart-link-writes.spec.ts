import { Sealer } from '#libs/audit';
import { EVERY_SCOPE } from './support/gateway.js';
import { aLink, ANDROID, CREATE, IOS, sent, UPDATE, useSmartLinks, WEB } from './support/smart-links.js';

interface Link {
  id: string;
  name: string;
  updatedAt: string;
  default: { id: string; kochavaAppId: string; destinationUrl: string };
  routesByApp: { kochavaAppId: string; events: string[]; routes: { id: string; name: string }[] }[];
}
interface Problem {
  code: string;
  errors?: { pointer: string }[];
}

describe('SmartLinks, written', () => {
  const gateway = useSmartLinks();
  let key: string;
  let group: string;
  beforeAll(async () => {
    key = await gateway.key();
    group = (await gateway.http('get', '/v1/app-groups?search=orbit%20runner', key)).body.data[0].id;
  });

  let count = 0;
  const newKey = () => `key-${++count}`;
  const post = (more: object = {}, as = key) => gateway.http('post', '/v1/smart-links', as).send(aLink(group, more));
  const patch = (id: string, body: object, as = key) => gateway.http('patch', `/v1/smart-links/${id}`, as).send(body);
  const archive = (id: string, as = key) => gateway.http('post', `/v1/smart-links/${id}/archive`, as).send();
  const get = async (id: string) => (await gateway.http('get', `/v1/smart-links/${id}`, key)).body as Link;
  const search = async (name: string) =>
    (await gateway.http('get', `/v1/smart-links?search=${encodeURIComponent(name)}`, key)).body.data as Link[];
  /** With native links, a path and routes for three apps. */
  const native = async () => get((await search('Orbit Runner, everywhere'))[0]!.id);
  const written = () => sent(gateway).filter((one) => !one.startsWith('GET ') && !one.includes('/check'));
  const lose = (method: string, path: string, when: 'before' | 'after' = 'after') =>
    gateway.sandbox.misbehave({ method, path, do: { kind: 'reset', when } });
  const routes = (apps: object[]) => ({ routesByApp: apps });

  describe('a new link', () => {
    it('is made at REST: 201, with what Kochava tells of it only now', async () => {
      const { status, body } = await post();
      expect(status).toBe(201);
      expect(body).toMatchObject({
        name: 'Winter ❄',
        appGroupId: group,
        appGroupCampaignName: 'Winter Sale',
        networkName: 'Facebook',
        agencyNetworkId: null,
        channelType: 'PAID',
        networkPricing: 'CPI',
        networkPrice: 0.75,
        isActive: true,
        customParams: [{ key: 'utm_source', value: 'ü&c' }],
        default: { kochavaAppId: WEB, platform: 'WEB' },
      });
      expect(body.clickUrl).toMatch(/^https:\/\/smart\.link\/\w{13}\?utm_source=/);
      const [ios, android] = body.routesByApp;
      // It named neither platforms nor a native link: it is for its app's.
      expect(ios.routes[0]).toMatchObject({ platforms: ['IOS'], nativeLink: null, reengagementUrl: 'orbit://w' });
      expect(android).toMatchObject({ events: ['Purchase'], routes: [{ platforms: ['ANDROID'] }] });
      expect((await get(body.id)).default.destinationUrl).toContain('ko_click_id={click_id}');
      expect(written()).toEqual(['POST /v1/links']);
    });

    it('is made at GraphQL with native links, in a campaign that exists, without a network', async () => {
      const campaigns = await gateway.http('get', `/v1/app-groups/${group}/campaigns`, key);
      const { id } = campaigns.body.data[0];
      const input = {
        ...aLink(group, {
          campaign: { id },
          path: 'orbit://winter',
          subdomain: 'orbitplay',
          agencyNetworkId: '234',
          ...routes([
            {
              kochavaAppId: IOS,
              events: [],
              routes: [{ name: 'i', destinationUrl: 'https://apps.apple.com/x', nativeLink: 'IOS' }],
            },
          ]),
        }),
        networkId: undefined,
        networkPricing: null,
        networkPrice: null,
      };
      const { body } = await gateway.graphql(key, CREATE, { input });
      expect(body.errors).toBeUndefined();
      expect(body.data.createSmartLink).toMatchObject({
        networkId: '3881',
        agencyNetworkId: '234',
        subdomain: 'orbitplay',
        path: 'orbit://winter',
        appGroupCampaignId: id,
        networkPricing: null,
        routesByApp: [{ routes: [{ nativeLink: 'IOS' }] }],
      });
      expect(body.data.createSmartLink.clickUrl).toMatch(/^https:\/\/orbitplay\.smart\.link\/\w{9}\?/);
    });

    it('has a name of its own: CONFLICT, whoever says so', async () => {
      const taken = await post({ name: 'Newsletter' });
      expect([taken.status, taken.body.code, written()]).toEqual([409, 'CONFLICT', []]);
      const twenty = await Promise.all(Array.from({ length: 5 }, (_, i) => post({ campaign: { name: `c${i}` } })));
      expect(twenty.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
      expect(twenty.find(({ status }) => status === 409)!.body.vendor).toBe('KOCHAVA');
      const campaign = await post({ name: 'Another', campaign: { name: 'Creators' } });
      expect([campaign.status, campaign.body.code]).toEqual([409, 'CONFLICT']);
      // The name of an archived link is free.
      expect((await post({ name: 'Trade fair', campaign: { name: 'Fairs' } })).status).toBe(201);
    });

    const route = (more: object) =>
      routes([
        { kochavaAppId: IOS, events: [], routes: [{ name: 'r', destinationUrl: 'https://a.example', ...more }] },
      ]);
    it.each([
      ['no name', { name: '' }, '/name'],
      ['a blank name', { name: ' \t' }, '/name'],
      ['a name of 10,000 characters', { name: 'x'.repeat(10_000) }, '/name'],
      ['a group that is no number', { appGroupId: '1;2' }, '/appGroupId'],
      ['a network that is no number', { networkId: 'none' }, '/networkId'],
      ['no campaign', { campaign: undefined }, '/campaign'],
      ['a campaign by nothing', { campaign: {} }, '/campaign'],
      ['a campaign by both', { campaign: { id: '1', name: 'x' } }, '/campaign'],
      ['an unknown pricing', { networkPricing: 'CPX' }, '/networkPricing'],
      ['a price below 0', { networkPrice: -1 }, '/networkPrice'],
      ['a price without a model', { networkPricing: null }, '/networkPrice'],
      ['a price that is no number', { networkPrice: '1' }, '/networkPrice'],
      ['an unknown channel', { channelType: 'RENTED' }, '/channelType'],
      ['a parameter without a key', { customParams: [{ key: '', value: 'x' }] }, '/customParams/0/key'],
      [
        'a parameter twice',
        {
          customParams: [
            { key: 'a', value: 'x' },
            { key: 'a', value: 'y' },
          ],
        },
        '/customParams',
      ],
      ['parameters that are an object', { customParams: { a: 1 } }, '/customParams'],
      ['a path without native links', { path: 'orbit://x' }, '/path'],
      [
        'a catch-all that is no URL',
        { default: { kochavaAppId: WEB, destinationUrl: 'nowhere' } },
        '/default/destinationUrl',
      ],
      [
        'a catch-all that is a program',
        { default: { kochavaAppId: WEB, destinationUrl: 'javascript:alert(1)' } },
        '/default/destinationUrl',
      ],
      [
        'a catch-all that is a deep link',
        { default: { kochavaAppId: WEB, destinationUrl: 'orbit://x' } },
        '/default/destinationUrl',
      ],
      [
        'a catch-all of another app',
        { default: { kochavaAppId: '41000', destinationUrl: 'https://a.example' } },
        '/default/kochavaAppId',
      ],
      [
        'a route of an app that is not in the group',
        routes([{ kochavaAppId: '41000', events: [], routes: [{ name: 'r', destinationUrl: 'https://a.example' }] }]),
        '/routesByApp/0/kochavaAppId',
      ],
      ['an app without routes', routes([{ kochavaAppId: IOS, events: [], routes: [] }]), '/routesByApp/0/routes'],
      [
        'an app twice',
        routes(
          [IOS, IOS].map((kochavaAppId) => ({
            kochavaAppId,
            events: [],
            routes: [{ name: 'r', destinationUrl: 'https://a.example' }],
          })),
        ),
        '/routesByApp',
      ],
      ['routes that are a list of lists', routes([[]] as never), '/routesByApp'],
      [
        'an event twice',
        routes([
          { kochavaAppId: IOS, events: ['a', 'a'], routes: [{ name: 'r', destinationUrl: 'https://a.example' }] },
        ]),
        '/routesByApp/0/events',
      ],
      ['a store that is a deep link', route({ destinationUrl: 'orbit://x' }), '/routesByApp/0/routes/0/destinationUrl'],
      ['a store that is data', route({ destinationUrl: 'data:text/html,x' }), '/routesByApp/0/routes/0/destinationUrl'],
      [
        'a deep link that is a program',
        route({ reengagementUrl: 'JavaScript:alert(1)' }),
        '/routesByApp/0/routes/0/reengagementUrl',
      ],
      ['a platform of another app', route({ platforms: ['ANDROID'] }), '/routesByApp/0/routes/0/platforms'],
      ['a platform that has no routes', route({ platforms: ['ROKU'] }), '/routesByApp/0/routes/0/platforms'],
      ['a native link of another app', route({ nativeLink: 'ANDROID' }), '/routesByApp/0/routes/0/nativeLink'],
      [
        'a native link with a deep link',
        route({ nativeLink: 'IOS', reengagementUrl: 'orbit://x' }),
        '/routesByApp/0/routes/0/reengagementUrl',
      ],
      ['a field that there is none of', { colour: 'red' }, '/colour'],
    ])('refuses %s at both doors, and writes nothing', async (_, more, pointer) => {
      const rest = await post(more);
      expect([rest.status, rest.body.code]).toEqual([400, 'BAD_USER_INPUT']);
      expect((rest.body as Problem).errors?.map((error) => error.pointer)).toEqual([pointer]);
      const { body } = await gateway.graphql(key, CREATE, { input: aLink(group, more) });
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(written()).toEqual([]);
    });

    it('tells a group that is not there, and what Kochava refuses', async () => {
      const missing = await post({ appGroupId: '1' });
      expect([missing.status, missing.body.code]).toEqual([404, 'NOT_FOUND']);
      const network = await post({ networkId: '9' });
      expect([network.status, network.body.code, network.body.upstreamStatus]).toEqual([422, 'UPSTREAM_REJECTED', 400]);
    });
  });

  describe('a patch', () => {
    it('changes what is named, clears what is null, and keeps every id and all else', async () => {
      const before = await native();
      const [ios] = before.routesByApp;
      const { status, body } = await patch(before.id, {
        name: 'Orbit, everywhere ✨',
        path: null,
        customParams: null,
        agencyNetworkId: '234',
        networkPricing: 'CPC',
        networkPrice: 0.1,
        default: { kochavaAppId: WEB, destinationUrl: 'https://www.orbitrunner.example/new' },
        routesByApp: [
          {
            kochavaAppId: IOS,
            events: ['Purchase'],
            routes: [{ id: ios!.routes[0]!.id, destinationUrl: 'https://apps.apple.com/new' }],
          },
        ],
      });
      expect([status, body.code]).toEqual([200, undefined]);
      const { agencyNetworkId, ...rest } = body;
      expect(agencyNetworkId).toBe('234');
      expect(rest).toEqual({
        ...before,
        agencyNetworkId: undefined,
        name: 'Orbit, everywhere ✨',
        path: null,
        customParams: [],
        networkPricing: 'CPC',
        networkPrice: 0.1,
        clickUrl: expect.any(String),
        impressionUrl: expect.any(String),
        updatedAt: expect.any(String),
        default: { ...before.default, destinationUrl: 'https://www.orbitrunner.example/new?ko_click_id={click_id}' },
        routesByApp: [
          {
            ...ios,
            events: ['Purchase'],
            routes: [{ ...ios!.routes[0], destinationUrl: 'https://apps.apple.com/new' }],
          },
          ...before.routesByApp.slice(1),
        ],
      });
      const cleared = await patch(before.id, { networkPricing: null, agencyNetworkId: null });
      expect(cleared.body).toMatchObject({ networkPricing: null, networkPrice: null, name: 'Orbit, everywhere ✨' });
      const { body: graphql } = await gateway.graphql(key, UPDATE, {
        id: before.id,
        input: { campaign: { name: 'New ones' }, path: 'orbit://p' },
      });
      expect(graphql.errors).toBeUndefined();
      expect(graphql.data.updateSmartLink).toMatchObject({
        appGroupCampaignName: 'New ones',
        path: 'orbit://p',
        customParams: [],
      });
    });

    it('changes no id over a hundred of them', async () => {
      const links = await Promise.all([native(), search('Spring Launch 3').then(([link]) => get(link!.id))]);
      const random = numbers(20_260);
      for (let round = 0; round < 50; round++) {
        for (const [index, before] of links.entries()) {
          const change = aChange(random, before, round);
          const { status, body } = await patch(before.id, change);
          expect([change, status, body.detail]).toEqual([change, 200, undefined]);
          expect(idsOf(body)).toEqual(idsOf(before));
          links[index] = body as Link;
        }
      }
      for (const link of links) expect(idsOf(await get(link.id))).toEqual(idsOf(link));
      expect(written()).toHaveLength(100);
    }, 60_000);

    it.each([
      ['nothing', {}, ''],
      ['no name', { name: null }, '/name'],
      ['no campaign', { campaign: null }, '/campaign'],
      ['no catch-all', { default: null }, '/default'],
      ['no routes', { routesByApp: null }, '/routesByApp'],
      ['its network', { networkId: '34' }, '/networkId'],
      ['its subdomain', { subdomain: 'orbitplay' }, '/subdomain'],
      ['its group', { appGroupId: '1' }, '/appGroupId'],
      ['its guid', { guid: 'x' }, '/guid'],
      ['its channel', { channelType: 'PAID' }, '/channelType'],
      [
        'a platform',
        routes([{ kochavaAppId: IOS, routes: [{ id: '1', platforms: ['WEB'] }] }]),
        '/routesByApp/0/routes/0/platforms',
      ],
      ['routes of another app', routes([{ kochavaAppId: '41000', events: [] }]), '/routesByApp/0/kochavaAppId'],
      [
        'a route of another link',
        routes([{ kochavaAppId: IOS, routes: [{ id: '1', name: 'x' }] }]),
        '/routesByApp/0/routes/0/id',
      ],
      [
        'a route that says not which',
        routes([{ kochavaAppId: IOS, routes: [{ name: 'x' }] }]),
        '/routesByApp/0/routes/0/id',
      ],
      [
        'a catch-all to another group',
        { default: { kochavaAppId: '41000', destinationUrl: 'https://a.example' } },
        '/default/kochavaAppId',
      ],
      [
        'a catch-all to a program',
        { default: { kochavaAppId: WEB, destinationUrl: 'javascript:1' } },
        '/default/destinationUrl',
      ],
      ['a price below 0', { networkPrice: -0.01 }, '/networkPrice'],
      ['a time that is none', { ifUpdatedAt: '2026-02-30T00:00:00Z' }, '/ifUpdatedAt'],
    ])('refuses to change %s', async (_, body, pointer) => {
      const { id } = await native();
      const refused = await patch(id, body);
      expect([refused.status, refused.body.code]).toEqual([400, 'BAD_USER_INPUT']);
      expect((refused.body as Problem).errors!.map((error) => error.pointer)).toContain(pointer);
      const graphql = await gateway.graphql(key, UPDATE, { id, input: body });
      expect(graphql.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(written()).toEqual([]);
    });

    it('of a price without a model, and of a name that is taken', async () => {
      const [link] = await search('Podcast');
      const price = await patch(link!.id, { networkPrice: 1 });
      expect([price.status, price.body.errors[0].pointer]).toEqual([400, '/networkPrice']);
      const name = await patch(link!.id, { name: 'Newsletter' });
      expect([name.status, name.body.code, name.body.upstreamStatus]).toEqual([409, 'CONFLICT', 409]);
      const [archived] = await search('Trade fair');
      expect((await patch(archived!.id, { name: 'x' })).body.code).toBe('CONFLICT');
    });

    it('is guarded by ifUpdatedAt and If-Match', async () => {
      const { id, updatedAt } = await native();
      const { headers } = await gateway.http('get', `/v1/smart-links/${id}`, key);
      const tag = headers['etag'] as string;
      const match = (value: string, body: object) => patch(id, body).set('If-Match', value);
      const stale = '2020-01-01T00:00:00Z';
      for (const refused of [
        await patch(id, { name: 'a', ifUpdatedAt: stale }),
        await match('W/"x.y"', { name: 'a' }),
        await match(`"${tag}"`, { name: 'a' }),
      ]) {
        expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
      }
      const { body } = await gateway.graphql(key, UPDATE, { id, input: { name: 'a', ifUpdatedAt: stale } });
      expect(body.errors[0].extensions.code).toBe('CONFLICT');
      expect(written()).toEqual([]);
      expect((await match(tag, { name: 'b', ifUpdatedAt: updatedAt })).status).toBe(200);
      expect((await match(tag, { name: 'c' })).status).toBe(409);
      expect(
        (
          await match(
            `W/"0.0", ${(await gateway.http('get', `/v1/smart-links/${id}`, key)).headers['etag'] as string}`,
            { name: 'd' },
          )
        ).status,
      ).toBe(200);
      expect((await match('*', { name: 'e' })).status).toBe(200);
    });
  });

  it('is archived once', async () => {
    const { id } = await native();
    const done = await archive(id);
    expect([done.status, done.body.isActive, done.body.id]).toEqual([200, false, id]);
    const again = await archive(id);
    expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
    const [other] = await search('Podcast');
    const { body } = await gateway.graphql(key, `mutation { archiveSmartLink(id: "${other!.id}") { id isActive } }`);
    expect(body.data.archiveSmartLink).toEqual({ id: other!.id, isActive: false });
    expect(written()).toHaveLength(2);
  });

  describe('who may', () => {
    it('refuses three callers at each door', async () => {
      const { id } = await native();
      const reader = await gateway.key({ scopes: EVERY_SCOPE.filter((scope) => scope !== 'smartlinks:write') });
      const theirs = await gateway.key({ of: gateway.otherTenant });
      const doors: [
        string,
        (
          as: string | undefined,
        ) => PromiseLike<{ status: number; body: Problem & { errors?: { extensions?: Problem }[] } }>,
      ][] = [
        ['POST', (as) => gateway.http('post', '/v1/smart-links', as).send(aLink(group))],
        ['PATCH', (as) => gateway.http('patch', `/v1/smart-links/${id}`, as).send({ name: 'x' })],
        ['archive', (as) => gateway.http('post', `/v1/smart-links/${id}/archive`, as).send()],
        ['createSmartLink', (as) => gateway.graphql(as, CREATE, { input: aLink(group) })],
        ['updateSmartLink', (as) => gateway.graphql(as, UPDATE, { id, input: { name: 'x' } })],
        ['archiveSmartLink', (as) => gateway.graphql(as, `mutation { archiveSmartLink(id: "${id}") { id } }`)],
      ];
      for (const [name, door] of doors) {
        const code = async (as: string | undefined) => {
          const { body } = await door(as);
          return body.code ?? body.errors?.[0]?.extensions?.code;
        };
        expect([name, await code(undefined), await code(reader), await code(theirs)]).toEqual([
          name,
          'UNAUTHENTICATED',
          'FORBIDDEN',
          'CREDENTIAL_MISSING',
        ]);
      }
      expect(written()).toEqual([]);
    });

    it('writes with an app list only where every app is on it, the catch-all’s too', async () => {
      const web = await gateway.adopt(WEB);
      const [ios, android] = gateway.apps.map(({ id }) => id) as [string, string];
      const two = await gateway.key({ appIds: [ios, android] });
      const all = await gateway.key({ appIds: [ios, android, web.id] });
      const { id } = await native();
      for (const refused of [await patch(id, { name: 'x' }, two), await archive(id, two)]) {
        expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
      }
      const { body: graphql } = await gateway.graphql(two, UPDATE, { id, input: { name: 'x' } });
      expect(graphql.errors[0].extensions.code).toBe('FORBIDDEN');
      const foreign = await post({}, two);
      expect([foreign.status, foreign.body.code]).toEqual([404, 'NOT_FOUND']);
      // Its apps are the key's, the group's are not: a link may be made there, a campaign may not.
      const own = { default: { kochavaAppId: ANDROID, destinationUrl: 'https://a.example' } };
      expect((await post(own, two)).body.code).toBe('FORBIDDEN');
      expect(written()).toEqual([]);
      const { body: campaigns } = await gateway.http('get', `/v1/app-groups/${group}/campaigns`, two);
      const made = await post({ ...own, campaign: { id: campaigns.data[0].id } }, two);
      expect(made.status).toBe(201);
      expect((await patch(made.body.id, { name: 'mine' }, two)).status).toBe(200);
      const moved = await patch(
        made.body.id,
        { default: { kochavaAppId: WEB, destinationUrl: 'https://a.example' } },
        two,
      );
      expect([moved.status, moved.body.code]).toEqual([404, 'NOT_FOUND']);
      expect((await patch(made.body.id, { campaign: { name: 'mine' } }, two)).body.code).toBe('FORBIDDEN');
      expect((await patch(id, { name: 'ours' }, all)).status).toBe(200);
      expect((await archive(id, all)).status).toBe(200);
    });
  });

  describe('once', () => {
    it('answers the same again under a key, at either door, and sends nothing', async () => {
      const id = newKey();
      const first = await post().set('Idempotency-Key', id);
      const again = await post().set('Idempotency-Key', id);
      expect([again.status, again.headers['idempotency-replayed'], again.body]).toEqual([201, 'true', first.body]);
      const { body } = await gateway.graphql(key, CREATE, { input: { ...aLink(group), idempotencyKey: id } });
      expect(body.data.createSmartLink.id).toBe(first.body.id);
      const other = await post({ name: 'Another' }).set('Idempotency-Key', id);
      expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
      const change = newKey();
      const changed = await patch(first.body.id, { name: 'b' }).set('Idempotency-Key', change);
      const unchanged = await patch(first.body.id, { name: 'b' }).set('Idempotency-Key', change);
      expect([unchanged.headers['idempotency-replayed'], unchanged.body]).toEqual(['true', changed.body]);
      const gone = newKey();
      for (const replayed of [undefined, 'true']) {
        const archived = await archive(first.body.id).set('Idempotency-Key', gone);
        expect([archived.status, archived.headers['idempotency-replayed']]).toEqual([200, replayed]);
      }
      expect(written()).toHaveLength(3);
    });

    it('sends ten at the same time once', async () => {
      const id = newKey();
      const answers = await Promise.all(Array.from({ length: 10 }, () => post().set('Idempotency-Key', id)));
      for (const { status, body } of answers) {
        expect([status, body.code]).toEqual(status === 201 ? [201, undefined] : [409, 'IDEMPOTENCY_CONFLICT']);
      }
      expect(answers.some(({ status }) => status === 201)).toBe(true);
      expect(written()).toEqual(['POST /v1/links']);
    });

    it('asks who may again before a replay', async () => {
      const own = await gateway.key({ name: 'loses its app', appIds: gateway.apps.map(({ id }) => id) });
      const { body: campaigns } = await gateway.http('get', `/v1/app-groups/${group}/campaigns`, key);
      const id = newKey();
      const mine = {
        campaign: { id: campaigns.data[0].id },
        default: { kochavaAppId: IOS, destinationUrl: 'https://a.example' },
      };
      expect((await post(mine, own).set('Idempotency-Key', id)).status).toBe(201);
      await gateway.database.sql(
        `UPDATE api_keys SET app_ids = '{${gateway.apps[0].id}}' WHERE name = 'loses its app'`,
      );
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const again = await post(mine, own).set('Idempotency-Key', id);
      expect([again.status, again.body.code]).toEqual([404, 'NOT_FOUND']);
    });

    const unknown = async (request: PromiseLike<{ status: number; body: Problem }>) => {
      const { status, body } = await request;
      expect([status, body.code]).toEqual([502, 'OUTCOME_UNKNOWN']);
    };

    it('does not know whether a create was done, and finds it by its name', async () => {
      const id = newKey();
      lose('POST', '/links$');
      await unknown(post().set('Idempotency-Key', id));
      const found = await post().set('Idempotency-Key', id);
      expect([found.status, found.headers['idempotency-replayed'], found.body.networkPricing]).toEqual([
        201,
        'true',
        'CPI',
      ]);
      const notDone = newKey();
      lose('POST', '/links$', 'before');
      await unknown(post({ name: 'Never' }).set('Idempotency-Key', notDone));
      await unknown(post({ name: 'Never' }).set('Idempotency-Key', notDone));
      expect(written()).toHaveLength(2);
    });

    it('does not know whether a patch or an archiving was done, and looks at what stands', async () => {
      const { id, routesByApp } = await native();
      const change = {
        name: 'Found',
        customParams: [{ key: 'b', value: '1' }],
        networkPricing: 'CPA',
        networkPrice: 2,
        campaign: { name: 'Found too' },
        default: { kochavaAppId: WEB, destinationUrl: 'https://a.example/?a=1' },
        routesByApp: [{ kochavaAppId: IOS, events: ['x'], routes: [{ id: routesByApp[0]!.routes[0]!.id, name: 'y' }] }],
      };
      const update = newKey();
      lose('PUT', `/links/${id}$`);
      await unknown(patch(id, change).set('Idempotency-Key', update));
      const found = await patch(id, change).set('Idempotency-Key', update);
      expect([found.status, found.body.name, found.headers['idempotency-replayed']]).toEqual([200, 'Found', 'true']);
      const notDone = newKey();
      lose('PUT', `/links/${id}$`, 'before');
      await unknown(patch(id, { name: 'Lost' }).set('Idempotency-Key', notDone));
      await unknown(patch(id, { name: 'Lost' }).set('Idempotency-Key', notDone));
      const end = newKey();
      lose('PUT', '/archive$');
      await unknown(archive(id).set('Idempotency-Key', end));
      expect((await archive(id).set('Idempotency-Key', end)).body).toMatchObject({ id, isActive: false });
      expect(written()).toHaveLength(3);
    });

    it('a read that fails before anything was sent is no lost write', async () => {
      const { id } = await native();
      gateway.sandbox.misbehave({
        method: 'GET',
        path: `/links/${id}$`,
        times: null,
        do: { kind: 'status', status: 500 },
      });
      const failed = await patch(id, { name: 'x' }).set('Idempotency-Key', newKey());
      expect([failed.status, failed.body.code]).toEqual([502, 'UPSTREAM_UNAVAILABLE']);
      expect(written()).toEqual([]);
    });
  });

  it('is audited, with what stood before and after', async () => {
    const { body: made } = await post();
    await patch(made.id, { name: 'Renamed', customParams: [{ key: 'utm', value: 'x' }] });
    await archive(made.id);
    await gateway.app.get(Sealer).flush();
    const { body } = await gateway.http('get', `/v1/audit-events?resource=smart-link:${made.id}`, key);
    const [archived, updated, created] = (body.data as Record<string, unknown>[]).filter(
      ({ action }) => action !== 'smartlinks.read',
    );
    const row = { outcome: 'SUCCEEDED', vendor: 'KOCHAVA' };
    expect(created).toMatchObject({
      ...row,
      action: 'smartLink.create',
      request: { name: 'Winter ❄' },
      after: { id: made.id, customParams: { utm_source: 'ü&c' } },
    });
    expect(updated).toMatchObject({
      ...row,
      action: 'smartLink.update',
      request: { id: made.id, name: 'Renamed', customParams: { utm: 'x' } },
      before: { name: 'Winter ❄', customParams: { utm_source: 'ü&c' } },
      after: { name: 'Renamed', customParams: { utm: 'x' } },
    });
    expect(archived).toMatchObject({
      ...row,
      action: 'smartLink.archive',
      before: { isActive: true },
      after: { isActive: false },
    });
  });
});

const idsOf = (link: Link): unknown =>
  JSON.parse(
    JSON.stringify(link, (name, value: unknown) =>
      (typeof value !== 'object' || value === null) &&
      !/^(?:id|guid|kochavaAppId|appGuid|legacyTrackerId|platforms|nativeLink|networkId|appGroupId|subdomain|\d+)$/.test(
        name,
      )
        ? undefined
        : value,
    )
      .replaceAll(/"customParams":\[[^\]]*\],?/g, '')
      .replaceAll(/"events":\[[^\]]*\],?/g, ''),
  );

/** Numbers that look random and are the same each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function aChange(random: (below: number) => number, link: Link, round: number): object {
  const some = <T>(value: T): T | undefined => (random(3) === 0 ? value : undefined);
  const isNative = JSON.stringify(link).includes('"nativeLink":"IOS"');
  return {
    name: `${link.id} in round ${round}`,
    path: isNative ? some(random(2) ? `orbit://${round}` : null) : undefined,
    agencyNetworkId: some(random(2) ? '234' : null),
    campaign: some({ name: `Campaign ${link.id}/${round}` }),
    customParams: some(random(2) ? [{ key: 'round', value: `${round} & ü` }] : null),
    ...(random(3) === 0 && { networkPricing: ['CPC', 'CPI', 'CPM', 'CPA'][random(4)], networkPrice: random(100) / 8 }),
    default: some({ kochavaAppId: link.default.kochavaAppId, destinationUrl: `https://a.example/${round}` }),
    routesByApp: some(
      link.routesByApp.map(({ kochavaAppId, routes }) => ({
        kochavaAppId,
        events: some(['_Install', `e${round}`]),
        routes: some(
          routes.map(({ id }) => ({ id, name: some(`r${round}`), destinationUrl: some(`https://s.example/${round}`) })),
        ),
      })),
    ),
  };
}
