import { humanName } from '../adjust/human-names.js';
import { TIME_DIMENSIONS } from './dimensions.js';
import { isDecimal } from './metrics.js';
import type { ReportRequest } from './request.js';
import type { ReportAnswer, ReportRow } from './rows.js';
import { together, valueOf } from './rows.js';

type Values = Record<string, number>;

/** As rows write numbers: text, and decimals with a point (FACTS §7.1). */
const written = (name: string, value: number): string =>
  Number.isInteger(value) && isDecimal(name) ? `${value}.0` : `${value}`;

const numbers = (request: ReportRequest, values: readonly number[]): Values =>
  Object.fromEntries(request.metrics.map(({ name }, at) => [name, values[at] as number]));

const dataWarnings = ({ limit }: ReportRequest, { found }: ReportAnswer): Record<string, string>[] =>
  limit !== undefined && found > limit ? [{ limit_rows: `Only ${limit} of ${found} rows are shown` }] : [];

/** The answer of /report. */
export function toJson(request: ReportRequest, answer: ReportAnswer): string {
  const rows = answer.rows.map((row) => ({
    ...(request.withDependency && { attr_dependency: row.dependency }),
    ...row.dimensions,
    ...Object.fromEntries(request.metrics.map(({ name }, at) => [name, written(name, row.values[at] as number)])),
  }));
  return JSON.stringify({
    rows,
    totals: numbers(request, answer.totals),
    warnings: [],
    data_warnings: dataWarnings(request, answer),
    pagination: null,
  });
}

const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The answer of /csv_report: a byte order mark, the slugs, the rows; no totals. */
export function toCsv(request: ReportRequest, answer: ReportAnswer): string {
  const slugs = [...request.dimensions, ...request.metrics.map(({ name }) => name)];
  const header = request.readableNames ? slugs.map(humanName) : slugs;
  const lines = answer.rows.map((row) => [
    ...request.dimensions.map((name) => row.dimensions[name] ?? ''),
    ...request.metrics.map(({ name }, at) => written(name, row.values[at] as number)),
  ]);
  return `\uFEFF${[header, ...lines].map((cells) => cells.map(quote).join(',')).join('\n')}\n`;
}

function byValue(rows: readonly ReportRow[], dimension: string): Map<string, ReportRow[]> {
  const groups = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const value = row.dimensions[dimension] ?? '';
    groups.set(value, [...(groups.get(value) ?? []), row]);
  }
  return groups;
}

function nest(
  request: ReportRequest,
  rows: readonly ReportRow[],
  index: readonly string[],
  left: readonly string[],
): unknown[] {
  const [outermost, ...inner] = index;
  if (outermost === undefined) {
    return rows.map((row) => ({
      ...Object.fromEntries(left.map((name) => [name, row.dimensions[name]])),
      ...numbers(request, row.values),
    }));
  }
  return [...byValue(rows, outermost)].map(([value, group]) => {
    const below = nest(request, group, inner, left);
    return { [value]: inner.length === 0 && left.length === 0 ? below[0] : { rows: below } };
  });
}

/**
 * The answer of /pivot_report: rows hang under the values of `index`, and each dimension has totals by its values.
 * @param index dimensions that were asked for.
 */
export function toPivot(request: ReportRequest, answer: ReportAnswer, index: readonly string[]): string {
  const left = request.dimensions.filter((name) => !index.includes(name));
  const totalsOf = (dimension: string, rows: readonly ReportRow[]): Values => {
    // Users of a day are averaged over days: a stretch of time has its own, anything else all of the report's.
    const ownDays = [...new Map(rows.map((row) => [row.time, row.days])).values()].reduce((sum, days) => sum + days, 0);
    const counted = together(rows, Object.hasOwn(TIME_DIMENSIONS, dimension) ? ownDays : answer.days);
    return numbers(
      request,
      request.metrics.map(({ metric }) => valueOf(metric, counted)),
    );
  };
  return JSON.stringify({
    rows: nest(request, answer.rows, index, left),
    totals: numbers(request, answer.totals),
    totals_per_dimension: Object.fromEntries(
      request.dimensions.map((name) => [
        name,
        Object.fromEntries([...byValue(answer.rows, name)].map(([value, rows]) => [value, totalsOf(name, rows)])),
      ]),
    ),
    warnings: [],
    data_warnings: dataWarnings(request, answer),
    pagination: null,
  });
}
