import type { SpendMode } from './base-metrics.js';
import { BASE_METRICS, costsOf } from './base-metrics.js';
import { COHORT_METRICS, LAST, PERIOD_LETTERS } from './cohort-metrics.js';
import type { SluggedEvent } from './event-metrics.js';
import { EVENT_COHORTS, EVENT_ENDINGS, eventMetric } from './event-metrics.js';
import type { Metric } from './ingredients.js';
import { requestError } from './refusal.js';

const COHORT = /^(.+)_([dwm])(\d{1,3})$/;
const EVENT_COHORT = new RegExp(`^(.+)_([dwm])(\\d{1,3})_(${Object.keys(EVENT_COHORTS).join('|')})$`);
const EVENT = new RegExp(`^(.+)_(${EVENT_ENDINGS.join('|')})$`);

/**
 * The metric of a slug: a base metric, a cohort's with its period, or an event's. Throws the vendor's sentence where there is
 * none, which tells an event that does not exist from a metric that does not (FACTS §5.1).
 */
export function findMetric(name: string, events: ReadonlyMap<string, SluggedEvent>, mode: SpendMode): Metric {
  const base = BASE_METRICS[mode].get(name);
  if (base) return base;
  const cohort = COHORT.exec(name);
  const ofCohort = cohort && COHORT_METRICS.get(cohort[1] as string);
  if (ofCohort) return ofCohort(...periodOf(name, cohort[2] as string, cohort[3] as string), costsOf(mode));
  const eventCohort = EVENT_COHORT.exec(name);
  if (eventCohort) {
    const tokens = [...eventOf(name, eventCohort[1] as string, events).tokens.values()].flat();
    const period = periodOf(name, eventCohort[2] as string, eventCohort[3] as string);
    return (EVENT_COHORTS[eventCohort[4] as string] as (typeof EVENT_COHORTS)[string])(tokens, ...period);
  }
  const event = EVENT.exec(name);
  if (!event) throw requestError(`Unsupported metric: ${name}`);
  return eventMetric(eventOf(name, event[1] as string, events), event[2] as (typeof EVENT_ENDINGS)[number]);
}

function eventOf(name: string, slug: string, events: ReadonlyMap<string, SluggedEvent>): SluggedEvent {
  const event = events.get(slug);
  if (!event) throw requestError(`Unsupported metric: ${name} (${slug} event doesn't exist or was renamed)`);
  return event;
}

function periodOf(name: string, letter: string, number: string) {
  const period = PERIOD_LETTERS[letter] as NonNullable<(typeof PERIOD_LETTERS)[string]>;
  const at = Number(number);
  if (at > LAST[period]) throw requestError(`Unsupported metric: ${name}`);
  return [period, at] as const;
}

/** Whether values of this metric are written as decimals, whole ones too: `88.0`. */
export const isDecimal = (name: string): boolean =>
  !/(^|_)revenue_events(_[dwm]\d+)?$/.test(name) &&
  /revenue|cost|_rate|ctr|ecp[cim]|rpm|_per_(?!period)|lifetime|roas|profit|investment|arpdau|distribution/.test(name);
