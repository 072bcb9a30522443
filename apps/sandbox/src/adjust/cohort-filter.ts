import type { CohortPeriod } from '../world/cohorts.js';
import { badRequest } from './refusal.js';

/** The furthest period that can be asked for; months have no limit. */
export const LAST_PERIOD: Record<CohortPeriod, number> = { day: 120, week: 52, month: Infinity };

/**
 * Reads `cohort_period_filter`: `30`, `0-30`, `0-30,120`, `1,2,3`, with spaces anywhere. Ascending and without repeats.
 * @param most the furthest period that anybody can have reached, so that a range of months stays a list.
 */
export function readCohortFilter(text: string, period: CohortPeriod, most: number): number[] {
  const periods = new Set<number>();
  for (const part of text.split(',')) {
    const range = /^\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?$/.exec(part);
    if (!range) throw badRequest(`Invalid cohort_period_filter '${text}', expected for example 30, 0-30 or 0-30,120`);
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    if (first > last) throw badRequest(`Invalid cohort_period_filter '${text}': ${part.trim()} is reversed`);
    if (last > LAST_PERIOD[period]) {
      throw badRequest(
        `Invalid cohort_period_filter '${text}': cohorts are available up to ${LAST_PERIOD.day} days and ${LAST_PERIOD.week} weeks`,
      );
    }
    for (let at = first; at <= Math.min(last, most); at++) periods.add(at);
  }
  return [...periods].sort((a, b) => a - b);
}
