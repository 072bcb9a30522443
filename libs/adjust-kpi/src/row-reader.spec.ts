import { readAnswer } from './answer-reader.js';
import type { Question } from './head.js';
import { rowsOf } from './row-batch.js';
import { RowReader } from './row-reader.js';
import { tableOf } from './rows.js';
import type { AdjustGrouping, AdjustKpiRow } from './types.js';
import { AdjustSaysNo, Unreadable } from './unreadable.js';

const question = (grouping: AdjustGrouping[], kpis = ['clicks', 'revenue'], appTokens = ['app1']): Question => ({
  query: { appTokens, startDate: '2026-01-01', endDate: '2026-01-31', kpis, grouping },
  grouping,
});

/** The rows that a stream of these chunks gives. */
function streamed(chunks: Iterable<Buffer>, asked: Question, mostBuffered = 1e6): AdjustKpiRow[] {
  const reader = new RowReader(asked, mostBuffered);
  const rows: AdjustKpiRow[] = [];
  const take = () => {
    const batch = reader.take();
    if (batch) rows.push(...rowsOf(batch, reader.plan!.head, reader.plan!.app));
  };
  for (const chunk of chunks) {
    // The reader must not rely on a chunk after it has returned.
    const lent = Buffer.from(chunk);
    reader.push(lent);
    lent.fill(0x5b);
    take();
  }
  reader.finish();
  take();
  return rows;
}

function* cut(body: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

function failureOf(work: () => unknown): Unreadable {
  try {
    work();
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** Numbers from 0 to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = ['Network', 'Ads, "Inc"', 'ünïcode 東京', 'tab\there', 'back\\slash [1] {2}', '😀', '', 'x'.repeat(300)];

interface Style {
  random: () => number;
  /** Fields of objects in any order. */
  shuffled: boolean;
  space: string | undefined;
  oddValues: boolean;
}

const CONTAINER: Partial<Record<AdjustGrouping, string>> = {
  day: 'dates',
  hour: 'dates',
  week: 'dates',
  month: 'dates',
};
const FIELD: Partial<Record<AdjustGrouping, string>> = {
  ...{ day: 'date', hour: 'date', countries: 'country', region: 'region', os_names: 'os_names' },
  ...{ device_types: 'device_type', partners: 'partner', periods: 'period' },
};

function inOrder(entries: [string, unknown][], style: Style): Record<string, unknown> {
  if (style.shuffled && style.random() < 0.6) entries.sort(() => style.random() - 0.5);
  return Object.fromEntries(entries);
}

function randomValue({ random, oddValues }: Style): unknown {
  const roll = random();
  if (roll < 0.1) return null;
  if (oddValues && roll < 0.3) return String(Math.floor(random() * 1e6) / 100);
  if (roll < 0.4) return random() * 1e-7;
  if (roll < 0.45) return -random() * 1e22;
  return Math.floor(random() * 1000);
}

function fieldsOf(grouping: AdjustGrouping, at: number, style: Style, apps: string[]): [string, unknown][] {
  const name = NAMES[Math.floor(style.random() * NAMES.length)]!;
  const field = FIELD[grouping];
  if (grouping === 'periods') return [['period', style.random() < 0.5 ? at : String(at)]];
  if (field) return [[field, style.random() < 0.05 ? null : `${name}${at}`]];
  if (grouping === 'apps') return [['token', apps[at]], ['name', name], ['currency', 'EUR']]; // prettier-ignore
  const token: [string, unknown] = ['token', `t${at}`];
  return grouping === 'trackers' || grouping === 'events' ? [token] : [token, ['name', name]];
}

function nodes(grouping: AdjustGrouping[], kpis: number, style: Style, apps: string[]): [string, unknown] {
  const [here, ...below] = grouping as [AdjustGrouping, ...AdjustGrouping[]];
  const count = here === 'apps' ? apps.length : Math.floor(style.random() * 5);
  const list = Array.from({ length: count }, (_, at) => {
    const inside: [string, unknown] =
      below.length > 0
        ? nodes(below, kpis, style, apps)
        : ['kpi_values', Array.from({ length: kpis }, () => randomValue(style))];
    const noise: [string, unknown][] = style.random() < 0.1 ? [['note', { deep: [1, 'kpi_values'] }]] : [];
    return inOrder([...fieldsOf(here, at, style, apps), ...noise, inside], style);
  });
  return [CONTAINER[here] ?? here, list];
}

function randomDocument(seed: number): { text: string; asked: Question } {
  const random = dice(seed);
  const style: Style = {
    random,
    shuffled: random() < 0.4,
    space: [undefined, undefined, '  ', '\t'][Math.floor(random() * 4)],
    oddValues: random() < 0.3,
  };
  const all: AdjustGrouping[] = [
    'day',
    'countries',
    'networks',
    'campaigns',
    'os_names',
    'region',
    'events',
    'periods',
  ];
  const apps = random() < 0.5 ? ['app1'] : ['app1', 'app2', 'app3'];
  const grouping = all.filter(() => random() < 0.35).sort(() => random() - 0.5);
  if (apps.length > 1 || random() < 0.2) grouping.splice(Math.floor(random() * grouping.length), 0, 'apps');
  if (grouping.length === 0) grouping.push('trackers');
  const kpis = ['clicks', 'revenue', 'installs'].slice(0, 1 + Math.floor(random() * 3));
  const named = [0, 1, 2].map((at) => ({ token: `t${at}`, name: NAMES[at + 1], has_subtrackers: at === 1 }));
  const parameters = { kpis, grouping, start_date: '2026-01-01', trackers: named, events: named.slice(0, 2) };
  const app: [string, unknown][] =
    apps.length === 1 && grouping[0] !== 'apps' ? [['token', 'app1'], ['name', 'A [pp'], ['currency', 'USD']] : []; // prettier-ignore
  const set = inOrder([...app, nodes(grouping, kpis.length, style, apps)], style);
  const document = inOrder([['result_parameters', parameters], ['result_set', set]], style); // prettier-ignore
  return { text: JSON.stringify(document, null, style.space), asked: question(grouping, kpis, apps) };
}

describe('RowReader', () => {
  const parameters = { kpis: ['clicks', 'revenue'] };
  const app = { token: 'app1', name: 'App', currency: 'EUR' };

  it('gives the rows of the decoded answer, for random answers in random chunks', () => {
    let rows = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { text, asked } = randomDocument(seed);
      const body = Buffer.from(text);
      const expected = readAnswer(JSON.parse(text), asked);
      const size = 1 + Math.floor(dice(seed)() * body.length);
      expect({ seed, rows: streamed(cut(body, size), asked) }).toEqual({ seed, rows: expected.rows });
      const { batches, app, ...head } = tableOf(body, asked);
      expect([...head.kpis, ...batches.flatMap((batch) => [...rowsOf(batch, head, app)])]).toEqual([
        ...expected.kpis,
        ...expected.rows,
      ]);
      rows += expected.rows.length;
    }
    expect(rows).toBeGreaterThan(2000);
  });

  it('reads the same across every boundary of chunks', () => {
    for (const seed of [8, 20]) {
      const { text, asked } = randomDocument(seed);
      const { rows } = readAnswer(JSON.parse(text), asked);
      for (let size = 1; size <= 64; size++) expect(streamed(cut(Buffer.from(text), size), asked)).toEqual(rows);
    }
  });

  it('tells an answer that breaks off, wherever it does', () => {
    const networks = ['one', 'two'].map((name) => ({ token: 't', name: `Network ${name}`, kpi_values: [1, 2] }));
    const dates = ['2026-01-01', '2026-01-02'].map((date) => ({ date, networks }));
    const regular = JSON.stringify({ result_parameters: parameters, result_set: { ...app, dates } });
    for (const { text, asked } of [randomDocument(8), { text: regular, asked: question(['day', 'networks']) }]) {
      const body = Buffer.from(text);
      for (let length = 0; length < body.length; length++) {
        // A buffer of its own: one past its end is not read by luck.
        const broken = Buffer.from(new Uint8Array(body.subarray(0, length)).buffer);
        expect(failureOf(() => streamed([broken], asked)).failure).toBe('truncated');
        expect(failureOf(() => tableOf(broken, asked)).failure).toBe('truncated');
      }
    }
  });

  const answer = (set: unknown, more: object = {}) =>
    Buffer.from(JSON.stringify({ result_parameters: parameters, result_set: set, ...more }));
  const day = (values: string) =>
    Buffer.from(
      `{"result_parameters":{"kpis":["clicks","revenue"]},"result_set":{"token":"app1","name":"App","currency":"EUR",` +
        `"dates":[{"date":"2026-01-01","kpi_values":[${values}]}]}}`,
    );

  it('hands on the digits of the vendor', () => {
    const reader = new RowReader(question(['day']), 1e6);
    reader.push(day('12,299.30'));
    reader.finish();
    expect(reader.take()).toMatchObject({ length: 1, nulls: false, text: Buffer.from('12,299.30\n') });
    expect(tableOf(day('1,null'), question(['day'])).batches[0]).toMatchObject({ nulls: true });
  });

  it('never takes bytes that an earlier chunk has left behind', () => {
    const text = JSON.stringify({
      result_parameters: { note: '}'.repeat(500), kpis: ['clicks', 'revenue'] },
      result_set: {
        ...app,
        dates: Array.from({ length: 9 }, (_, n) => ({ date: `2026-01-0${n}`, kpi_values: [n, 7] })),
      },
    });
    const body = Buffer.from(text);
    const head = text.indexOf('2026-01-04');
    const chunks = [body.subarray(0, head), ...cut(body.subarray(head), 1)];
    expect(streamed(chunks, question(['day']))).toEqual(readAnswer(JSON.parse(text), question(['day'])).rows);
  });

  it('passes only numbers and nulls', () => {
    for (const values of ['1,-0.5e+10', '0,0.0', ' 1 , 2 ', '"7","8.50"', 'null,1', '1,\nnull', '-1E5,0e0']) {
      const expected = (JSON.parse(`[${values}]`) as (number | string | null)[]).map((v) =>
        v === null ? v : Number(v),
      );
      expect(streamed([day(values)], question(['day']))[0]!.values).toEqual(expected);
    }
    const wrong = ['01,2', '1,2.', '.5,1', '+1,2', '1,2e', '1,,2', '1,', '1,2,', '1 2,3', '1,nul', '1,nulll', '1,NaN'];
    for (const values of [...wrong, '1,true', '1,"x"', '1,""', '1,[2]', '1,{}', '1,2,3', '1', '', '1,"0x10"', '1;2']) {
      expect([values, failureOf(() => streamed([day(values)], question(['day']))).failure]).toEqual([
        values,
        'malformed',
      ]);
    }
  });

  it('refuses what was not asked for', () => {
    const leaf = { kpi_values: [1, 2] };
    const wrong: [string, unknown, RegExp][] = [
      [
        'a level more',
        { ...app, dates: [{ date: 'x', countries: [{ country: 'de', ...leaf }] }] },
        /grouped by day, countries/,
      ],
      ['a level less', { ...app, ...leaf }, /grouped by nothing where day was asked for/],
      ['another level', { ...app, networks: [{ token: 'a', name: 'A', ...leaf }] }, /grouped by networks/],
      [
        'two levels',
        { ...app, dates: [{ date: 'x', ...leaf }], networks: [] },
        /rows of two kinds|grouped by networks/,
      ],
      ['no rows', { ...app }, /no dates/],
      ['a nameless node', { ...app, dates: [leaf] }, /no date/],
      ['no object', { ...app, dates: [7] }, /no object|not JSON/],
      ['a list', [], /no result_set/],
      [
        'several apps',
        {
          apps: [
            { ...app, dates: [] },
            { ...app, token: 'app2', dates: [] },
          ],
        },
        /not asked for/,
      ],
    ];
    for (const [what, set, message] of wrong) {
      const failures = [answer(set)].flatMap((body) => [
        failureOf(() => streamed([body], question(['day']))),
        failureOf(() => readAnswer(JSON.parse(body.toString()), question(['day']))),
      ]);
      for (const failure of failures) expect([what, failure.message]).toEqual([what, expect.stringMatching(message)]);
    }
    const unasked = answer({ apps: [{ token: 'a-user-token', name: 'x', currency: 'EUR', kpi_values: [1, 2] }] });
    const failure = failureOf(() => streamed([unasked], question(['apps'], undefined, ['app1', 'app2'])));
    expect(failure.message).toMatch(/not asked for/);
    expect(failure.message).not.toContain('a-user-token');
  });

  it('refuses KPIs that were not asked for, or not all', () => {
    for (const kpis of [
      ['clicks'],
      ['clicks', 'revenue', 'installs'],
      ['clicks', 'clicks'],
      ['clicks', 7],
      [],
      'clicks',
    ]) {
      const body = Buffer.from(JSON.stringify({ result_parameters: { kpis }, result_set: { ...app, dates: [] } }));
      expect(failureOf(() => streamed([body], question(['day']))).message).toMatch(/kpis/i);
    }
    const turned = Buffer.from(
      JSON.stringify({
        result_parameters: { kpis: ['revenue', 'clicks'] },
        result_set: { ...app, dates: [{ date: '2026-01-01', kpi_values: [5, 6] }] },
      }),
    );
    expect(tableOf(turned, question(['day'])).kpis).toEqual(['revenue', 'clicks']);
  });

  it('refuses garbage around and inside an answer', () => {
    const good = answer({ ...app, dates: [{ date: 'a', kpi_values: [1, 2] }] }).toString();
    const twice = answer({ ...app, dates: [1, 2].map((n) => ({ date: 'a', kpi_values: [n, 2] })) }).toString();
    const bad = [
      twice.replace('[2,2]', '{2,2]'),
      ...['<html></html>', 'null', '[]', '7', '{"result_set": {}}', '{}', `${good}{}`, `${good}x`],
      ...[good.replace('"dates":[', '"dates":[,'), good.replace('[1,2]}', '[1,2]},'), good.replace('}]}}', '}]}]')],
      ...[
        good.replace('"date":', '"date"'),
        good.replace('"date":"a"', '"date":"a\u0001"'),
        good.replace(']}]', ']]]'),
      ],
      ...[
        good.replace('{"result_parameters"', '{"x":\u0001,"result_parameters"'),
        good.slice(0, -1) + ',"error":"half"}',
      ],
      ...[good.slice(0, -1) + ',"result_set":{}}', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ];
    for (const text of bad) {
      expect([text, failureOf(() => streamed([Buffer.from(text)], question(['day']))).failure]).toEqual([
        text,
        'malformed',
      ]);
    }
  });

  it('knows a refusal in the body', () => {
    const body = Buffer.from('{"error":"start_date is invalid"}');
    expect(() => streamed([body], question(['day']))).toThrow(new AdjustSaysNo('start_date is invalid'));
    expect(() => tableOf(body, question(['day']))).toThrow(AdjustSaysNo);
  });

  it('holds no more than its bound where the order forbids reading as it comes', () => {
    const late = Buffer.from(
      JSON.stringify({
        result_set: { ...app, dates: Array.from({ length: 500 }, (_, n) => ({ date: `d${n}`, kpi_values: [1, 2] })) },
        result_parameters: parameters,
      }),
    );
    expect(streamed(cut(late, 1000), question(['day']))).toHaveLength(500);
    expect(failureOf(() => streamed(cut(late, 1000), question(['day']), 5000)).failure).toBe('too-large');
  });

  it('keeps one object for equal cells, in groups that share their outer cells', () => {
    const countries = ['de', 'fr'].map((country) => ({ country, kpi_values: [1, 2] }));
    const set = { ...app, dates: ['a', 'b'].map((date) => ({ date, countries })) };
    const batch = tableOf(answer(set), question(['day', 'countries'])).batches[0]!;
    expect(batch.groups).toEqual([
      { cells: [{ name: 'a' }], end: 2 },
      { cells: [{ name: 'b' }], end: 4 },
    ]);
    expect(batch.last[0]).toBe(batch.last[2]);
    expect(batch.last[1]).toBe(batch.last[3]);
  });
});
