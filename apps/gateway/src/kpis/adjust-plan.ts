import {
  ADJUST_KPIS,
  type AdjustEndpoint,
  type AdjustGrouping,
  type AdjustKpiQuery,
  InvalidAdjustQuery,
  fullGrouping,
  parseEventKpi,
  queryProblems,
} from '#libs/adjust-kpi';
import { type FieldError, GatewayError, badInput } from '#libs/domain';
import type { OpenedApp } from '#libs/tenancy';
import type { Restated } from '../vendor-reads/restatement.js';
import type { KpiQuestion } from './kpi-question.js';
import { type KpiDimension, type KpiMetric, RATIOS } from './kpi-words.js';

/** How one metric of the answer comes from the vendor's values of a row. */
export type MetricSource = { kpi: string } | { over: string; under: string };

/** A name filter that Adjust has no parameter for: grouped by, and rows of other names dropped. */
export interface RowFilter {
  readonly grouping: AdjustGrouping;
  readonly keep: ReadonlySet<string>;
}

/** What is asked of Adjust for a question, and how its rows become ours. */
export interface AdjustPlan {
  readonly endpoint: AdjustEndpoint;
  readonly query: AdjustKpiQuery;
  /** Our dimension of each level; undefined: grouped only to filter, or to tell currencies apart, and added up again. */
  readonly levels: readonly { readonly grouping: AdjustGrouping; readonly dimension?: KpiDimension }[];
  readonly collapses: boolean;
  readonly rowFilters: readonly RowFilter[];
  /** One for each unified metric of the question. */
  readonly metrics: readonly MetricSource[];
  /** The vendor's own metrics asked for, as they were asked: `waus`, `all_events|revenue`. */
  readonly ownMetrics: readonly string[];
  readonly money: boolean;
  readonly readsCost: boolean;
}

const GROUPING: Partial<Record<KpiDimension, AdjustGrouping>> = {
  APP: 'apps',
  HOUR: 'hour',
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  COUNTRY: 'countries',
  REGION: 'region',
  NETWORK: 'networks',
  CAMPAIGN: 'campaigns',
  ADGROUP: 'adgroups',
  CREATIVE: 'creatives',
  TRACKER: 'trackers',
  PARTNER: 'partners',
  OS_NAME: 'os_names',
  DEVICE_TYPE: 'device_types',
  EVENT: 'events',
  COHORT_PERIOD: 'periods',
};

const KPI: Partial<Record<KpiMetric, string>> = {
  IMPRESSIONS: 'impressions',
  CLICKS: 'clicks',
  INSTALLS: 'installs',
  REATTRIBUTIONS: 'reattributions',
  SESSIONS: 'sessions',
  EVENTS: 'events',
  REVENUE_EVENTS: 'revenue_events',
  REVENUE: 'revenue',
  COST: 'cost',
};

/** Where a field of AdjustKpiQuery stands in our question. */
const POINTER: Partial<Record<keyof AdjustKpiQuery, string>> = {
  startDate: '/from',
  endDate: '/to',
  kpis: '/metrics',
  eventKpis: '/vendorMetrics',
  grouping: '/groupBy',
  utcOffset: '/utcOffset',
  countries: '/filter/countries',
  osNames: '/filter/osNames',
  deviceTypes: '/filter/deviceTypes',
  events: '/filter/events',
  trackerToken: '/adjust/trackerToken',
  trackerFilter: '/adjust/trackerFilter',
  reattributed: '/adjust/reattributed',
  attributionType: '/adjust/attributionType',
  attributionSource: '/adjust/attributionSource',
  period: '/cohort/period',
  cohortPeriodFilter: '/cohort/range',
  appTokens: '/appIds',
};

/** Dimensions that Adjust does not have. */
export const unsupportedDimensions = (question: KpiQuestion): KpiDimension[] =>
  question.groupBy.filter((dimension) => !GROUPING[dimension]);

export interface AdjustPlanInput {
  question: KpiQuestion;
  apps: readonly OpenedApp[];
  /** Adjust's own names for a canonical network name. */
  networkNames: (canonical: string) => readonly string[];
}

/**
 * Plans `question` for Adjust. Throws BAD_USER_INPUT for what is wrong with it, UNSUPPORTED for what Adjust can't
 * answer exactly.
 */
export function planForAdjust({ question, apps, networkNames }: AdjustPlanInput): AdjustPlan {
  const { filter } = question;
  const problems: FieldError[] = [];
  const endpoint = endpointOf(question);
  const metrics = question.metrics.map(sourceOf);
  const kpis = new Set(metrics.flatMap((source) => ('kpi' in source ? [source.kpi] : [source.over, source.under])));
  noteMissing(question, endpoint, problems);

  const own = ownMetrics(question, endpoint, problems);
  for (const name of own.kpis) kpis.add(name);
  if (problems.length > 0) throw badInput(problems);
  const asked = [...kpis].map((name) => ADJUST_KPIS.get(name)!);
  const money = asked.some((kpi) => kpi.unit === 'money') || own.eventMoney;
  const additive = asked.every((kpi) => kpi.additive) && own.eventAdditive;

  const outer: AdjustPlan['levels'] = question.groupBy.map((dimension) => ({
    grouping: GROUPING[dimension]!,
    dimension,
  }));
  // What is added up again stands innermost, so that rows to be added follow one another.
  const inner = new Set<AdjustGrouping>();
  const rowFilters: RowFilter[] = [];
  const keepNames = (grouping: AdjustGrouping, names: readonly string[] | undefined): void => {
    if (!names) return;
    rowFilters.push({ grouping, keep: new Set(names) });
    if (!outer.some((level) => level.grouping === grouping)) inner.add(grouping);
  };
  keepNames(
    'networks',
    filter.networks?.flatMap((name) => networkNames(name)),
  );
  keepNames('campaigns', filter.campaigns);
  keepNames('events', filter.events);
  const hasApps = outer.some((level) => level.grouping === 'apps');
  if (!hasApps && ((apps.length > 1 && money) || outer.length + inner.size === 0)) inner.add('apps');
  if (endpoint === 'events' && !outer.some((level) => level.grouping === 'events')) inner.add('events');
  if (endpoint === 'cohorts' && !outer.some((level) => level.grouping === 'periods')) inner.add('periods');
  const onlyApp = inner.size === 1 && inner.has('apps') && apps.length === 1;
  if (inner.size > 0 && !onlyApp && !additive)
    refuseAddingUp(
      asked.filter((kpi) => !kpi.additive).map((kpi) => kpi.name),
      inner,
    );

  const levels = [...outer, ...[...inner].map((grouping) => ({ grouping }))];
  const query: AdjustKpiQuery = {
    appTokens: apps.map((app) => app.upstreamName),
    startDate: question.from,
    endDate: question.to,
    kpis: [...kpis],
    eventKpis: own.eventKpis.length > 0 ? own.eventKpis : undefined,
    grouping: levels.map((level) => level.grouping),
    utcOffset: question.utcOffset === '+00:00' ? undefined : question.utcOffset,
    countries: filter.countries,
    osNames: filter.osNames,
    deviceTypes: filter.deviceTypes,
    // Names are known to the answer only; tokens can be asked for.
    events:
      filter.events?.every((event) => /^(?=.*\d)[a-z0-9]{6}$/.test(event)) && endpoint !== 'overview'
        ? filter.events
        : undefined,
    trackerToken: question.adjust.trackerToken,
    trackerFilter: question.adjust.trackerFilter,
    sandbox: question.adjust.sandbox,
    reattributed: question.adjust.reattributed && REATTRIBUTED[question.adjust.reattributed],
    attributionType: question.adjust.attributionType && lower(question.adjust.attributionType),
    attributionSource: question.adjust.attributionSource && lower(question.adjust.attributionSource),
    period: question.cohort && lower(question.cohort.period),
    cohortPeriodFilter: question.cohort?.range,
  };
  const wrong = queryProblems(endpoint, query);
  if (wrong.length > 0) throw fromInvalidQuery(new InvalidAdjustQuery(wrong));
  return {
    endpoint,
    query,
    levels: inSentOrder(levels, fullGrouping(endpoint, query)),
    collapses: inner.size > 0 && !onlyApp,
    rowFilters,
    metrics,
    ownMetrics: own.names,
    money,
    readsCost: asked.some((kpi) => kpi.filledNoMore),
  };
}

const DAYS_OF = { day: 1, week: 7, month: 30 } as const;
/** As far as Adjust goes without a range: "max 120 days, 52 weeks". */
const LONGEST = { day: 120, week: 52, month: 12 } as const;

/** Which days' numbers may be restated, and for how long after: a cohort's until its oldest period is over. */
export function restatedBy({ endpoint, query, readsCost }: AdjustPlan): Restated {
  const { startDate: from, endDate: to, period = 'day', cohortPeriodFilter } = query;
  if (endpoint !== 'cohorts') return { from, to, readsCost };
  const last = Math.max(...(cohortPeriodFilter?.match(/\d+/g) ?? [LONGEST[period]]).map(Number));
  return { from, to, readsCost, ageDays: (last + 1) * DAYS_OF[period] };
}

const REATTRIBUTED = { ALL: 'all', INSTALLED: 'false', REATTRIBUTED: 'true' } as const;
const lower = <T extends string>(text: T): Lowercase<T> => text.toLowerCase() as Lowercase<T>;

/** A query's problems in the words of our question. */
export function fromInvalidQuery(error: InvalidAdjustQuery): GatewayError {
  return badInput(
    error.problems.map(({ parameter, detail }) => ({ pointer: POINTER[parameter] ?? `/adjust/${parameter}`, detail })),
  );
}

/** cohort → cohorts; events asked for, or filtered by → events; else overview. */
function endpointOf(question: KpiQuestion): AdjustEndpoint {
  if (question.cohort) return 'cohorts';
  return question.groupBy.includes('EVENT') || question.filter.events ? 'events' : 'overview';
}

function sourceOf(metric: KpiMetric): MetricSource {
  const ratio = RATIOS[metric];
  return ratio ? { over: KPI[ratio.over]!, under: KPI[ratio.under]! } : { kpi: KPI[metric]! };
}

const ASKED_FOR: Record<AdjustEndpoint, string> = {
  overview: 'an overview',
  events: 'a question about events (grouped by EVENT, or filtered by events)',
  cohorts: 'a cohort',
};

function noteMissing(question: KpiQuestion, endpoint: AdjustEndpoint, problems: FieldError[]): void {
  question.metrics.forEach((metric, index) => {
    const source = sourceOf(metric);
    const needed = 'kpi' in source ? [source.kpi] : [source.over, source.under];
    if (!needed.every((name) => ADJUST_KPIS.get(name)?.endpoints.includes(endpoint))) {
      problems.push({ pointer: `/metrics/${index}`, detail: `Adjust has no ${metric} for ${ASKED_FOR[endpoint]}` });
    }
  });
}

function ownMetrics(question: KpiQuestion, endpoint: AdjustEndpoint, problems: FieldError[]) {
  const kpis: string[] = [];
  const eventKpis: string[] = [];
  const names: string[] = [];
  let eventMoney = false;
  let eventAdditive = true;
  question.vendorMetrics.forEach(({ vendor, name }, index) => {
    if (vendor !== 'ADJUST') return;
    names.push(name);
    const known = ADJUST_KPIS.get(name);
    const event = parseEventKpi(name);
    if (known?.endpoints.includes(endpoint)) kpis.push(name);
    else if (event && endpoint === 'overview') {
      eventKpis.push(name);
      const parts = event.kpis.map((kpi) => ADJUST_KPIS.get(kpi)!);
      eventMoney ||= parts.some((kpi) => kpi.unit === 'money');
      eventAdditive &&= parts.every((kpi) => kpi.additive);
    } else {
      const where = known
        ? `Adjust has ${name} for ${known.endpoints.map((other) => ASKED_FOR[other]).join(' or ')} only`
        : `Adjust has no metric ${JSON.stringify(name)}`;
      problems.push({
        pointer: `/vendorMetrics/${index}/name`,
        detail: event ? `${name} is for an overview only` : where,
      });
    }
  });
  return { kpis, eventKpis, names, eventMoney, eventAdditive };
}

function refuseAddingUp(names: string[], inner: ReadonlySet<AdjustGrouping>): never {
  const dimension = (grouping: AdjustGrouping): string =>
    Object.entries(GROUPING).find(([, value]) => value === grouping)?.[0] ?? grouping;
  const what = names.length > 0 ? names.join(', ') : 'A rate per event';
  throw new GatewayError(
    'UNSUPPORTED',
    `${what} can not be added up over ${[...inner].map(dimension).join(', ')}: group by ${[...inner].map(dimension).join(' and ')} too.`,
    { vendor: 'ADJUST' },
  );
}

/** Adjust appends what its endpoint always groups by. */
function inSentOrder(levels: AdjustPlan['levels'], sent: readonly AdjustGrouping[]): AdjustPlan['levels'] {
  return sent.map((grouping) => levels.find((level) => level.grouping === grouping) ?? { grouping });
}
