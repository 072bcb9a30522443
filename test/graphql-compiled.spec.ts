import { useGateway } from './support/gateway.js';

const QUESTION =
  '{ from: "2026-01-01", to: "2026-01-03", vendors: [ADJUST], metrics: [INSTALLS, CTR], groupBy: [DAY] }';

/** A document that comes again is compiled: nobody may see a difference. */
describe('a query that comes again', () => {
  const gateway = useGateway();
  let key: string;
  let narrow: string;
  beforeAll(async () => {
    key = await gateway.key();
    narrow = await gateway.key({ scopes: ['kpis:read'] });
  });

  /** The answer to the same query, five times over; all are one. */
  const same = async (query: string, variables?: object, asking = key) => {
    const answers: unknown[] = [];
    for (let time = 0; time < 5; time++) {
      const { status, body, text, headers } = await gateway.graphql(asking, query, variables);
      const untold = text
        .replaceAll(String(headers['x-request-id']), 'ID')
        .replaceAll(/"(fetchedAt|status)":"[^"]*"/g, '"$1":""');
      answers.push({ status, keys: Object.keys(body as object), body: JSON.parse(untold) });
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    return (answers[0] as { body: { data: Record<string, never>; errors?: { extensions: { code: string } }[] } }).body;
  };

  it('answers the same rows, with aliases, fragments, directives and names of types', async () => {
    const document = `query Rows($with: Boolean!, $question: KpiQueryInput!) {
      here: kpis(input: ${QUESTION}) { __typename ...parts rows @include(if: $with) { day: time dimensionIds { id } } }
      there: kpis(input: $question) { ...parts rows { time @skip(if: $with) app { id name platform adjust { token } } } }
      viewer { scopes tenant { slug } }
    }
    fragment parts on KpiResult {
      rowCount truncated table { columns { name kind } rows }
      rows { vendor metrics { name value } } totals { metrics { value } }
      sources { vendor service status fetchedAt settings metricNames { metric vendorName } apps { name } error { code } }
    }`;
    const question = {
      from: '2026-01-01',
      to: '2026-01-02',
      vendors: ['ADJUST'],
      metrics: ['CLICKS'],
      groupBy: ['APP'],
    };
    const { data, errors } = await same(document, { with: true, question });
    expect(errors).toBeUndefined();
    expect(data['here']).toMatchObject({ __typename: 'KpiResult', rowCount: 3, rows: [{ day: '2026-01-01' }, {}, {}] });
    expect((await same(document, { with: false, question })).data['there']).toMatchObject({
      rows: [{ time: null }, {}],
    });
  });

  it('refuses the same edges, and nulls no more than the schema says', async () => {
    const { data, errors } = await same(
      `{ kpis(input: ${QUESTION}) { rowCount rows { time app { name } } } }`,
      {},
      narrow,
    );
    expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([
      { kpis: { rowCount: 3, rows: [{ time: '2026-01-01', app: null }, expect.anything(), expect.anything()] } },
      ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
    ]);
    const nonNull = await same(`{ kpis(input: ${QUESTION}) { sources { apps { name } } } }`, {}, narrow);
    expect([nonNull.data, nonNull.errors?.length]).toEqual([{ kpis: null }, 1]);
  });

  it('says the same of variables that do not fit, of failures, and of what is not there', async () => {
    const document = 'query ($question: KpiQueryInput!) { kpis(input: $question) { rowCount } app(id: "none") { id } }';
    const codes = async (question: object) =>
      (await same(document, { question })).errors?.map(({ extensions }) => extensions.code);
    expect(await codes({ from: '2026-02-30' })).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
    const reversed = { from: '2026-01-02', to: '2026-01-01', metrics: ['CLICKS'] };
    expect(await codes(reversed)).toEqual(['BAD_USER_INPUT', 'NOT_FOUND']);
    const right = { from: '2026-01-01', to: '2026-01-01', metrics: ['CLICKS'], vendors: ['ADJUST'] };
    expect(await codes(right)).toEqual(['NOT_FOUND']);
  });

  it('takes variables as ever: defaults of what is left out, instants, lists of one', async () => {
    const instants =
      'query ($filter: AuditFilter) { auditEvents(filter: $filter) { nodes { id } pageInfo { hasNextPage } } }';
    const filter = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00+02:00', outcomes: 'DENIED' };
    const { data, errors } = await same(instants, { filter });
    expect([data['auditEvents'], errors]).toEqual([{ nodes: [], pageInfo: { hasNextPage: false } }, undefined]);
    const days =
      'query ($input: KpiQueryInput!) { kpis(input: $input) { rows { time metrics { value } } sources { settings } } }';
    const input = { from: '2026-01-01', to: '2026-01-02', metrics: 'INSTALLS', vendors: ['ADJUST'], groupBy: 'DAY' };
    expect((await same(days, { input })).data['kpis']).toMatchObject({
      rows: [{ time: '2026-01-01' }, { time: '2026-01-02' }],
      sources: [{ settings: { utcOffset: '+00:00' } }],
    });
  });

  it('waits for what is not there yet, and takes a null for no condition as the bad input that it is', async () => {
    expect((await same('{ apps(first: 1) { nodes { id } totalCount } }')).data['apps']).toMatchObject({
      totalCount: 2,
    });
    const condition = 'query ($if: Boolean = true) { viewer { keyName @include(if: $if) } }';
    const codes = (await same(condition, { if: null })).errors?.map(({ extensions }) => extensions.code);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  it('is compiled again when others have taken its place', async () => {
    const asked = '{ viewer { keyName scopes } }';
    const before = await same(asked);
    for (let other = 0; other < 210; other++) {
      const query = `{ viewer { keyName as${other}: keyName } }`;
      for (let time = 0; time < 3; time++) await gateway.graphql(key, query);
    }
    expect(await same(asked)).toEqual(before);
  });

  it('knows the operations of one document apart', async () => {
    const query = 'query A { viewer { keyName } } query B { viewer { tenant { slug } } }';
    for (let time = 0; time < 4; time++) {
      const named = async (operationName: string) =>
        (await gateway.http('post', '/graphql', key).send({ query, operationName })).body.data.viewer as object;
      expect(Object.keys(await named('A'))).toEqual(['keyName']);
      expect(Object.keys(await named('B'))).toEqual(['tenant']);
    }
  });
});
