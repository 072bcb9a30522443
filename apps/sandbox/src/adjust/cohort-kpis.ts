import type { CohortMeasure } from '../world/cohort-measures.js';

/** One KPI of the cohorts resource. */
export interface CohortKpi {
  needs: readonly CohortMeasure[];
  value(sum: (measure: CohortMeasure) => number): number;
}

const MONEY: ReadonlySet<CohortMeasure> = new Set([
  'revenue',
  'revenue_total',
  'revenue_total_in_cohort',
  'ad_revenue',
  'ad_revenue_total',
  'ad_revenue_total_in_cohort',
]);

/** Measures hold money in millionths. */
const units = (measure: CohortMeasure): number => (MONEY.has(measure) ? 1_000_000 : 1);
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const plain = (measure: CohortMeasure): CohortKpi => ({
  needs: [measure],
  value: (sum) => (MONEY.has(measure) ? round(sum(measure) / units(measure), 2) : sum(measure)),
});
const per = (above: CohortMeasure, below: CohortMeasure, times = 1): CohortKpi => ({
  needs: [above, below],
  value: (sum) => (sum(below) === 0 ? 0 : round((times * sum(above)) / units(above) / sum(below), 6)),
});

/**
 * Every KPI that cohorts have. `…_per_user` divides by the cohort's size, `…_per_active_user` by the users retained in the
 * period; a lifetime value counts only users who have lived through the period. The ad revenue and attribution names go by
 * analogy with the vendor's newer Report Service, because the KPI Service's own table is lost.
 */
export const COHORT_KPIS: ReadonlyMap<string, CohortKpi> = new Map(
  Object.entries({
    retained_users: plain('retained_users'),
    cohort_size: plain('cohort_size'),
    retention_rate: per('retained_users', 'cohort_size'),
    sessions: plain('sessions'),
    sessions_per_user: per('sessions', 'cohort_size'),
    revenue: plain('revenue'),
    revenue_total: plain('revenue_total'),
    revenue_per_user: per('revenue', 'cohort_size'),
    revenue_per_paying_user: per('revenue', 'paying_users'),
    revenue_total_in_cohort: plain('revenue_total_in_cohort'),
    lifetime_value: per('revenue_total_in_cohort', 'cohort_size'),
    paying_user_lifetime_value: per('revenue_total_in_cohort', 'paying_user_size'),
    time_spent: plain('time_spent'),
    time_spent_per_user: per('time_spent', 'cohort_size'),
    time_spent_per_session: per('time_spent', 'sessions'),
    paying_users: plain('paying_users'),
    paying_user_size: plain('paying_user_size'),
    paying_users_retention_rate: per('paying_users', 'paying_user_size'),
    paying_user_rate: per('paying_user_size', 'cohort_size'),
    revenue_events: plain('revenue_events'),
    revenue_events_per_user: per('revenue_events', 'cohort_size'),
    revenue_events_per_active_user: per('revenue_events', 'retained_users'),
    revenue_events_per_paying_user: per('revenue_events', 'paying_users'),
    converted_users: plain('converted_users'),
    converted_user_size: plain('converted_user_size'),
    conversion_distribution: per('converted_users', 'converted_user_size'),
    conversion_per_user: per('converted_user_size', 'cohort_size'),
    conversion_per_active_user: per('converted_users', 'retained_users'),
    events: plain('events'),
    events_per_converted_user: per('events', 'converted_users'),
    events_per_user: per('events', 'cohort_size'),
    events_per_active_user: per('events', 'retained_users'),
    all_revenue: {
      needs: ['revenue', 'ad_revenue'],
      value: (sum: (measure: CohortMeasure) => number) => round((sum('revenue') + sum('ad_revenue')) / 1_000_000, 2),
    },
    ad_revenue: plain('ad_revenue'),
    ad_revenue_total: plain('ad_revenue_total'),
    ad_revenue_total_in_cohort: plain('ad_revenue_total_in_cohort'),
    ad_revenue_per_user: per('ad_revenue', 'cohort_size'),
    ad_impressions: plain('ad_impressions'),
    ad_impressions_per_user: per('ad_impressions', 'cohort_size'),
    ad_rpm: per('ad_revenue', 'ad_impressions', 1000),
    reattributions: plain('reattributions'),
    reattributions_per_user: per('reattributions', 'cohort_size'),
    deattributions: plain('deattributions'),
    deattributions_per_user: per('deattributions', 'cohort_size'),
    reattributions_per_deattribution: per('reattributions', 'deattributions'),
  }),
);
