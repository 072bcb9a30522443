import type { AdjustApp, AdjustCell, AdjustKpiRowBatch } from '#libs/adjust-kpi';
import type { LineForm } from '../edge/table-lines.js';
import { numbersInto } from './adjust-numbers.js';
import { AdjustPasteBytes } from './adjust-paste-bytes.js';
import type { AdjustPlan } from './adjust-plan.js';
import type { AdjustRows } from './adjust-rows.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';

export interface PasteInput {
  plan: AdjustPlan;
  layout: KpiLayout;
  /** Whose `pastes` is true. */
  rows: AdjustRows;
  /** The app of every row, where they are not grouped by apps. */
  app?: AdjustApp;
  /** What was made of so many cells is kept for the next row that has them. */
  mostMade: number;
}

type Nodes = Pick<AdjustKpiRowBatch, 'groups' | 'last'>;

/** What was made of a batch's nodes: another answer with the same nodes has it already. */
interface MadeOfNodes extends Nodes {
  /** The currency of each row; undefined: there is no column for it. */
  readonly currencies: readonly string[] | undefined;
  allCurrencies?: readonly string[];
  /** What stands in each line before its values, in this form. */
  texts?: { readonly form: LineForm; readonly before: readonly string[] };
  /** Each row, without its values. */
  cells?: readonly KpiCells[];
}

/**
 * Lines and rows made of an answer's own text: the vendor's digits are pasted, and what stands before them is made once
 * for each group of rows and once for each cell. For answers of many MB this is what makes the difference.
 */
export class AdjustPaste {
  private readonly lastLevel: number;
  private readonly appLevel: number;
  private readonly texts = new Map<AdjustCell, string>();
  private textsForm?: LineForm;
  private readonly values = new Map<AdjustCell, KpiCells>();
  private made?: MadeOfNodes;

  private readonly bytes: AdjustPasteBytes;

  constructor(private readonly input: PasteInput) {
    this.lastLevel = input.plan.levels.length - 1;
    this.bytes = new AdjustPasteBytes(input.layout, this.lastLevel, input.mostMade, (level, cell, form) =>
      this.cellText(level, cell, form),
    );
    this.appLevel = input.plan.levels.findIndex((level) => level.grouping === 'apps');
  }

  /** The lines of a batch; bytes are UTF-8. */
  lines(batch: AdjustKpiRowBatch, form: LineForm): string | Buffer {
    const made = this.madeOf(batch);
    if (form.format === 'ndjson') return this.bytes.lines(batch, made.currencies, form);
    if (!made.texts?.form.isLike(form)) made.texts = { form, before: this.textsBefore(made, form) };
    const { before } = made.texts;
    const text = batch.text.toString('latin1');
    return form.format === 'csv' ? pasteCsv(before, text, batch.nulls) : this.pasteList(before, text, form);
  }

  /** The rows of a batch, as cells. */
  cells(batch: AdjustKpiRowBatch): KpiCells[] {
    const { layout } = this.input;
    const made = this.madeOf(batch);
    const rows = (made.cells ??= this.rowsWithoutValues(made)).map((row) => row.slice());
    numbersInto(rows, layout.firstMetricAt, batch.text);
    return rows;
  }

  /** The currencies of a batch, where an amount is among its values. */
  currencies(batch: AdjustKpiRowBatch): readonly string[] {
    if (!this.input.plan.money) return [];
    const made = this.madeOf(batch);
    return (made.allCurrencies ??= [...new Set(made.currencies)].filter((currency) => currency !== ''));
  }

  private madeOf(batch: AdjustKpiRowBatch): MadeOfNodes {
    const { groups, last } = batch;
    if (this.made?.groups !== groups || this.made.last !== last) {
      const { currencyAt } = this.input.layout;
      this.made = { groups, last, currencies: currencyAt === undefined ? undefined : this.currenciesOf(batch) };
    }
    return this.made;
  }

  private currenciesOf({ groups, last }: Nodes): string[] {
    if (this.appLevel === this.lastLevel) return last.map((cell) => cell.currency ?? '');
    const currencies: string[] = [];
    for (const { cells, end } of groups) {
      const app: { currency?: string } | undefined = this.appLevel < 0 ? this.input.app : cells[this.appLevel];
      const currency = app?.currency ?? '';
      while (currencies.length < end) currencies.push(currency);
    }
    return currencies;
  }

  private textsBefore({ groups, last, currencies }: MadeOfNodes, form: LineForm): string[] {
    if (!this.textsForm?.isLike(form)) this.texts.clear();
    this.textsForm = form;
    const { currencyAt, firstMetricAt } = this.input.layout;
    const vendor = form.before[0] + form.cell('ADJUST');
    // The first key of NDJSON is part of what stands before the values; CSV has its comma there.
    const key = form.before[firstMetricAt]!;
    const texts: string[] = [];
    for (const group of groups) {
      let before = vendor;
      for (let level = 0; level < this.lastLevel; level++) before += this.cellText(level, group.cells[level]!, form);
      for (let row = texts.length; row < group.end; row++) {
        const currency = currencyAt === undefined ? '' : form.before[currencyAt] + form.cell(currencies?.[row] || null);
        texts.push(before + this.lastText(last[row]!, form) + currency + key);
      }
    }
    return texts;
  }

  private rowsWithoutValues({ groups, last, currencies }: MadeOfNodes): KpiCells[] {
    const { columns, currencyAt, firstMetricAt } = this.input.layout;
    const rows: KpiCells[] = [];
    for (const group of groups) {
      const before: KpiCells = ['ADJUST'];
      for (let level = 0; level < this.lastLevel; level++) before.push(...this.cellValues(level, group.cells[level]!));
      for (let row = rows.length; row < group.end; row++) {
        const cells = before.concat(this.lastValues(last[row]!));
        if (currencyAt !== undefined) cells.push(currencies?.[row] || null);
        for (let metric = firstMetricAt; metric < columns.length; metric++) cells.push(null);
        rows.push(cells);
      }
    }
    return rows;
  }

  private pasteList(before: readonly string[], text: string, form: LineForm): string {
    const { firstMetricAt } = this.input.layout;
    const last = form.before.length - 1;
    let lines = '';
    let from = 0;
    for (let row = 0; row < before.length; row++) {
      lines += before[row];
      for (let metric = firstMetricAt; metric < last; metric++) {
        const to = text.indexOf(',', from);
        lines += text.slice(from, to) + form.before[metric + 1];
        from = to + 1;
      }
      const to = text.indexOf('\n', from);
      lines += text.slice(from, to) + form.end;
      from = to + 1;
    }
    return lines;
  }

  private cellValues(level: number, cell: AdjustCell): KpiCells {
    const { dimension } = this.input.plan.levels[level]!;
    return dimension ? this.input.rows.valuesOf(dimension, cell, this.input.app) : [];
  }

  private cellText(level: number, cell: AdjustCell, form: LineForm): string {
    const { dimension } = this.input.plan.levels[level]!;
    if (!dimension) return '';
    const at = this.input.layout.at.get(dimension)!;
    return this.cellValues(level, cell)
      .map((value, index) => form.before[at + index] + form.cell(value))
      .join('');
  }

  private lastText(cell: AdjustCell, form: LineForm): string {
    let text = this.texts.get(cell);
    if (text === undefined) this.keep(this.texts, cell, (text = this.cellText(this.lastLevel, cell, form)));
    return text;
  }

  private lastValues(cell: AdjustCell): KpiCells {
    let values = this.values.get(cell);
    if (values === undefined) this.keep(this.values, cell, (values = this.cellValues(this.lastLevel, cell)));
    return values;
  }

  /** Streams go on for ever: what was made of their cells must not. */
  private keep<V>(made: Map<AdjustCell, V>, cell: AdjustCell, value: V): void {
    if (made.size >= this.input.mostMade) made.clear();
    made.set(cell, value);
  }
}

/** CSV leaves an empty cell where JSON says null; nothing else in this text holds those letters. */
function pasteCsv(before: readonly string[], values: string, nulls: boolean): string {
  const text = nulls ? values.replaceAll('null', '') : values;
  let lines = '';
  let from = 0;
  for (let row = 0; row < before.length; row++) {
    const to = text.indexOf('\n', from) + 1;
    lines += before[row] + text.slice(from, to);
    from = to;
  }
  return lines;
}
