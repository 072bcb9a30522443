import { COHORT_KPIS } from '../adjust/cohort-kpis.js';
import { divide, inUnits } from '../adjust/kpis.js';
import type { CohortMeasure } from '../world/cohort-measures.js';
import type { CohortPeriod } from '../world/cohorts.js';
import type { CounterName } from '../world/counters.js';
import type { Metric } from './ingredients.js';
import { activity, cohort } from './ingredients.js';

/** A metric of one period after install, by the slug's part before `_d7`. */
export type CohortMetric = (period: CohortPeriod, at: number, costs: readonly CounterName[]) => Metric;

/** The furthest period of each kind (FACTS §5). */
export const LAST: Record<CohortPeriod, number> = { day: 120, week: 52, month: 36 };
export const PERIOD_LETTERS: Readonly<Record<string, CohortPeriod>> = { d: 'day', w: 'week', m: 'month' };

/** KPIs of the KPI Service that are an event's here, or have another name (FACTS §11). */
const OTHERWISE = /^(convert|conversion|events|lifetime_value$|paying_user_lifetime_value$)/;

const ofKpi =
  (name: string): CohortMetric =>
  (period, at) => {
    const kpi = COHORT_KPIS.get(name);
    if (!kpi) throw new RangeError(`no cohort KPI ${name}`);
    return {
      needs: kpi.needs.map((measure) => cohort(measure, period, at)),
      value: (sum) => kpi.value((measure) => sum(cohort(measure, period, at))),
    };
  };

/** Money of these measures together, over a count of users where one is named. */
const money =
  (measures: readonly CohortMeasure[], per?: CohortMeasure): CohortMetric =>
  (period, at) => ({
    needs: [...measures, ...(per ? [per] : [])].map((measure) => cohort(measure, period, at)),
    value: (sum) => {
      const micros = measures.reduce((all, measure) => all + sum(cohort(measure, period, at)), 0);
      return per ? divide(micros / 1_000_000, sum(cohort(per, period, at))) : inUnits(micros);
    },
  });

/** What the users have brought by the end of the period against what was spent on the days that they came. */
const returnOnSpend =
  (measures: readonly CohortMeasure[]): CohortMetric =>
  (period, at, costs) => ({
    needs: [...measures.map((measure) => cohort(measure, period, at)), ...costs.map(activity)],
    value: (sum) =>
      divide(
        measures.reduce((all, measure) => all + sum(cohort(measure, period, at)), 0),
        costs.reduce((all, counter) => all + sum(activity(counter)), 0),
      ),
  });

const TOTALS = ['revenue_total', 'ad_revenue_total'] as const;
const IN_COHORT = ['revenue_total_in_cohort', 'ad_revenue_total_in_cohort'] as const;

export const COHORT_METRICS: ReadonlyMap<string, CohortMetric> = new Map<string, CohortMetric>([
  ...[...COHORT_KPIS.keys()]
    .filter((name) => !OTHERWISE.test(name))
    .map((name): [string, CohortMetric] => [name, ofKpi(name)]),
  ['lifetime_value_iap', ofKpi('lifetime_value')],
  ['paying_user_lifetime_value_iap', ofKpi('paying_user_lifetime_value')],
  ['lifetime_value_ad', money(['ad_revenue_total_in_cohort'], 'cohort_size')],
  ['lifetime_value', money(IN_COHORT, 'cohort_size')],
  ['paying_user_lifetime_value', money(IN_COHORT, 'paying_user_size')],
  ['revenue_total_per_user', money(['revenue_total'], 'cohort_size')],
  ['ad_revenue_total_per_user', money(['ad_revenue_total'], 'cohort_size')],
  ['all_revenue_per_user', money(['revenue', 'ad_revenue'], 'cohort_size')],
  ['all_revenue_total', money(TOTALS)],
  ['all_revenue_total_per_user', money(TOTALS, 'cohort_size')],
  ['all_revenue_total_in_cohort', money(IN_COHORT)],
  ['roas', returnOnSpend(TOTALS)],
  ['roas_iap', returnOnSpend(['revenue_total'])],
  ['roas_ad', returnOnSpend(['ad_revenue_total'])],
]);
