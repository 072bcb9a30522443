import type { Placing } from '../world/activity.js';
import { countActivity } from '../world/activity.js';
import type { Bucket } from '../world/calendar.js';
import { DAY } from '../world/calendar.js';
import type { CohortPeriod } from '../world/cohorts.js';
import { countCohorts, PERIOD_DAYS } from '../world/cohorts.js';
import type { World } from '../world/world.js';
import type { Ingredient } from './ingredients.js';
import type { ReportRequest } from './request.js';

/** Reads what was counted of an ingredient in a bucket and a group. */
export type Reader = (ingredient: Ingredient, bucket: number, group: number) => number;

interface Question {
  world: World;
  request: ReportRequest;
  placing: Placing;
  buckets: readonly Bucket[];
  now: number;
}

/** Counts every ingredient at once: one walk over the days for what happened, and one for each kind of period. */
export function tally(question: Question, ingredients: readonly Ingredient[]): Reader {
  const readers = new Map<string, (bucket: number, group: number) => number>();
  tallyActivity(question, ingredients, readers);
  for (const period of ['day', 'week', 'month'] as const) {
    tallyCohorts(
      question,
      ingredients.filter((item) => item.cohort?.period === period),
      period,
      readers,
    );
  }
  return (ingredient, bucket, group) => readers.get(ingredient.id)?.(bucket, group) ?? 0;
}

type Readers = Map<string, (bucket: number, group: number) => number>;

function tallyActivity(question: Question, ingredients: readonly Ingredient[], readers: Readers): void {
  const { world, request, placing, buckets, now } = question;
  const counters = ingredients.flatMap(({ counter }) => counter ?? []);
  if (counters.length === 0) return;
  const { sandbox, users, channels } = request;
  const sums = countActivity(world, placing, buckets, counters, { sandbox, users, channels, now });
  for (const [at, counter] of counters.entries()) {
    readers.set(counter, (bucket, group) => sums[(bucket * placing.groups + group) * counters.length + at] as number);
  }
}

function tallyCohorts(question: Question, asked: readonly Ingredient[], period: CohortPeriod, readers: Readers): void {
  if (asked.length === 0) return;
  const { world, request, placing, buckets, now } = question;
  const { sandbox, users, channels, firstSource } = request;
  const cohorts = asked.flatMap(({ id, cohort }) => (cohort ? [{ id, ...cohort }] : []));
  const periods = [...new Set(cohorts.map(({ at }) => at))].sort((one, other) => one - other);
  const counterIds = cohorts.map(({ measure, events }) => JSON.stringify([measure, events]));
  const ids = [...new Set(counterIds)];
  const counters = ids.map((id) => {
    const { measure, events } = cohorts[counterIds.indexOf(id)] as (typeof cohorts)[number];
    return { measure, ...(events && { events }) };
  });
  const slice = { sandbox, users, channels, firstSource, period, now };
  const sums = countCohorts(world, placing, buckets, periods, counters, slice);
  for (const [index, { id, at }] of cohorts.entries()) {
    const offset = periods.indexOf(at) * counters.length + ids.indexOf(counterIds[index] as string);
    const reached = (bucket: number): boolean =>
      !request.matureOnly || (buckets[bucket] as Bucket).to + (at + 1) * PERIOD_DAYS[period] * DAY <= now;
    readers.set(id, (bucket, group) =>
      reached(bucket)
        ? (sums[(bucket * placing.groups + group) * periods.length * counters.length + offset] as number)
        : 0,
    );
  }
}
