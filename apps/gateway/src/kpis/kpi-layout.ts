import type { KpiQuestion } from './kpi-question.js';
import { DIMENSION_COLUMNS, type KpiDimension, MONEY } from './kpi-words.js';

export interface KpiColumnInfo {
  readonly name: string;
  readonly kind: 'DIMENSION' | 'METRIC';
}

/** A row's cells, one for each column of its layout. */
export type KpiCells = (string | number | null)[];

/**
 * The columns of an answer and where each thing stands in a row: vendor, the dimensions in the order asked (an id after
 * its name), the currency where a metric is money, the metrics. GraphQL's table, CSV, NDJSON and the flat JSON rows are
 * all this.
 */
export interface KpiLayout {
  readonly columns: readonly KpiColumnInfo[];
  /** Index of the dimension's first column; its id stands behind it. APP: the id first, then the name. */
  readonly at: ReadonlyMap<KpiDimension, number>;
  readonly currencyAt: number | undefined;
  readonly firstMetricAt: number;
}

/** `vendorNames`: the vendors' own metrics after expansion; `vendorMoney`: is one of them an amount? */
export function layoutOf(question: KpiQuestion, vendorNames: readonly string[], vendorMoney: boolean): KpiLayout {
  const columns: KpiColumnInfo[] = [{ name: 'vendor', kind: 'DIMENSION' }];
  const at = new Map<KpiDimension, number>();
  for (const dimension of question.groupBy) {
    at.set(dimension, columns.length);
    for (const name of DIMENSION_COLUMNS[dimension]) columns.push({ name, kind: 'DIMENSION' });
  }
  let currencyAt: number | undefined;
  if (vendorMoney || question.metrics.some((metric) => MONEY.has(metric))) {
    currencyAt = columns.length;
    columns.push({ name: 'currency', kind: 'DIMENSION' });
  }
  const firstMetricAt = columns.length;
  for (const name of [...question.metrics.map((metric) => metric.toLowerCase()), ...vendorNames]) {
    columns.push({ name, kind: 'METRIC' });
  }
  return { columns, at, currencyAt, firstMetricAt };
}
