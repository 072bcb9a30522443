import { readAnswer } from './answer-reader.js';
import type { Question } from './head.js';
import { Learned, LearnedOfMany } from './learned.js';
import { rowsOf } from './row-batch.js';
import { RowReader } from './row-reader.js';
import { tableOf, type AdjustKpiTable } from './rows.js';
import { cut, failureOf, question, streamed } from './testing.js';
import { AdjustSaysNo } from './unreadable.js';

const app = { token: 'app1', name: 'App', currency: 'EUR' };
const kpis = ['clicks', 'revenue'];
const learning = (): Question => ({ ...question(['day', 'countries']), learned: new Learned() });

interface Shape {
  days?: string[];
  countries?: string[];
  parameters?: object;
}

/** An answer whose digits come of `seed`. */
function answer(seed: number, { days = ['a', 'b'], countries = ['de', 'fr'], parameters = { kpis } }: Shape = {}) {
  let value = seed;
  const dates = days.map((date) => ({
    date,
    countries: countries.map((country) => ({ country, kpi_values: [(value += 7), value / 4] })),
  }));
  return { result_parameters: parameters, result_set: { ...app, dates } };
}

const bodyOf = (document: unknown) => Buffer.from(JSON.stringify(document));
const rowsOfTable = ({ batches, head, app }: AdjustKpiTable) =>
  batches.flatMap((batch) => [...rowsOf(batch, head, app)]);

function expectSame(document: unknown, asked: Question): AdjustKpiTable {
  const { rows, ...head } = readAnswer(document, asked);
  const table = tableOf(bodyOf(document), asked);
  expect({ ...table.head, rows: rowsOfTable(table) }).toEqual({ ...head, rows });
  return table;
}

describe('Learned', () => {
  it('gives the same objects for the same nodes, from the third answer on, and each answer its own values', () => {
    const asked = learning();
    const [first, second, third, fourth] = [1, 1000, 5, 99_999].map((seed) => expectSame(answer(seed), asked));
    expect(second!.head).not.toBe(first!.head);
    for (const [one, other] of [
      [second!, third!],
      [third!, fourth!],
    ] as const) {
      // prettier-ignore
      expect(other.head).toBe(one.head);
      expect(other.app).toBe(one.app);
      expect(other.batches[0]!.last).toBe(one.batches[0]!.last);
      expect(other.batches[0]!.groups).toBe(one.batches[0]!.groups);
      expect(other.batches[0]!.text).not.toEqual(one.batches[0]!.text);
    }
    const before = Buffer.from(third!.batches[0]!.text);
    expectSame(answer(123), asked);
    expect(third!.batches[0]!.text).toEqual(before);
    expect(() => (third!.head.kpis as string[]).push('x')).toThrow(TypeError);
    expect(() => (third!.batches[0]!.last as unknown[]).pop()).toThrow(TypeError);
  });

  it('keeps the cells where nodes come and go', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    const known = tableOf(bodyOf(answer(4)), asked).batches[0]!;
    const more = expectSame(answer(5, { countries: ['de', 'us', 'fr'] }), asked).batches[0]!;
    expect([more.last[0], more.last[2]]).toEqual([known.last[0], known.last[1]]);
    expect(more.last[0]).toBe(known.last[0]);
    expect(more.last[2]).toBe(known.last[1]);
    expectSame(answer(6, { days: ['b'] }), asked);
    expectSame(answer(6, { days: [] }), asked);
    for (const seed of [1, 2, 3]) expectSame(answer(seed, { days: [] }), asked);
    expectSame(answer(7), asked);
  });

  it('reads by a changed head at once', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    const turned = { kpis: ['revenue', 'clicks'] };
    for (const seed of [1, 2, 3]) {
      expect(expectSame(answer(seed, { parameters: turned }), asked).head.kpis).toEqual(turned.kpis);
      expect(expectSame(answer(seed), asked).head.kpis).toEqual(kpis);
    }
    const wrong = answer(1, { parameters: { kpis: ['clicks', 'installs'] } });
    expect(failureOf(() => tableOf(bodyOf(wrong), asked)).message).toMatch(/were asked for/);
    const other = answer(1);
    other.result_set.currency = 'USD';
    expect(expectSame(other, asked).app!.currency).toBe('USD');
  });

  it('reads values of every kind as they come', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    for (const values of ['null,1', ' 1 ,\n2.50', '"7","8"', '-0.5e+10,0', '1,2 ']) {
      const text = JSON.stringify(answer(3)).replace('[10,2.5]', `[${values}]`);
      expect(text).toContain(values);
      const table = tableOf(Buffer.from(text), asked);
      expect(rowsOfTable(table)).toEqual(readAnswer(JSON.parse(text), asked).rows);
      expect(table.batches[0]!.nulls).toBe(values.includes('null'));
    }
    for (const values of ['1', '1,2,3', '01,2', '', '1,nul', '1,"x"', '1,2,', '[1],2', '1 2,3']) {
      const text = JSON.stringify(answer(3)).replace('[10,2.5]', `[${values}]`);
      expect([values, failureOf(() => tableOf(Buffer.from(text), asked)).failure]).toEqual([values, 'malformed']);
    }
    expectSame(answer(8), asked);
  });

  it('reads a node out of the usual order, and does not take it for known', () => {
    const asked = learning();
    const odd = (seed: number) => {
      const document = answer(seed);
      const { date, countries } = document.result_set.dates[1]!;
      document.result_set.dates[1] = { countries, date };
      return document;
    };
    for (const seed of [1, 2, 3, 4]) expectSame(odd(seed), asked);
    for (const seed of [1, 2, 3, 4]) expectSame(answer(seed), asked);
    expectSame(odd(5), asked);
  });

  it('tells an answer that breaks off, and one that goes on, wherever they do', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    const body = bodyOf(answer(4));
    for (let length = 0; length < body.length; length++) {
      const broken = Buffer.from(new Uint8Array(body.subarray(0, length)).buffer);
      expect(failureOf(() => tableOf(broken, asked)).failure).toBe('truncated');
    }
    for (const more of ['x', '{}', '}']) {
      expect(failureOf(() => tableOf(Buffer.concat([body, Buffer.from(more)]), asked)).failure).toBe('malformed');
    }
    const spaced = Buffer.concat([body, Buffer.from(' \n')]);
    expect(rowsOfTable(tableOf(spaced, asked))).toEqual(readAnswer(answer(4), asked).rows);
    expectSame(answer(5), asked);
  });

  it('knows a refusal, and an error beside the rows', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    expect(() => tableOf(Buffer.from('{"error":"start_date is invalid"}'), asked)).toThrow(AdjustSaysNo);
    const half = bodyOf({ ...answer(1), error: 'half' });
    expect(failureOf(() => tableOf(half, asked)).message).toMatch(/an error beside its rows/);
    expectSame(answer(5), asked);
  });

  it('streams by what whole answers have taught, and the other way round', () => {
    for (const size of [1, 7, 64, 4096]) {
      const asked = learning();
      for (let seed = 1; seed < 5; seed++) {
        const document = answer(seed, { countries: ['de', 'fr', `c${seed}`] });
        expect(streamed(cut(bodyOf(document), size), asked)).toEqual(readAnswer(document, asked).rows);
        expectSame(document, asked);
      }
    }
  });

  it('knows a stream that comes in one piece, and learns of it', () => {
    const asked = learning();
    const heads: unknown[] = [];
    for (let seed = 1; seed < 6; seed++) {
      const reader = new RowReader(asked, 1e6);
      const body = bodyOf(answer(seed));
      reader.push(body);
      body.fill(0x5b);
      const batch = reader.take()!;
      if (seed > 3) reader.push(Buffer.from(' \n'));
      reader.finish();
      expect(reader.take()).toBeUndefined();
      expect([...rowsOf(batch, reader.plan!.head, reader.plan!.app)]).toEqual(readAnswer(answer(seed), asked).rows);
      heads.push(batch.last);
    }
    expect(heads[3]).toBe(heads[1]);
    expect(heads[4]).toBe(heads[1]);
    expect(tableOf(bodyOf(answer(7)), asked).batches[0]!.last).toBe(heads[1]);
    const reader = new RowReader(asked, 1e6);
    reader.push(bodyOf(answer(8)));
    expect(() => {
      reader.push(Buffer.from('{}'));
      reader.finish();
    }).toThrow(/something follows/);
  });

  it('gives the same table for an answer that is the last one again, and another for any other', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    const table = tableOf(bodyOf(answer(3)), asked);
    expect(tableOf(bodyOf(answer(3)), asked)).toBe(table);
    expectSame(answer(3), asked);
    const other = tableOf(bodyOf(answer(4)), asked);
    expect(other).not.toBe(table);
    expect(other).not.toEqual(table);
    expect(tableOf(bodyOf(answer(3)), asked)).toEqual(table);
  });

  it('keeps the last answer though its bytes are used again', () => {
    const asked = learning();
    for (const seed of [1, 2]) expectSame(answer(seed), asked);
    const body = bodyOf(answer(3));
    const table = tableOf(body, asked);
    body.fill(0x5b);
    expect(tableOf(bodyOf(answer(3)), asked)).toBe(table);
  });

  it('streams a long answer after short ones', () => {
    const asked = learning();
    for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    const days = Array.from({ length: 3000 }, (_, day) => `day ${day}`);
    const long = answer(1, { days });
    expect(streamed(cut(bodyOf(long), 65_536), asked)).toEqual(readAnswer(long, asked).rows);
    expectSame(answer(4), asked);
  });

  it('gives up what differs each time', () => {
    const asked = learning();
    const heads = Array.from({ length: 12 }, (_, at) => ({ kpis, at }));
    const tables = heads.map((parameters, at) => expectSame(answer(at, { parameters }), asked));
    expect(Object.isFrozen(tables[1]!.head)).toBe(true);
    expect(Object.isFrozen(tables[11]!.head)).toBe(false);
    expectSame(answer(1), asked);
  });
});

describe('LearnedOfMany', () => {
  it('forgets the question that was asked longest ago when its memory is full', () => {
    const many = new LearnedOfMany(40_000);
    const questions = Array.from({ length: 10 }, () => ({ ...learning(), learned: many.begin() }));
    const isKnown = (asked: Question) => Object.isFrozen(tableOf(bodyOf(answer(9)), asked).head);
    for (const asked of questions) for (const seed of [1, 2, 3]) expectSame(answer(seed), asked);
    expect(isKnown(questions[9]!)).toBe(true);
    expect(isKnown(questions[8]!)).toBe(true);
    expect(isKnown(questions[0]!)).toBe(false);
    for (const seed of [1, 2, 3]) expectSame(answer(seed), questions[0]!);
  });

  it('counts what it learns of answers too large to keep their nodes, also of the last one', () => {
    const many = new LearnedOfMany(1_000_000);
    const questions = Array.from({ length: 10 }, () => ({ ...learning(), learned: many.begin() }));
    const countries = Array.from({ length: 900 }, (_, at) => `country ${at}`);
    const body = bodyOf(answer(1, { countries }));
    expect(body.length).toBeGreaterThan(65_536);
    const isKnown = (asked: Question) => Object.isFrozen(tableOf(body, asked).head);
    for (const asked of questions) expect([isKnown(asked), isKnown(asked)]).toEqual([false, true]);
    expect(isKnown(questions[9]!)).toBe(true);
    expect(isKnown(questions[0]!)).toBe(false);
  });
});
