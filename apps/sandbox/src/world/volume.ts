import { DAY } from './calendar.js';
import { dice, mix } from './dice.js';
import type { App, Cell } from './world.js';

// Bound once for speed, as in dice.ts.
const { floor, imul } = Math;

// Sunday to Saturday.
const WEEKDAYS = [1.18, 0.94, 0.92, 0.93, 0.96, 1.04, 1.16];
const QUIET_DAYS = 0.08;

/** How busy this app's day is against its average: the weekday, the season, and some weather. `day` counts from 1970. */
export function dayFactor(app: App, day: number, seed: number): number {
  const weekday = WEEKDAYS[new Date(day * DAY).getUTCDay()] ?? 1;
  const season = 1 + 0.12 * Math.sin((2 * Math.PI * day) / 365.25);
  const weather = 0.9 + 0.2 * dice(mix(day ^ seed) ^ app.volume);
  return weekday * season * weather;
}

/** The dice of one cell on one day. Test traffic has dice of its own. */
export function cellDayBits(cell: Cell, day: number, sandbox: boolean): number {
  return mix(cell.bits ^ imul(day, 0x9e3779b1) ^ (sandbox ? 0x5a5a5a5a : 0));
}

/** Sessions, about, that a cell has on a day with these dice; 0 where nobody came. Everything else follows from it. */
export function cellVolume(cell: Cell, bits: number, factor: number, sandbox: boolean): number {
  const draw = bits / 0x1_0000_0000;
  if (draw < QUIET_DAYS) return 0;
  return cell.weight * factor * (0.65 + 0.7 * draw) * (sandbox ? 0.02 : 1);
}

// Part of the day's activity that has happened by each hour, UTC.
const HOURLY = [3, 2, 2, 1, 1, 2, 3, 4, 4, 4, 4, 5, 5, 5, 4, 4, 5, 5, 6, 7, 8, 7, 5, 4];
const CURVE = HOURLY.reduce<number[]>((curve, hour) => [...curve, (curve.at(-1) ?? 0) + hour / 100], [0]);

/** Part of a day's activity that has happened after this part of the day: 0 at 0, 1 at 1. */
export function activityBy(partOfDay: number): number {
  if (partOfDay <= 0) return 0;
  if (partOfDay >= 1) return 1;
  const hour = floor(partOfDay * 24);
  const before = CURVE[hour] ?? 0;
  return before + (partOfDay * 24 - hour) * ((CURVE[hour + 1] ?? 1) - before);
}

/**
 * How many of a day's `count` fall between two parts of it. Cut anywhere, the pieces add up to `count` exactly: what makes
 * sums by hour, in any time zone, agree with sums by day.
 */
export function countBetween(count: number, from: number, to: number, phase: number): number {
  return floor(count * to + phase) - floor(count * from + phase);
}
