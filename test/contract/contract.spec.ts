import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { differences, leftovers } from './compare.js';
import { flatten } from './flatten.js';

interface RestRoute {
  /** `GET /v1/apps/{id}`; names of path parameters are free. */
  route: string;
  scope: string;
  /** Also as text/csv and application/x-ndjson. */
  table?: boolean;
  /** Query parameters that it must know. */
  query?: string[];
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

const text = (path: string): string => readFileSync(path, 'utf8');
const json = <T>(path: string): T => JSON.parse(text(path)) as T;

const NOT_BUILT = json<{ graphql: string[]; rest: string[] }>('test/contract/not-built-yet.json');

describe('schema.graphql keeps the contract', () => {
  const contract = flatten(buildSchema(text('test/contract/contract.graphql')));
  const ours = flatten(buildSchema(text('apps/gateway/src/schema.graphql')));

  it('in every name, type, argument and default', () => {
    expect(differences(contract, ours, new Set(NOT_BUILT.graphql))).toEqual([]);
  });

  it('with nothing in not-built-yet.json that is built, unknown or said twice', () => {
    expect(leftovers(new Set(contract.keys()), new Set(ours.keys()), NOT_BUILT.graphql)).toEqual([]);
  });
});

describe('openapi.json keeps the contract', () => {
  const { paths } = json<{ paths: Record<string, Record<string, Operation>> }>('apps/gateway/src/openapi.json');
  const shape = (route: string): string => route.replaceAll(/\{\w+\}/g, '{}');
  const ours = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [shape(`${method.toUpperCase()} ${path}`), operation]),
    ),
  );
  const contract = json<RestRoute[]>('test/contract/rest-paths.json');
  const built = contract.filter(({ route }) => ours.has(shape(route)));

  it('in every route', () => {
    const missing = contract.map(({ route }) => route).filter((route) => !ours.has(shape(route)));
    expect(missing.filter((route) => !NOT_BUILT.rest.includes(route))).toEqual([]);
  });

  it('with nothing in not-built-yet.json that is built or unknown', () => {
    const names = contract.map(({ route }) => route);
    expect(leftovers(new Set(names), new Set(built.map(({ route }) => route)), NOT_BUILT.rest)).toEqual([]);
  });

  it.each(built)('$route', ({ route, scope, table, query = [] }) => {
    const { summary = '', parameters = [], responses } = ours.get(shape(route))!;
    const named = parameters.flatMap((parameter) => (parameter.in === 'query' ? parameter.name : []));
    expect(query.filter((name) => !named.includes(name))).toEqual([]);
    if (scope === 'any') expect(summary).toContain('Any key');
    else if (scope !== 'operator') expect(summary).toContain(`Scope ${scope}`);
    const content = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content ?? {};
    if (table) expect(Object.keys(content)).toEqual(expect.arrayContaining(['text/csv', 'application/x-ndjson']));
  });
});

describe('openapi.json is whole', () => {
  const document = json<Record<string, unknown>>('apps/gateway/src/openapi.json');

  it('leads every reference somewhere', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    const target = (path: string): unknown =>
      path.split('/').reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], document);
    expect(refs.length).toBeGreaterThan(0);
    expect(refs.filter((path) => target(path) === undefined)).toEqual([]);
  });

  it('says what each body is', () => {
    const { paths } = document as { paths: Record<string, Record<string, { requestBody?: { content: object } }>> };
    const bodies = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) =>
        requestBody ? [[`${method} ${path}`, JSON.stringify(requestBody.content)] as const] : [],
      ),
    );
    expect(bodies.length).toBeGreaterThan(0);
    expect(bodies.filter(([, content]) => /"schema":(?:\{\}|\{"type":"object"\})/.test(content))).toEqual([]);
  });
});

describe('The comparison', () => {
  const contract = flatten(
    buildSchema(
      'type Query { a(x: Int! = 1, y: I): String! b: E } input I { n: Int } enum E { A B } input O @oneOf { s: Int }',
    ),
  );
  const against = (sdl: string, ...notBuilt: string[]) =>
    differences(contract, flatten(buildSchema(sdl)), new Set(notBuilt));
  const I = 'input I { n: Int } enum E { A B } input O @oneOf { s: Int }';

  it('lets a schema grow', () => {
    const grown = `type Query { a(x: Int! = 1, y: I, z: Int, q: Int! = 2): String! b: E c(n: Int!): More } type More { d: Int }`;
    expect(against(`${grown} input I { n: Int m: Int } enum E { A B C } input O @oneOf { s: Int t: Int }`)).toEqual([]);
  });

  it.each([
    [`type Query { a(x: Int! = 1, y: I): String b: E } ${I}`, 'Query.a is String, the contract says String!'],
    [`type Query { a(x: Int! = 2, y: I): String! b: E } ${I}`, 'Query.a(x) is Int! = 2, the contract says Int! = 1'],
    [`type Query { a(x: Int = 1, y: I): String! b: E } ${I}`, 'Query.a(x) is Int = 1, the contract says Int! = 1'],
    [`type Query { a(x: Int! = 1): String! b: E } ${I}`, 'Query.a(y) is missing'],
    [`type Query { a(x: Int! = 1, y: I, z: Int!): String! b: E } ${I}`, 'Query.a(z) is demanded anew'],
    [`type Query { a(x: Int! = 1, y: I): String! } ${I}`, 'Query.b is missing'],
    [`type Query { a(x: Int! = 1, y: I): String! b: E } ${I.replace('A B', 'A')}`, 'E.B is missing'],
    [
      `type Query { a(x: Int! = 1, y: I): String! b: E } ${I.replace('n: Int', 'n: Int m: Int!')}`,
      'I.m is demanded anew',
    ],
    [
      `type Query { a(x: Int! = 1, y: I): String! b: E } ${I.replace(' @oneOf', '')}`,
      'O is input, the contract says input @oneOf',
    ],
  ])('%s: %s', (sdl, difference) => {
    expect(against(sdl)).toEqual([difference]);
  });

  it('excuses what is listed, with all that stands under it', () => {
    expect(against(`type Query { b: E } ${I}`, 'Query.a')).toEqual([]);
    expect(
      against(
        `type Query { a(x: Int! = 1): String! } enum E { A B } input O @oneOf { s: Int }`,
        'I',
        'Query.a(y)',
        'Query.b',
      ),
    ).toEqual([]);
  });

  it('lets the list only shrink', () => {
    const known = new Set(['A', 'A.b', 'C']);
    expect(leftovers(known, new Set(['C']), ['A', 'A.b', 'C', 'D'])).toEqual([
      'A.b stands under an entry already',
      'C is built',
      'D is not in the contract',
    ]);
  });
});
