import { randomUUID } from 'node:crypto';
import { AppRegistry, TenantLimits } from '#libs/tenancy';
import { EVERY_SCOPE } from './support/gateway.js';
import { aPostback, CREATE, DELETE, destination, FIELDS, sent, UPDATE, usePostbacks } from './support/postbacks.js';

interface Problem {
  code: string;
  detail: string;
  errors?: { pointer: string; detail: string }[];
}

describe('postbacks', () => {
  const gateway = usePostbacks();
  let key: string;
  let ios: string;
  let android: string;
  beforeAll(async () => {
    key = await gateway.key();
    [ios, android] = gateway.apps.map(({ id }) => id) as [string, string];
  });

  const path = (id = ios) => `/v1/apps/${id}/postbacks`;
  const post = (body: object, as = key) => gateway.http('post', path(), as).send(body);
  const made = async (more: object = {}) => {
    const { status, body } = await post(aPostback(more));
    expect([status, body.code]).toEqual([201, undefined]);
    return body.postback as { id: string; context: object };
  };
  const first = async (app = ios) => (await gateway.http('get', path(app), key)).body.data[0].id as string;

  describe('reading', () => {
    it('lists an app’s postbacks at REST, in pages, with what lets a caller keep them', async () => {
      const { status, body, headers } = await gateway.http('get', path(), key);
      expect(status).toBe(200);
      expect(body.data.map(({ title }: { title: string }) => title)).toEqual([
        'Custom install postback',
        'Purchases to the data lake',
        'OpenX Performance',
      ]);
      expect(body.data[1]).toEqual({
        id: expect.stringMatching(/^\d+$/),
        app: expect.objectContaining({ id: ios, name: gateway.apps[0].name }),
        type: 'EVENT',
        title: 'Purchases to the data lake',
        templateId: '3391',
        filter: 'Purchase',
        active: true,
        context: { cpi_datalake_mostback_url: 'https://lake.partner.example/kochava', max_delivery_attempts: '5' },
        createdAt: '2026-01-01T00:00:00.000Z',
      });
      expect(body.page).toEqual({ hasNextPage: false, endCursor: expect.any(String) });
      expect(headers['cache-control']).toContain('private');
      expect(headers['vary']).toContain('X-API-Key');
      expect(headers['cache-status']).toBe('kochava-postbacks; fwd=miss');
      const again = await gateway.http('get', path(), key).set('If-None-Match', headers['etag'] as string);
      expect(again.status).toBe(304);

      const titles: string[] = [];
      for (let after = ''; ;) {
        const page = await gateway.http('get', `${path()}?first=1${after}`, key);
        titles.push(...page.body.data.map(({ title }: { title: string }) => title));
        if (!page.body.page.hasNextPage) break;
        expect(page.headers['link']).toContain('rel="next"');
        after = `&after=${page.body.page.endCursor}`;
      }
      expect(titles).toHaveLength(3);
      for (const query of ['first=0', 'first=201', 'first=x', 'after=x', 'size=2']) {
        expect((await gateway.http('get', `${path()}?${query}`, key)).status).toBe(400);
      }
    });

    it('shows one, its templates and those that are not set up, at both doors', async () => {
      const id = await first();
      const one = await gateway.http('get', `${path()}/${id}`, key);
      expect([one.status, one.body.id, one.body.type, one.body.filter]).toEqual([200, id, 'INSTALL', null]);
      const templates = await gateway.http('get', `/v1/apps/${ios}/postback-templates`, key);
      const custom = templates.body.data.find((template: { id: string }) => template.id === '3373');
      expect(custom.fields[0]).toEqual({
        id: 'cpi_mostback_url',
        name: 'Destination URL',
        description: expect.any(String),
        type: 'text',
        required: true,
        defaultValue: '',
        options: [],
      });
      const incomplete = await gateway.http('get', `${path()}/incomplete`, key);
      expect(incomplete.body.data.map(({ name }: { name: string }) => name)).toEqual(['Unity Ads', 'Vungle']);

      const { body } = await gateway.graphql(
        key,
        `query ($app: ID!, $id: ID!) { app(id: $app) { postback(id: $id) { ${FIELDS} template { name } }
          postbackTemplates { id name platform networkId fields { id name description type required defaultValue options { value label } } }
          incompletePostbacks { id } } }`,
        { app: ios, id },
      );
      expect(body.errors).toBeUndefined();
      expect(body.data.app.postback).toEqual({
        ...one.body,
        app: { id: ios, name: gateway.apps[0].name },
        template: { name: 'Custom Postback' },
      });
      expect(body.data.app.postbackTemplates).toHaveLength(templates.body.data.length);
      expect(body.data.app.incompletePostbacks).toEqual([{ id: '3011' }, { id: '3240' }]);
    });

    it('asks for the templates of fifty postbacks once, also past the cache', async () => {
      await Promise.all(Array.from({ length: 47 }, (_, index) => made({ filter: `event ${index}` })));
      for (const fresh of [false, true]) {
        const before = sent(gateway, 'GET').length;
        const { body } = await gateway
          .graphql(key, `query ($id: ID!) { app(id: $id) { postbacks { id app { name } template { name } } } }`, {
            id: ios,
          })
          .set('Cache-Control', fresh ? 'no-cache' : 'max-age=60');
        expect(body.errors).toBeUndefined();
        expect(body.data.app.postbacks).toHaveLength(50);
        expect(
          body.data.app.postbacks.every((one: { template: unknown; app: unknown }) => one.template && one.app),
        ).toBe(true);
        const asked = sent(gateway, 'GET').slice(before);
        expect(asked.filter((one) => one.endsWith('/postbacks'))).toHaveLength(1);
        expect(asked.filter((one) => one.endsWith('/templates')).length).toBeLessThanOrEqual(1);
        if (fresh) expect(asked.filter((one) => one.endsWith('/templates'))).toHaveLength(1);
      }
    });

    it('shows what a write changed, also where the read was kept', async () => {
      const names = async () =>
        (await gateway.http('get', `${path()}/incomplete`, key)).body.data.map(({ id }: { id: string }) => id);
      expect(await names()).toEqual(['3011', '3240']);
      expect((await gateway.http('get', `${path()}/incomplete`, key)).headers['cache-status']).toContain('hit');
      const context = { cpi_unity_game_id: '17', cpi_unity_fingerprint_lookback_window: 7 };
      await made({ type: 'INSTALL', filter: null, templateId: '3011', context });
      expect(await names()).toEqual(['3240']);
    });

    it('fails one app’s postbacks and leaves the rest of the answer', async () => {
      gateway.sandbox.misbehave({
        path: `/apps/${gateway.apps[0].kochavaAppId}/`,
        times: null,
        do: { kind: 'status', status: 403 },
      });
      const { body } = await gateway.graphql(key, '{ apps { nodes { id postbacks { id } } } }');
      const byId = new Map(
        body.data.apps.nodes.map((node: { id: string; postbacks: unknown }) => [node.id, node.postbacks]),
      );
      expect(byId.get(ios)).toBeNull();
      expect(byId.get(android)).toHaveLength(2);
      expect(body.errors.map((error: { extensions: Problem }) => error.extensions.code)).toEqual(['UPSTREAM_REJECTED']);
      const rest = await gateway.http('get', path(), key);
      expect([rest.status, rest.body.code, rest.body.vendor, rest.body.upstreamStatus]).toEqual([
        422,
        'UPSTREAM_REJECTED',
        'KOCHAVA',
        403,
      ]);
    });

    it('tells an app without a number at Kochava, and a tenant without a credential', async () => {
      const bare = await gateway.app
        .get(AppRegistry)
        .create(gateway.tenant.id, { name: 'Bare', platform: 'IOS', adjustToken: 'bare00000001' });
      const unsupported = await gateway.http('get', path(bare.id), key);
      expect([unsupported.status, unsupported.body.code]).toEqual([422, 'UNSUPPORTED']);
      expect(unsupported.body.detail).toContain('kochavaAppId');
      const write = await gateway.http('post', path(bare.id), key).send(aPostback());
      expect([write.status, write.body.code]).toEqual([422, 'UNSUPPORTED']);
      const theirs = await gateway.app
        .get(AppRegistry)
        .create(gateway.otherTenant.id, { name: 'Tidal', platform: 'IOS', kochavaAppId: '90100' });
      const missing = await gateway.http('get', path(theirs.id), await gateway.key({ of: gateway.otherTenant }));
      expect([missing.status, missing.body.code]).toEqual([424, 'CREDENTIAL_MISSING']);
      expect(sent(gateway)).toEqual([]);
    });
  });

  describe('writing', () => {
    it('creates at REST: 201, the vendor’s messages, and inactive unless told otherwise', async () => {
      const { status, body } = await post(aPostback());
      expect(status).toBe(201);
      expect(body).toEqual({
        postback: {
          ...aPostback(),
          id: expect.stringMatching(/^\d+$/),
          app: expect.objectContaining({ id: ios }),
          active: false,
          createdAt: expect.stringMatching(/Z$/),
        },
        messages: ['The postback is inactive; set active to true to start delivery.'],
        warnings: [],
      });
      expect((await gateway.http('get', `${path()}/${body.postback.id}`, key)).body).toEqual(body.postback);
    });

    it('creates at GraphQL, with numbers where the template has texts, and the vendor’s warnings', async () => {
      const context = {
        cpi_openxperformance_fingerprint_lookback_window: 7,
        cpi_extra_mostback_url: 'https://partner.example/x',
      };
      const input = {
        appId: ios,
        ...aPostback({ templateId: '2602', type: 'CLICK', filter: null, context, active: true }),
      };
      const { body } = await gateway.graphql(key, CREATE, { input });
      expect(body.errors).toBeUndefined();
      expect(body.data.createPostback.postback).toMatchObject({ type: 'CLICK', filter: null, active: true, context });
      expect(body.data.createPostback.warnings).toEqual([
        'context.cpi_extra_mostback_url is not a field of template 2602',
      ]);
    });

    it('updates what is given alone, merges the context, and answers what stands', async () => {
      const [lake] = (await gateway.http('get', path(), key)).body.data.slice(1);
      const { status, body } = await gateway
        .http('patch', `${path()}/${lake.id}`, key)
        .send({ active: false, context: { max_delivery_attempts: 3 } });
      expect(status).toBe(200);
      expect(body.postback).toEqual({
        ...lake,
        active: false,
        context: { ...lake.context, max_delivery_attempts: 3 },
      });
      expect(sent(gateway).slice(-2)).toEqual([
        `PATCH /postbacks/${lake.id}`,
        `GET /apps/${gateway.apps[0].kochavaAppId}/postbacks/${lake.id}`,
      ]);
      const graphql = await gateway.graphql(key, UPDATE, {
        appId: ios,
        id: lake.id,
        input: { title: 'Lake', filter: 'Buy' },
      });
      expect(graphql.body.data.updatePostback.postback).toMatchObject({ title: 'Lake', filter: 'Buy', active: false });
    });

    it('warns where Kochava kept something as it was', async () => {
      const id = await first();
      const told = { success: true, data: [], errors: [], warnings: [], messages: ['Saved.'] };
      gateway.sandbox.misbehave({ method: 'PATCH', do: { kind: 'status', status: 200, body: JSON.stringify(told) } });
      const { body } = await gateway.http('patch', `${path()}/${id}`, key).send({ title: 'Renamed' });
      expect(body).toMatchObject({ postback: { title: 'Custom install postback' }, messages: ['Saved.'] });
      expect(body.warnings[0]).toContain('did not take over every change');
    });

    it('deletes, and answers what stood', async () => {
      const stood = (await gateway.http('get', path(), key)).body.data;
      const rest = await gateway.http('delete', `${path()}/${stood[0].id}`, key);
      expect([rest.status, rest.body]).toEqual([200, { postback: stood[0], messages: [], warnings: [] }]);
      const { body } = await gateway.graphql(key, DELETE, { appId: ios, id: stood[1].id });
      expect(body.data.deletePostback.postback.title).toBe(stood[1].title);
      expect((await gateway.http('get', path(), key)).body.data).toEqual([stood[2]]);
      const again = await gateway.http('delete', `${path()}/${stood[0].id}`, key);
      expect([again.status, again.body.code]).toEqual([404, 'NOT_FOUND']);
    });

    it('takes a longer vendor list of templates before it refuses one', async () => {
      const { kochavaAppId } = gateway.apps[0];
      await gateway.http('get', `/v1/apps/${ios}/postback-templates`, key);
      gateway.sandbox.reset();
      const unknown = await post(aPostback({ templateId: '99' }));
      expect(unknown.body.errors[0].pointer).toBe('/templateId');
      expect(sent(gateway)).toContain(`GET /apps/${kochavaAppId}/postbacks/templates`);
    });
  });

  describe('refuses before anything is written', () => {
    const unwritten = () => expect(sent(gateway).filter((one) => !one.startsWith('GET '))).toEqual([]);
    const refused = async (more: object, ...pointers: string[]) => {
      const rest = await post(aPostback(more));
      expect([rest.status, rest.body.code]).toEqual([400, 'BAD_USER_INPUT']);
      expect((rest.body as Problem).errors?.map(({ pointer }) => pointer)).toEqual(pointers);
      const { body } = await gateway.graphql(key, CREATE, { input: { appId: ios, ...aPostback(more) } });
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(body.data?.createPostback ?? null).toBeNull();
      unwritten();
      return rest.body.detail as string;
    };

    it.each([
      ['an unknown type', { type: 'REINSTALL' }, '/type'],
      ['no title', { title: undefined }, '/title'],
      ['an empty title', { title: '' }, '/title'],
      ['a blank title', { title: ' \t' }, '/title'],
      ['a title of 10,000 characters', { title: 'x'.repeat(10_000) }, '/title'],
      ['a title that is no text', { title: { $ne: 1 } }, '/title'],
      ['a template that is no number', { templateId: '3373; DROP' }, '/templateId'],
      ['a template that the app can’t have', { templateId: '2710' }, '/templateId'],
      ['an event without its name', { filter: null }, '/filter'],
      ['an event name of 10,000 characters', { filter: 'x'.repeat(10_000) }, '/filter'],
      ['an install with an event name', { type: 'INSTALL' }, '/filter'],
      ['active as a text', { active: 'yes' }, '/active'],
      ['a context that is a list', { context: [] }, '/context'],
      ['a context that is a text', { context: 'x' }, '/context'],
      ['a context that is null', { context: null }, '/context'],
      [
        'a nested context',
        { context: { cpi_mostback_url: { url: 'https://partner.example' } } },
        '/context/cpi_mostback_url',
      ],
      ['a prototype', { context: { ...destination(), constructor: 'x' } }, '/context/constructor'],
      ['an unknown field', { context: { ...destination(), cpi_other: 'x' } }, '/context/cpi_other'],
      ['no destination', { context: {} }, '/context/cpi_mostback_url'],
      ['an emptied destination', { context: { cpi_mostback_url: '' } }, '/context/cpi_mostback_url'],
      [
        'a select outside its options',
        { context: { ...destination(), max_delivery_attempts: 4 } },
        '/context/max_delivery_attempts',
      ],
      [
        'a required select left out',
        { templateId: '2209', context: {} },
        '/context/cpi_jumptap_fingerprint_lookback_window',
      ],
    ])('%s', async (_, more, ...pointers) => {
      await refused(more, ...(pointers as string[]));
    });

    it.each([
      'javascript:alert(1)',
      'http://partner.example/',
      'ftp://partner.example/',
      'https://user:secret@partner.example/',
      'https://localhost/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://10.1.2.3/x',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://intranet/',
      'not a url',
      'https://partner.example\\@10.0.0.1/',
      'https://partner.example/\n',
    ])('a destination like %j', async (url) => {
      await refused({ context: destination(url) }, '/context/cpi_mostback_url');
    });

    it('`__proto__`, however it is sent', async () => {
      const body = JSON.stringify(aPostback()).replace('"cpi_mostback_url"', '"__proto__":{"x":1},"cpi_mostback_url"');
      const rest = await gateway.http('post', path(), key).set('Content-Type', 'application/json').send(body);
      expect([rest.status, rest.body.code]).toEqual([400, 'BAD_USER_INPUT']);
      const literal = `mutation { createPostback(input: { appId: "${ios}", type: CLICK, title: "x", templateId: "3373",
        context: { __proto__: "x", cpi_mostback_url: "https://partner.example/" } }) { messages } }`;
      const { body: answer } = await gateway.graphql(key, literal);
      expect(answer.errors[0].extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        errors: [{ pointer: '/context/__proto__' }],
      });
      unwritten();
    });

    it('an object with a constructor where a text belongs', async () => {
      await refused({ title: { constructor: 'x' } }, '/title/constructor');
    });

    it('several mistakes in one answer, and a stranger’s field', async () => {
      const { body } = await post({ ...aPostback({ type: 'X', title: '' }), priority: 1 });
      expect((body as Problem).errors?.map(({ pointer }) => pointer).sort()).toEqual(['/priority', '/title', '/type']);
      unwritten();
    });

    it('a body that names another app than the path, and two idempotency keys', async () => {
      expect((await post(aPostback({ appId: android }))).body.errors[0].pointer).toBe('/appId');
      const two = await post(aPostback({ idempotencyKey: 'a' })).set('Idempotency-Key', 'b');
      expect(two.body.errors[0].pointer).toBe('/idempotencyKey');
      unwritten();
      expect(
        (await post(aPostback({ appId: ios.toUpperCase(), idempotencyKey: 'a' })).set('Idempotency-Key', 'a')).status,
      ).toBe(201);
    });

    it('an update of nothing, of null, of what can’t change, and of what would not stand', async () => {
      const id = await first();
      const patch = async (body: object, ...pointers: string[]) => {
        const { status, body: answer } = await gateway.http('patch', `${path()}/${id}`, key).send(body);
        expect([status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
        expect((answer as Problem).errors?.map(({ pointer }) => pointer)).toEqual(pointers);
      };
      await patch({}, '');
      await patch({ title: null }, '/title');
      await patch({ context: null }, '/context');
      await patch({ type: 'CLICK' }, '/type');
      await patch({ filter: 'Purchase' }, '/filter');
      await patch({ context: { cpi_mostback_url: null } }, '/context/cpi_mostback_url');
      await patch({ context: destination('https://10.0.0.1/') }, '/context/cpi_mostback_url');
      await patch({ context: { nothing: 'x' } }, '/context/nothing');
      unwritten();
    });

    it('a host outside the tenant’s list, in a create, an update, and what is switched on', async () => {
      const limits = gateway.app.get(TenantLimits);
      await limits.put(gateway.tenant.id, { hosts: ['allowed.example'] });
      try {
        const detail = await refused({}, '/context/cpi_mostback_url');
        expect(detail).toContain('hosts');
        const [active, , inactive] = (await gateway.http('get', path(android), key)).body.data.length
          ? (await gateway.http('get', path(), key)).body.data
          : [];
        const patch = (id: string, body: object) => gateway.http('patch', `${path()}/${id}`, key).send(body);
        expect((await patch(active.id, { title: 'x' })).body.errors[0].pointer).toBe('/context/cpi_mostback_url');
        expect(
          (await patch(inactive.id, { context: { cpi_x_mostback_url: 'https://else.example/' } })).body.errors[0]
            .pointer,
        ).toBe('/context/cpi_x_mostback_url');
        unwritten();
        expect((await patch(active.id, { active: false })).status).toBe(200);
        expect((await patch(active.id, { active: true })).status).toBe(400);
        expect(
          (await patch(active.id, { active: true, context: destination('https://eu.allowed.example/') })).status,
        ).toBe(200);
        expect((await post(aPostback({ context: destination('https://allowed.example/') }))).status).toBe(201);
      } finally {
        await limits.put(gateway.tenant.id, {});
      }
    });

    it('a second one of the same template, type and filter', async () => {
      const twin = await made();
      const reset = sent(gateway, 'POST').length;
      const rest = await post(aPostback({ title: 'Another' }));
      expect([rest.status, rest.body.code]).toEqual([409, 'CONFLICT']);
      expect(rest.body.detail).toContain(twin.id);
      const { body } = await gateway.graphql(key, CREATE, { input: { appId: ios, ...aPostback() } });
      expect(body.errors[0].extensions.code).toBe('CONFLICT');
      expect(sent(gateway, 'POST')).toHaveLength(reset);
      const other = await made({ filter: 'Refund' });
      const renamed = await gateway.http('patch', `${path()}/${other.id}`, key).send({ filter: 'Purchase' });
      expect([renamed.status, renamed.body.code]).toEqual([409, 'CONFLICT']);
      expect(sent(gateway, 'PATCH')).toEqual([]);
      expect((await gateway.http('post', path(android), key).send(aPostback())).status).toBe(201);
    });

    it('and tells Kochava’s own word for it as CONFLICT too, by 400 and by 409', async () => {
      for (const status of [400, 409]) {
        const said = { success: false, data: [], errors: ['Duplicate install post-back'] };
        gateway.sandbox.misbehave({ method: 'POST', do: { kind: 'status', status, body: JSON.stringify(said) } });
        const { status: answered, body } = await post(aPostback());
        expect([answered, body.code, body.upstreamStatus]).toEqual([409, 'CONFLICT', status]);
        expect(body.detail).toMatch(/event postback.*Duplicate install post-back/);
      }
    });

    it('passes on what Kochava refuses, in its words', async () => {
      const said = { success: false, data: [], errors: ['cpi_mostback_url is not reachable'] };
      gateway.sandbox.misbehave({ method: 'POST', do: { kind: 'status', status: 400, body: JSON.stringify(said) } });
      const { status, body } = await post(aPostback());
      expect([status, body.code, body.detail]).toEqual([422, 'UPSTREAM_REJECTED', 'cpi_mostback_url is not reachable']);
    });
  });

  describe('who may', () => {
    const doors = (
      id: string,
      postbackId: string,
    ): [string, 'get' | 'post' | 'patch' | 'delete', string, object | undefined][] => [
      ['read', 'get', path(id), undefined],
      ['read', 'get', `${path(id)}/${postbackId}`, undefined],
      ['read', 'get', `${path(id)}/incomplete`, undefined],
      ['read', 'get', `/v1/apps/${id}/postback-templates`, undefined],
      ['write', 'post', path(id), aPostback()],
      ['write', 'patch', `${path(id)}/${postbackId}`, { title: 'x' }],
      ['write', 'delete', `${path(id)}/${postbackId}`, undefined],
    ];
    const atRest = async (as: string, status: number, only?: string) => {
      for (const [kind, method, url, body] of doors(ios, '689901')) {
        if (only && kind !== only) continue;
        const request = gateway.http(method, url, as);
        const answer = await (body ? request.send(body) : request);
        expect([method, url, answer.status]).toEqual([method, url, status]);
      }
    };
    const codes = ({ body }: { body: { errors?: { extensions: Problem }[] } }) =>
      body.errors?.map(({ extensions }) => extensions.code);
    const atGraphql = async (as: string, code: string) => {
      const input = { title: 'x' };
      for (const [query, variables] of [
        [CREATE, { input: { appId: ios, ...aPostback() } }],
        [UPDATE, { appId: ios, id: '689901', input }],
        [DELETE, { appId: ios, id: '689901' }],
      ] as const) {
        expect(codes(await gateway.graphql(as, query, variables))).toEqual([code]);
      }
    };

    it('not another tenant’s key: every app is missing, and nothing is asked of Kochava', async () => {
      const foreign = await gateway.key({ of: gateway.otherTenant });
      await atRest(foreign, 404);
      await atGraphql(foreign, 'NOT_FOUND');
      expect(sent(gateway)).toEqual([]);
      const here = (await gateway.http('get', path(), foreign)).body.detail as string;
      const nowhere = randomUUID();
      expect((await gateway.http('get', path(nowhere), foreign)).body.detail).toBe(here.replace(ios, nowhere));
    });

    it('not a key without the scope, at the doors and at every edge', async () => {
      const reader = await gateway.key({ scopes: ['apps:read', 'postbacks:read'] });
      await atRest(reader, 403, 'write');
      await atGraphql(reader, 'FORBIDDEN');
      const appsOnly = await gateway.key({ scopes: EVERY_SCOPE.filter((scope) => !scope.startsWith('postbacks:')) });
      await atRest(appsOnly, 403);
      const edges = `query ($id: ID!) { app(id: $id) { postbacks { id } postback(id: "689901") { id } postbackTemplates { id } incompletePostbacks { id } } }`;
      expect(codes(await gateway.graphql(appsOnly, edges, { id: ios }))).toEqual(Array(4).fill('FORBIDDEN'));
      expect(sent(gateway)).toEqual([]);
    });

    it('not from a write into the read of templates or apps', async () => {
      const writer = await gateway.key({ scopes: ['postbacks:write'] });
      const input = { appId: ios, ...aPostback() };
      const leads = (field: string) =>
        gateway.graphql(
          writer,
          `mutation ($input: CreatePostbackInput!) { createPostback(input: $input) { postback { id ${field} } } }`,
          { input },
        );
      expect(codes(await leads('template { id }'))).toEqual(['FORBIDDEN']);
      gateway.sandbox.reset();
      expect(codes(await leads('app { id }'))).toEqual(['FORBIDDEN']);
      gateway.sandbox.reset();
      const rest = await post(aPostback(), writer);
      expect([rest.status, rest.body.postback.app]).toEqual([201, null]);
    });

    it('not a key without the app', async () => {
      const other = await gateway.key({ appIds: [android] });
      await atRest(other, 404);
      await atGraphql(other, 'NOT_FOUND');
      expect(sent(gateway)).toEqual([]);
    });

    it('not another app’s postback under one’s own app: it is looked at, and never written', async () => {
      const theirs = await first(android);
      const own = await gateway.key({ appIds: [ios] });
      gateway.sandbox.reset();
      for (const [method, body] of [['get'], ['patch', { title: 'x' }], ['delete']] as [
        'get' | 'patch' | 'delete',
        object?,
      ][]) {
        const request = gateway.http(method, `${path(ios)}/${theirs}`, own);
        const { status, body: answer } = await (body ? request.send(body) : request);
        expect([status, answer.code, answer.detail]).toEqual([404, 'NOT_FOUND', `No postback "${theirs}".`]);
      }
      expect(sent(gateway).every((one) => one.startsWith('GET '))).toBe(true);
    });

    it.each(['abc', '0', '-1', '1e3', '689901%2F..', '9'.repeat(30)])(
      'finds no postback %s, and asks nobody',
      async (id) => {
        for (const method of ['get', 'delete'] as const) {
          expect((await gateway.http(method, `${path()}/${id}`, key)).status).toBe(404);
        }
        expect(sent(gateway)).toEqual([]);
      },
    );
  });
});
