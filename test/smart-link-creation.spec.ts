import { aLink, CREATE, IOS, routes, useLinkDoors, useSmartLinks, WEB } from './support/smart-links.js';

interface Problem {
  code: string;
  errors?: { pointer: string }[];
}

describe('SmartLinks, made', () => {
  const gateway = useSmartLinks();
  const { ours, get, post, written } = useLinkDoors(gateway);

  describe('a new link', () => {
    it('is made at REST: 201, with what Kochava tells of it only now', async () => {
      const { status, body } = await post();
      expect(status).toBe(201);
      expect(body).toMatchObject({
        name: 'Winter ❄',
        appGroupId: ours.group,
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
      const campaigns = await gateway.http('get', `/v1/app-groups/${ours.group}/campaigns`, ours.key);
      const { id } = campaigns.body.data[0];
      const input = {
        ...aLink(ours.group, {
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
      const { body } = await gateway.graphql(ours.key, CREATE, { input });
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
      const { body } = await gateway.graphql(ours.key, CREATE, { input: aLink(ours.group, more) });
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
});
