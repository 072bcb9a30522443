import { countActivity } from '../world/activity.js';
import type { EventSpec } from '../world/apps.js';
import type { Bucket } from '../world/calendar.js';
import { cutIntoBuckets, DAY, FIRST_DAY, HOUR } from '../world/calendar.js';
import type { CohortMeasure } from '../world/cohort-measures.js';
import type { CohortCounter } from '../world/cohorts.js';
import { countCohorts, PERIOD_DAYS } from '../world/cohorts.js';
import type { CounterName } from '../world/counters.js';
import type { World } from '../world/world.js';
import { LAST_PERIOD, readCohortFilter } from './cohort-filter.js';
import { COHORT_KPIS } from './cohort-kpis.js';
import { splitEventKpi } from './event-kpis.js';
import { isOfCells } from './grouping.js';
import type { Kpi } from './kpis.js';
import { EVENT_KPI_NAMES, eventKpi, OVERVIEW_KPIS } from './kpis.js';
import type { Groups, Key } from './placing.js';
import { placeCells } from './placing.js';
import type { KpiRequest } from './request.js';
import { badRequest } from './refusal.js';
import { channelsOf } from './request.js';

/** One answer row: a key per grouping, in the asked order, and a value per KPI. */
export interface Row {
  keys: readonly Key[];
  values: readonly number[];
}

/** The keys of a row that the cell does not decide. */
interface LooseKeys {
  dates?: Key;
  events?: Key;
  periods?: Key;
}

function keysOf(request: KpiRequest, cellKeys: readonly Key[], loose: LooseKeys): Key[] {
  let next = 0;
  return request.grouping.map((grouping) => {
    const key = isOfCells(grouping) ? cellKeys[next++] : loose[grouping.dimension as keyof LooseKeys];
    if (!key) throw new Error(`no key for ${grouping.asked}`);
    return key;
  });
}

/** The asked days in the asked pieces, less what lies before the world began or after now. */
function bucketsOf(request: KpiRequest, now: number): Bucket[] {
  const { startDay, endDay, offset, grouping } = request;
  const unit = grouping.find((item) => item.dimension === 'dates')?.unit;
  const today = Math.floor((now + offset.milliseconds) / DAY) * DAY;
  const first = Math.max(startDay, FIRST_DAY - DAY);
  const last = Math.min(endDay, today);
  return first > last ? [] : cutIntoBuckets(unit, first, last, offset.milliseconds);
}

const dateKey = (bucket: Bucket, order: number): Key => ({
  order,
  node: { date: bucket.label },
  cells: [bucket.label],
});
const eventKeys = (events: readonly EventSpec[]): Key[] =>
  events.map((event, order) => ({ order, node: { token: event.token }, cells: [event.token, event.name] }));

/** Days of a row's time that have come, at least 1: what daily users are averaged over. */
function daysOf(bucket: Bucket, now: number): number {
  return Math.max(1, Math.ceil((Math.min(bucket.to, now) - Math.max(bucket.from, FIRST_DAY)) / DAY));
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** Rows of the overview, or, where `perEvent` is set, of every event that occurred. */
function activityRows(world: World, request: KpiRequest, groups: Groups, now: number): Row[] {
  const perEvent = request.endpoint === 'events';
  // A column per KPI; on /events it depends on the row's event, and one that names another event is 0 there.
  const columnsFor = (event?: EventSpec): (Kpi | undefined)[] => {
    if (!event) {
      const plain = request.kpis.map((name) => OVERVIEW_KPIS.get(name));
      return [...plain, ...request.eventKpis.map((item) => eventKpi(item.event.token, item.kpi))];
    }
    return request.kpis.map((name) => {
      if (EVENT_KPI_NAMES.includes(name)) return eventKpi(event.token, name);
      const [token, kpi] = splitEventKpi(name);
      return token === event.token ? eventKpi(token, kpi) : undefined;
    });
  };
  const slots = perEvent ? request.events : [undefined];
  const columns = slots.map(columnsFor);
  const presence = slots.map((event): CounterName => (event ? `event:${event.token}:events` : 'sessions'));
  const counters = unique([...presence, ...columns.flatMap((list) => list.flatMap((kpi) => kpi?.needs ?? []))]);
  const indexes = new Map(counters.map((name, index) => [name, index]));
  const buckets = bucketsOf(request, now);
  const sums = countActivity(world, groups.placing, buckets, counters, {
    sandbox: request.sandbox,
    users: request.users,
    channels: channelsOf(request.attributionType),
    now,
    ...(request.cohortRevenuePeriod !== undefined && { revenueDays: request.cohortRevenuePeriod }),
  });
  const events = eventKeys(request.events);
  const rows: Row[] = [];
  for (const [b, bucket] of buckets.entries()) {
    const dates = dateKey(bucket, b);
    const days = daysOf(bucket, now);
    for (const [g, cellKeys] of groups.keys.entries()) {
      const base = (b * groups.placing.groups + g) * counters.length;
      const sum = (name: CounterName): number => sums[base + (indexes.get(name) as number)] as number;
      for (const [e, list] of columns.entries()) {
        const values = list.map((kpi) => kpi?.value(sum, days) ?? 0);
        if (sum(presence[e] as CounterName) === 0 && values.every((value) => value === 0)) continue;
        const event = perEvent ? events[e] : undefined;
        rows.push({ keys: keysOf(request, cellKeys, { dates, ...(event && { events: event }) }), values });
      }
    }
  }
  return rows;
}

function periodsOf(request: KpiRequest, now: number): number[] {
  const length = PERIOD_DAYS[request.period];
  const most = Math.max(0, Math.floor((now - Math.max(FIRST_DAY, request.startDay - DAY)) / DAY / length));
  if (request.cohortPeriodFilter !== undefined)
    return readCohortFilter(request.cohortPeriodFilter, request.period, most);
  return Array.from({ length: Math.min(most, LAST_PERIOD[request.period]) + 1 }, (_, period) => period);
}

/** Rows of the cohorts that came in the asked days, a row per period that somebody has reached. */
function cohortRows(world: World, request: KpiRequest, groups: Groups, now: number): Row[] {
  const perEvent = request.grouping.some((item) => item.dimension === 'events');
  const slots = perEvent ? request.events.map((event) => [event.token]) : [request.events.map((event) => event.token)];
  const kpis = request.kpis.flatMap((name) => COHORT_KPIS.get(name) ?? []);
  const measures = unique(['cohort_size' as const, ...kpis.flatMap((kpi) => kpi.needs)]);
  const counters: CohortCounter[] = slots.flatMap((events) => measures.map((measure) => ({ measure, events })));
  const periods = periodsOf(request, now);
  const buckets = bucketsOf(request, now);
  const sums = countCohorts(world, groups.placing, buckets, periods, counters, {
    sandbox: request.sandbox,
    users: request.users,
    channels: channelsOf(request.attributionType),
    firstSource: request.attributionSource === 'first',
    period: request.period,
    now: Math.floor(now / HOUR) * HOUR,
  });
  const events = eventKeys(request.events);
  const periodKeys = periods.map((period): Key => ({
    order: period,
    node: { period: `${period}` },
    cells: [`${period}`],
  }));
  const rows: Row[] = [];
  for (const [b, bucket] of buckets.entries()) {
    const dates = dateKey(bucket, b);
    for (const [g, cellKeys] of groups.keys.entries()) {
      for (const [p, period] of periodKeys.entries()) {
        const base = ((b * groups.placing.groups + g) * periods.length + p) * counters.length;
        for (const e of slots.keys()) {
          const at = base + e * measures.length;
          const sum = (measure: CohortMeasure): number => sums[at + measures.indexOf(measure)] as number;
          if (sum('cohort_size') === 0) continue;
          const loose = { dates, periods: period, ...(perEvent && events[e] && { events: events[e] }) };
          rows.push({ keys: keysOf(request, cellKeys, loose), values: kpis.map((kpi) => kpi.value(sum)) });
        }
      }
    }
  }
  return rows;
}

/** Rows are made before they are sent: more would be more than this process has room for. */
const MOST_ROWS = 1_500_000;

/** All rows of the answer in the order of their keys. Combinations without anything to tell are left out. */
export function answerRows(world: World, request: KpiRequest, now: number): Row[] {
  const groups = placeCells(request);
  const most = groups.placing.groups * bucketsOf(request, now).length;
  if (most > MOST_ROWS)
    throw badRequest(`This stand-in makes ${MOST_ROWS} rows at the most: ask for fewer days or groups.`);
  const rows =
    request.endpoint === 'cohorts'
      ? cohortRows(world, request, groups, now)
      : activityRows(world, request, groups, now);
  return rows.sort((one, other) => {
    for (const [level, key] of one.keys.entries()) {
      const difference = key.order - (other.keys[level] as Key).order;
      if (difference !== 0) return difference;
    }
    return 0;
  });
}
