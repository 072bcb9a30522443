import { dice } from './dice.js';

// Bound once for speed, as in dice.ts.
const { floor } = Math;

/** Days after install that curves are worked out for: more than the world is old. */
const LONGEST = 6000;

function curve(step: (day: number) => number): Float64Array {
  const values = new Float64Array(LONGEST);
  let sum = 0;
  for (let day = 0; day < LONGEST; day++) values[day] = sum += step(day);
  return values;
}

/** Part of a cohort that is back on a day after install: 1 on day 0, then 0.42 and falling. */
const retentionOn = (day: number): number => (day === 0 ? 1 : 0.42 * day ** -0.48);
export const RETENTION_ON = Float64Array.from({ length: LONGEST }, (_, day) => retentionOn(day));

/** Sessions of one user from install to the end of a day after it, on average. */
export const SESSIONS_BY = curve((day) => 2.4 * retentionOn(day));
/** Part of a user's events that have happened by the end of a day after install; 1 about day 120. */
export const EVENTS_BY = curve((day) => 0.186 / (day + 1));

/** How often somebody who does an event at all does it within 120 days, about. */
const REPEATS = 1.7;

/** Something of `users` that adds up over the days after install: how many by the end of a day. Never falls. */
export function totalBy(users: number, perUser: number, curveBy: Float64Array, day: number, bits: number): number {
  return day < 0 ? 0 : floor(users * perUser * (curveBy[day] ?? 0) + dice(bits));
}

/** How often `users` have done an event that `reach` of them ever do, by the end of a day after install. */
export function eventsBy(users: number, reach: number, day: number, bits: number): number {
  return totalBy(users, reach * REPEATS, EVENTS_BY, day, bits);
}
