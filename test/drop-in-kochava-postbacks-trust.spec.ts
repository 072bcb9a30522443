import { ApiKeys, AppRegistry, CredentialVault, TenantLimits } from '#libs/tenancy';
import { Lifecycle } from '../apps/gateway/src/operations/lifecycle.js';
import { Log } from '../apps/gateway/src/operations/log.js';
import {
  DEMO_POSTBACKS_KEY,
  FOREIGN_POSTBACKS_KEY,
  KOCHAVA_FOREIGN_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  KOCHAVA_ORBIT_RUNNER_WEB,
} from '../apps/sandbox/src/index.js';
import { usePostbacks } from './support/postbacks.js';
import { clientSend } from './support/vendor-door.js';
import { waitUntil } from './support/wait-until.js';

const [IOS, ANDROID, WEB] = [KOCHAVA_ORBIT_RUNNER_IOS, KOCHAVA_ORBIT_RUNNER_ANDROID, KOCHAVA_ORBIT_RUNNER_WEB].map(
  ({ id }) => id,
) as [number, number, number];
const FOREIGN = KOCHAVA_FOREIGN_ACCOUNT.apps[0]!.id;
/** The sandbox's: the first of the iOS app, the first of the Android app. */
const [OF_IOS, OF_ANDROID] = [689_901, 689_904];
const SECRET_CONTEXT = 'https://partner.example/secret-path-of-a-partner';
const CREATION = {
  app_id: IOS,
  type: 'event',
  title: 'Purchases',
  template_id: 3373,
  filter_str: 'Purchase',
  context: { cpi_mostback_url: SECRET_CONTEXT },
};
const LIST = `/apps/${IOS}/postbacks`;
const lines: string[] = [];

describe('The door of Kochava’s Postbacks API', () => {
  const gateway = usePostbacks({ log: Log.into('trace', (line) => lines.push(line)) });
  let key: string;
  let iosKey: string;
  beforeAll(async () => {
    key = await gateway.key();
    iosKey = await gateway.key({ appIds: [gateway.apps[0].id] });
  });

  const ask = async (
    method: string,
    path: string,
    { as = key, body, headers }: { as?: string; body?: unknown; headers?: Record<string, string | string[]> } = {},
  ) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await clientSend(gateway.url, method, `/vendor/kochava${path}`, text, {
      'Authentication-Key': as,
      ...headers,
    });
    const envelope = JSON.parse(answer.text || '{}') as { success?: boolean; errors?: string[]; data?: unknown[] };
    return { ...answer, ...envelope };
  };
  const told = async (...asked: Parameters<typeof ask>) => {
    const { status, type, success, errors } = await ask(...asked);
    return [status, type, success, errors];
  };
  const sent = () => gateway.sandbox.requests.map(({ method, path }) => `${method} ${path}`);
  const written = () => sent().filter((one) => !one.startsWith('GET '));
  const refused = (status: number, words: string) => [
    status,
    'application/json',
    false,
    [expect.stringContaining(words)],
  ];
  const events = async (keyName: string, count = 1) => {
    const auditor = await gateway.key({ scopes: ['audit:read'] });
    let found: Record<string, unknown>[] = [];
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?first=200', auditor);
      found = (body.data as Record<string, unknown>[]).filter((event) => event['keyName'] === keyName);
      return found.length >= count;
    });
    return found;
  };

  describe('the key', () => {
    it('is asked for in Kochava’s envelope', async () => {
      const { status, text, headers } = await ask('GET', LIST, { as: '' });
      expect([status, JSON.parse(text)]).toEqual([
        401,
        {
          success: false,
          meta: null,
          nextToken: null,
          previousToken: null,
          errors: ['Send a gateway key: as `Authentication-Key: KEY`.'],
          warnings: [],
          messages: [],
          data: [],
        },
      ]);
      expect(headers['x-request-id']).toEqual(expect.any(String));
      expect(await told('GET', LIST, { as: DEMO_POSTBACKS_KEY.key })).toEqual(
        refused(401, 'not a key of this gateway'),
      );
      expect(sent()).toEqual([]);
    });

    it('that was revoked is 401', async () => {
      const revoked = await gateway.key({ name: 'gone' });
      const apiKeys = gateway.app.get(ApiKeys);
      const { id } = (await apiKeys.list(gateway.tenant.id, { first: 200 })).nodes.find(({ name }) => name === 'gone')!;
      await apiKeys.revoke(gateway.tenant.id, id);
      expect(await told('GET', LIST, { as: revoked })).toEqual(refused(401, 'not valid'));
      expect(sent()).toEqual([]);
    });

    it('is 400 where two were sent, and where it stands in what would be sent on', async () => {
      for (const headers of [{ 'Authentication-Key': [key, iosKey] }, { 'X-API-Key': iosKey }] as Record<
        string,
        string
      >[]) {
        expect(await told('GET', LIST, { headers })).toEqual(refused(400, 'Two different keys'));
      }
      expect((await ask('GET', `${LIST}?page=${key}`)).status).toBe(400);
      const { status, text } = await ask('PATCH', `/postbacks/${OF_IOS}`, { body: { title: key } });
      expect([status, text.includes(key)]).toEqual([400, false]);
      expect(sent()).toEqual([]);
    });

    it('is counted', async () => {
      const slow = await gateway.key({ requestsPerMinute: 1 });
      expect((await ask('GET', LIST, { as: slow })).status).toBe(200);
      expect(await told('GET', LIST, { as: slow })).toEqual(refused(429, '1 times a minute'));
    });
  });

  describe('scopes and apps', () => {
    it('asks for postbacks:read and postbacks:write', async () => {
      const reader = await gateway.key({ name: 'reader', scopes: ['postbacks:read'] });
      const writer = await gateway.key({ scopes: ['postbacks:write'] });
      expect(await told('GET', LIST, { as: writer })).toEqual(refused(403, 'postbacks:read'));
      for (const [method, path, body] of [
        ['POST', '/postbacks', CREATION],
        ['PATCH', `/postbacks/${OF_IOS}`, { title: 'x' }],
        ['DELETE', `/postbacks/${OF_IOS}`, undefined],
      ] as const) {
        expect(await told(method, path, { as: reader, body })).toEqual(refused(403, 'postbacks:write'));
      }
      expect(sent()).toEqual([]);
      expect((await events('reader'))[0]).toMatchObject({ edge: 'VENDOR', outcome: 'DENIED', action: 'key.denied' });
    });

    it.each([
      ['one that is not on the key’s list', ANDROID, OF_ANDROID],
      ['one that the credential sees, and the tenant has not', WEB, 1],
      ['another account’s', FOREIGN, 1],
      ['one that never was', 1, 1],
    ])('answers for an app as if it were not there, and asks nobody: %s', async (_, app, id) => {
      for (const path of ['', '/templates', '/incomplete', `/${id}`]) {
        expect(await told('GET', `/apps/${app}/postbacks${path}`, { as: iosKey })).toEqual(
          refused(404, `No app "${app}"`),
        );
      }
      const creation = await told('POST', '/postbacks', { as: iosKey, body: { ...CREATION, app_id: app } });
      expect(creation).toEqual(refused(404, `No app "${app}"`));
      expect(sent()).toEqual([]);
    });

    it('knows no app and no postback of another tenant’s', async () => {
      await gateway.app.get(CredentialVault).put(gateway.otherTenant.id, 'kochava-postbacks', DEMO_POSTBACKS_KEY.key);
      const stranger = await gateway.key({ of: gateway.otherTenant });
      expect(await told('GET', LIST, { as: stranger })).toEqual(refused(404, 'No app'));
      expect(await told('DELETE', `/postbacks/${OF_IOS}`, { as: stranger })).toEqual(refused(404, 'No postback'));
      expect(sent()).toEqual([]);
    });

    it('finds whose a postback is before it is written', async () => {
      for (const [method, body] of [
        ['PATCH', { title: 'x' }],
        ['DELETE', undefined],
      ] as const) {
        gateway.sandbox.reset();
        expect(await told(method, `/postbacks/${OF_ANDROID}`, { as: iosKey, body })).toEqual(
          refused(404, `No postback "${OF_ANDROID}"`),
        );
        expect(sent()).toEqual([`GET /apps/${IOS}/postbacks/${OF_ANDROID}`]);
        gateway.sandbox.reset();
        expect((await ask(method, `/postbacks/${OF_ANDROID}`, { body })).status).toBe(200);
        expect(written()).toEqual([`${method} /postbacks/${OF_ANDROID}`]);
      }
    });

    it('asks first where it found it last, and others again when it is there no more', async () => {
      const { data } = await ask('POST', '/postbacks', { body: CREATION });
      const { id } = data![0] as { id: number };
      for (const title of ['one', 'two']) await ask('PATCH', `/postbacks/${id}`, { body: { title } });
      gateway.sandbox.reset();
      expect((await ask('PATCH', `/postbacks/${id}`, { body: { title: 'three' } })).status).toBe(404);
      expect(sent()[0]).toBe(`GET /apps/${IOS}/postbacks/${id}`);
      expect(sent()).toHaveLength(2);
    });

    it.each([
      ['an app twice', 'POST', '/postbacks', `{"app_id":${IOS},"app_id":${ANDROID}}`],
      ['an app in two spellings', 'POST', '/postbacks', `{"app_id":${IOS},"App_ID":${ANDROID}}`],
      ['an app that is no number', 'POST', '/postbacks', `{"app_id":"${IOS}x"}`],
      ['an app with a leading zero', 'POST', '/postbacks', `{"app_id":"0${IOS}"}`],
      ['a list of apps', 'POST', '/postbacks', `{"app_id":[${IOS}]}`],
      ['no app', 'POST', '/postbacks', '{"title":"x"}'],
      ['no body', 'POST', '/postbacks', undefined],
      ['an id of its own', 'POST', '/postbacks', { ...CREATION, id: OF_ANDROID }],
      ['another id than the path', 'PATCH', `/postbacks/${OF_IOS}`, { id: OF_ANDROID }],
      ['another app than the postback’s', 'PATCH', `/postbacks/${OF_IOS}`, { app_id: ANDROID }],
      ['a body with a deletion', 'DELETE', `/postbacks/${OF_IOS}`, { id: OF_ANDROID }],
      ['an app in the query', 'POST', `/postbacks?app_id=${ANDROID}`, CREATION],
      ['an id in the query', 'PATCH', `/postbacks/${OF_IOS}?id=${OF_ANDROID}`, { title: 'x' }],
      ['what is no JSON', 'PATCH', `/postbacks/${OF_IOS}`, '{title:1}'],
      ['what is no object', 'PATCH', `/postbacks/${OF_IOS}`, '[{"title":"x"}]'],
      ['an app in the query of a read', 'GET', `${LIST}?app_id=${ANDROID}`, undefined],
    ])('refuses two answers to which: %s', async (_, method, path, body) => {
      const { status, success, errors } = await ask(method, path, { body });
      expect([status, success, errors]).toEqual([400, false, [expect.any(String)]]);
      expect(written()).toEqual([]);
    });

    it('hands on no answer that tells of another app than was asked for', async () => {
      const other = JSON.stringify({ success: true, data: [{ id: OF_ANDROID, app_id: ANDROID, context: { a: 'x' } }] });
      for (const path of [LIST, `${LIST}/${OF_ANDROID}`]) {
        gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: other } });
        const { status, text } = await ask('GET', path, { as: iosKey });
        expect([status, text.includes('"x"')]).toEqual([502, false]);
      }
    });
  });

  describe('what the gateway does not model', () => {
    it('passes as GET for scope vendor:kochava-postbacks alone, never with an app list', async () => {
      const bold = await gateway.key({ scopes: ['vendor:kochava-postbacks'] });
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: '{"data":[]}' } });
      expect((await ask('GET', `/apps/${IOS}/campaigns`, { as: bold })).text).toBe('{"data":[]}');
      expect(gateway.sandbox.requests[0]!.headers['authentication-key']).toBe(DEMO_POSTBACKS_KEY.key);
      gateway.sandbox.reset();
      expect((await ask('GET', '/apps')).status).toBe(404);
      expect((await ask('POST', '/apps', { as: bold, body: {} })).status).toBe(404);
      expect((await ask('PUT', `/postbacks/${OF_IOS}`, { as: bold, body: {} })).status).toBe(405);
      for (const path of [
        `/APPS/${FOREIGN}/Postbacks`,
        `/apps/${FOREIGN}/postbacks/`,
        `/apps//postbacks`,
        `/apps/${FOREIGN}/./postbacks`,
        `/apps/0${FOREIGN}/postbacks`,
        `/apps/${FOREIGN}/postbacks/x`,
        `/postbacks/${OF_IOS}`,
        '',
      ]) {
        expect([path, (await ask('GET', path, { as: bold })).status]).toEqual([path, 404]);
      }
      expect(sent()).toEqual([]);
    });
  });

  describe('where data may go', () => {
    const limits = (hosts: string[] | null) => gateway.app.get(TenantLimits).put(gateway.tenant.id, { hosts });
    afterAll(() => limits(null));

    it.each([
      ['a host outside the list', { context: { cpi_mostback_url: 'https://evil.example/' } }],
      ['one in another spelling', { Context: { cpi_mostback_url: 'https://evil.example/' } }],
      ['one beside the context', { cpi_mostback_url: 'https://evil.example/' }],
      ['one that is nested', { context: { more: { cpi_mostback_url: 'https://evil.example/' } } }],
      ['one that is nested beside', { more: { cpi_mostback_url: 'https://evil.example/' } }],
      ['a private address', { context: { cpi_mostback_url: 'https://127.0.0.1/' } }],
      ['plain http', { context: { cpi_mostback_url: 'http://partner.example/' } }],
    ])('is bounded: %s', async (_, fields) => {
      await limits(['partner.example']);
      const { context: __, ...rest } = CREATION;
      expect((await ask('POST', '/postbacks', { body: { ...rest, ...fields } })).status).toBe(400);
      expect((await ask('PATCH', `/postbacks/${OF_IOS}`, { body: fields })).status).toBe(400);
      expect(written()).toEqual([]);
      expect((await ask('POST', '/postbacks', { body: CREATION })).status).toBe(201);
    });

    it('is bounded for what stands there, too, unless it is switched off', async () => {
      await limits(['other.example']);
      expect(await told('PATCH', `/postbacks/${OF_IOS}`, { body: { title: 'x' } })).toEqual(
        refused(400, 'where it sends now'),
      );
      for (const active of ['no', true, 1]) {
        expect((await ask('PATCH', `/postbacks/${OF_IOS}`, { body: { active } })).status).toBe(400);
      }
      expect(written()).toEqual([]);
      expect((await ask('PATCH', `/postbacks/${OF_IOS}`, { body: { active: false } })).status).toBe(200);
    });
  });

  describe('the tenant’s credential', () => {
    it('that is not there, or that Kochava does not take, is 424 without a hint at it', async () => {
      const vault = gateway.app.get(CredentialVault);
      await gateway.app
        .get(AppRegistry)
        .create(gateway.otherTenant.id, { name: 'Tidal', platform: 'IOS', kochavaAppId: String(FOREIGN) });
      const as = await gateway.key({ of: gateway.otherTenant });
      await vault.delete(gateway.otherTenant.id, 'kochava-postbacks').catch(() => undefined);
      const path = `/apps/${FOREIGN}/postbacks`;
      expect(await told('GET', path, { as })).toEqual(refused(424, 'no kochava-postbacks credential'));
      expect(sent()).toEqual([]);
      await vault.put(gateway.otherTenant.id, 'kochava-postbacks', 'wrong-secret-of-tidal');
      expect(await told('GET', path, { as })).toEqual(refused(424, 'does not accept'));
      const body = { ...CREATION, app_id: FOREIGN };
      expect(await told('POST', '/postbacks', { as, body })).toEqual(refused(424, 'does not accept'));
      expect((await told('DELETE', '/postbacks/1', { as }))[0]).toBe(424);
      await vault.put(gateway.otherTenant.id, 'kochava-postbacks', FOREIGN_POSTBACKS_KEY.key);
      expect((await ask('GET', path, { as })).status).toBe(200);
    });

    it('is in no answer', async () => {
      const echo = JSON.stringify({ success: true, data: [], messages: [DEMO_POSTBACKS_KEY.key] });
      for (const path of [LIST, `${LIST}/templates`]) {
        gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: echo } });
        expect((await ask('GET', path)).text).toBe(echo.replace(DEMO_POSTBACKS_KEY.key, '[redacted]'));
      }
    });
  });

  it('is audited: intent before, outcome after, contexts as fingerprints, what stood there before', async () => {
    const as = await gateway.key({ name: 'audited' });
    await ask('POST', '/postbacks', { as, body: CREATION });
    await ask('PATCH', `/postbacks/${OF_IOS}`, { as, body: { context: { cpi_mostback_url: SECRET_CONTEXT } } });
    await ask('DELETE', `/postbacks/${OF_ANDROID}`, { as });
    await ask('GET', `${LIST}/${OF_IOS}`, { as });
    const found = await events('audited', 4);
    const by = (action: string) => found.find((event) => event['action'] === action);
    const print = { cpi_mostback_url: expect.stringMatching(/^sha256:/) };
    expect(by('postback.create')).toMatchObject({
      edge: 'VENDOR',
      vendor: 'KOCHAVA',
      appId: gateway.apps[0].id,
      outcome: 'SUCCEEDED',
      upstreamStatus: 201,
      request: { path: '/postbacks', body: { ...CREATION, context: print } },
    });
    expect(by('postback.update')).toMatchObject({ resource: `postback:${OF_IOS}`, before: { context: print } });
    expect(by('postback.delete')).toMatchObject({ resource: `postback:${OF_ANDROID}`, appId: gateway.apps[1].id });
    expect(by('postbacks.read')).toMatchObject({ resource: `postback:${OF_IOS}`, outcome: 'SUCCEEDED' });
  });

  it('makes the room’s reads new', async () => {
    const path = `/v1/apps/${gateway.apps[0].id}/postbacks/incomplete`;
    const before = (await gateway.http('get', path, key)).body.data as { id: string }[];
    const template = Number(before[0]!.id);
    const { context_meta } = (await ask('GET', `/apps/${IOS}/postbacks/templates`)).data!.find(
      (one) => (one as { id: number }).id === template,
    ) as { context_meta: { input: { id: string; required?: unknown; options?: { value: unknown }[] } }[] };
    const context = Object.fromEntries(
      context_meta
        .filter(({ input }) => String(input.required) === 'true')
        .map(({ input }) => [input.id, input.options?.[0]?.value ?? 'https://partner.example/x']),
    );
    const made = await ask('POST', '/postbacks', { body: { ...CREATION, template_id: template, context } });
    expect([made.status, made.errors]).toEqual([201, []]);
    const after = (await gateway.http('get', path, key)).body.data as { id: string }[];
    expect(after.map(({ id }) => id)).not.toContain(String(template));
  });

  describe('when Kochava does not answer', () => {
    it('says so in its envelope, and reads may be repeated', async () => {
      gateway.sandbox.misbehave({ do: { kind: 'reset', when: 'before' } });
      expect((await ask('GET', LIST)).status).toBe(200);
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({ times: null, do: { kind: 'reset', when: 'before' } });
      const { status, success } = await ask('GET', LIST);
      expect([status, success]).toEqual([502, false]);
      const lifecycle = gateway.app.get(Lifecycle);
      lifecycle.draining = true;
      expect((await ask('GET', LIST)).status).toBe(503);
      lifecycle.draining = false;
    });

    it.each([
      ['POST', '/postbacks', CREATION],
      ['PATCH', `/postbacks/${OF_IOS}`, { title: 'Lost' }],
      ['DELETE', `/postbacks/${OF_IOS}`, undefined],
    ] as const)('says that a write may have been done, and sends it once: %s %s', async (method, path, body) => {
      const as = await gateway.key({ name: `lost ${method}` });
      gateway.sandbox.misbehave({ method, do: { kind: 'reset', when: 'after' } });
      expect(await told(method, path, { as, body })).toEqual(refused(502, 'may have been done'));
      expect(written()).toHaveLength(1);
      const [event] = await events(`lost ${method}`);
      expect(event).toMatchObject({ outcome: 'UNKNOWN', code: 'OUTCOME_UNKNOWN', appId: gateway.apps[0].id });
    });

    it('leaves nothing open where a read before the write was lost', async () => {
      gateway.sandbox.misbehave({ times: null, method: 'GET', do: { kind: 'reset', when: 'after' } });
      const { status, errors } = await ask('PATCH', `/postbacks/${OF_IOS}`, { body: { title: 'x' } });
      expect([status, errors![0]!.includes('may have been done')]).toEqual([502, false]);
      expect(written()).toEqual([]);
    });

    it('hands on what it says of a write, and sends it once', async () => {
      gateway.sandbox.misbehave({
        times: null,
        method: 'POST',
        do: { kind: 'status', status: 500, body: '{"success":false}' },
      });
      const { status, text } = await ask('POST', '/postbacks', { body: CREATION });
      expect([status, text]).toEqual([500, '{"success":false}']);
      expect(written()).toHaveLength(1);
    });
  });

  it('writes no key, secret or context anywhere', async () => {
    const metrics = (await gateway.http('get', '/metrics')).text;
    const audit = JSON.stringify(await gateway.database.sql('SELECT * FROM audit_rows'));
    expect(audit).toContain('postback.create');
    for (const secret of [key, iosKey, DEMO_POSTBACKS_KEY.key, 'wrong-secret-of-tidal', SECRET_CONTEXT]) {
      expect(lines.join('')).not.toContain(secret);
      expect(metrics).not.toContain(secret);
      expect(audit).not.toContain(secret);
    }
  });
});
