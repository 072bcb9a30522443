import { publicEnum } from '../edge/public-type.js';

/** The words of the unified KPI model, as the public face spells them. */
export const KpiMetric = publicEnum(
  'KpiMetric',
  {
    IMPRESSIONS: 'IMPRESSIONS',
    CLICKS: 'CLICKS',
    INSTALLS: 'INSTALLS',
    REATTRIBUTIONS: 'REATTRIBUTIONS',
    SESSIONS: 'SESSIONS',
    EVENTS: 'EVENTS',
    REVENUE_EVENTS: 'REVENUE_EVENTS',
    REVENUE: 'REVENUE',
    COST: 'COST',
    CTR: 'CTR',
    CLICK_CONVERSION_RATE: 'CLICK_CONVERSION_RATE',
    ECPI: 'ECPI',
    ROAS: 'ROAS',
  } as const,
  "Metrics of the unified model. Which vendor has which is in docs/metrics; what a vendor lacks is listed in its source's `unsupported`.",
  {
    CTR: { description: 'clicks / impressions' },
    CLICK_CONVERSION_RATE: { description: 'installs / clicks' },
    ECPI: { description: "cost / installs, all installs (not Adjust's own ecpi, which divides by paid installs)" },
    ROAS: { description: 'revenue / cost' },
  },
);
export type KpiMetric = keyof typeof KpiMetric;

export const KpiDimension = publicEnum('KpiDimension', {
  APP: 'APP',
  HOUR: 'HOUR',
  DAY: 'DAY',
  WEEK: 'WEEK',
  MONTH: 'MONTH',
  COUNTRY: 'COUNTRY',
  REGION: 'REGION',
  NETWORK: 'NETWORK',
  CAMPAIGN: 'CAMPAIGN',
  ADGROUP: 'ADGROUP',
  CREATIVE: 'CREATIVE',
  SITE: 'SITE',
  TRACKER: 'TRACKER',
  PARTNER: 'PARTNER',
  OS_NAME: 'OS_NAME',
  DEVICE_TYPE: 'DEVICE_TYPE',
  EVENT: 'EVENT',
  COHORT_PERIOD: 'COHORT_PERIOD',
} as const);
export type KpiDimension = keyof typeof KpiDimension;

export const CohortPeriod = publicEnum('CohortPeriod', { DAY: 'DAY', WEEK: 'WEEK', MONTH: 'MONTH' } as const);
export type CohortPeriod = keyof typeof CohortPeriod;

export const FailedSourcePolicy = publicEnum('FailedSourcePolicy', { PARTIAL: 'PARTIAL', ERROR: 'ERROR' } as const);
export type FailedSourcePolicy = keyof typeof FailedSourcePolicy;

export const AdjustAttributionType = publicEnum('AdjustAttributionType', {
  CLICK: 'CLICK',
  IMPRESSION: 'IMPRESSION',
  ALL: 'ALL',
} as const);
export type AdjustAttributionType = keyof typeof AdjustAttributionType;

export const AdjustAttributionSource = publicEnum('AdjustAttributionSource', {
  FIRST: 'FIRST',
  DYNAMIC: 'DYNAMIC',
} as const);
export type AdjustAttributionSource = keyof typeof AdjustAttributionSource;

export const AdjustReattributed = publicEnum('AdjustReattributed', {
  ALL: 'ALL',
  INSTALLED: 'INSTALLED',
  REATTRIBUTED: 'REATTRIBUTED',
} as const);
export type AdjustReattributed = keyof typeof AdjustReattributed;

export const KpiColumnKind = publicEnum('KpiColumnKind', { DIMENSION: 'DIMENSION', METRIC: 'METRIC' } as const);
export type KpiColumnKind = keyof typeof KpiColumnKind;

export const KpiService = publicEnum('KpiService', {
  ADJUST_KPI_SERVICE: 'ADJUST_KPI_SERVICE',
  ADJUST_REPORT_SERVICE: 'ADJUST_REPORT_SERVICE',
  KOCHAVA_SUMMARY: 'KOCHAVA_SUMMARY',
} as const);
export type KpiService = keyof typeof KpiService;

export const KpiSourceStatus = publicEnum('KpiSourceStatus', {
  FRESH: 'FRESH',
  CACHED: 'CACHED',
  STALE: 'STALE',
  PENDING: 'PENDING',
  PARTIAL: 'PARTIAL',
  UNSUPPORTED: 'UNSUPPORTED',
  FAILED: 'FAILED',
} as const);
export type KpiSourceStatus = keyof typeof KpiSourceStatus;

/** A time dimension; a question has one at the most, because a row has one `time`. */
export const TIME_DIMENSIONS: ReadonlySet<KpiDimension> = new Set(['HOUR', 'DAY', 'WEEK', 'MONTH']);

/** Ratios are worked out from sums, here, so that they hold over any grouping. */
export const RATIOS: Partial<Record<KpiMetric, { over: KpiMetric; under: KpiMetric }>> = {
  CTR: { over: 'CLICKS', under: 'IMPRESSIONS' },
  CLICK_CONVERSION_RATE: { over: 'INSTALLS', under: 'CLICKS' },
  ECPI: { over: 'COST', under: 'INSTALLS' },
  ROAS: { over: 'REVENUE', under: 'COST' },
};

/** Metrics whose value is an amount of a currency: an answer with one of these has a currency column. */
export const MONEY: ReadonlySet<KpiMetric> = new Set(['REVENUE', 'COST', 'ECPI']);

/** The CSV columns of each dimension: its name, and the vendor's id of it where it has one. */
export const DIMENSION_COLUMNS: Record<KpiDimension, readonly string[]> = {
  APP: ['app_id', 'app_name'],
  HOUR: ['hour'],
  DAY: ['date'],
  WEEK: ['week'],
  MONTH: ['month'],
  COUNTRY: ['country'],
  REGION: ['region'],
  NETWORK: ['network', 'network_id'],
  CAMPAIGN: ['campaign', 'campaign_id'],
  ADGROUP: ['adgroup', 'adgroup_id'],
  CREATIVE: ['creative', 'creative_id'],
  SITE: ['site'],
  TRACKER: ['tracker', 'tracker_id'],
  PARTNER: ['partner'],
  OS_NAME: ['os_name'],
  DEVICE_TYPE: ['device_type'],
  EVENT: ['event', 'event_id'],
  COHORT_PERIOD: ['cohort_period'],
};
