import type { CohortMeasure } from '../world/cohort-measures.js';
import type { CohortPeriod } from '../world/cohorts.js';
import type { CounterName } from '../world/counters.js';

/** One number that is added up over cells and time, and that metrics are made of. Money in millionths. */
export interface Ingredient {
  id: string;
  /** What happened in the row's time. */
  counter?: CounterName;
  /** What the users that came in the row's time did in one period after it. */
  cohort?: { measure: CohortMeasure; period: CohortPeriod; at: number; events?: readonly string[] };
}

export type Sum = (ingredient: Ingredient) => number;

/** One metric of a report. */
export interface Metric {
  needs: readonly Ingredient[];
  /** `days`: length of the row's time, at least 1. */
  value(sum: Sum, days: number): number;
}

export const activity = (counter: CounterName): Ingredient => ({ id: counter, counter });

export function cohort(
  measure: CohortMeasure,
  period: CohortPeriod,
  at: number,
  events?: readonly string[],
): Ingredient {
  const id = [measure, period, at, ...(events ?? ['*'])].join(' ');
  return { id, cohort: { measure, period, at, ...(events && { events }) } };
}

/** Whether it is an amount, which another currency changes. */
export function isMoney({ counter, cohort: ofCohort }: Ingredient): boolean {
  return /(revenue|cost)(_total(_in_cohort)?)?$/.test(counter ?? ofCohort?.measure ?? '');
}
