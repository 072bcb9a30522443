import type { AdjustUser } from '../adjust/access.js';
import { MONEY_KPI } from '../adjust/access.js';
import type { Channel } from '../world/activity.js';
import { DAY } from '../world/calendar.js';
import type { UserClass } from '../world/counters.js';
import type { App, World } from '../world/world.js';
import { appsOf, visibleApps } from './access.js';
import type { SpendMode } from './base-metrics.js';
import { isDimension } from './dimensions.js';
import { eventsOf } from './event-metrics.js';
import type { Filters } from './filters.js';
import { readFilters } from './filters.js';
import type { Metric } from './ingredients.js';
import { findMetric } from './metrics.js';
import type { Days } from './period.js';
import { readPeriod } from './period.js';
import type { ReportQuery } from './query.js';
import { invalid, missing, ReportRefusal, requestError } from './refusal.js';

export interface NamedMetric {
  name: string;
  metric: Metric;
}

/** A report whose every parameter is right. */
export interface ReportRequest extends Days {
  apps: readonly App[];
  dimensions: readonly string[];
  /** As asked. */
  metrics: readonly NamedMetric[];
  filters: Filters;
  /** The metrics that rows are filtered by, asked for or not. */
  filterMetrics: readonly NamedMetric[];
  /** Wall clock less this is UTC; milliseconds. */
  offset: number;
  sandbox: boolean;
  channels: readonly Channel[];
  users: readonly UserClass[];
  firstSource: boolean;
  /** Periods that not every user of a row has reached are 0. */
  matureOnly: boolean;
  /** Amounts are converted to it; absent: each app's own. */
  currency?: string;
  sort: readonly { name: string; descending: boolean }[];
  limit?: number;
  readableNames: boolean;
  /** Whether rows carry `attr_dependency`. */
  withDependency: boolean;
}

/** From this day on a report counts all attribution types where it is not told; before, all but `impression` (FACTS §9). */
const ALL_TYPES_SINCE = Date.UTC(2026, 6, 13);
const TYPES = ['click', 'engaged_ad', 'impression'] as const;
const OLDER_TYPES = { click: ['click', 'engaged_ad'], impression: ['impression'], all: TYPES } as const;

/** Engaged ads count as clicks (FACTS §3); this world has none apart from those. */
function readChannels(query: ReportQuery, now: number): Channel[] {
  const older =
    query.text('attribution_type') && query.oneOf('attribution_type', ['click', 'impression', 'all'], 'all');
  const types: readonly string[] =
    query.listOf('attribution_types', TYPES) ??
    OLDER_TYPES[(older || (now < ALL_TYPES_SINCE ? 'click' : 'all')) as keyof typeof OLDER_TYPES];
  return (['click', 'impression'] as const).filter((channel) => types.includes(channel));
}

const USERS: Record<'all' | 'true' | 'false', readonly UserClass[]> = {
  all: ['installed', 'reattributed'],
  true: ['reattributed'],
  false: ['installed'],
};

/** What the vendor has and this world can't give. The name is the parameter, the value the one that changes nothing. */
const NOT_HERE: Readonly<Record<string, string | undefined>> = {
  hour__between: undefined,
  period_over_period: undefined,
  timezone_id: undefined,
  drilldown: undefined,
  focus: undefined,
  ad_revenue_sources: undefined,
  iap_revenue_mode: 'GROSS_100',
};

function refuseMissingFeatures(query: ReportQuery): void {
  for (const [name, harmless] of Object.entries(NOT_HERE)) {
    const text = query.text(name);
    if (text !== undefined && text !== harmless) throw requestError(`Unsupported parameter: ${name}`);
  }
  query.oneOf('assisting_attribution_type', ['all', 'click', 'impression'], 'all');
  query.flag('format_dates', true);
}

function readMetrics(query: ReportQuery, world: World, user: AdjustUser, filters: Filters) {
  const mode: SpendMode = query.oneOf(
    query.text('ad_spend_mode') === undefined ? 'cost_mode' : 'ad_spend_mode',
    ['adjust', 'network', 'mixed'],
    'adjust',
  );
  const events = eventsOf(visibleApps(world, user));
  const find = (name: string): NamedMetric => {
    const metric = findMetric(name, events, mode);
    if (user.withoutMoney && MONEY_KPI.test(name)) {
      throw new ReportRefusal(403, 'auth_error', `No permission for metric ${name}`);
    }
    return { name, metric };
  };
  return {
    metrics: [...new Set(query.demandedList('metrics'))].map(find),
    filterMetrics: filters.metrics.map(({ metric }) => find(metric)),
  };
}

function readSort(query: ReportQuery, requested: readonly string[]): ReportRequest['sort'] {
  return (query.list('sort') ?? []).map((item) => {
    const name = item.replace(/^-/, '');
    if (!requested.includes(name)) throw invalid('sort', `'${name}' is neither a requested dimension nor metric`);
    return { name, descending: item.startsWith('-') };
  });
}

/** Reads and checks every parameter; throws a ReportRefusal that names the first wrong one. Unknown names are ignored. */
export function readReport(query: ReportQuery, world: World, user: AdjustUser, now: number): ReportRequest {
  const dimensions = [...new Set(query.demandedList('dimensions'))];
  const wrong = dimensions.find((name) => !isDimension(name));
  if (wrong !== undefined) throw requestError(`Unsupported dimension: ${wrong}`);
  refuseMissingFeatures(query);
  const offset = query.offset();
  const period = query.text('date_period');
  if (period === undefined) throw missing('date_period');
  const filters = readFilters(query);
  const { metrics, filterMetrics } = readMetrics(query, world, user, filters);
  const limit = query.whole('limit');
  const currency = query.text('currency')?.toUpperCase();
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) throw invalid('currency', 'expected an ISO 4217 code');
  return {
    apps: appsOf(world, user, query.list('app_token__in')),
    dimensions,
    metrics,
    filters,
    filterMetrics,
    ...readPeriod(period, Math.floor((now + offset) / DAY) * DAY),
    offset,
    sandbox: query.flag('sandbox', false),
    channels: readChannels(query, now),
    users: USERS[query.oneOf('reattributed', ['all', 'true', 'false'], 'all')],
    firstSource: query.oneOf('attribution_source', ['dynamic', 'first'], 'dynamic') === 'first',
    matureOnly: query.oneOf('cohort_maturity', ['immature', 'mature', 'fully_mature'], 'immature') !== 'immature',
    ...(currency !== undefined && { currency }),
    sort: readSort(query, [...dimensions, ...metrics.map(({ name }) => name)]),
    ...(limit !== undefined && { limit }),
    readableNames: query.flag('readable_names', false),
    withDependency: query.flag('include_attr_dependency', true),
  };
}
