import { divide, inUnits } from '../adjust/kpis.js';
import type { EventSpec } from '../world/apps.js';
import type { CohortMeasure } from '../world/cohort-measures.js';
import type { CohortPeriod } from '../world/cohorts.js';
import type { App } from '../world/world.js';
import type { Ingredient, Metric, Sum } from './ingredients.js';
import { activity, cohort } from './ingredients.js';

/** An event as reports know it: one slug for all events of that name, whichever app they are of (FACTS §5.1). */
export interface SluggedEvent {
  slug: string;
  name: string;
  /** Tokens by app. */
  tokens: ReadonlyMap<string, readonly string[]>;
}

/** Made of the name; a comma would part a list of metrics. */
const slugOf = ({ name }: EventSpec): string => name.toLowerCase().replaceAll(',', '');

/** The events of these apps by slug. */
export function eventsOf(apps: readonly App[]): Map<string, SluggedEvent> {
  const found = new Map<string, { slug: string; name: string; tokens: Map<string, string[]> }>();
  for (const app of apps) {
    for (const event of app.events) {
      const slug = slugOf(event);
      const known = found.get(slug) ?? { slug, name: event.name, tokens: new Map<string, string[]>() };
      known.tokens.set(app.token, [...(known.tokens.get(app.token) ?? []), event.token]);
      found.set(slug, known);
    }
  }
  return found;
}

const addUp = (sum: Sum, ingredients: readonly Ingredient[]): number =>
  ingredients.reduce((total, ingredient) => total + sum(ingredient), 0);

/** `{slug}_events` and `{slug}_revenue`: what occurred in the row's time. */
export const EVENT_ENDINGS = ['events', 'revenue'] as const;

export function eventMetric(event: SluggedEvent, ending: (typeof EVENT_ENDINGS)[number]): Metric {
  const needs = [...event.tokens.values()].flat().map((token) => activity(`event:${token}:${ending}`));
  return { needs, value: (sum) => (ending === 'revenue' ? inUnits(addUp(sum, needs)) : addUp(sum, needs)) };
}

type EventCohort = (tokens: readonly string[], period: CohortPeriod, at: number) => Metric;

const one =
  (measure: CohortMeasure): EventCohort =>
  (tokens, period, at) => {
    const needs = [cohort(measure, period, at, tokens)];
    const isMoney = measure.startsWith('revenue');
    return { needs, value: (sum) => (isMoney ? inUnits(addUp(sum, needs)) : addUp(sum, needs)) };
  };
const ratio =
  (above: CohortMeasure, below: CohortMeasure): EventCohort =>
  (tokens, period, at) => {
    const [over, under] = [cohort(above, period, at, tokens), cohort(below, period, at, tokens)];
    return { needs: [over, under], value: (sum) => divide(sum(over), sum(under)) };
  };

/** `{slug}_{period}_…`: `_per_period` is that period alone, `_cohort` all since install, where FACTS §11 does not say otherwise. */
export const EVENT_COHORTS: Readonly<Record<string, EventCohort>> = {
  events_per_period: one('events'),
  revenue_per_period: one('revenue'),
  revenue_cohort: one('revenue_total'),
  conversions_per_period: one('converted_users'),
  converted_user_size_cohort: one('converted_user_size'),
  conversion_distribution_cohort: ratio('converted_users', 'converted_user_size'),
  conversions_rate_cohort: ratio('converted_user_size', 'cohort_size'),
  events_per_conversion_cohort: ratio('events', 'converted_users'),
  events_cohort: (tokens, period, at) => {
    const needs = Array.from({ length: at + 1 }, (_, earlier) => cohort('events', period, earlier, tokens));
    return { needs, value: (sum) => addUp(sum, needs) };
  },
};
