import { Sealer } from '#libs/audit';
import { EVERY_SCOPE } from './support/gateway.js';
import { ACCOUNT, FOREIGN_APP, FREE_APPS, GROUP_FIELDS, IOS, sent, useSmartLinks, WEB } from './support/smart-links.js';

interface Problem {
  code: string;
  errors?: { pointer: string; extensions?: { code: string } }[];
}

describe('App groups and their campaigns, written', () => {
  const gateway = useSmartLinks();
  let key: string;
  let orbit: string;
  /** Numbers of apps in no group: two for iOS, two for Android. */
  let free: string[];
  let android: string[];
  beforeAll(async () => {
    key = await gateway.key();
    orbit = (await gateway.http('get', '/v1/app-groups?search=orbit%20runner', key)).body.data[0].id;
    const of = async (platform: string) => {
      const apps = FREE_APPS.filter((app) => app.platform === platform).slice(0, 2);
      return Promise.all(apps.map(async ({ id }) => (await gateway.adopt(id)).kochavaAppId!));
    };
    [free, android] = [await of('ios'), await of('android')];
  });

  let count = 0;
  const newKey = () => `group-key-${++count}`;
  const post = (path: string, body: object, as = key) => gateway.http('post', `/v1/app-groups${path}`, as).send(body);
  const patch = (path: string, body: object, as = key) => gateway.http('patch', `/v1/app-groups${path}`, as).send(body);
  const aGroup = (more: object = {}) => ({ name: 'Small ones', accountId: ACCOUNT, kochavaAppIds: [free[0]], ...more });
  const made = async (more: object = {}) => {
    const { status, body } = await post('', aGroup(more));
    expect([status, body.code]).toEqual([201, undefined]);
    return body as { id: string };
  };
  const written = () => sent(gateway).filter((one) => !one.startsWith('GET ') && !one.includes('/check'));
  const lose = (method: string, path: string, when: 'before' | 'after' = 'after') =>
    gateway.sandbox.misbehave({ method, path, do: { kind: 'reset', when } });

  it('makes a group, adds an app to it, renames and archives it', async () => {
    const group = await made();
    expect(group).toMatchObject({
      name: 'Small ones',
      accountId: ACCOUNT,
      isActive: true,
      apps: [{ kochavaAppId: free[0], platform: 'IOS', app: { kochava: { appId: free[0] } } }],
    });
    const added = await patch(`/${group.id}`, { addKochavaAppIds: [android[0], free[0]] });
    expect([added.status, added.body.name]).toEqual([200, 'Small ones']);
    expect(added.body.apps.map(({ kochavaAppId }: { kochavaAppId: string }) => kochavaAppId)).toEqual([
      free[0],
      android[0],
    ]);
    const { body } = await gateway.graphql(
      key,
      `mutation { updateAppGroup(id: "${group.id}", name: "Renamed") { ${GROUP_FIELDS} } }`,
    );
    expect(body.data.updateAppGroup).toMatchObject({ name: 'Renamed', apps: [{}, {}] });
    const archived = await post(`/${group.id}/archive`, {});
    expect([archived.status, archived.body.isActive, archived.body.name]).toEqual([200, false, 'Renamed']);
    for (const again of [
      await post(`/${group.id}/archive`, {}),
      await patch(`/${group.id}`, { name: 'x' }),
      await post(`/${group.id}/campaigns`, { name: 'x' }),
    ]) {
      expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
    }
    // Its apps are free again.
    const graphql = await gateway.graphql(
      key,
      `mutation ($apps: [ID!]!) { createAppGroup(name: "Anew", accountId: "${ACCOUNT}", kochavaAppIds: $apps) { name apps { kochavaAppId } } }`,
      { apps: [free[0]] },
    );
    expect(graphql.body.data.createAppGroup).toEqual({ name: 'Anew', apps: [{ kochavaAppId: free[0] }] });
    expect(written()).toHaveLength(5);
  });

  it('tells what stands in the way: CONFLICT, before anything is sent where that can be known', async () => {
    const { id } = await made();
    const before = written().length;
    const platform = await patch(`/${id}`, { addKochavaAppIds: [free[1]] });
    expect([platform.status, platform.body.code]).toEqual([409, 'CONFLICT']);
    const active = await post(`/${orbit}/archive`, {});
    expect([active.status, active.body.code, active.body.detail]).toEqual([
      409,
      'CONFLICT',
      expect.stringContaining('active SmartLinks'),
    ]);
    expect(written()).toHaveLength(before);
    const elsewhere = await post('', aGroup({ name: 'Second', kochavaAppIds: [IOS] }));
    expect([elsewhere.status, elsewhere.body.code, elsewhere.body.upstreamStatus]).toEqual([409, 'CONFLICT', 409]);
    const { body } = await gateway.graphql(key, `mutation { archiveAppGroup(id: "${orbit}") { id } }`);
    expect(body.errors[0].extensions.code).toBe('CONFLICT');
  });

  it.each([
    ['no name', () => aGroup({ name: ' ' }), '/name'],
    ['no account', () => aGroup({ accountId: undefined }), '/accountId'],
    ['an account that is no number', () => aGroup({ accountId: 'orbit' }), '/accountId'],
    ['no app', () => aGroup({ kochavaAppIds: [] }), '/kochavaAppIds'],
    ['an app that is no number', () => aGroup({ kochavaAppIds: ['x'] }), '/kochavaAppIds'],
    ['two apps for one platform', () => aGroup({ kochavaAppIds: free }), '/kochavaAppIds'],
    ['an app twice', () => aGroup({ kochavaAppIds: [free[0], free[0]] }), '/kochavaAppIds'],
    ['a field that there is none of', () => aGroup({ colour: 'red' }), '/colour'],
  ])('refuses a group with %s', async (_, body, pointer) => {
    const refused = await post('', body());
    expect([refused.status, refused.body.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect((refused.body as Problem).errors!.map((error) => error.pointer)).toEqual([pointer]);
    expect(written()).toEqual([]);
  });

  it('refuses to change nothing, and to take an app away', async () => {
    for (const body of [
      {},
      { name: null },
      { addKochavaAppIds: [] },
      { removeKochavaAppIds: [IOS] },
      { kochavaAppIds: [IOS] },
      { isActive: false },
      { name: '' },
    ]) {
      const refused = await patch(`/${orbit}`, body);
      expect([body, refused.status, refused.body.code]).toEqual([body, 400, 'BAD_USER_INPUT']);
    }
    expect(written()).toEqual([]);
  });

  it('knows no app that is not the tenant’s', async () => {
    for (const app of ['1', FOREIGN_APP, String(FREE_APPS.at(-1)!.id)]) {
      const group = await post('', aGroup({ kochavaAppIds: [free[0], app] }));
      const added = await patch(`/${orbit}`, { addKochavaAppIds: [app] });
      expect([app, group.body.code, added.body.code]).toEqual([app, 'NOT_FOUND', 'NOT_FOUND']);
    }
    expect(written()).toEqual([]);
  });

  it('makes and renames campaigns, each with a name of its own', async () => {
    const created = await post(`/${orbit}/campaigns`, { name: 'Winter' });
    expect([created.status, created.body]).toEqual([
      201,
      {
        id: expect.any(String),
        appGroupId: orbit,
        name: 'Winter',
        isActive: true,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    ]);
    const renamed = await patch(`/${orbit}/campaigns/${created.body.id}`, { name: 'Winter 2' });
    expect([renamed.status, renamed.body.name]).toEqual([200, 'Winter 2']);
    const { body } = await gateway.graphql(
      key,
      `mutation { createAppGroupCampaign(appGroupId: "${orbit}", name: "Spring") { id name } }`,
    );
    const { id } = body.data.createAppGroupCampaign;
    const graphql = await gateway.graphql(
      key,
      `mutation { updateAppGroupCampaign(appGroupId: "${orbit}", id: "${id}", name: "Spring 2") { id name } }`,
    );
    expect(graphql.body.data.updateAppGroupCampaign).toEqual({ id, name: 'Spring 2' });
    const before = written().length;
    for (const taken of [
      await post(`/${orbit}/campaigns`, { name: 'Creators' }),
      await patch(`/${orbit}/campaigns/${id}`, { name: 'Creators' }),
    ]) {
      expect([taken.status, taken.body.code]).toEqual([409, 'CONFLICT']);
    }
    for (const path of [`/${orbit}/campaigns/1`, `/${orbit}/campaigns/x`, `/1/campaigns/${id}`]) {
      expect([path, (await patch(path, { name: 'y' })).status]).toEqual([path, 404]);
    }
    for (const wrong of [{}, { name: '' }, { name: 'x', isActive: false }]) {
      expect((await post(`/${orbit}/campaigns`, wrong)).status).toBe(400);
      expect((await patch(`/${orbit}/campaigns/${id}`, wrong)).status).toBe(400);
    }
    expect(written()).toHaveLength(before);
  });

  it('refuses three callers at each door, and a key whose list lacks one of the apps', async () => {
    const reader = await gateway.key({ scopes: EVERY_SCOPE.filter((scope) => scope !== 'smartlinks:write') });
    const theirs = await gateway.key({ of: gateway.otherTenant });
    const narrow = await gateway.key({ appIds: gateway.apps.map(({ id }) => id) });
    const campaign = (await gateway.http('get', `/v1/app-groups/${orbit}/campaigns`, key)).body.data[0].id;
    const rest = (method: 'post' | 'patch', path: string, body: object) => (as?: string) =>
      gateway.http(method, `/v1/app-groups${path}`, as).send(body);
    const graphql = (field: string) => (as?: string) => gateway.graphql(as, `mutation { ${field} { id } }`);
    const doors: Record<string, (as?: string) => PromiseLike<{ body: Problem }>> = {
      update: rest('patch', `/${orbit}`, { name: 'x' }),
      archive: rest('post', `/${orbit}/archive`, {}),
      campaign: rest('post', `/${orbit}/campaigns`, { name: 'x' }),
      rename: rest('patch', `/${orbit}/campaigns/${campaign}`, { name: 'x' }),
      updateAppGroup: graphql(`updateAppGroup(id: "${orbit}", name: "x")`),
      archiveAppGroup: graphql(`archiveAppGroup(id: "${orbit}")`),
      createAppGroupCampaign: graphql(`createAppGroupCampaign(appGroupId: "${orbit}", name: "x")`),
      updateAppGroupCampaign: graphql(`updateAppGroupCampaign(appGroupId: "${orbit}", id: "${campaign}", name: "x")`),
    };
    const codeOf = async (request: PromiseLike<{ body: Problem }>) => {
      const { body } = await request;
      return body.code ?? body.errors?.[0]?.extensions?.code;
    };
    for (const [name, door] of Object.entries(doors)) {
      const codes = await Promise.all([undefined, reader, theirs, narrow].map((as) => codeOf(door(as))));
      expect([name, codes]).toEqual([name, ['UNAUTHENTICATED', 'FORBIDDEN', 'CREDENTIAL_MISSING', 'FORBIDDEN']]);
    }
    // Of another tenant the app is unknown before anything else is.
    const creation = (as?: string) => post('', aGroup(), as);
    expect(await codeOf(creation(theirs))).toBe('NOT_FOUND');
    expect(await codeOf(creation(narrow))).toBe('NOT_FOUND');
    expect(await codeOf(creation(reader))).toBe('FORBIDDEN');
    expect(written()).toEqual([]);
    const all = await gateway.key({ appIds: [...gateway.apps.map(({ id }) => id), (await gateway.adopt(WEB)).id] });
    expect(await codeOf(doors['campaign']!(all))).toBeUndefined();
  });

  it('does each once under a key, and finds what was lost', async () => {
    const replayed = async (request: () => ReturnType<typeof post>, path: RegExp) => {
      const id = newKey();
      const first = await request().set('Idempotency-Key', id);
      const again = await request().set('Idempotency-Key', id);
      expect([again.status, again.headers['idempotency-replayed'], again.body]).toEqual([
        first.status,
        'true',
        first.body,
      ]);
      expect(written().filter((one) => path.test(one))).toHaveLength(1);
      return first.body as { id: string };
    };
    const lost = async (method: string, path: string, request: () => ReturnType<typeof post>) => {
      for (const when of ['before', 'after'] as const) {
        const id = newKey();
        lose(method, path, when);
        const unknown = await request().set('Idempotency-Key', id);
        expect([when, unknown.status, unknown.body.code]).toEqual([when, 502, 'OUTCOME_UNKNOWN']);
        const again = await request().set('Idempotency-Key', id);
        const code = when === 'after' ? undefined : 'OUTCOME_UNKNOWN';
        expect([when, again.body.code]).toEqual([when, code]);
      }
    };
    const { id } = await replayed(() => post('', aGroup()), /POST .*\/groups$/);
    await replayed(() => patch(`/${id}`, { name: 'b' }), /PUT .*\/groups\/\d+$/);
    const campaign = await replayed(() => post(`/${id}/campaigns`, { name: 'c' }), /POST .*\/campaigns$/);
    await replayed(() => patch(`/${id}/campaigns/${campaign.id}`, { name: 'd' }), /POST .*\/campaigns\/\d+$/);
    await lost('POST', '/groups$', () => post('', aGroup({ name: 'Lost', kochavaAppIds: [android[0]] })));
    await lost('PUT', `/groups/${id}$`, () => patch(`/${id}`, { name: 'e', addKochavaAppIds: [android[1]] }));
    await lost('POST', '/campaigns$', () => post(`/${id}/campaigns`, { name: 'f' }));
    await lost('POST', `/campaigns/${campaign.id}$`, () => patch(`/${id}/campaigns/${campaign.id}`, { name: 'g' }));
    await lost('PUT', '/archive$', () => post(`/${id}/archive`, {}));
  });

  it('is audited, with what stood before and after', async () => {
    const { id } = await made();
    await patch(`/${id}`, { name: 'Renamed' });
    const campaign = (await post(`/${id}/campaigns`, { name: 'c' })).body;
    await patch(`/${id}/campaigns/${campaign.id}`, { name: 'd' });
    await post(`/${id}/archive`, {});
    await gateway.app.get(Sealer).flush();
    const rows = async (resource: string) =>
      (
        (await gateway.http('get', `/v1/audit-events?resource=${resource}`, key)).body.data as Record<string, unknown>[]
      ).filter(({ action }) => action !== 'smartlinks.read');
    const [archived, updated, created] = await rows(`app-group:${id}`);
    expect(created).toMatchObject({
      action: 'appGroup.create',
      outcome: 'SUCCEEDED',
      request: { kochavaAppIds: [free[0]] },
      after: { id },
    });
    expect(updated).toMatchObject({
      action: 'appGroup.update',
      before: { name: 'Small ones' },
      after: { name: 'Renamed' },
    });
    expect(archived).toMatchObject({
      action: 'appGroup.archive',
      before: { isActive: true },
      after: { isActive: false },
    });
    const [renamed, begun] = await rows(`campaign:${campaign.id}`);
    expect(begun).toMatchObject({
      action: 'appGroupCampaign.create',
      request: { appGroupId: id, name: 'c' },
      after: { name: 'c' },
    });
    expect(renamed).toMatchObject({ action: 'appGroupCampaign.update', before: { name: 'c' }, after: { name: 'd' } });
    await patch(`/${orbit}`, { name: 'x' }, await gateway.key({ name: 'narrow', appIds: [gateway.apps[0].id] }));
    await gateway.app.get(Sealer).flush();
    expect((await rows(`app-group:${orbit}`))[0]).toMatchObject({
      outcome: 'DENIED',
      code: 'FORBIDDEN',
      keyName: 'narrow',
    });
  });
});
