import { Sealer } from '#libs/audit';
import { EVERY_SCOPE } from './support/gateway.js';
import { aLink, ANDROID, CREATE, IOS, UPDATE, useLinkDoors, useSmartLinks, WEB } from './support/smart-links.js';

interface Problem {
  code: string;
  errors?: { pointer: string }[];
}

describe('SmartLinks, written once and by whom', () => {
  const gateway = useSmartLinks();
  const { ours, newKey, post, patch, archive, native, written, lose } = useLinkDoors(gateway);

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
        ['POST', (as) => gateway.http('post', '/v1/smart-links', as).send(aLink(ours.group))],
        ['PATCH', (as) => gateway.http('patch', `/v1/smart-links/${id}`, as).send({ name: 'x' })],
        ['archive', (as) => gateway.http('post', `/v1/smart-links/${id}/archive`, as).send()],
        ['createSmartLink', (as) => gateway.graphql(as, CREATE, { input: aLink(ours.group) })],
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
      const { body: campaigns } = await gateway.http('get', `/v1/app-groups/${ours.group}/campaigns`, two);
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
    it('answers the same again under a ours.key, at either door, and sends nothing', async () => {
      const id = newKey();
      const first = await post().set('Idempotency-Key', id);
      const again = await post().set('Idempotency-Key', id);
      expect([again.status, again.headers['idempotency-replayed'], again.body]).toEqual([201, 'true', first.body]);
      const { body } = await gateway.graphql(ours.key, CREATE, { input: { ...aLink(ours.group), idempotencyKey: id } });
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
      const { body: campaigns } = await gateway.http('get', `/v1/app-groups/${ours.group}/campaigns`, ours.key);
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
    const { body } = await gateway.http('get', `/v1/audit-events?resource=smart-link:${made.id}`, ours.key);
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
