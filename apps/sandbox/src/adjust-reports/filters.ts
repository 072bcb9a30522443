import type { Tracker } from '../world/trackers.js';
import type { Cell } from '../world/world.js';
import { CELL_DIMENSIONS, FILTER_ONLY, isDimension } from './dimensions.js';
import type { ReportQuery } from './query.js';
import { invalid, requestError } from './refusal.js';

type TextTest = (value: string, asked: readonly string[]) => boolean;
const some =
  (test: (value: string, item: string) => boolean): TextTest =>
  (value, asked) =>
    asked.some((item) => test(value, item));
const none =
  (test: (value: string, item: string) => boolean): TextTest =>
  (value, asked) =>
    !asked.some((item) => test(value, item));
const equal = (value: string, item: string): boolean => value === item;
const holds = (value: string, item: string): boolean => value.includes(item);
const starts = (value: string, item: string): boolean => value.startsWith(item);
const ends = (value: string, item: string): boolean => value.endsWith(item);

/** `<dimension>__in=a,b`, without letter case throughout (FACTS §3.2). */
const OF_DIMENSIONS: Readonly<Record<string, TextTest>> = {
  in: some(equal),
  not_in: none(equal),
  contains: some(holds),
  exclude: none(holds),
  starts_with: some(starts),
  not_starts_with: none(starts),
  ends_with: some(ends),
  not_ends_with: none(ends),
};
/** `<metric>__gt=5`. */
const OF_METRICS: Readonly<Record<string, (value: number, asked: number) => boolean>> = {
  lt: (value, asked) => value < asked,
  lte: (value, asked) => value <= asked,
  gt: (value, asked) => value > asked,
  gte: (value, asked) => value >= asked,
  eq: (value, asked) => value === asked,
  ne: (value, asked) => value !== asked,
};
const FILTER = new RegExp(`^(.+)__(${[...Object.keys(OF_DIMENSIONS), ...Object.keys(OF_METRICS)].join('|')})$`);

export interface MetricFilter {
  metric: string;
  keeps(value: number): boolean;
}

export interface Filters {
  /** Whether what this cell did, counted under this tracker, is asked for: all filters, any of each one's values. */
  keeps(cell: Cell, tracker: Tracker): boolean;
  /** Applied to rows, after they are added up. */
  metrics: readonly MetricFilter[];
}

type CellTest = (cell: Cell, tracker: Tracker) => boolean;

/** `channel_id` is asked for as `partner_34` and as `34`. */
const spellings = (name: string, items: readonly string[]): string[] =>
  items.map((item) => (name === 'channel_id' && /^-?\d+$/.test(item) ? `partner_${item}` : item.toLowerCase()));

function dimensionFilter(query: ReportQuery, key: string, name: string, operator: string): CellTest {
  const valueOf = CELL_DIMENSIONS[name] ?? FILTER_ONLY[name];
  if (!valueOf) throw requestError(`Unsupported filter: ${key} (this stand-in filters time by date_period alone)`);
  const asked = spellings(name, query.demandedList(key));
  const test = OF_DIMENSIONS[operator] as TextTest;
  return (cell, tracker) => test(valueOf(cell, tracker).toLowerCase(), asked);
}

function metricFilter(query: ReportQuery, key: string, metric: string, operator: string): MetricFilter {
  const asked = Number(query.text(key) ?? NaN);
  if (Number.isNaN(asked)) throw invalid(key, 'value is not a valid number');
  const test = OF_METRICS[operator] as (value: number, asked: number) => boolean;
  return { metric, keeps: (value) => test(value, asked) };
}

/** Reads every filter of the query but `app_token__in`, which picks the apps before anything is counted. */
export function readFilters(query: ReportQuery): Filters {
  const cellTests: CellTest[] = [];
  const metrics: MetricFilter[] = [];
  for (const key of query.names) {
    const [, name = '', operator = ''] = FILTER.exec(key) ?? [];
    if (name === '' || key === 'app_token__in') continue;
    if (operator in OF_METRICS) metrics.push(metricFilter(query, key, name, operator));
    else if (isDimension(name) || Object.hasOwn(FILTER_ONLY, name)) {
      cellTests.push(dimensionFilter(query, key, name, operator));
    } else throw requestError(`Unsupported filter: ${key}`);
  }
  const osNames = query.list('os_names')?.map((item) => item.toLowerCase());
  if (osNames) cellTests.push(({ profile }) => osNames.includes(profile.osName));
  return { keeps: (cell, tracker) => cellTests.every((test) => test(cell, tracker)), metrics };
}
