import { ADJUST_KPIS, parseEventKpi } from './kpis.js';
import {
  ADJUST_DEVICE_TYPES,
  ADJUST_OS_NAMES,
  badCountry,
  badDate,
  badPartnerId,
  badRegion,
  badToken,
  cohortPeriods,
  notOneOf,
  utcOffset,
} from './query-values.js';
import { ADJUST_GROUPINGS, type AdjustEndpoint, type AdjustGrouping, type AdjustKpiQuery } from './types.js';

export interface AdjustQueryProblem {
  /** The field of AdjustKpiQuery. */
  parameter: keyof AdjustKpiQuery;
  /** A sentence that says what to change. */
  detail: string;
}

/** Nothing was sent: these parameters break the document's rules. Holds every problem, to be mended in one go. */
export class InvalidAdjustQuery extends Error {
  readonly problems: AdjustQueryProblem[];

  constructor(problems: AdjustQueryProblem[]) {
    super(problems.map((problem) => `${problem.parameter}: ${problem.detail}`).join(' '));
    this.name = 'InvalidAdjustQuery';
    this.problems = problems;
  }
}

/** A checked query as it goes into the URL. */
export interface AdjustKpiRequest {
  path: string;
  query: [string, string][];
  /** The grouping that is sent: as asked, or the vendor's default spelled out. */
  grouping: readonly AdjustGrouping[];
}

const TIME_GROUPINGS: readonly AdjustGrouping[] = ['hour', 'day', 'week', 'month'];
/** Section "Reattributed": no data before that day. */
const REATTRIBUTED_FROM = '2017-09-01';
const NEEDS_FIRST = /(?:re|de)attribution/;

/**
 * The grouping an answer will have. The vendor's defaults (one app: its trackers; several: apps) and what it adds by
 * itself (`events` to events, `periods` to cohorts) are sent in so many words, so that what comes back was asked for.
 */
export function fullGrouping(endpoint: AdjustEndpoint, query: AdjustKpiQuery): AdjustGrouping[] {
  const grouping = [...query.grouping];
  const own = endpoint === 'events' ? 'events' : endpoint === 'cohorts' ? 'periods' : undefined;
  if (grouping.length === 0) grouping.push(query.appTokens.length > 1 ? 'apps' : 'trackers');
  if (own && !grouping.includes(own)) grouping.push(own);
  return grouping;
}

/** What breaks the document's rules; empty: the query can be sent. */
export function queryProblems(endpoint: AdjustEndpoint, query: AdjustKpiQuery): AdjustQueryProblem[] {
  const problems: AdjustQueryProblem[] = [];
  const say = (parameter: keyof AdjustKpiQuery, detail: string | undefined) => {
    if (detail) problems.push({ parameter, detail });
  };
  const each = (parameter: keyof AdjustKpiQuery, bad: (value: string) => string | undefined) => {
    const values = query[parameter] as readonly string[] | undefined;
    values?.forEach((value, index) => {
      say(parameter, bad(value) ?? (values.indexOf(value) < index ? `${value} is named twice.` : undefined));
    });
  };
  const only = (parameter: keyof AdjustKpiQuery, ...endpoints: AdjustEndpoint[]) => {
    const value = query[parameter];
    const given = value !== undefined && !(Array.isArray(value) && value.length === 0);
    if (given && !endpoints.includes(endpoint)) say(parameter, `Only ${endpoints.join(' and ')} queries take it.`);
  };

  if (query.appTokens.length === 0) say('appTokens', 'Name at least one app.');
  each('appTokens', badToken);
  if (query.trackerToken !== undefined) {
    say('trackerToken', badToken(query.trackerToken));
    if (query.appTokens.length > 1) {
      say('trackerToken', 'A tracker belongs to one app: ask for that app alone, or use trackerFilter.');
    }
  }

  const badDates = [badDate(query.startDate), badDate(query.endDate)] as const;
  say('startDate', badDates[0]);
  say('endDate', badDates[1]);
  if (!badDates[0] && !badDates[1] && query.startDate > query.endDate) {
    say('endDate', `${query.endDate} lies before the start, ${query.startDate}.`);
  }
  if (query.utcOffset !== undefined && utcOffset(query.utcOffset) === undefined) {
    say('utcOffset', `${JSON.stringify(query.utcOffset)} is not an offset from -12:00 to +14:00, as +02:00.`);
  }

  kpiProblems(endpoint, query, say);
  each('kpis', () => undefined);
  only('eventKpis', 'overview');

  each('grouping', notOneOf(ADJUST_GROUPINGS));
  const times = TIME_GROUPINGS.filter((name) => query.grouping.includes(name));
  if (times.length > 1) say('grouping', `${times.join(' and ')}: one time grouping at a time.`);
  if (query.grouping.includes('periods') && endpoint !== 'cohorts') {
    say('grouping', 'Only cohorts queries have periods.');
  }
  if (query.grouping.includes('events') && endpoint === 'overview') {
    say('grouping', 'Only events and cohorts queries are grouped by events.');
  }

  each('countries', badCountry);
  each('osNames', notOneOf(ADJUST_OS_NAMES));
  each('deviceTypes', notOneOf(ADJUST_DEVICE_TYPES));
  each('regions', badRegion);
  each('trackerFilter', badToken);
  each('partnerIds', badPartnerId);
  only('partnerIds', 'events');
  each('events', badToken);
  only('events', 'events', 'cohorts');

  if (query.reattributed !== undefined) say('reattributed', notOneOf(['all', 'true', 'false'])(query.reattributed));
  if (query.reattributed && query.reattributed !== 'all' && !badDates[0] && query.startDate < REATTRIBUTED_FROM) {
    say('reattributed', `Adjust has it from ${REATTRIBUTED_FROM} on: start there or later.`);
  }
  if (query.attributionType !== undefined) {
    say('attributionType', notOneOf(['click', 'impression', 'all'])(query.attributionType));
  }
  if (query.attributionSource !== undefined) {
    say('attributionSource', notOneOf(['first', 'dynamic'])(query.attributionSource));
  }
  cohortProblems(endpoint, query, say);
  only('period', 'cohorts');
  only('cohortPeriodFilter', 'cohorts');
  only('cohortRevenuePeriod', 'overview');
  return problems;
}

type Say = (parameter: keyof AdjustKpiQuery, detail: string | undefined) => void;

function kpiProblems(endpoint: AdjustEndpoint, query: AdjustKpiQuery, say: Say): void {
  if (query.kpis.length === 0 && !query.eventKpis?.length) say('kpis', 'Name at least one KPI.');
  for (const name of query.kpis) {
    const known = ADJUST_KPIS.get(name);
    if (!known) {
      const hint = parseEventKpi(name) ? ' KPIs of an event go into eventKpis.' : '';
      say('kpis', `Adjust's KPI Service has no KPI ${JSON.stringify(name)}.${hint}`);
    } else if (!known.endpoints.includes(endpoint)) {
      say('kpis', `${name} is a KPI of ${known.endpoints.join(' and ')} queries, not of ${endpoint}.`);
    } else if (endpoint === 'cohorts' && NEEDS_FIRST.test(name) && query.attributionSource !== 'first') {
      say('kpis', `${name} means something only with attributionSource first.`);
    }
  }
  const seen = new Set<string>();
  for (const text of query.eventKpis ?? []) {
    const parsed = parseEventKpi(text);
    if (!parsed)
      say('eventKpis', `${JSON.stringify(text)} is not of the form token_revenue, token_revenue|events, all_events.`);
    for (const kpi of parsed?.kpis ?? []) {
      const name = `${parsed?.token}_${kpi}`;
      if (seen.has(name)) say('eventKpis', `${name} is named twice.`);
      else if (seen.has(`all_${kpi}`)) say('eventKpis', `all_${kpi} holds ${name} already.`);
      seen.add(name);
    }
  }
}

function cohortProblems(endpoint: AdjustEndpoint, query: AdjustKpiQuery, say: Say): void {
  const { period = 'day', cohortPeriodFilter, cohortRevenuePeriod } = query;
  const badPeriod = notOneOf(['day', 'week', 'month'])(period);
  say('period', badPeriod);
  if (endpoint === 'cohorts' && !badPeriod && cohortPeriodFilter !== undefined) {
    const periods = cohortPeriods(cohortPeriodFilter, period);
    if ('problem' in periods) say('cohortPeriodFilter', periods.problem);
  }
  if (cohortRevenuePeriod !== undefined && !(Number.isInteger(cohortRevenuePeriod) && cohortRevenuePeriod >= 0)) {
    say('cohortRevenuePeriod', `${cohortRevenuePeriod} is not a whole number of days.`);
  }
}

/** The path and parameters that ask this. Throws InvalidAdjustQuery. */
export function encodeQuery(endpoint: AdjustEndpoint, query: AdjustKpiQuery): AdjustKpiRequest {
  const problems = queryProblems(endpoint, query);
  if (problems.length > 0) throw new InvalidAdjustQuery(problems);

  const sent: [string, string][] = [];
  const add = (name: string, value: string | readonly string[] | undefined) => {
    if (value?.length) sent.push([name, typeof value === 'string' ? value : value.join(',')]);
  };
  const grouping = fullGrouping(endpoint, query);
  add('start_date', query.startDate);
  add('end_date', query.endDate);
  add('kpis', query.kpis);
  add('event_kpis', query.eventKpis);
  add('grouping', grouping);
  add('utc_offset', query.utcOffset && utcOffset(query.utcOffset));
  add(
    'countries',
    query.countries?.map((country) => country.toLowerCase()),
  );
  add('os_names', query.osNames);
  add('device_types', query.deviceTypes);
  add('regions', query.regions);
  add('partner_ids', query.partnerIds);
  add('tracker_filter', query.trackerFilter);
  add('sandbox', query.sandbox === undefined ? undefined : String(query.sandbox));
  add('reattributed', query.reattributed);
  add('attribution_type', query.attributionType);
  add('attribution_source', query.attributionSource);
  add('events', query.events);
  add('period', query.period);
  if (query.cohortPeriodFilter !== undefined) {
    const periods = cohortPeriods(query.cohortPeriodFilter, query.period ?? 'day');
    if ('sent' in periods) add('cohort_period_filter', periods.sent);
  }
  add('cohort_revenue_period', query.cohortRevenuePeriod?.toString());

  const tracker = query.trackerToken === undefined ? '' : `/trackers/${query.trackerToken}`;
  const suffix = endpoint === 'overview' ? '' : `/${endpoint}`;
  return { path: `/kpis/v1/${query.appTokens.join(',')}${tracker}${suffix}`, query: sent, grouping };
}
