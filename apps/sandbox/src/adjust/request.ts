import type { EventSpec } from '../world/apps.js';
import type { Channel } from '../world/activity.js';
import { DAY, formatDay } from '../world/calendar.js';
import type { CohortPeriod } from '../world/cohorts.js';
import type { UserClass } from '../world/counters.js';
import { REGIONS } from '../world/places.js';
import type { Tracker } from '../world/trackers.js';
import type { App } from '../world/world.js';
import { COHORT_KPIS } from './cohort-kpis.js';
import type { EventKpi } from './event-kpis.js';
import { expandEventKpis, splitEventKpi } from './event-kpis.js';
import type { Endpoint, Grouping } from './grouping.js';
import { readGrouping } from './grouping.js';
import { DEFAULT_KPIS, EVENT_KPI_NAMES, OVERVIEW_KPIS } from './kpis.js';
import type { Parameters } from './parameters.js';
import { DEVICE_TYPES, isCountry, OS_NAMES, readOffset } from './parameters.js';
import { badRequest } from './refusal.js';

/** What the path of a request names. */
export interface Subject {
  endpoint: Endpoint;
  apps: readonly App[];
  /** Only what is under these trackers; none: everything. */
  parents: readonly Tracker[];
}

/** A request whose every parameter is right. */
export interface KpiRequest extends Subject {
  startDay: number;
  endDay: number;
  offset: { text: string; milliseconds: number };
  grouping: readonly Grouping[];
  /** As asked; on /events perhaps with an event's token before it. */
  kpis: readonly string[];
  eventKpis: readonly EventKpi[];
  /** The events that are counted: `events`, or all of the apps'. */
  events: readonly EventSpec[];
  eventsAsked: boolean;
  countries: readonly string[];
  osNames: readonly string[];
  deviceTypes: readonly string[];
  regions: { include: readonly string[]; exclude: readonly string[] };
  partnerIds: readonly number[];
  trackerFilter: readonly Tracker[];
  sandbox: boolean;
  attributionType: 'click' | 'impression' | 'all';
  attributionSource: 'first' | 'dynamic';
  users: readonly UserClass[];
  period: CohortPeriod;
  cohortPeriodFilter?: string;
  cohortRevenuePeriod?: number;
  humanReadable: boolean;
}

/** The reattributed filter reaches back to this day. */
const REATTRIBUTED_SINCE = Date.UTC(2017, 8, 1);

export const channelsOf = (type: KpiRequest['attributionType']): readonly Channel[] =>
  type === 'all' ? ['click', 'impression'] : [type];

function readDays(parameters: Parameters, offset: number, now: number): { startDay: number; endDay: number } {
  const today = new Date(now + offset);
  const startDay = parameters.day('start_date') ?? Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1);
  const endDay = parameters.day('end_date') ?? Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 1) - DAY;
  if (startDay > endDay) {
    throw badRequest(`Invalid time period: start_date ${formatDay(startDay)} is after end_date ${formatDay(endDay)}`);
  }
  return { startDay, endDay };
}

function readUsers(parameters: Parameters, startDay: number): readonly UserClass[] {
  const reattributed = parameters.oneOf('reattributed', ['all', 'true', 'false'], 'all');
  if (reattributed === 'all') return ['installed', 'reattributed'];
  if (startDay < REATTRIBUTED_SINCE) {
    throw badRequest(`The reattributed filter is only available from ${formatDay(REATTRIBUTED_SINCE)} on`);
  }
  return reattributed === 'true' ? ['reattributed'] : ['installed'];
}

function readRegions(parameters: Parameters): KpiRequest['regions'] {
  const regions = { include: [] as string[], exclude: [] as string[] };
  for (const item of parameters.list('regions')) {
    const name = item.replace(/^[+-]/, '').trim().toUpperCase();
    if (!(REGIONS as readonly string[]).includes(name)) throw badRequest(`Invalid region '${item}'`);
    regions[item.startsWith('-') ? 'exclude' : 'include'].push(name);
  }
  return regions;
}

function readKpis(parameters: Parameters, endpoint: Endpoint, events: readonly EventSpec[]): readonly string[] {
  const asked = parameters.list('kpis');
  for (const kpi of asked) {
    if (endpoint === 'overview' && OVERVIEW_KPIS.has(kpi)) continue;
    if (endpoint === 'cohorts' && COHORT_KPIS.has(kpi)) continue;
    if (endpoint === 'events') {
      // The older document says without a token, the newer one with it: both are answered.
      const [token, name] = splitEventKpi(kpi);
      if (EVENT_KPI_NAMES.includes(kpi)) continue;
      if (EVENT_KPI_NAMES.includes(name) && events.some((event) => event.token === token)) continue;
    }
    throw badRequest(`Invalid KPI '${kpi}' for ${endpoint}`);
  }
  return asked.length > 0 ? asked : DEFAULT_KPIS[endpoint];
}

function readEvents(parameters: Parameters, apps: readonly App[]): { events: EventSpec[]; eventsAsked: boolean } {
  const known = apps.flatMap((app) => app.events);
  const asked = parameters.checked(['events'], (token) => known.some((event) => event.token === token));
  return {
    events: asked.length === 0 ? known : known.filter((event) => asked.includes(event.token)),
    eventsAsked: asked.length > 0,
  };
}

function readWhole(parameters: Parameters, name: string): number | undefined {
  const text = parameters.text(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0)
    throw badRequest(`Invalid ${name} '${text}', expected a number of days`);
  return Number(text);
}

/**
 * Reads and checks every documented parameter; throws a Refusal that names the first wrong one.
 * @param visible the trackers that this user may filter by.
 */
export function readRequest(
  subject: Subject,
  parameters: Parameters,
  visible: ReadonlyMap<string, Tracker>,
  now: number,
): KpiRequest {
  const { endpoint, apps } = subject;
  const offset = readOffset(parameters);
  const days = readDays(parameters, offset.milliseconds, now);
  const events = readEvents(parameters, apps);
  const filter = parameters.checked(['tracker_filter'], (token) => visible.has(token));
  const cohortPeriodFilter = parameters.text('cohort_period_filter');
  const cohortRevenuePeriod = readWhole(parameters, 'cohort_revenue_period');
  return {
    ...subject,
    ...days,
    ...events,
    offset,
    grouping: readGrouping(parameters.list('grouping'), endpoint, apps.length > 1),
    kpis: readKpis(parameters, endpoint, events.events),
    // Clients send event_kpis to the other resources too, where it means nothing.
    eventKpis: endpoint === 'overview' ? expandEventKpis(parameters.list('event_kpis'), events.events) : [],
    countries: parameters.checked(['countries'], isCountry),
    osNames: parameters.checked(['os_names', 'os_name'], (name) => OS_NAMES.includes(name)),
    deviceTypes: parameters.checked(['device_types', 'device_type'], (type) => DEVICE_TYPES.includes(type)),
    regions: readRegions(parameters),
    partnerIds: parameters.checked(['partner_ids'], (id) => /^\d{1,9}$/.test(id)).map(Number),
    trackerFilter: filter.flatMap((token) => visible.get(token) ?? []),
    sandbox: parameters.oneOf('sandbox', ['false', 'true', '0', '1'], 'false').match(/true|1/) !== null,
    attributionType: parameters.oneOf('attribution_type', ['click', 'impression', 'all'], 'click'),
    attributionSource: parameters.oneOf('attribution_source', ['first', 'dynamic'], 'dynamic'),
    users: readUsers(parameters, days.startDay),
    period: parameters.oneOf('period', ['day', 'week', 'month'], 'day'),
    humanReadable: parameters.text('human_readable_kpis')?.toLowerCase() === 'true',
    ...(cohortPeriodFilter !== undefined && endpoint === 'cohorts' && { cohortPeriodFilter }),
    ...(cohortRevenuePeriod !== undefined && { cohortRevenuePeriod }),
  };
}
