import type { Kpi } from '../adjust/kpis.js';
import { addUp, count, divide, inUnits, money, moneyPer, OVERVIEW_KPIS, ratio } from '../adjust/kpis.js';
import type { CounterName } from '../world/counters.js';
import type { Metric } from './ingredients.js';
import { activity } from './ingredients.js';

export type SpendMode = 'adjust' | 'network' | 'mixed';

const ADJUST_COSTS = ['install_cost', 'click_cost', 'impression_cost'] as const;
const NETWORK_COSTS = ['network_install_cost', 'network_click_cost', 'network_impression_cost'] as const;

/**
 * What `cost` is made of. In this world every campaign that has an attributed cost has the network's too, so `mixed`, which
 * prefers the network's, is the network's.
 */
export const costsOf = (mode: SpendMode): readonly CounterName[] => (mode === 'adjust' ? ADJUST_COSTS : NETWORK_COSTS);

/** KPIs of the KPI Service that have no metric here (FACTS §11). */
const NONE_HERE = ['first_events', 'revenue_per_event', 'revenue_per_revenue_event'];

const REVENUE: CounterName = 'event:*:revenue';
const difference = (
  above: readonly CounterName[],
  below: readonly CounterName[],
  of: (value: number) => number,
): Kpi => ({
  needs: [...above, ...below],
  value: (sum) => of(addUp(sum, above) - addUp(sum, below)),
});

/** Metrics whose meaning does not hang on `ad_spend_mode`; those with the name of an overview KPI mean what that one does. */
const FIXED: Record<string, Kpi> = {
  ...Object.fromEntries([...OVERVIEW_KPIS].filter(([name]) => !NONE_HERE.includes(name))),
  attribution_clicks: count('clicks'),
  attribution_impressions: count('impressions'),
  organic_installs: count('organic_installs'),
  non_organic_installs: difference(['installs'], ['organic_installs'], (value) => value),
  organic_install_rate: ratio(['organic_installs'], ['installs']),
  base_sessions: difference(['sessions'], ['installs', 'reattributions'], (value) => value),
  installs_per_mile: {
    needs: ['installs', 'impressions'],
    value: (sum) => divide(1000 * sum('installs'), sum('impressions')),
  },
  all_revenue: money(REVENUE, 'ad_revenue'),
  arpdau: moneyPer([REVENUE, 'ad_revenue'], ['daus'], 1, 6),
  arpdau_iap: moneyPer([REVENUE], ['daus'], 1, 6),
  arpdau_ad: moneyPer(['ad_revenue'], ['daus'], 1, 6),
  adjust_cost: money(...ADJUST_COSTS),
  network_cost: money(...NETWORK_COSTS),
  network_installs: count('network_installs'),
  network_clicks: count('clicks'),
  network_impressions: count('impressions'),
  network_ctr: ratio(['clicks'], ['impressions']),
  network_ecpi: moneyPer(NETWORK_COSTS, ['network_installs'], 1, 4),
  network_ecpc: moneyPer(NETWORK_COSTS, ['clicks'], 1, 4),
  network_ecpm: moneyPer(NETWORK_COSTS, ['impressions'], 1000, 4),
  network_cost_diff: difference(NETWORK_COSTS, ADJUST_COSTS, (value) => inUnits(Math.abs(value))),
  network_installs_diff: difference(['network_installs'], ['installs'], Math.abs),
  network_installs_diff_signed: difference(['network_installs'], ['installs'], (value) => value),
};

/** Metrics of spend as the question says it is to be taken. */
function spendMetrics(mode: SpendMode): Record<string, Kpi> {
  const costs = costsOf(mode);
  return {
    cost: money(...costs),
    ecpi_all: moneyPer(costs, ['installs'], 1, 4),
    gross_profit: difference([REVENUE, 'ad_revenue'], costs, inUnits),
    cohort_gross_profit: difference(['cohort_revenue'], costs, inUnits),
    return_on_investment: {
      needs: ['cohort_revenue', ...costs],
      value: (sum) => divide(sum('cohort_revenue') - addUp(sum, costs), addUp(sum, costs)),
    },
    roas_iap: ratio(['cohort_revenue'], costs),
  };
}

const ofKpi = (kpi: Kpi): Metric => ({
  needs: kpi.needs.map(activity),
  value: (sum, days) => kpi.value((counter) => sum(activity(counter)), days),
});

/** Every metric that is no event's and no cohort's, by its slug. */
export const BASE_METRICS: Readonly<Record<SpendMode, ReadonlyMap<string, Metric>>> = {
  adjust: baseMetrics('adjust'),
  network: baseMetrics('network'),
  mixed: baseMetrics('mixed'),
};

function baseMetrics(mode: SpendMode): Map<string, Metric> {
  return new Map(Object.entries({ ...FIXED, ...spendMetrics(mode) }).map(([name, kpi]) => [name, ofKpi(kpi)]));
}
