import { readAnswer } from './answer-reader.js';
import { RowReader } from './row-reader.js';
import { tableOf } from './rows.js';
import { cut, failureOf, question, streamed } from './testing.js';
import { AdjustSaysNo } from './unreadable.js';

describe('RowReader', () => {
  const parameters = { kpis: ['clicks', 'revenue'] };
  const app = { token: 'app1', name: 'App', currency: 'EUR' };

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
    expect(streamed([day('1e400,-1E400')], question(['day']))[0]!.values).toEqual([null, null]);
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
    expect(tableOf(turned, question(['day'])).head.kpis).toEqual(['revenue', 'clicks']);
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
