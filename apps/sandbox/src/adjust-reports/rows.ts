import type { Bucket } from '../world/calendar.js';
import { cutIntoBuckets, DAY, FIRST_DAY } from '../world/calendar.js';
import type { World } from '../world/world.js';
import { TIME_DIMENSIONS, unitOf } from './dimensions.js';
import { exchangeRate } from './exchange.js';
import type { CellGroup } from './groups.js';
import { groupCells } from './groups.js';
import type { Ingredient, Metric } from './ingredients.js';
import { isMoney } from './ingredients.js';
import { ReportRefusal } from './refusal.js';
import type { ReportRequest } from './request.js';
import { tally } from './tally.js';

/** What was added up, so that rates of any rows together can be worked out anew. */
export interface Counted {
  /** By ingredient. */
  sums: Map<string, number>;
  /** Length of its time in days, hours as parts of them. */
  days: number;
}

export interface ReportRow extends Counted {
  /** The same for rows of the same stretch of time. */
  time: string;
  dimensions: Readonly<Record<string, string>>;
  dependency: Readonly<Record<string, string>>;
  /** By metric, in the order asked. */
  values: readonly number[];
}

export interface ReportAnswer {
  rows: readonly ReportRow[];
  /** Over the whole result, whatever `limit` says. */
  totals: readonly number[];
  /** Days that the totals are of. */
  days: number;
  /** Rows before `limit`. */
  found: number;
}

/** More numbers than this a query may not add up: the vendor's long queries end so too (FACTS §8). */
const MOST_NUMBERS = 20_000_000;

/** Of hours that are added up to days. */
const ROUNDING = 1e-6;

export const valueOf = (metric: Metric, { sums, days }: Counted): number =>
  metric.value((ingredient) => sums.get(ingredient.id) ?? 0, Math.max(1, Math.ceil(days - ROUNDING)));

export function together(rows: readonly Counted[], days: number): Counted {
  const sums = new Map<string, number>();
  for (const row of rows) for (const [id, value] of row.sums) sums.set(id, (sums.get(id) ?? 0) + value);
  return { sums, days };
}

/** Days and parts of days that have come. */
const daysOf = (bucket: Bucket, now: number): number =>
  Math.max(0, (Math.min(bucket.to, now) - Math.max(bucket.from, FIRST_DAY)) / DAY);

/** The asked days in pieces, less what lies before the world began or after now. */
function bucketsOf({ firstDay, lastDay, offset, dimensions }: ReportRequest, now: number): Bucket[] {
  const first = Math.max(firstDay, FIRST_DAY - DAY);
  const last = Math.min(lastDay, Math.floor((now + offset) / DAY) * DAY);
  return first > last ? [] : cutIntoBuckets(unitOf(dimensions), first, last, offset);
}

const ingredientsOf = (request: ReportRequest): Ingredient[] => [
  ...new Map(
    [...request.metrics, ...request.filterMetrics].flatMap(({ metric }) => metric.needs.map((item) => [item.id, item])),
  ).values(),
];

type OpenRow = Omit<ReportRow, 'values'>;

/** The rows before anything is known of their metrics, in order of time and of the world's cells. */
function countRows(world: World, request: ReportRequest, now: number): OpenRow[] {
  const ingredients = ingredientsOf(request);
  const buckets = bucketsOf(request, now);
  const { placing, groups } = groupCells(request);
  if (buckets.length * groups.length * ingredients.length > MOST_NUMBERS) {
    throw new ReportRefusal(504, 'service_error', 'The query took too long: ask for fewer days, dimensions or metrics');
  }
  const rates = groups.map(({ currency }) => (request.currency ? exchangeRate(currency, request.currency) : 1));
  const read = tally({ world, request, placing, buckets, now }, ingredients);
  const rows = new Map<string, OpenRow>();
  const times = Object.keys(TIME_DIMENSIONS).filter((name) => request.dimensions.includes(name));
  const days = new Map<string, number>();
  for (const [b, bucket] of buckets.entries()) {
    const wall = bucket.from + request.offset;
    const time = Object.fromEntries(times.map((name) => [name, TIME_DIMENSIONS[name]?.(wall) ?? '']));
    const timeKey = JSON.stringify(time);
    days.set(timeKey, (days.get(timeKey) ?? 0) + daysOf(bucket, now));
    for (const [g, group] of groups.entries()) {
      const row = openRow(rows, request, { ...time, ...group.values }, group, timeKey);
      row.days = days.get(timeKey) as number;
      for (const ingredient of ingredients) {
        const value = read(ingredient, b, g) * (isMoney(ingredient) ? (rates[g] as number) : 1);
        if (value !== 0) row.sums.set(ingredient.id, (row.sums.get(ingredient.id) ?? 0) + value);
      }
    }
  }
  return [...rows.values()];
}

function openRow(
  rows: Map<string, OpenRow>,
  request: ReportRequest,
  values: Readonly<Record<string, string>>,
  { dependency }: CellGroup,
  time: string,
): OpenRow {
  const dimensions = Object.fromEntries(request.dimensions.map((name) => [name, values[name] ?? '']));
  const key = JSON.stringify(dimensions);
  let row = rows.get(key);
  if (!row) rows.set(key, (row = { dimensions, dependency, time, sums: new Map(), days: 0 }));
  return row;
}

function inOrder(request: ReportRequest, rows: readonly ReportRow[]): ReportRow[] {
  const columns = request.sort.map(({ name, descending }) => ({
    at: request.metrics.findIndex((metric) => metric.name === name),
    name,
    sign: descending ? -1 : 1,
  }));
  return [...rows].sort((one, other) => {
    for (const { at, name, sign } of columns) {
      const [a, b] = [one, other].map((row) => (at < 0 ? row.dimensions[name] : row.values[at])) as [string, string];
      if (a !== b) return a < b ? -sign : sign;
    }
    return 0;
  });
}

/** Answers a report. Combinations of which every metric is 0 have no row. */
export function answerReport(world: World, request: ReportRequest, now: number): ReportAnswer {
  const rows = countRows(world, request, now)
    .map((row): ReportRow => ({ ...row, values: request.metrics.map(({ metric }) => valueOf(metric, row)) }))
    .filter((row) => row.values.some((value) => value !== 0))
    .filter((row) =>
      request.filterMetrics.every(({ metric }, at) => request.filters.metrics[at]?.keeps(valueOf(metric, row))),
    );
  const days = bucketsOf(request, now).reduce((sum, bucket) => sum + daysOf(bucket, now), 0);
  const whole = together(rows, days);
  return {
    rows: inOrder(request, rows).slice(0, request.limit),
    totals: request.metrics.map(({ metric }) => valueOf(metric, whole)),
    days,
    found: rows.length,
  };
}
