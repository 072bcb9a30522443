import type { CounterName, EventCounterName, PlainCounterName } from '../world/counters.js';

/** One KPI of the overview and events resources: what it is made of, and how. */
export interface Kpi {
  needs: readonly CounterName[];
  /** `sum` reads a counter of the row; `days` is the length of its time, at least 1. */
  value(sum: (counter: CounterName) => number, days: number): number;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
/** Counters hold money in millionths; answers have two decimals, cost per click, mille and install four. */
export const inUnits = (micros: number, digits = 2): number => round(micros / 1_000_000, digits);
/** A ratio without a divisor is 0: the vendor's documents name no null. */
export const divide = (a: number, b: number): number => (b === 0 ? 0 : round(a / b, 6));

type Sum = (counter: CounterName) => number;
export const addUp = (sum: Sum, counters: readonly CounterName[]): number =>
  counters.reduce((total, name) => total + sum(name), 0);

export const count = (...counters: CounterName[]): Kpi => ({ needs: counters, value: (sum) => addUp(sum, counters) });
export const money = (...counters: CounterName[]): Kpi => ({
  needs: counters,
  value: (sum) => inUnits(addUp(sum, counters)),
});
export const ratio = (above: readonly CounterName[], below: readonly CounterName[]): Kpi => ({
  needs: [...above, ...below],
  value: (sum) => divide(addUp(sum, above), addUp(sum, below)),
});
export const moneyPer = (
  above: readonly CounterName[],
  below: readonly CounterName[],
  times: number,
  digits: number,
): Kpi => ({
  needs: [...above, ...below],
  value: (sum) => {
    const divisor = addUp(sum, below);
    return divisor === 0 ? 0 : inUnits((times * addUp(sum, above)) / divisor, digits);
  },
});
/** Distinct users of a day, week or month, averaged over the days of the row. */
const average = (counter: CounterName): Kpi => ({
  needs: [counter],
  value: (sum, days) => Math.round(sum(counter) / days),
});

const eventKpis = (event: string): Record<string, Kpi> => {
  const of = (name: EventCounterName): CounterName => `event:${event}:${name}`;
  return {
    events: count(of('events')),
    first_events: count(of('first_events')),
    revenue_events: count(of('revenue_events')),
    revenue: money(of('revenue')),
    revenue_per_event: moneyPer([of('revenue')], [of('events')], 1, 6),
    revenue_per_revenue_event: moneyPer([of('revenue')], [of('revenue_events')], 1, 6),
  };
};

const COSTS = ['install_cost', 'click_cost', 'impression_cost'] as const;
const REJECTED_INSTALLS = [
  'anon_ip',
  'too_many_engagements',
  'distribution_outlier',
  'click_injection',
  'invalid_signature',
].map((reason) => `rejected_installs_${reason}` as PlainCounterName);
const REJECTED_REATTRIBUTIONS = ['anon_ip', 'too_many_engagements', 'distribution_outlier'].map(
  (reason) => `rejected_reattributions_${reason}` as PlainCounterName,
);

const byName = (names: readonly PlainCounterName[]): Record<string, Kpi> =>
  Object.fromEntries(names.map((name) => [name, count(name)]));
/** `rejected_installs_anon_ip` gives `rejected_install_anon_ip_rate`: rejected / (accepted + all rejected). */
const rejectionRates = (accepted: CounterName, rejected: readonly PlainCounterName[]): Record<string, Kpi> =>
  Object.fromEntries(
    rejected
      .filter((name) => name !== 'rejected_installs_invalid_signature')
      .map((name) => [`${name.replace(/^(rejected_[a-z]+)s_/, '$1_')}_rate`, ratio([name], [accepted, ...rejected])]),
  );

/** Every KPI that the overview has. */
export const OVERVIEW_KPIS: ReadonlyMap<string, Kpi> = new Map(
  Object.entries({
    ...byName(['clicks', 'impressions', 'installs', 'uninstalls', 'uninstall_cohort', 'reinstalls', 'reattributions']),
    ...byName(['reattribution_reinstalls', 'deattributions', 'sessions', 'gdpr_forgets', 'ad_impressions']),
    ...byName(['limit_ad_tracking_installs', 'limit_ad_tracking_reattributions']),
    click_conversion_rate: ratio(['installs'], ['clicks']),
    ctr: ratio(['clicks'], ['impressions']),
    impression_conversion_rate: ratio(['installs'], ['impressions']),
    limit_ad_tracking_install_rate: ratio(['limit_ad_tracking_installs'], ['installs']),
    limit_ad_tracking_reattribution_rate: ratio(['limit_ad_tracking_reattributions'], ['reattributions']),
    daus: average('daus'),
    waus: average('waus'),
    maus: average('maus'),
    cohort_revenue: money('cohort_revenue'),
    ...eventKpis('*'),
    rejected_installs: count(...REJECTED_INSTALLS),
    rejected_install_rate: ratio(REJECTED_INSTALLS, ['installs', ...REJECTED_INSTALLS]),
    ...byName(REJECTED_INSTALLS),
    ...rejectionRates('installs', REJECTED_INSTALLS),
    rejected_reattributions: count(...REJECTED_REATTRIBUTIONS),
    rejected_reattribution_rate: ratio(REJECTED_REATTRIBUTIONS, ['reattributions', ...REJECTED_REATTRIBUTIONS]),
    ...byName(REJECTED_REATTRIBUTIONS),
    ...rejectionRates('reattributions', REJECTED_REATTRIBUTIONS),
    install_cost: money('install_cost'),
    click_cost: money('click_cost'),
    impression_cost: money('impression_cost'),
    cost: money(...COSTS),
    ...byName(['paid_installs', 'paid_clicks', 'paid_impressions']),
    ecpc: moneyPer(['click_cost'], ['paid_clicks'], 1, 4),
    ecpm: moneyPer(['impression_cost'], ['paid_impressions'], 1000, 4),
    ecpi: moneyPer(COSTS, ['paid_installs'], 1, 4),
    cohort_gross_profit: {
      needs: ['cohort_revenue', ...COSTS],
      value: (sum: Sum) => inUnits(sum('cohort_revenue') - addUp(sum, COSTS)),
    },
    return_on_investment: {
      needs: ['cohort_revenue', ...COSTS],
      value: (sum: Sum) => divide(sum('cohort_revenue') - addUp(sum, COSTS), addUp(sum, COSTS)),
    },
    ad_revenue: money('ad_revenue'),
    ad_rpm: moneyPer(['ad_revenue'], ['ad_impressions'], 1000, 4),
  }),
);

/** The KPIs of single events, by themselves on /events and behind a token in `event_kpis`. */
export const EVENT_KPI_NAMES: readonly string[] = Object.keys(eventKpis('*'));

/** One of EVENT_KPI_NAMES for the event with this token. */
export function eventKpi(token: string, name: string): Kpi {
  const kpi = eventKpis(token)[name];
  if (!kpi) throw new RangeError(`no event KPI ${name}`);
  return kpi;
}

/** Written out of the documents: what each resource answers where `kpis` is not given. */
export const DEFAULT_KPIS = {
  overview: [
    'clicks',
    'installs',
    'click_conversion_rate',
    'reattributions',
    'sessions',
    'revenue_events',
    'revenue',
    'daus',
    'waus',
    'maus',
  ],
  events: ['revenue_events', 'revenue'],
  cohorts: ['retention_rate'],
} as const;
