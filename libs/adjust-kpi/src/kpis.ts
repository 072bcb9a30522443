import type { AdjustEndpoint } from './types.js';

/** `ratio`: a share or a mean without a unit. `money`: in the app's reporting currency. */
export type AdjustKpiUnit = 'count' | 'money' | 'ratio' | 'seconds';

export interface AdjustKpi {
  readonly name: string;
  readonly endpoints: readonly AdjustEndpoint[];
  readonly unit: AdjustKpiUnit;
  /** Rows of any dimension may be added up. False for rates, for distinct users and for running totals. */
  readonly additive: boolean;
  /** The KPI Service no longer fills it: ad spend is in the Report Service. */
  readonly filledNoMore?: boolean;
  readonly description: string;
}

type Line = readonly [name: string, unit: AdjustKpiUnit, adds: 'adds' | 'no', description: string];

const OVERVIEW: readonly Line[] = [
  ['clicks', 'count', 'adds', 'Clicks on tracker links.'],
  ['impressions', 'count', 'adds', 'Impressions of ads.'],
  ['installs', 'count', 'adds', 'First opens of the app.'],
  ['uninstalls', 'count', 'adds', 'Uninstalls, by the day they happened.'],
  ['uninstall_cohort', 'count', 'adds', 'Uninstalls, by the day of the install.'],
  ['reinstalls', 'count', 'adds', 'Installs after an uninstall.'],
  ['click_conversion_rate', 'ratio', 'no', 'installs / clicks'],
  ['ctr', 'ratio', 'no', 'clicks / impressions'],
  ['impression_conversion_rate', 'ratio', 'no', 'installs / impressions'],
  ['reattributions', 'count', 'adds', 'Returns of users through a new tracked source.'],
  ['reattribution_reinstalls', 'count', 'adds', 'Reinstalls that were reattributed.'],
  ['deattributions', 'count', 'adds', 'Users that left a source by being reattributed to another.'],
  ['sessions', 'count', 'adds', 'Sessions, the first one included.'],
  ['cohort_revenue', 'money', 'adds', 'Revenue within a number of days after install, by the day of the install.'],
  ['daus', 'count', 'no', 'Daily active users, mean over the range.'],
  ['waus', 'count', 'no', 'Weekly active users, mean over the range.'],
  ['maus', 'count', 'no', 'Monthly active users, mean over the range.'],
  ['limit_ad_tracking_installs', 'count', 'adds', 'Installs with limited ad tracking.'],
  ['limit_ad_tracking_install_rate', 'ratio', 'no', 'limit_ad_tracking_installs / installs'],
  ['limit_ad_tracking_reattributions', 'count', 'adds', 'Reattributions with limited ad tracking.'],
  ['limit_ad_tracking_reattribution_rate', 'ratio', 'no', 'limit_ad_tracking_reattributions / reattributions'],
  ['gdpr_forgets', 'count', 'adds', 'Users that asked to be forgotten.'],
];

const FRAUD: readonly Line[] = [
  ['rejected_installs', 'count', 'adds', 'Installs rejected as fraud.'],
  ['rejected_installs_anon_ip', 'count', 'adds', 'Installs rejected: anonymous IP.'],
  ['rejected_installs_too_many_engagements', 'count', 'adds', 'Installs rejected: too many engagements.'],
  ['rejected_installs_distribution_outlier', 'count', 'adds', 'Installs rejected: distribution outlier.'],
  ['rejected_installs_click_injection', 'count', 'adds', 'Installs rejected: click injection.'],
  ['rejected_installs_invalid_signature', 'count', 'adds', 'Installs rejected: invalid signature.'],
  ['rejected_reattributions', 'count', 'adds', 'Reattributions rejected as fraud.'],
  ['rejected_reattributions_anon_ip', 'count', 'adds', 'Reattributions rejected: anonymous IP.'],
  ['rejected_reattributions_too_many_engagements', 'count', 'adds', 'Reattributions rejected: too many engagements.'],
  ['rejected_reattributions_distribution_outlier', 'count', 'adds', 'Reattributions rejected: distribution outlier.'],
  ['rejected_install_rate', 'ratio', 'no', 'rejected_installs / (installs + rejected_installs)'],
  ['rejected_install_anon_ip_rate', 'ratio', 'no', 'Rate of installs rejected: anonymous IP.'],
  ['rejected_install_too_many_engagements_rate', 'ratio', 'no', 'Rate of installs rejected: too many engagements.'],
  ['rejected_install_distribution_outlier_rate', 'ratio', 'no', 'Rate of installs rejected: distribution outlier.'],
  ['rejected_install_click_injection_rate', 'ratio', 'no', 'Rate of installs rejected: click injection.'],
  [
    'rejected_reattribution_rate',
    'ratio',
    'no',
    'rejected_reattributions / (reattributions + rejected_reattributions)',
  ],
  ['rejected_reattribution_anon_ip_rate', 'ratio', 'no', 'Rate of reattributions rejected: anonymous IP.'],
  ['rejected_reattribution_too_many_engagements_rate', 'ratio', 'no', 'Rate: too many engagements.'],
  ['rejected_reattribution_distribution_outlier_rate', 'ratio', 'no', 'Rate: distribution outlier.'],
];

/** "All cost KPIs are rounded to two decimal digits, except ecpc, ecpm, and ecpi": Cost KPIs, KPI Service document. */
const COST: readonly Line[] = [
  ['install_cost', 'money', 'adds', 'Cost of installs.'],
  ['click_cost', 'money', 'adds', 'Cost of clicks.'],
  ['impression_cost', 'money', 'adds', 'Cost of impressions.'],
  ['cost', 'money', 'adds', 'Cost of installs, clicks and impressions.'],
  ['paid_installs', 'count', 'adds', 'Installs with a cost.'],
  ['paid_clicks', 'count', 'adds', 'Clicks with a cost.'],
  ['paid_impressions', 'count', 'adds', 'Impressions with a cost.'],
  ['ecpc', 'money', 'no', 'Cost per paid click.'],
  ['ecpm', 'money', 'no', 'Cost per thousand paid impressions.'],
  ['ecpi', 'money', 'no', 'Cost per paid install.'],
  ['cohort_gross_profit', 'money', 'adds', 'cohort_revenue - cost'],
  ['return_on_investment', 'ratio', 'no', 'cohort_gross_profit / cost'],
];

const AD_REVENUE: readonly Line[] = [
  ['ad_revenue', 'money', 'adds', 'Revenue from ads shown in the app.'],
  ['ad_impressions', 'count', 'adds', 'Ads shown in the app.'],
  ['ad_rpm', 'money', 'no', 'ad_revenue / ad_impressions * 1000'],
];

const EVENT: readonly Line[] = [
  ['revenue_events', 'count', 'adds', 'Events that carried revenue.'],
  ['revenue', 'money', 'adds', 'Revenue of events.'],
  ['events', 'count', 'adds', 'Events triggered.'],
  ['first_events', 'count', 'adds', 'Events that a user triggered for the first time.'],
  ['revenue_per_event', 'money', 'no', 'revenue / events'],
  ['revenue_per_revenue_event', 'money', 'no', 'revenue / revenue_events'],
];

/** Values are of one period (day, week, month after install) unless said otherwise. */
const COHORT: readonly Line[] = [
  ['retained_users', 'count', 'no', 'Users of the cohort that were active in the period.'],
  ['cohort_size', 'count', 'no', 'Users that lived through the period.'],
  ['retention_rate', 'ratio', 'no', 'retained_users / cohort_size'],
  ['sessions', 'count', 'adds', 'Sessions in the period.'],
  ['sessions_per_user', 'ratio', 'no', 'sessions / cohort_size'],
  ['revenue', 'money', 'adds', 'Revenue in the period.'],
  ['revenue_total', 'money', 'no', 'Revenue up to and with the period, of the whole cohort.'],
  ['revenue_per_user', 'money', 'no', 'revenue / cohort_size'],
  ['revenue_per_paying_user', 'money', 'no', 'revenue / paying_users'],
  ['revenue_total_in_cohort', 'money', 'no', 'Revenue up to and with the period, of users that lived through it.'],
  ['lifetime_value', 'money', 'no', 'revenue_total_in_cohort / cohort_size'],
  ['paying_user_lifetime_value', 'money', 'no', 'revenue_total_in_cohort / paying_user_size'],
  ['time_spent', 'seconds', 'adds', 'Time spent in the app in the period.'],
  ['time_spent_per_user', 'seconds', 'no', 'time_spent / cohort_size'],
  ['time_spent_per_session', 'seconds', 'no', 'time_spent / sessions'],
  ['paying_users', 'count', 'no', 'Users that paid in the period.'],
  ['paying_user_size', 'count', 'no', 'Users that have ever paid, of the cohort.'],
  ['paying_users_retention_rate', 'ratio', 'no', 'Paying users that were active in the period / paying_user_size'],
  ['paying_user_rate', 'ratio', 'no', 'Share of the users that paid in the period.'],
  ['revenue_events', 'count', 'adds', 'Events that carried revenue in the period.'],
  ['revenue_events_per_user', 'ratio', 'no', 'revenue_events / cohort_size'],
  ['revenue_events_per_active_user', 'ratio', 'no', 'revenue_events / retained_users'],
  ['revenue_events_per_paying_user', 'ratio', 'no', 'revenue_events / paying_users'],
  ['converted_users', 'count', 'no', 'Users that triggered the event in the period.'],
  ['converted_user_size', 'count', 'no', 'Users that have ever triggered the event, of the cohort.'],
  ['conversion_distribution', 'ratio', 'no', 'Share of all conversions that fell into the period.'],
  ['conversion_per_user', 'ratio', 'no', 'converted_users / cohort_size'],
  ['conversion_per_active_user', 'ratio', 'no', 'converted_users / retained_users'],
  ['events', 'count', 'adds', 'Events triggered in the period.'],
  ['events_per_converted_user', 'ratio', 'no', 'events / converted_users'],
  ['events_per_user', 'ratio', 'no', 'events / cohort_size'],
  ['events_per_active_user', 'ratio', 'no', 'events / retained_users'],
  ['all_revenue', 'money', 'adds', 'revenue + ad_revenue'],
  ['reattributions', 'count', 'adds', 'Reattributions in the period; with attribution_source=first.'],
  ['reattributions_per_user', 'ratio', 'no', 'reattributions / cohort_size; with attribution_source=first.'],
  ['deattributions', 'count', 'adds', 'Deattributions in the period; with attribution_source=first.'],
  ['deattributions_per_user', 'ratio', 'no', 'deattributions / cohort_size; with attribution_source=first.'],
  [
    'reattributions_per_deattribution',
    'ratio',
    'no',
    'reattributions / deattributions; with attribution_source=first.',
  ],
  ['ad_revenue', 'money', 'adds', 'Revenue from ads shown in the app in the period.'],
  ['ad_revenue_total', 'money', 'no', 'Ad revenue up to and with the period, of the whole cohort.'],
  [
    'ad_revenue_total_in_cohort',
    'money',
    'no',
    'Ad revenue up to and with the period, of users that lived through it.',
  ],
  ['ad_revenue_per_user', 'money', 'no', 'ad_revenue / cohort_size'],
  ['ad_impressions', 'count', 'adds', 'Ads shown in the app in the period.'],
  ['ad_rpm', 'money', 'no', 'ad_revenue / ad_impressions * 1000'],
  ['all_revenue_total', 'money', 'no', 'all_revenue up to and with the period, of the whole cohort.'],
  [
    'all_revenue_total_in_cohort',
    'money',
    'no',
    'all_revenue up to and with the period, of users that lived through it.',
  ],
];

function catalogue(
  parts: readonly (readonly [readonly Line[], readonly AdjustEndpoint[], Partial<AdjustKpi>?])[],
): ReadonlyMap<string, AdjustKpi> {
  const all = new Map<string, AdjustKpi>();
  for (const [lines, endpoints, more] of parts) {
    for (const [name, unit, adds, description] of lines) {
      const known = all.get(name);
      all.set(name, {
        ...(known ?? { name, unit, additive: adds === 'adds', description, ...more }),
        endpoints: [...(known?.endpoints ?? []), ...endpoints],
      });
    }
  }
  return all;
}

/**
 * Every KPI of the KPI Service by its own name. The document's tables of names are lost; these come from public clients
 * and Adjust's glossary. A name that two endpoints share keeps the description of the first. docs/metrics says more.
 */
export const ADJUST_KPIS: ReadonlyMap<string, AdjustKpi> = catalogue([
  [OVERVIEW, ['overview']],
  [FRAUD, ['overview']],
  [COST, ['overview'], { filledNoMore: true }],
  [AD_REVENUE, ['overview']],
  [EVENT, ['overview', 'events']],
  [COHORT, ['cohorts']],
]);

/** What may follow an event's token in `event_kpis`: "Event KPIs" of the document. */
export const ADJUST_EVENT_KPIS: ReadonlySet<string> = new Set(EVENT.map(([name]) => name));

/** A value of `event_kpis`, taken apart. */
export interface AdjustEventKpi {
  /** An event's token, or `all`. */
  token: string;
  kpis: string[];
}

/**
 * `token1_revenue|events` or `all_events`, as "Facilitation for Event KPI requests" says; undefined: not of that form.
 * Some names of ADJUST_KPIS look like one (`ad_revenue`, `all_revenue`): look there first.
 */
export function parseEventKpi(text: string): AdjustEventKpi | undefined {
  const [, token, names] = /^([a-z0-9]+)_([a-z_]+(?:\|[a-z_]+)*)$/.exec(text) ?? [];
  const kpis = names?.split('|') ?? [];
  return token && kpis.every((name) => ADJUST_EVENT_KPIS.has(name)) ? { token, kpis } : undefined;
}
