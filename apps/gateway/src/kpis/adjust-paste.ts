import type { AdjustApp, AdjustCell, AdjustKpiRowBatch } from '#libs/adjust-kpi';
import type { LineForm } from '../edge/table-lines.js';
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
}

const MOST_MEMOS = 10_000;

/**
 * Lines and rows made of an answer's own text: the vendor's digits are pasted, and what stands before them is made once
 * for each group of rows and once for each cell. For answers of many MB this is what makes the difference.
 */
export class AdjustPaste {
  private readonly lastLevel: number;
  private readonly appLevel: number;
  private readonly texts = new Map<AdjustCell, string>();
  private readonly values = new Map<AdjustCell, KpiCells>();

  constructor(private readonly input: PasteInput) {
    this.lastLevel = input.plan.levels.length - 1;
    this.appLevel = input.plan.levels.findIndex((level) => level.grouping === 'apps');
  }

  /** The lines of a batch. One form for one AdjustPaste: what was made of a cell is kept. */
  lines(batch: AdjustKpiRowBatch, form: LineForm): string {
    const text = valuesText(batch, form);
    const keys = form.before.slice(this.input.layout.firstMetricAt);
    const paste = form.format === 'csv' ? pasteCsv : pasteNdjson;
    const vendor = form.before[0] + form.cell('ADJUST');
    let lines = '';
    let row = 0;
    for (const group of batch.groups) {
      let before = vendor;
      for (let level = 0; level < this.lastLevel; level++) before += this.cellText(level, group.cells[level]!, form);
      const after = this.appLevel === this.lastLevel ? '' : this.currencyText(this.appOf(group.cells), form);
      for (; row < group.end; row++) {
        const values = text.slice(row === 0 ? 0 : batch.ends[row - 1], batch.ends[row]);
        lines += before + this.lastText(batch.last[row]!, form) + after + paste(values, keys, form);
      }
    }
    return lines;
  }

  /** The rows of a batch, as cells. */
  cells(batch: AdjustKpiRowBatch): KpiCells[] {
    const { plan, layout } = this.input;
    const width = layout.columns.length - layout.firstMetricAt;
    const text = batch.text.toString('latin1', 0, batch.text.length - 1).replaceAll('\n', ',');
    const numbers = JSON.parse(`[${text}]`) as (number | null)[];
    const made: KpiCells[] = [];
    let row = 0;
    for (const group of batch.groups) {
      const before: KpiCells = ['ADJUST'];
      for (let level = 0; level < this.lastLevel; level++) before.push(...this.cellValues(level, group.cells[level]!));
      for (; row < group.end; row++) {
        const last = batch.last[row]!;
        const cells = before.concat(this.lastValues(last));
        if (layout.currencyAt !== undefined) {
          cells.push(this.noted(this.appLevel === this.lastLevel ? last : this.appOf(group.cells)) || null);
        }
        for (let index = row * width, end = index + width; index < end; index++) cells.push(numbers[index]!);
        made.push(cells);
      }
    }
    if (plan.money && layout.currencyAt === undefined) this.noteCurrencies(batch);
    return made;
  }

  /** Notes the currencies of a batch without making anything of its rows. */
  noteCurrencies(batch: AdjustKpiRowBatch): void {
    if (!this.input.plan.money) return;
    if (this.appLevel === this.lastLevel) for (const cell of batch.last) this.noted(cell);
    else for (const group of batch.groups) this.noted(this.appOf(group.cells));
  }

  private appOf(cells: readonly AdjustCell[]): { currency?: string } | undefined {
    return this.appLevel < 0 ? this.input.app : cells[this.appLevel];
  }

  private noted(app: { currency?: string } | undefined): string {
    const currency = app?.currency ?? '';
    if (currency) this.input.rows.currencies.add(currency);
    return currency;
  }

  private currencyText(app: { currency?: string } | undefined, form: LineForm): string {
    const at = this.input.layout.currencyAt;
    return at === undefined ? '' : form.before[at] + form.cell(this.noted(app) || null);
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
    return remembered(this.texts, cell, () => {
      const currency = this.appLevel === this.lastLevel ? this.currencyText(cell, form) : '';
      return this.cellText(this.lastLevel, cell, form) + currency;
    });
  }

  private lastValues(cell: AdjustCell): KpiCells {
    return remembered(this.values, cell, () => this.cellValues(this.lastLevel, cell));
  }
}

/** Streams go on for ever: what was made of their cells must not. */
function remembered<V>(memos: Map<AdjustCell, V>, cell: AdjustCell, make: () => V): V {
  let value = memos.get(cell);
  if (value === undefined) {
    if (memos.size >= MOST_MEMOS) memos.clear();
    memos.set(cell, (value = make()));
  }
  return value;
}

/** CSV leaves an empty cell where JSON says null; nothing else in this text holds those letters. */
function valuesText(batch: AdjustKpiRowBatch, form: LineForm): string {
  const text = batch.text.toString('latin1');
  // Taking letters out would move the ends of the rows: blanks keep them, and are taken out of each row.
  return batch.nulls && form.format === 'csv' ? text.replaceAll('null', '    ') : text;
}

function pasteCsv(values: string): string {
  return values.includes(' ') ? `,${values.replaceAll(' ', '')}` : `,${values}`;
}

function pasteNdjson(values: string, keys: readonly string[], form: LineForm): string {
  let line = '';
  let from = 0;
  for (let index = 0; index < keys.length - 1; index++) {
    const to = values.indexOf(',', from);
    line += keys[index] + values.slice(from, to);
    from = to + 1;
  }
  return line + keys[keys.length - 1] + values.slice(from, -1) + form.end;
}
