import { type FieldNode, type OperationDefinitionNode, parse } from 'graphql';
import type { AnswerFrame } from './answer-frame.js';
import { KpiAnswer } from './kpi-answer.js';
import type { KpiLayout } from './kpi-layout.js';
import { rowsTextOf } from './kpi-row-text.js';
import { GivenRows } from './row-source.js';

const layout: KpiLayout = {
  columns: ['vendor', 'day', 'country', 'installs'].map((name) => ({ name, kind: 'DIMENSION' })),
  at: new Map([
    ['DAY', 1],
    ['COUNTRY', 2],
  ]),
  currencyAt: undefined,
  firstMetricAt: 3,
};

const fieldOf = (selection: string): FieldNode =>
  (parse(`{ rows ${selection} }`).definitions[0] as OperationDefinitionNode).selectionSet.selections[0] as FieldNode;
const textOf = (selection: string) => rowsTextOf(fieldOf(selection).selectionSet!);

describe('rows as text', () => {
  it('quotes what JSON has to quote, and tells nothing from an empty text', () => {
    const rows = [
      ['ADJUST', '2026-01-01', 'a "b"\n\ud800', 1e21],
      ['ADJUST', '2026-01-01', '', null],
      ['ADJUST', '2026-01-01', null, -0],
    ];
    expect(textOf('{ c: country time metrics { value } network }')!(rows, layout)).toBe(
      JSON.stringify(rows.map(([, time, c, value]) => ({ c, time, metrics: [{ value }], network: null }))),
    );
  });

  it('leaves to GraphQL what it has to read itself', () => {
    for (const selection of ['{ app { id } }', '{ dimensionIds { id } }', '{ ...f }', '{ time time }'])
      expect(textOf(selection)).toBeUndefined();
    expect(textOf('{ metrics { value @skip(if: true) } }')).toBeUndefined();
  });

  it('spends what one operation may ask for as the objects do', () => {
    const rows = Array.from({ length: 20_000 }, () => ['ADJUST', '2026-01-01', 'DE', 1]);
    const frame = { tenant: {}, layout } as AnswerFrame;
    const answer = new KpiAnswer(frame, new GivenRows(rows), [], () => Promise.reject(new Error('not asked')));
    const field = fieldOf('{ time country vendor metrics { name value } }');
    const ask = () => answer.rowsTextFor({ fieldNodes: [field], fragments: {} }, textOf('{ time }')!);
    // 10,000 rows of six fields each: 60,000 of the 1,500,000 cells.
    for (let time = 0; time < 25; time++) expect((JSON.parse(ask()) as unknown[]).length).toBe(10_000);
    expect(ask).toThrow('1500000');
  });
});
