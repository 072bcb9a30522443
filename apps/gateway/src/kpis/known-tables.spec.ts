import type { AdjustCell, AdjustKpiHead, AdjustKpiRowBatch } from '#libs/adjust-kpi';
import type { NetworkNames, OpenedApp } from '#libs/tenancy';
import { AS_THEY_ARE, LineForm } from '../edge/table-lines.js';
import { type AdjustPlan, planForAdjust } from './adjust-plan.js';
import { AdjustTable } from './adjust-table.js';
import type { KpiQuestion } from './kpi-question.js';
import { KnownTables } from './known-tables.js';
import { linesOfRows } from './row-source.js';

const app = { token: 'aaaaaaaaaaa1', name: 'Orbit', currency: 'EUR' };
const apps = [{ id: 'app-1', name: 'Orbit Runner', upstreamName: app.token }] as unknown as OpenedApp[];
const naming = (prefix: string) =>
  ({ canonical: (name: string) => prefix + name, vendorNames: (name: string) => [name] }) as unknown as NetworkNames;

const asked = (more: Partial<KpiQuestion>): KpiQuestion => ({
  ...{
    from: '2026-01-01',
    to: '2026-01-31',
    metrics: ['INSTALLS', 'COST'],
    vendorMetrics: [],
    groupBy: ['DAY', 'NETWORK'],
  },
  ...{ filter: {}, vendors: undefined, utcOffset: '+00:00', cohort: undefined, adjust: {} },
  ...more,
});
const planOf = (question: KpiQuestion): AdjustPlan => planForAdjust({ question, apps, networkNames: (name) => [name] });

const cells: Record<string, AdjustCell> = Object.fromEntries(
  ['2026-01-01', '2026-01-02', 'One', 'Two, "Inc"', 'Three'].map((name) => [
    name,
    Object.freeze({ name, id: `t${name}` }),
  ]),
);

/** Rows of these days and networks; `values` of all rows, in the batch's form. */
function batch(days: string[], networks: string[], values: string): AdjustKpiRowBatch {
  const groups = days.map((day, at) => ({ cells: [cells[day]!], end: (at + 1) * networks.length }));
  const last = days.flatMap(() => networks.map((name) => cells[name]!));
  return { length: last.length, groups, last, text: Buffer.from(values), nulls: values.includes('null') };
}

const FORMS = [
  ['csv', AS_THEY_ARE],
  ['ndjson', AS_THEY_ARE],
  ['csv', { ...AS_THEY_ARE, raw: false }],
] as const;

/** An answer in every form. */
function written(table: AdjustTable, answer: AdjustKpiRowBatch): object {
  const lines = FORMS.map(([format, options]) =>
    linesOfRows(table.rows([answer]), new LineForm(format, table.layout.columns, options)),
  );
  const { cells, currencies, count } = table.rows([answer]);
  return { lines, cells, currencies, count };
}

const head: AdjustKpiHead = Object.freeze({
  kpis: ['installs', 'cost'],
  columns: ['day', 'networks'] as const,
  events: [],
  trackers: [],
  parameters: {},
});
const first = batch(['2026-01-01', '2026-01-02'], ['One', 'Two, "Inc"'], '1,2.50\n3,null\n-4,0\n5,1e3\n');

describe('KnownTables', () => {
  it('writes the next answers as a table of their own does', () => {
    const question = asked({});
    const plan = planOf(question);
    const names = { apps, names: naming('') };
    const tables = new KnownTables();
    const table = () => tables.of(question, names, plan, { head, app }, 4);
    const answers = [
      first,
      { ...first, text: Buffer.from('10,20\n30,40\n50,60\n70,80\n'), nulls: false },
      batch(['2026-01-02'], ['Three', 'One'], 'null,null\n1,0.0001\n'),
      batch(['2026-01-02', '2026-01-01'], ['One', 'Two, "Inc"'], '1,2\n3,4\n5,6\n7,8\n'),
      first,
    ];
    for (const answer of answers) {
      const fresh = new AdjustTable(question, names, plan, { head, app });
      expect(written(table(), answer)).toEqual(written(fresh, answer));
    }
    expect(table()).toBe(table());
    expect(table().rows([first]).lines!(new LineForm('csv', table().layout.columns, AS_THEY_ARE))).toBe(
      'ADJUST,2026-01-01,One,tOne,EUR,1,2.50\nADJUST,2026-01-01,"Two, ""Inc""","tTwo, ""Inc""",EUR,3,\n' +
        'ADJUST,2026-01-02,One,tOne,EUR,-4,0\nADJUST,2026-01-02,"Two, ""Inc""","tTwo, ""Inc""",EUR,5,1e3\n',
    );
  });

  it('hands out rows that are their own', () => {
    const question = asked({});
    const plan = planOf(question);
    const table = new KnownTables().of(question, { apps, names: naming('') }, plan, { head, app }, 4);
    const [row] = table.rows([first]).cells as unknown[][];
    row!.fill('changed');
    expect(table.rows([first]).cells[0]).toEqual(['ADJUST', '2026-01-01', 'One', 'tOne', 'EUR', 1, 2.5]);
  });

  it('makes a table anew for other names, another plan, another head, and for many rows', () => {
    const question = asked({});
    const plan = planOf(question);
    const names = { apps, names: naming('') };
    const tables = new KnownTables();
    const table = tables.of(question, names, plan, { head, app }, 4);
    expect(tables.of(question, names, plan, { head, app }, 1_001)).not.toBe(table);
    expect(tables.of(question, names, plan, { head: { ...head }, app }, 4)).not.toBe(table);
    expect(tables.of(question, names, plan, { head, app }, 4)).toBe(table);
    const renamed = tables.of(question, { apps, names: naming('My ') }, plan, { head, app }, 4);
    expect(renamed.rows([first]).cells[0]![2]).toBe('My One');
    expect(tables.of(question, names, planOf(question), { head, app }, 4)).not.toBe(renamed);
  });

  it('adds each answer up by itself', () => {
    const question = asked({ groupBy: ['DAY'], filter: { networks: ['One', 'Three'] } });
    const plan = planOf(question);
    const names = { apps, names: naming('') };
    const known = new KnownTables().of(question, names, plan, { head, app }, 4);
    const three = batch(['2026-01-01', '2026-01-02'], ['One', 'Three'], '1,2\n3,4.5\n5,6\n7,null\n');
    for (const answer of [three, first, three]) {
      const fresh = new AdjustTable(question, names, plan, { head, app });
      expect(written(known, answer)).toEqual(written(fresh, answer));
    }
    expect(known.rows([three]).cells).toEqual([
      ['ADJUST', '2026-01-01', 'EUR', 4, 6.5],
      ['ADJUST', '2026-01-02', 'EUR', 12, 6],
    ]);
  });
});
