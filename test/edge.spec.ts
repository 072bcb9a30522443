import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADMIN_KEY, useGateway } from './support/gateway.js';

interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

describe('the edge', () => {
  const gateway = useGateway();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  /** The path exactly as written, which supertest would mend. */
  const raw = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    new Promise<RawAnswer>((resolve, reject) => {
      const { hostname, port } = new URL(gateway.url);
      const options = { method, hostname, port, path, agent: false as const, headers };
      const sent = httpRequest(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
  const problem = (code: string) => expect.objectContaining({ code });

  describe('request ids', () => {
    it('keeps the caller’s own where it is a sane token', async () => {
      const sane = await gateway.http('get', '/v1/viewer', key).set('X-Request-Id', 'trace-1:a/b=');
      expect(sane.headers['x-request-id']).toBe('trace-1:a/b=');
      const bad = await gateway.http('get', '/v1/nothing', key).set('X-Request-Id', 'x'.repeat(200));
      expect(bad.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
      expect(bad.body.requestId).toBe(bad.headers['x-request-id']);
      const spaced = await gateway.http('get', '/v1/viewer', key).set('X-Request-Id', 'a b<script>');
      expect(spaced.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    });

    it('is in every answer, also in those that no route gave', async () => {
      for (const [method, path] of [
        ['GET', '/'],
        ['GET', '/health/live'],
        ['GET', '/v1/%zz'],
        ['PATCH', '/v1/viewer'],
        ['OPTIONS', '/v1/viewer'],
        ['GET', '/graphql'],
      ] as const) {
        expect([path, (await raw(method, path)).headers['x-request-id']]).toEqual([path, expect.any(String)]);
      }
    });
  });

  describe('bodies', () => {
    const post = (body: string, type = 'application/json', path = '/v1/kpis/query') =>
      raw('POST', path, { ...bearer(key), 'content-type': type }, body);
    const refusal = ({ status, text, headers }: RawAnswer) => {
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      const { code, errors, requestId, type, instance } = JSON.parse(text);
      expect([requestId, type, instance]).toEqual([
        expect.any(String),
        `${gateway.url}/errors/${code}`,
        '/v1/kpis/query',
      ]);
      return [status, code, ...(errors ? [errors[0].pointer] : [])];
    };

    it('says that it is not JSON', async () => {
      expect(refusal(await post('{"from": '))).toEqual([400, 'BAD_USER_INPUT', '']);
      expect(refusal(await post(''))).toEqual([400, 'BAD_USER_INPUT', '']);
      expect(refusal(await post('null'))).toEqual([400, 'BAD_USER_INPUT', '']);
      expect(refusal(await post('[]'))).toEqual([400, 'BAD_USER_INPUT', '']);
      expect(refusal(await post('"text"'))).toEqual([400, 'BAD_USER_INPUT', '']);
    });

    it('says that it is too large', async () => {
      expect(refusal(await post(`{"from":"${'x'.repeat(1_100_000)}"}`)).slice(0, 2)).toEqual([
        413,
        'PAYLOAD_TOO_LARGE',
      ]);
    });

    it('refuses what is nested a thousand deep, or a hundred thousand', async () => {
      expect(refusal(await post('{"filter":'.repeat(1000) + '1' + '}'.repeat(1000)))).toEqual([
        400,
        'BAD_USER_INPUT',
        '',
      ]);
      expect(refusal(await post('['.repeat(100_000) + ']'.repeat(100_000))).slice(0, 2)).toEqual([
        400,
        'BAD_USER_INPUT',
      ]);
    });

    it('refuses prototypes', async () => {
      expect(refusal(await post('{"__proto__":{"from":"2026-01-01"}}'))).toEqual([400, 'BAD_USER_INPUT', '']);
      expect(refusal(await post('{"constructor":{"prototype":{"a":1}}}')).slice(0, 2)).toEqual([400, 'BAD_USER_INPUT']);
    });

    it('takes JSON only', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonx',
      ]) {
        expect(refusal(await post('{}', type)).slice(0, 2)).toEqual([415, 'BAD_USER_INPUT']);
      }
      const typeless = await raw('POST', '/v1/kpis/query', bearer(key), '{}');
      expect(refusal(typeless)).toEqual([415, 'BAD_USER_INPUT']);
      expect(JSON.parse(typeless.text).detail).toContain('`Content-Type: application/json`');
      expect(refusal(await post('{}', 'application/vnd.x+json; charset=utf-8')).slice(0, 2)).toEqual([
        400,
        'BAD_USER_INPUT',
      ]);
    });

    it('checks the key before it reads the body', async () => {
      const { status, text } = await raw('POST', '/v1/kpis/query', { 'content-type': 'text/plain' }, 'x');
      expect([status, JSON.parse(text).code]).toEqual([401, 'UNAUTHENTICATED']);
    });
  });

  describe('paths', () => {
    it('asks for a key before it says whether there is anything', async () => {
      for (const path of [
        '/v1',
        '/v1/',
        '/v1/nothing',
        '/V1/nothing',
        '/v1/apps/x/y',
        '/vendor/nobody/x',
        '/v1/admin/nothing',
        '//v1/apps',
      ]) {
        const { status, text } = await raw('GET', path);
        expect([path, status, JSON.parse(text).code]).toEqual([
          path,
          path.startsWith('//') ? 404 : 401,
          path.startsWith('//') ? 'NOT_FOUND' : 'UNAUTHENTICATED',
        ]);
      }
    });

    it('does so at the vendors’ doors in the vendors’ form', async () => {
      for (const path of ['/vendor/adjust', '/vendor/adjust/x', '/kpis/v1/x', '/kpis/v2']) {
        const { status, text } = await raw('GET', path);
        expect([path, status, text]).toEqual([
          path,
          401,
          '{"error":"Send a gateway key: as `user_token=KEY` or `Authorization: Token token=KEY`."}',
        ]);
      }
    });

    it('says NOT_FOUND with a key, and outside the guarded roots without', async () => {
      for (const [path, headers] of [
        ['/v1/nothing', bearer(key)],
        ['/nothing', {}],
        ['/errors/NOPE', {}],
      ] as const) {
        const { status, text } = await raw('GET', path, headers);
        expect([path, status, JSON.parse(text)]).toEqual([path, 404, problem('NOT_FOUND')]);
      }
    });

    it('leads from its root to /docs, and takes nothing else there', async () => {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, text } = await raw(method, '/?utm_source=mail');
        expect([method, status, headers['location'], text]).toEqual([method, 302, '/docs', '']);
      }
      const { status, headers } = await raw('POST', '/', { 'content-type': 'application/json' }, '{}');
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    });

    it('is not fooled by another spelling of a path', async () => {
      for (const path of [
        '/%761/viewer',
        '/v1/%76iewer',
        '/%2fv1/viewer',
        '/v1%2fviewer',
        '/v1/./viewer',
        '/v1/../v1/viewer',
        '/V1/VIEWER',
        '/v1/viewer/',
        '/v1//viewer',
        '/v1/viewer;x',
        '/health/../v1/viewer',
        '/docs/../v1/viewer',
        '/docs/%2e%2e/v1/viewer',
        '/health/live/../../v1/viewer',
        '/v1/admin%2ftenants',
        '/%761/admin/tenants',
        '/v1/%61dmin/tenants',
        '/%67raphql',
        '/graphql/',
        '/files/../v1/apps',
      ]) {
        const { status } = await raw('GET', path);
        expect([path, status]).toEqual([path, expect.any(Number)]);
        if (path !== '/%67raphql') expect([path, status >= 400]).toEqual([path, true]);
        const posted = await raw('POST', path, { 'content-type': 'application/json' }, '{"query":"{__typename}"}');
        expect([path, [401, 403, 404, 405].includes(posted.status)]).toEqual([path, true]);
      }
    });

    it('says 400 to a path that can not be decoded', async () => {
      for (const path of ['/v1/%zz', '/v1/apps/%E0%A4%A', '/%', '/v1/apps/%00']) {
        const { status, headers, text } = await raw('GET', path, bearer(key));
        expect([path, headers['content-type'], status === 400 ? 'BAD_USER_INPUT' : 'NOT_FOUND']).toEqual([
          path,
          expect.stringMatching(/^application\/problem\+json/),
          JSON.parse(text).code,
        ]);
      }
    });

    it('says 405 and what is allowed', async () => {
      for (const [method, path, allow] of [
        ['DELETE', '/v1/viewer', 'GET, HEAD'],
        ['POST', '/v1/kpis', 'GET, HEAD'],
        ['GET', '/v1/kpis/query', 'POST'],
        ['PUT', '/graphql', 'GET, HEAD, POST'],
        ['OPTIONS', '/graphql', 'GET, HEAD, POST'],
        ['POST', '/health/live', 'GET, HEAD'],
      ] as const) {
        const { status, headers, text } = await raw(method, path, bearer(key));
        expect([
          path,
          status,
          JSON.parse(text).code ?? JSON.parse(text).errors[0].extensions.code,
          headers.allow,
        ]).toEqual([path, 405, 'BAD_USER_INPUT', allow]);
      }
      expect((await raw('DELETE', '/v1/viewer')).status).toBe(401);
    });

    it('says 406 to a form that there is none of', async () => {
      const path = '/v1/kpis?from=2026-01-01&to=2026-01-02&metrics=installs';
      const answer = await gateway.http('get', path, key).set('Accept', 'application/xml');
      expect([answer.status, answer.body.code]).toEqual([406, 'BAD_USER_INPUT']);
    });

    it('says 414 to a URL that is too long', async () => {
      const { status, text, headers } = await raw('GET', `/v1/kpis?networks=${'x'.repeat(20_000)}`, bearer(key));
      expect([status, headers['content-type'], JSON.parse(text).code]).toEqual([
        414,
        'application/problem+json',
        'BAD_USER_INPUT',
      ]);
    });

    it('answers HEAD as GET without a body, and OPTIONS with what is allowed', async () => {
      const head = await raw('HEAD', '/v1/viewer', bearer(key));
      expect([head.status, head.text]).toEqual([200, '']);
      expect((await raw('HEAD', '/v1/viewer')).status).toBe(401);
      expect((await raw('HEAD', '/health/live')).status).toBe(200);
      const options = await raw('OPTIONS', '/v1/viewer');
      expect([options.status, options.headers['access-control-allow-origin']]).toEqual([401, undefined]);
    });
  });

  it('is closed to other origins unless told otherwise', async () => {
    const answer = await raw('GET', '/v1/viewer', { ...bearer(key), origin: 'https://bi.example.com' });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    const preflight = await raw('OPTIONS', '/graphql', {
      origin: 'https://bi.example.com',
      'access-control-request-method': 'POST',
    });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
    expect(preflight.status).toBeGreaterThanOrEqual(400);
  });

  it('counts a key’s requests, says what is left, and stops it past its limit', async () => {
    const slow = await gateway.key({ requestsPerMinute: 3 });
    const answers = [];
    for (const path of ['/v1/viewer', '/v1/nothing', '/v1/apps', '/v1/viewer'])
      answers.push(await gateway.http('get', path, slow));
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 429]);
    expect(answers.map(({ headers }) => headers['ratelimit-policy'])).toEqual(Array(4).fill('"key";q=3;w=60'));
    expect(answers.map(({ headers }) => /r=(\d+)/.exec(headers['ratelimit']!)?.[1])).toEqual(['2', '1', '0', '0']);
    const { body, headers } = answers[3]!;
    expect(body).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: Number(headers['retry-after']) });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const graphql = await gateway.graphql(slow, '{ viewer { keyName } }');
    expect([graphql.status, graphql.body.errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
    expect((await gateway.http('get', '/v1/viewer', key)).headers['ratelimit']).toBeUndefined();
  });

  it('links each error to a page that explains it', async () => {
    const { body } = await gateway.http('get', '/v1/viewer');
    expect(body).toEqual({
      type: `${gateway.url}/errors/UNAUTHENTICATED`,
      title: expect.any(String),
      status: 401,
      detail: expect.any(String),
      instance: '/v1/viewer',
      code: 'UNAUTHENTICATED',
      requestId: expect.any(String),
    });
    const page = await raw('GET', new URL(body.type).pathname);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('What to do');
  });

  it('says nothing secret, whatever is wrong', async () => {
    const key2 = await gateway.key({ scopes: ['apps:read'] });
    const answers = await Promise.all([
      raw('GET', '/v1/kpis', bearer(key2)),
      raw('POST', '/graphql', { ...bearer(key2), 'content-type': 'application/json' }, '{"query":"{"}'),
      raw('POST', '/v1/kpis/query', { ...bearer(key2), 'content-type': 'application/json' }, '{'),
      raw('GET', `/v1/${key2}`, bearer(ADMIN_KEY)),
    ]);
    for (const { text, headers } of answers) {
      const shown = text + JSON.stringify(headers);
      for (const secret of [key2, ADMIN_KEY, 'node_modules', '    at ', gateway.database.url])
        expect(shown).not.toContain(secret === key2 && shown.includes('instance') ? '\0' : secret);
    }
  });

  it('answers a request that is none with a problem, and closes', async () => {
    const { connect } = await import('node:net');
    const { port } = gateway.app.getHttpServer().address() as AddressInfo;
    const text = await new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('GARBAGE\r\n\r\n'));
      socket.setEncoding('utf8').on('data', (piece: string) => (got += piece));
      socket.on('close', () => resolve(got)).on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('BAD_USER_INPUT');
  });
});
