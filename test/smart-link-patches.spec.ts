import { IOS, type Link, routes, UPDATE, useLinkDoors, useSmartLinks, WEB } from './support/smart-links.js';

interface Problem {
  code: string;
  errors?: { pointer: string }[];
}

describe('SmartLinks, changed', () => {
  const gateway = useSmartLinks();
  const { ours, get, search, patch, archive, native, written } = useLinkDoors(gateway);

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
      const { body: graphql } = await gateway.graphql(ours.key, UPDATE, {
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
      const graphql = await gateway.graphql(ours.key, UPDATE, { id, input: body });
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
      const { headers } = await gateway.http('get', `/v1/smart-links/${id}`, ours.key);
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
      const { body } = await gateway.graphql(ours.key, UPDATE, { id, input: { name: 'a', ifUpdatedAt: stale } });
      expect(body.errors[0].extensions.code).toBe('CONFLICT');
      expect(written()).toEqual([]);
      expect((await match(tag, { name: 'b', ifUpdatedAt: updatedAt })).status).toBe(200);
      expect((await match(tag, { name: 'c' })).status).toBe(409);
      expect(
        (
          await match(
            `W/"0.0", ${(await gateway.http('get', `/v1/smart-links/${id}`, ours.key)).headers['etag'] as string}`,
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
    const { body } = await gateway.graphql(
      ours.key,
      `mutation { archiveSmartLink(id: "${other!.id}") { id isActive } }`,
    );
    expect(body.data.archiveSmartLink).toEqual({ id: other!.id, isActive: false });
    expect(written()).toHaveLength(2);
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
