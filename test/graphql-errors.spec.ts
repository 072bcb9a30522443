import { useGateway } from './support/gateway.js';

interface Told {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string; type: string; errors?: { pointer: string; detail: string }[] };
}

describe('errors at GraphQL', () => {
  const gateway = useGateway();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(() => gateway.sandbox.reset());

  const ask = async (query: string, variables?: object) => {
    const { status, body, text, headers } = await gateway.graphql(key, query, variables);
    const errors: Told[] = body.errors ?? [];
    for (const { message, extensions } of errors) {
      expect(extensions).toMatchObject({
        requestId: headers['x-request-id'],
        type: `${gateway.url}/errors/${extensions.code}`,
      });
      expect(message).not.toMatch(/Did you mean|^Syntax Error: Syntax/);
    }
    expect(text).not.toMatch(/stacktrace|node_modules| {4}at /);
    return {
      status,
      data: body.data,
      errors,
      codes: [...new Set(errors.map(({ extensions }) => extensions.code))],
      pointers: errors.flatMap(({ extensions }) => (extensions.errors ?? []).map(({ pointer }) => pointer)).sort(),
    };
  };
  const KPIS = 'query ($input: KpiQueryInput!) { kpis(input: $input) { rowCount } }';
  const RIGHT = { from: '2026-01-01', to: '2026-01-02', metrics: ['INSTALLS'] };
  const nothingSent = () => expect(gateway.sandbox.requests).toHaveLength(0);

  it('is HTTP 401 without a valid key, also for introspection and for what does not parse', async () => {
    for (const query of ['{ __schema { types { name } } }', '{', '{ nope }', '']) {
      const { status, body, headers } = await gateway.graphql(undefined, query);
      expect([status, body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(body.errors[0].extensions.requestId).toBe(headers['x-request-id']);
    }
    expect((await gateway.graphql(`${key}x`, '{ viewer { keyName } }')).status).toBe(401);
  });

  it('is HTTP 400 for a body that is no GraphQL request, and names every bad field', async () => {
    const post = async (body: string) => {
      const answer = await gateway.http('post', '/graphql', key).set('content-type', 'application/json').send(body);
      const [{ extensions }] = answer.body.errors as [Told];
      expect(extensions.requestId).toBe(answer.headers['x-request-id']);
      return [answer.status, extensions.code, ...(extensions.errors ?? []).map(({ pointer }) => pointer)];
    };
    expect(await post('{"query":')).toEqual([400, 'BAD_USER_INPUT', '']);
    expect(await post('null')).toEqual([400, 'BAD_USER_INPUT', '']);
    expect(await post('"{ viewer }"')).toEqual([400, 'BAD_USER_INPUT', '']);
    expect(await post('{}')).toEqual([400, 'BAD_USER_INPUT', '/query']);
    expect(await post('{"query":5,"variables":"{}","operationName":1,"extensions":[]}')).toEqual([
      400,
      'BAD_USER_INPUT',
      '/query',
      '/variables',
      '/extensions',
      '/operationName',
    ]);
    expect(await post('[{"query":"{viewer{keyName}}"}]')).toEqual([400, 'QUERY_TOO_COMPLEX']);
    expect(await post('[]')).toEqual([400, 'QUERY_TOO_COMPLEX']);
    expect(await post(`{"query":"{viewer{keyName}}","variables":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}`)).toEqual(
      [400, 'BAD_USER_INPUT', ''],
    );
    const accept = await gateway.graphql(key, '{ viewer { keyName } }').set('accept', 'text/csv');
    expect([accept.status, accept.body.errors[0].extensions.code]).toEqual([406, 'BAD_USER_INPUT']);
    const type = await gateway
      .http('post', '/graphql', key)
      .set('content-type', 'application/graphql')
      .send('{viewer{keyName}}');
    expect([type.status, type.body.errors[0].extensions.code]).toEqual([415, 'BAD_USER_INPUT']);
  });

  it('is HTTP 200 with errors for everything else', async () => {
    for (const [query, code] of [
      ['{', 'BAD_USER_INPUT'],
      ['{ viewer { keyNam } }', 'BAD_USER_INPUT'],
      ['{ vewer }', 'BAD_USER_INPUT'],
      ['mutation { viewer }', 'BAD_USER_INPUT'],
      ['query a { viewer { keyName } } query b { viewer { keyName } }', 'BAD_USER_INPUT'],
      ['subscription { viewer }', 'BAD_USER_INPUT'],
      [`{ app(id: "00000000-0000-4000-8000-000000000000") { id } }`, 'NOT_FOUND'],
      ['{ app(id: "x") { id } }', 'NOT_FOUND'],
    ]) {
      const { status, codes, errors } = await ask(query!);
      expect([query, status, codes]).toEqual([query, 200, [code]]);
      expect(errors[0]!.message).not.toContain('keyName"');
    }
  });

  it('answers 200 also to those who accept application/graphql-response+json', async () => {
    const { status, body } = await gateway.graphql(key, '{ nope }').set('accept', 'application/graphql-response+json');
    expect([status, body.errors[0].extensions.code]).toEqual([200, 'BAD_USER_INPUT']);
  });

  it('names each bad field of the variables', async () => {
    const { status, codes, pointers } = await ask(KPIS, {
      input: {
        from: '2026-02-30',
        to: '01.02.2026',
        metrics: ['INSTALLS', 'INSTALS'],
        groupBy: ['DAY', 'WHEN'],
        filter: { countries: ['DE', 5], cities: ['Berlin'] },
        utcOffset: null,
        waitSeconds: 'long',
      },
    });
    expect([status, codes]).toEqual([200, ['BAD_USER_INPUT']]);
    expect(pointers).toEqual([
      '/filter/cities',
      '/filter/countries/1',
      '/from',
      '/groupBy/1',
      '/metrics/1',
      '/to',
      '/utcOffset',
      '/waitSeconds',
    ]);
    nothingSent();
  });

  it('names what is missing, and what is null', async () => {
    expect((await ask(KPIS, { input: { metrics: ['INSTALLS'] } })).pointers).toEqual(['/from', '/to']);
    expect((await ask(KPIS, {})).pointers).toEqual(['/input']);
    expect((await ask(KPIS, { input: null })).pointers).toEqual(['/input']);
    expect((await ask(KPIS, { input: 'all' })).pointers).toEqual(['/input']);
    expect((await ask(KPIS, { input: { ...RIGHT, metrics: null } })).pointers).toEqual(['/metrics']);
    expect((await ask(KPIS, { input: { ...RIGHT, from: null, onFailedSource: null } })).pointers).toEqual([
      '/from',
      '/onFailedSource',
    ]);
    expect((await ask('query ($n: Int!) { apps(first: $n) { totalCount } }', { n: 'x' })).pointers).toEqual(['/n']);
    nothingSent();
  });

  it('names each bad field that is written into the document', async () => {
    const { codes, pointers } = await ask(`{ kpis(input: {
      from: "2026-02-30", metrics: [INSTALLS, INSTALS], filter: { countries: ["DE", 5], cities: "Berlin" }, utcOffset: null
    }) { rowCount } }`);
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(pointers).toEqual(['/filter/cities', '/filter/countries/1', '/from', '/metrics/1', '/to', '/utcOffset']);
    expect((await ask('{ kpis { rowCount } }')).pointers).toEqual(['/input']);
    expect((await ask('{ apps(first: "x", last: 3) { totalCount } }')).pointers).toEqual(['/first', '/last']);
    nothingSent();
  });

  it('names each field that breaks a rule of the room', async () => {
    const { codes, pointers } = await ask(KPIS, {
      input: {
        ...RIGHT,
        utcOffset: '+25:00',
        waitSeconds: 31,
        cohort: { range: '' },
        filter: { countries: ['DE', 'XX1'] },
      },
    });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(pointers).toEqual(['/cohort/range', '/filter/countries', '/utcOffset', '/waitSeconds']);
    expect((await ask('{ apps(first: 0) { totalCount } }')).pointers).toEqual(['/first']);
    expect((await ask('{ apps(first: 201) { totalCount } }')).pointers).toEqual(['/first']);
    expect((await ask('{ apps(after: "x") { totalCount } }')).pointers).toEqual(['/after']);
    nothingSent();
  });

  it('nulls the field that failed, and lets the rest stand', async () => {
    const reader = await gateway.key({ scopes: ['apps:read'] });
    const input = '{ from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS] }';
    const query = `{ viewer { keyName } kpis(input: ${input}) { rowCount } apps { nodes { name kpis(input: ${input}) { rowCount } } } }`;
    const { status, body } = await gateway.graphql(reader, query);
    expect(status).toBe(200);
    expect(body.data.viewer).toEqual({ keyName: 'spec' });
    expect(body.data.kpis).toBeNull();
    expect(body.data.apps.nodes).toEqual(gateway.apps.map(({ name }) => ({ name, kpis: null })).reverse());
    const told = (body.errors as Told[]).map(({ path, extensions }) => [path!.join('.'), extensions.code]);
    expect(told.sort()).toEqual([
      ['apps.nodes.0.kpis', 'FORBIDDEN'],
      ['apps.nodes.1.kpis', 'FORBIDDEN'],
      ['kpis', 'FORBIDDEN'],
    ]);
    nothingSent();
  });

  it('asks for apps:read wherever an answer leads to an app', async () => {
    const counter = await gateway.key({ scopes: ['kpis:read'] });
    const query = `{ kpis(input: { from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS], groupBy: [APP] }) {
      rows { app { name } metrics { value } } sources { status apps { name } } } }`;
    const { body } = await gateway.graphql(counter, query);
    expect((body.errors as Told[]).every(({ extensions }) => extensions.code === 'FORBIDDEN')).toBe(true);
    expect(JSON.stringify(body.data ?? {})).not.toContain('Orbit');
  });

  describe('limits', () => {
    const tooComplex = async (query: string, variables?: object) => {
      const { status, codes, errors } = await ask(query, variables);
      expect([status, codes]).toEqual([200, ['QUERY_TOO_COMPLEX']]);
      expect(errors[0]!.message).toMatch(/Ask for less/);
    };

    it('refuses what is too deep, also by fragments that lead to one another', async () => {
      const deep = (levels: number): string =>
        '{ __type(name: "App") { ' + 'ofType { '.repeat(levels) + 'name' + ' }'.repeat(levels + 2);
      for (const levels of [20, 300]) await tooComplex(deep(levels));
      await tooComplex('{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }');
      const { codes } = await ask('{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }');
      expect(codes.every((code) => ['BAD_USER_INPUT', 'QUERY_TOO_COMPLEX'].includes(code))).toBe(true);
      expect(codes).not.toHaveLength(0);
    });

    it('refuses too many aliases', async () => {
      await tooComplex(`{ ${Array.from({ length: 60 }, (_, index) => `a${index}: viewer { keyName }`).join(' ')} }`);
    });

    it('refuses too many tokens', async () => {
      await tooComplex(`{ viewer { ${'keyName '.repeat(3000)} } }`);
    });

    it('refuses what costs too much', async () => {
      const kpis = `kpis(input: { from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS] }) { rows { metrics { name value } dimensionIds { id } app { name kpis(input: { from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS] }) { rows { app { name platform } metrics { name value } } } } } }`;
      await tooComplex(
        `{ ${Array.from({ length: 25 }, (_, index) => `a${index}: apps(first: 200) { nodes { ${kpis} } }`).join(' ')} }`,
      );
      nothingSent();
    });

    it('lets through what dashboards and explorers ask', async () => {
      const { getIntrospectionQuery } = await import('graphql');
      const { codes, data } = await ask(getIntrospectionQuery());
      expect([codes, data.__schema.queryType.name]).toEqual([[], 'Query']);
      const input = 'from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS, REVENUE], groupBy: [DAY]';
      const whole =
        await ask(`{ apps(first: 50) { totalCount pageInfo { hasNextPage endCursor } nodes { id name platform adjust { token }
        kpis(input: { ${input} }) { rowCount truncated rows { vendor time currency metrics { name value } dimensionIds { dimension id } }
          totals { metrics { name value } } sources { status error { code message } settings warnings } table { columns { name kind } rows } } } } }`);
      expect([whole.codes, whole.data.apps.nodes[0].kpis.rowCount]).toEqual([[], 2]);
    });
  });

  it('serves an explorer to a browser at GET, and takes no query there', async () => {
    const page = await gateway.http('get', '/graphql').set('accept', 'text/html');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(path).toMatch(/^\/explorer\//);
      const asset = await gateway.http('get', path!);
      expect([path, asset.status, asset.headers['content-type']]).toEqual([
        path,
        200,
        expect.stringMatching(/javascript|css/),
      ]);
      expect((asset.text ?? String(asset.body)).length).toBeGreaterThan(100);
    }
    expect(page.text).not.toMatch(/https?:\/\//);
    const policy = page.headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    const query = await gateway.http('get', '/graphql?query={viewer{keyName}}', key);
    expect([query.status, query.body.errors[0].extensions.code]).toEqual([405, 'BAD_USER_INPUT']);
  });

  it('refuses a document that goes in circles, and rows beyond what one operation may ask for', async () => {
    const input =
      'input: { from: "2026-05-01", to: "2026-05-28", metrics: [INSTALLS], groupBy: [DAY, COUNTRY, NETWORK] }';
    const circle = await ask(`{ kpis(${input}) { rows { app { kpis(${input}) { rowCount } } } } }`);
    expect([circle.status, circle.codes]).toEqual([200, ['QUERY_TOO_COMPLEX']]);
    nothingSent();

    const metrics = Array.from(
      { length: 25 },
      (_, index) => `m${index}: metrics { a: name b: value c: name d: value }`,
    );
    const fat = await ask(
      `{ ${['x', 'y', 'z'].map((name) => `${name}: kpis(${input}) { rowCount ...r }`).join(' ')} } fragment r on KpiResult { a: rows { ...f } b: rows { ...f } c: rows { ...f } } fragment f on KpiRow { ${metrics.join(' ')} }`,
    );
    expect([fat.status, fat.codes]).toEqual([200, ['QUERY_TOO_COMPLEX']]);
    expect(fat.errors[0]!.message).toContain('table');
  });
});
