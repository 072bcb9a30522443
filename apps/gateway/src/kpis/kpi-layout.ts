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

/** One layout for the rows of several sources: what they were asked for is the same, their own metrics are not. */
export function mergedLayout(layouts: readonly KpiLayout[]): KpiLayout {
  const [first, ...rest] = layouts as [KpiLayout, ...KpiLayout[]];
  if (rest.every((layout) => hasSameColumns(layout, first))) return first;
  const asked = first.columns.slice(0, first.currencyAt ?? first.firstMetricAt);
  const currency = layouts.flatMap(({ columns, currencyAt }) =>
    currencyAt === undefined ? [] : [columns[currencyAt]!],
  );
  const metrics = new Map<string, KpiColumnInfo>();
  for (const { columns, firstMetricAt } of layouts) {
    for (const column of columns.slice(firstMetricAt)) metrics.set(column.name, column);
  }
  const before = [...asked, ...currency.slice(0, 1)];
  return {
    columns: [...before, ...metrics.values()],
    at: first.at,
    currencyAt: currency.length > 0 ? asked.length : undefined,
    firstMetricAt: before.length,
  };
}

export const hasSameColumns = (one: KpiLayout, other: KpiLayout): boolean =>
  one === other ||
  (one.columns.length === other.columns.length &&
    one.columns.every(({ name }, index) => name === other.columns[index]!.name));

/** Makes rows of `from` into rows of `to`; what `from` does not have is null. */
export function inLayout(from: KpiLayout, to: KpiLayout): (cells: KpiCells) => KpiCells {
  if (hasSameColumns(from, to)) return (cells) => cells;
  const places = to.columns.map(({ name }) => from.columns.findIndex((column) => column.name === name));
  return (cells) => places.map((place) => (place < 0 ? null : cells[place]!));
}
