import type { ApolloServer } from '@apollo/server';
import type { ApolloDriver } from '@nestjs/apollo';
import { jest } from '@jest/globals';
import { GraphQLModule } from '@nestjs/graphql';
import { useGateway } from './support/gateway.js';

const QUESTION = '{ from: "2026-01-01", to: "2026-01-03", vendors: [ADJUST], metrics: [INSTALLS], groupBy: [DAY] }';
const KPIS = 'query Kpis($input: KpiQueryInput!) { kpis(input: $input) { rowCount rows { time metrics { value } } } }';
const input = { from: '2026-01-01', to: '2026-01-03', vendors: ['ADJUST'], metrics: ['INSTALLS'], groupBy: ['DAY'] };

const everything = {
  ...input,
  metrics: ['INSTALLS', 'CTR', 'COST', 'ECPI'],
  groupBy: ['DAY', 'COUNTRY', 'NETWORK', 'CAMPAIGN'],
};
const EVERY_FIELD = `query Kpis($input: KpiQueryInput!) { all: kpis(input: $input) { rowCount lines: rows {
  __typename vendor day: time country region network campaign adgroup creative site tracker partner osName deviceType
  event cohortPeriod currency metrics { __typename n: name v: value } } sources { currencies } } }`;
interface Asked {
  query: string;
  variables?: object | null;
  operationName?: string | null;
}

/** Answers and failures alike; none of them holds a time of its own. */
const TABLE: [string, Asked][] = [
  ['one field', { query: '{ viewer { keyName } }' }],
  ['rows', { query: KPIS, variables: { input } }],
  ['rows by a named operation', { query: `${KPIS} query B { viewer { keyName } }`, operationName: 'B' }],
  ['every field of a row that is plain', { query: EVERY_FIELD, variables: { input: everything } }],
  ['rows that GraphQL has to merge', { query: `{ kpis(input: ${QUESTION}) { rows { time } rows { vendor time } } }` }],
  ['rows with conditions', { query: `{ kpis(input: ${QUESTION}) { rows { time vendor @skip(if: true) } } }` }],
  [
    'rows with fragments',
    { query: `{ kpis(input: ${QUESTION}) { rows { ...r metrics { name } } } } fragment r on KpiRow { time }` },
  ],
  ['rows with ids', { query: `{ kpis(input: ${QUESTION}) { rows { dimensionIds { id } time } } }` }],
  [
    'several questions',
    {
      query: `{ a: kpis(input: ${QUESTION}) { rows { time } } b: kpis(input: ${QUESTION}) { __typename r: rows { vendor } } c: kpis(input: ${QUESTION}) { r: rows { currency } s: rows { metrics { v: value } } } }`,
    },
  ],
  [
    'several rows, each as a text',
    {
      query: `{ a: kpis(input: ${QUESTION}) { rows { time } } b: kpis(input: ${QUESTION}) { s: rows { metrics { v: value } } r: rows { vendor } } }`,
    },
  ],
  ['no rows at all', { query: KPIS, variables: { input: { ...input, filter: { countries: ['AQ'] } } } }],
  ['a table', { query: `{ kpis(input: ${QUESTION}) { table { columns { name kind } rows } truncated } }` }],
  [
    'tables beside rows, aliased',
    {
      query: `{ a: kpis(input: ${QUESTION}) { t: table { r: rows c: columns { n: name } } rows { time } u: table { rows } } }`,
    },
  ],
  ['a table that is asked for its type', { query: `{ kpis(input: ${QUESTION}) { table { __typename rows } } }` }],
  [
    'a table in a fragment',
    { query: `{ kpis(input: ${QUESTION}) { ...t rows { time } } } fragment t on KpiResult { table { rows } }` },
  ],
  ['a table that GraphQL has to merge', { query: `{ kpis(input: ${QUESTION}) { table { rows } table { rows } } }` }],
  ['nulls for variables and name', { query: '{ viewer { scopes } }', variables: null, operationName: null }],
  [
    'names of types, aliases, fragments',
    { query: '{ a: viewer { ...p } } fragment p on Viewer { __typename keyName }' },
  ],
  ['introspection', { query: '{ __type(name: "KpiRow") { name fields { name } } }' }],
  [
    'introspection beside rows',
    {
      query: `{ __schema { queryType { fields { name type { name } } } } kpis(input: ${QUESTION}) { rows { time } } }`,
    },
  ],
  ['what is not there', { query: '{ app(id: "none") { id } viewer { keyName } }' }],
  ['an input that breaks a rule', { query: KPIS, variables: { input: { ...input, to: '2025-01-01' } } }],
  ['many edges that the key may not see', { query: `{ kpis(input: ${QUESTION}) { rows { time app { name } } } }` }],
  ['a null that goes up', { query: `{ kpis(input: ${QUESTION}) { sources { apps { name } } } }` }],
  ['a root that the key may not see', { query: '{ auditEvents { nodes { id } } viewer { keyName } }' }],
];

/** These Apollo answers each time, whatever came before. */
const LEFT_TO_APOLLO: [string, Asked][] = [
  ['variables that do not fit', { query: KPIS, variables: { input: { ...input, from: 'soon' } } }],
  ['a variable that is missing', { query: KPIS }],
  ['an operation that is not there', { query: 'query A { viewer { keyName } }', operationName: 'B' }],
  ['an empty name', { query: 'query A { viewer { keyName } }', operationName: '' }],
  ['a document that does not parse', { query: '{ viewer {' }],
  ['a field that there is none of', { query: '{ viewer { password } }' }],
  ['a document that is too deep', { query: `{ ${'viewer { tenant { '.repeat(7)}slug${' } }'.repeat(7)} }` }],
  ['a condition that may be null', { query: 'query ($if: Boolean = true) { viewer { keyName @include(if: $if) } }' }],
  ['a mutation', { query: 'mutation { createReport(input: {}) { id } }' }],
];

/** A query that is compiled is answered without Apollo: nobody may see a difference. */
describe('the short road', () => {
  const gateway = useGateway();
  let narrow: string;
  beforeAll(async () => {
    narrow = await gateway.key({ scopes: ['kpis:read'] });
  });

  const apollo = () =>
    jest.spyOn(
      gateway.app.get<GraphQLModule<ApolloDriver>>(GraphQLModule).graphQlAdapter.instance as ApolloServer,
      'executeHTTPGraphQLRequest',
    );
  afterEach(() => jest.restoreAllMocks());

  const ask = async (asked: object, headers: Record<string, string> = {}) => {
    const request = gateway.http('post', '/graphql', narrow).set({ 'X-Request-Id': 'the-same', ...headers });
    const { status, text, headers: told } = await request.send(asked);
    const { date: _, ...others } = told as Record<string, string>;
    return { status, text, headers: others };
  };
  /** Until it is compiled, and until it is known which type an Accept is answered with. */
  const often = async (asked: object, headers?: Record<string, string>) => {
    const first = await ask(asked, headers);
    for (let time = 0; time < 2; time++) await ask(asked, headers);
    return first;
  };

  it.each(TABLE)('answers %s to the byte as Apollo and the interpreter do', async (_, asked) => {
    const interpreted = await often(asked);
    const calls = apollo();
    // What brings extensions is Apollo's.
    const long = await ask({ ...asked, extensions: {} });
    expect(calls).toHaveBeenCalledTimes(1);
    const short = await ask(asked);
    expect(calls).toHaveBeenCalledTimes(1);
    expect(short).toEqual(long);
    expect(short).toEqual(interpreted);
    expect(short.status).toBe(200);
  });

  it.each(LEFT_TO_APOLLO)('leaves %s to Apollo', async (_, asked) => {
    const first = await often(asked);
    const calls = apollo();
    expect(await ask(asked)).toEqual(first);
    expect(calls).toHaveBeenCalledTimes(1);
    expect(first.text).toContain(asked.query.includes('@include') ? 'data' : 'errors');
  });

  it('answers in the type that Apollo chooses for an Accept', async () => {
    const asked = { query: '{ viewer { keyName scopes } }' };
    await often(asked);
    const accepts = {
      '*/*': 'application/json',
      'application/graphql-response+json, application/json;q=0.9': 'application/graphql-response+json',
      'application/json, application/graphql-response+json;q=0.9': 'application/json',
      'text/event-stream, application/json': 'application/json',
    };
    for (const [Accept, type] of Object.entries(accepts)) {
      const long = await ask(asked, { Accept });
      const calls = apollo().mockClear();
      const short = await ask(asked, { Accept });
      expect(calls).not.toHaveBeenCalled();
      expect(short).toEqual(long);
      expect(short.headers['content-type']).toBe(`${type}; charset=utf-8`);
    }
    expect(await ask(asked, { Accept: 'text/csv' })).toMatchObject({ status: 406 });
  });

  it('checks the key, its scopes and the body of every request all the same', async () => {
    const key = await gateway.key();
    const asked = { query: '{ auditEvents { nodes { id } } }' };
    const send = (body: object, by?: string) => gateway.http('post', '/graphql', by).send(body);
    for (let time = 0; time < 4; time++) await send(asked, key);
    expect((await send(asked, key)).body.errors).toBeUndefined();
    expect((await send(asked, narrow)).body.errors[0].extensions.code).toBe('FORBIDDEN');
    expect(await send(asked)).toMatchObject({ status: 401 });
    expect(await send({ ...asked, variables: [] }, key)).toMatchObject({ status: 400 });
    expect(await send([asked], key)).toMatchObject({ status: 400 });
  });

  it('reads the same variables once, and others anew', async () => {
    await often({ query: KPIS, variables: { input } });
    const rows = async (to: string) =>
      JSON.parse((await ask({ query: KPIS, variables: { input: { ...input, to } } })).text).data.kpis
        .rowCount as number;
    expect([await rows('2026-01-02'), await rows('2026-01-03'), await rows('2026-01-02')]).toEqual([2, 3, 2]);
  });

  it('still knows an operation again that Apollo is asked for by its hash', async () => {
    const query = '{ viewer { tenant { slug } } }';
    const sha256Hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(query))).toString(
      'hex',
    );
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const whole = await ask({ query, extensions });
    expect(JSON.parse(whole.text)).toEqual({ data: { viewer: { tenant: { slug: 'orbit' } } } });
    for (let time = 0; time < 4; time++) expect(await ask({ extensions })).toEqual(whole);
  });
});
