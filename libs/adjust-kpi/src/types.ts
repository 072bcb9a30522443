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
  appTokens: readonly string[];
  /** Drill down under this tracker; one app only. */
  trackerToken?: string;
  /** First and last day, both included: `2026-01-31`. */
  startDate: string;
  endDate: string;
  /** Names of ADJUST_KPIS that the endpoint has. Empty only where `eventKpis` are asked. */
  kpis: readonly string[];
  /** Overview only: `token1_revenue`, `token1_revenue|events`, `all_events`. */
  eventKpis?: readonly string[];
  /** Outermost first. Events adds `events`, cohorts adds `periods` where they are missing, as the vendor does. */
  grouping: readonly AdjustGrouping[];
  /** `+02:00`, `-08:00`, `02:00`; UTC where it is missing. */
  utcOffset?: string;
  countries?: readonly string[];
  osNames?: readonly string[];
  deviceTypes?: readonly string[];
  /** `EMEA`, `+EMEA`, `-APAC`. */
  regions?: readonly string[];
  /** Events only. */
  partnerIds?: readonly string[];
  /** Only these trackers and what is under them. */
  trackerFilter?: readonly string[];
  sandbox?: boolean;
  reattributed?: 'all' | 'true' | 'false';
  attributionType?: 'click' | 'impression' | 'all';
  attributionSource?: 'first' | 'dynamic';
  /** Events and cohorts: only these event tokens. */
  events?: readonly string[];
  /** Cohorts: what a period is; days where it is missing. */
  period?: 'day' | 'week' | 'month';
  /** Cohorts: `30`, `0-30`, `0-30,120`. */
  cohortPeriodFilter?: string;
  /** Overview: days after install that `cohort_revenue` counts. */
  cohortRevenuePeriod?: number;
}

/** One value of a dimension. `name` is '' where the vendor sent null. */
export interface AdjustCell {
  readonly name: string;
  /** The vendor's token, where the dimension has one: apps, trackers of every level, events. */
  readonly id?: string;
  /** Of an app: the currency that its money is in. */
  readonly currency?: string;
  /** Free for whoever writes rows: what was made of this cell, kept for the next row that has it. */
  memo?: unknown;
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
  token: string;
  name: string;
}

export interface AdjustTracker {
  token: string;
  name: string;
  /** Can be asked as `trackerToken`, to see what is under it. */
  hasSubtrackers: boolean;
}

/** What an answer says before its rows. */
export interface AdjustKpiHead {
  /** Names in the order of each row's values: the vendor's order, event KPIs expanded. */
  kpis: string[];
  /** One for each cell of a row, outermost first. */
  columns: AdjustGrouping[];
  events: AdjustEvent[];
  trackers: AdjustTracker[];
  /** What the vendor says it answered: its `result_parameters` without the lists of trackers and events. */
  parameters: Record<string, unknown>;
}

export interface AdjustKpiAnswer extends AdjustKpiHead {
  rows: AdjustKpiRow[];
}
