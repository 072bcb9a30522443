export const ADJUST_ENDPOINTS = ['overview', 'events', 'cohorts'] as const;
/** The three kinds of query, "Overview Queries", "Event Queries" and "Cohort Queries" of the KPI Service document. */
export type AdjustEndpoint = (typeof ADJUST_ENDPOINTS)[number];

export const ADJUST_GROUPINGS = [
  'apps',
  'trackers',
  'networks',
  'campaigns',
  'adgroups',
  'creatives',
  'hour',
  'day',
  'week',
  'month',
  'countries',
  'region',
  'device_types',
  'os_names',
  'partners',
  'events',
  'periods',
] as const;
export type AdjustGrouping = (typeof ADJUST_GROUPINGS)[number];

/** One question, by the names of the document's section "Query Parameters". Tokens are Adjust's own. */
export interface AdjustKpiQuery {
  readonly appTokens: readonly string[];
  /** Drill down under this tracker; one app only. */
  readonly trackerToken?: string;
  /** First and last day, both included: `2026-01-31`. */
  readonly startDate: string;
  readonly endDate: string;
  /** Names of ADJUST_KPIS that the endpoint has. Empty only where `eventKpis` are asked. */
  readonly kpis: readonly string[];
  /** Overview only: `token1_revenue`, `token1_revenue|events`, `all_events`. */
  readonly eventKpis?: readonly string[];
  /** Outermost first. Events adds `events`, cohorts adds `periods` where they are missing, as the vendor does. */
  readonly grouping: readonly AdjustGrouping[];
  /** `+02:00`, `-08:00`, `02:00`; UTC where it is missing. */
  readonly utcOffset?: string;
  readonly countries?: readonly string[];
  readonly osNames?: readonly string[];
  readonly deviceTypes?: readonly string[];
  /** `EMEA`, `+EMEA`, `-APAC`. */
  readonly regions?: readonly string[];
  /** Events only. */
  readonly partnerIds?: readonly string[];
  /** Only these trackers and what is under them. */
  readonly trackerFilter?: readonly string[];
  readonly sandbox?: boolean;
  readonly reattributed?: 'all' | 'true' | 'false';
  readonly attributionType?: 'click' | 'impression' | 'all';
  readonly attributionSource?: 'first' | 'dynamic';
  /** Events and cohorts: only these event tokens. */
  readonly events?: readonly string[];
  /** Cohorts: what a period is; days where it is missing. */
  readonly period?: 'day' | 'week' | 'month';
  /** Cohorts: `30`, `0-30`, `0-30,120`. */
  readonly cohortPeriodFilter?: string;
  /** Overview: days after install that `cohort_revenue` counts. */
  readonly cohortRevenuePeriod?: number;
}

/** One value of a dimension. `name` is '' where the vendor sent null. */
export interface AdjustCell {
  readonly name: string;
  /** The vendor's token, where the dimension has one: apps, trackers of every level, events. */
  readonly id?: string;
  /** Of an app: the currency that its money is in. */
  readonly currency?: string;
}

export interface AdjustApp {
  readonly token: string;
  readonly name: string;
  readonly currency: string;
}

export interface AdjustKpiRow {
  /** Missing where several apps were asked and not grouped by. */
  app?: AdjustApp;
  /** One for each column. */
  cells: readonly AdjustCell[];
  /** One for each KPI. */
  values: (number | null)[];
}

export interface AdjustEvent {
  readonly token: string;
  readonly name: string;
}

export interface AdjustTracker {
  readonly token: string;
  readonly name: string;
  /** Can be asked as `trackerToken`, to see what is under it. */
  readonly hasSubtrackers: boolean;
}

/** What an answer says before its rows. */
export interface AdjustKpiHead {
  /** Names in the order of each row's values: the vendor's order, event KPIs expanded. */
  readonly kpis: readonly string[];
  /** One for each cell of a row, outermost first. */
  readonly columns: readonly AdjustGrouping[];
  readonly events: readonly AdjustEvent[];
  readonly trackers: readonly AdjustTracker[];
  /** What the vendor says it answered: its `result_parameters` without the lists of trackers and events. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface AdjustKpiAnswer extends AdjustKpiHead {
  rows: AdjustKpiRow[];
}
