import type { AdjustCell, AdjustKpiRowBatch, AdjustKpiStream } from '#libs/adjust-kpi';
import type { LineForm } from '../edge/table-lines.js';
import type { AdjustPlan } from './adjust-plan.js';
import type { AdjustRows } from './adjust-rows.js';
import type { KpiLayout } from './kpi-layout.js';

export interface PasteInput {
  stream: AdjustKpiStream;
  plan: AdjustPlan;
  layout: KpiLayout;
  /** Whose `pastes` is true. */
  rows: AdjustRows;
}

const MOST_MEMOS = 10_000;

/**
 * Lines made of an answer's own text: the vendor's digits are pasted, and what stands before them is made once for
 * each group of rows and once for each cell. For answers of many MB this is what makes the difference.
 */
export async function* pastedLines({ stream, plan, layout, rows }: PasteInput, form: LineForm): AsyncGenerator<string> {
  const lastLevel = plan.levels.length - 1;
  const money = layout.currencyAt !== undefined;
  const appLevel = plan.levels.findIndex((level) => level.grouping === 'apps');
  const memos = new Map<AdjustCell, string>();

  const currencyText = (app: { currency?: string } | undefined): string => {
    if (!money) return '';
    if (app?.currency) rows.currencies.add(app.currency);
    return form.before[layout.currencyAt!] + form.cell(app?.currency || null);
  };
  const cellText = (level: number, cell: AdjustCell): string => {
    const { dimension } = plan.levels[level]!;
    if (!dimension) return '';
    const at = layout.at.get(dimension)!;
    return rows
      .valuesOf(dimension, cell, stream.app)
      .map((value, index) => form.before[at + index] + form.cell(value))
      .join('');
  };
  const lastText = (cell: AdjustCell): string => {
    let text = memos.get(cell);
    if (text === undefined) {
      if (memos.size >= MOST_MEMOS) memos.clear();
      text = cellText(lastLevel, cell) + (appLevel === lastLevel ? currencyText(cell) : '');
      memos.set(cell, text);
    }
    return text;
  };
  const vendorText = form.before[0] + form.cell('ADJUST');
  const valueKeys = form.before.slice(layout.firstMetricAt);
  const paste = form.format === 'csv' ? pasteCsv : pasteNdjson;

  for await (const batch of stream.rows) {
    const text = valuesText(batch, form);
    let lines = '';
    let row = 0;
    for (const group of batch.groups) {
      let before = vendorText;
      for (let level = 0; level < lastLevel; level++) before += cellText(level, group.cells[level]!);
      const after = appLevel === lastLevel ? '' : currencyText(appLevel < 0 ? stream.app : group.cells[appLevel]);
      for (; row < group.end; row++) {
        const values = text.slice(row === 0 ? 0 : batch.ends[row - 1], batch.ends[row]);
        lines += before + lastText(batch.last[row]!) + after + paste(values, valueKeys, form);
      }
    }
    yield lines;
  }
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
