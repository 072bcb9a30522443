import type { Cell } from '../edge/table-lines.js';
import type { KpiComparisonDimension } from './comparison.input.js';
import { type ComparisonQuestion, isOfCurrency } from './comparison-question.js';
import { DIMENSION_COLUMNS, TIME_DIMENSIONS } from './kpi-words.js';

/** A row's cells, one for each column of its layout. */
export type ComparisonCells = Cell[];

/**
 * The columns of a comparison, at CSV, NDJSON and as flat JSON: the dimensions in the order asked, `metric`, `currency`
 * where one of the metrics has one, the values.
 */
export interface ComparisonLayout {
  readonly columns: readonly { readonly name: string }[];
  /** Index of the dimension's first column. APP: the id, then the name. */
  readonly at: ReadonlyMap<KpiComparisonDimension, number>;
  readonly metricAt: number;
  readonly currencyAt: number | undefined;
  /** `adjust`, and after it the others of VALUES. */
  readonly valuesAt: number;
}

const VALUES = ['adjust', 'kochava', 'delta', 'delta_percent', 'within_tolerance'];

/** The columns that tell a dimension in a comparison: an id of one vendor's says nothing of the other. */
export const columnsOf = (dimension: KpiComparisonDimension): readonly string[] =>
  dimension === 'APP' ? DIMENSION_COLUMNS.APP : DIMENSION_COLUMNS[dimension].slice(0, 1);

/** `groupBy`: [] for totals. */
export function comparisonLayout(
  { metrics }: ComparisonQuestion,
  groupBy: readonly KpiComparisonDimension[],
): ComparisonLayout {
  const names: string[] = [];
  const at = new Map<KpiComparisonDimension, number>();
  for (const dimension of groupBy) {
    at.set(dimension, names.length);
    names.push(...columnsOf(dimension));
  }
  const metricAt = names.push('metric') - 1;
  const currencyAt = metrics.some(isOfCurrency) ? names.push('currency') - 1 : undefined;
  const valuesAt = names.length;
  return { columns: [...names, ...VALUES].map((name) => ({ name })), at, metricAt, currencyAt, valuesAt };
}

/** The dimensions in the order that rows are sorted by: time first, the others as they were asked for. */
export function sortedDimensions(groupBy: readonly KpiComparisonDimension[]): KpiComparisonDimension[] {
  const isTime = (dimension: KpiComparisonDimension): boolean => TIME_DIMENSIONS.has(dimension);
  return [...groupBy.filter(isTime), ...groupBy.filter((dimension) => !isTime(dimension))];
}
