import type { SummaryGroup, SummaryRow } from '#libs/kochava-reporting';
import type { NetworkNames } from '#libs/tenancy';
import { type KeyedRow, plus } from './gathered-row.js';
import { type CounterSource, DAY_MS, HOUR_MS, KOCHAVA_GROUPING, type KochavaPlan } from './kochava-plan.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import { DIMENSION_COLUMNS, type KpiDimension, TIME_DIMENSIONS } from './kpi-words.js';

/** The app that a report is about. */
interface RowApp {
  readonly id: string;
  readonly name: string;
}

/** A row of a summary in the dimensions of a question; undefined where the question does not want it. */
export type KeyOf = (row: SummaryRow) => KpiCells | undefined;

/** What came of reading a file, beside its rows. */
export interface Seen {
  /** Columns that mean nothing here. */
  readonly unknown: Set<string>;
  /** Were there rows that lack nothing but the names that were asked for? */
  otherNames: boolean;
}

/**
 * Makes keys of the rows of one app's report: time cut where the question's days begin, canonical names, what the filters
 * and the range leave out dropped. Names of networks are the tenant's: what is kept of a key must hang on them.
 */
export function keysOf(question: KpiQuestion, plan: KochavaPlan, app: RowApp, names: NetworkNames, seen?: Seen): KeyOf {
  const { grouping } = plan.asked;
  const offset = plan.offsetHours * HOUR_MS;
  const first = Date.parse(question.from) - offset;
  const end = Date.parse(question.to) + DAY_MS - offset;
  const filters = plan.filters.map((filter) => ({ ...filter, at: grouping.indexOf(filter.grouping) }));
  const parts = question.groupBy.map((dimension) => partOf(dimension, plan, app, names));
  return (row) => {
    if (row.time < first || row.time >= end) return undefined;
    // Countries, which are folded, come first.
    for (const { at, keep, folded } of filters) {
      const { name, id } = row.groups[at]!;
      const known = folded ? name?.toLowerCase() : name;
      if (keep.has(known ?? '') || (id !== null && keep.has(id))) continue;
      if (seen && !folded) seen.otherNames = true;
      return undefined;
    }
    const key: KpiCells = [];
    for (const part of parts) for (const cell of part(row)) key.push(cell);
    return key;
  };
}

function partOf(
  dimension: KpiDimension,
  { asked, offsetHours }: KochavaPlan,
  { id, name }: RowApp,
  names: NetworkNames,
): (row: SummaryRow) => KpiCells {
  if (dimension === 'APP') {
    const cells = [id, name];
    return () => cells;
  }
  if (TIME_DIMENSIONS.has(dimension)) return timesOf(dimension, offsetHours * HOUR_MS);
  const at = asked.grouping.indexOf(KOCHAVA_GROUPING[dimension]!);
  const hasId = DIMENSION_COLUMNS[dimension].length > 1;
  const made = new WeakMap<SummaryGroup, KpiCells>();
  return ({ groups }) => {
    const group = groups[at]!;
    let cells = made.get(group);
    if (!cells) {
      const own = group.name === null ? null : namedAs(dimension, group.name, names);
      made.set(group, (cells = hasId ? [own, group.id] : [own]));
    }
    return cells;
  };
}

function namedAs(dimension: KpiDimension, name: string, names: NetworkNames): string {
  if (dimension === 'NETWORK') return names.canonical(name);
  return dimension === 'COUNTRY' ? name.toUpperCase() : name;
}

/** The start of the hour, day, week (Monday) or month, worked out once for each bucket of the report. */
function timesOf(dimension: KpiDimension, offset: number): (row: SummaryRow) => KpiCells {
  const known = new Map<number, KpiCells>();
  return ({ time }) => {
    let cells = known.get(time);
    if (!cells) known.set(time, (cells = [startOf(dimension, time, offset)]));
    return cells;
  };
}

function startOf(dimension: KpiDimension, time: number, offset: number): string {
  if (dimension === 'HOUR') return `${new Date(time).toISOString().slice(0, 19)}Z`;
  const day = Math.floor((time + offset) / DAY_MS);
  // 1970 began on a Thursday.
  const start = dimension === 'WEEK' ? day - ((day + 3) % 7) : day;
  const text = new Date(start * DAY_MS).toISOString().slice(0, 10);
  return dimension === 'MONTH' ? `${text.slice(0, 7)}-01` : text;
}

/** Makes rows of ours of what was added up. */
export function cellsOf(plan: KochavaPlan, layout: KpiLayout): (row: KeyedRow) => KpiCells {
  const place = (name: string): number => plan.counters.indexOf(name);
  const values = [...plan.metrics, ...plan.ownMetrics.map((name): CounterSource => ({ sum: [name] }))].map((source) => {
    if (!source) return () => null;
    if ('sum' in source) {
      const at = source.sum.map(place);
      return (sums: KeyedRow['sums']) => sumOf(sums, at);
    }
    const [over, under] = [source.over.map(place), source.under.map(place)];
    return (sums: KeyedRow['sums']) => ratio(sumOf(sums, over), sumOf(sums, under));
  });
  return ({ key, sums }) => {
    const cells: KpiCells = ['KOCHAVA', ...key];
    // Kochava's summaries do not say which currency their money is in.
    if (layout.currencyAt !== undefined) cells.push(null);
    for (const value of values) cells.push(value(sums));
    return cells;
  };
}

function sumOf(sums: KeyedRow['sums'], places: readonly number[]): number | null {
  let all: number | null = null;
  for (const place of places) {
    const value = sums[place] ?? null;
    if (value !== null) all = plus(all ?? 0, value);
  }
  return all;
}

const ratio = (over: number | null, under: number | null): number | null =>
  over === null || !under ? null : over / under;
