import type { Channel, Placing } from './activity.js';
import { channelShare, eachDay, laneSalt } from './activity.js';
import type { Bucket } from './calendar.js';
import { DAY } from './calendar.js';
import type { CohortMeasure, CohortView } from './cohort-measures.js';
import { COHORT_MEASURES, OF_EVERYBODY } from './cohort-measures.js';
import type { UserClass } from './counters.js';
import { installRate, PLAIN, reattributionRate } from './counters.js';
import { dice } from './dice.js';
import { cellDayBits, cellVolume, countBetween, dayFactor } from './volume.js';
import type { App, Cell, World } from './world.js';

// Bound once for speed, as in dice.ts.
const { floor, min } = Math;

export type CohortPeriod = 'day' | 'week' | 'month';
/** Periods are hours after install, not calendar days: a month is 30 days of 24 hours. */
export const PERIOD_DAYS: Record<CohortPeriod, number> = { day: 1, week: 7, month: 30 };

export interface CohortSlice {
  sandbox: boolean;
  users: readonly UserClass[];
  channels: readonly Channel[];
  /** Whether later attributions are counted in the period they happen in; otherwise all of them fall into period 0. */
  firstSource: boolean;
  period: CohortPeriod;
  now: number;
}

/** A measure, and the tokens of the events that it looks at; absent: all. */
export interface CohortCounter {
  measure: CohortMeasure;
  events?: readonly string[];
}

function eventPositions(cell: Cell, counter: CohortCounter): number[] {
  return cell.app.events.flatMap((event, index) => ((counter.events?.includes(event.token) ?? true) ? [index] : []));
}

/**
 * Counts users by the day they came, in periods after it:
 * `sums[((bucket * placing.groups + group) * periods.length + period) * counters.length + counter]`.
 * Adds up over cells and days like activity does; over periods where the measure itself does.
 */
export function countCohorts(
  world: World,
  placing: Placing,
  buckets: readonly Bucket[],
  periods: readonly number[],
  counters: readonly CohortCounter[],
  slice: CohortSlice,
): Float64Array {
  const width = counters.length;
  const sums = new Float64Array(buckets.length * placing.groups * periods.length * width);
  const length = PERIOD_DAYS[slice.period];
  const classes = slice.users.flatMap((userClass) =>
    slice.channels.map((channel) => {
      const salts = Array.from({ length: 256 }, (_, counterDice) => laneSalt(counterDice, userClass, channel));
      const rateOf = userClass === 'installed' ? installRate : reattributionRate;
      return {
        salt: (counterDice: number) => salts[counterDice] as number,
        comers: salts[PLAIN[userClass === 'installed' ? 'installs' : 'reattributions'].dice] as number,
        rates: Float64Array.from(placing.cells, (cell) => rateOf(cell) * channelShare(channel)),
        group: userClass === 'installed' ? placing.own : placing.reattributed,
      };
    }),
  );
  const tasks = counters.map((counter, out) => ({
    out,
    measure: COHORT_MEASURES[counter.measure] as (view: CohortView) => number,
    ofEverybody: OF_EVERYBODY.has(counter.measure),
    events: placing.cells.map((cell) => eventPositions(cell, counter)),
  }));
  const ofEverybody = tasks.filter((task) => task.ofEverybody);
  eachDay(buckets, slice.now, (day, pieces) => {
    const today = floor((slice.now - day * DAY) / DAY);
    const factors = new Map<App, number>();
    for (let i = 0; i < placing.cells.length; i++) {
      const cell = placing.cells[i] as Cell;
      const factor = factors.get(cell.app) ?? dayFactor(cell.app, day, world.seed);
      factors.set(cell.app, factor);
      const bits = cellDayBits(cell, day, slice.sandbox);
      const volume = cellVolume(cell, bits, factor, slice.sandbox);
      if (volume === 0) continue;
      for (const { salt, comers, rates, group } of classes) {
        const phase = dice(bits ^ comers);
        const users = floor(volume * (rates[i] as number) + phase);
        const groupIndex = group[i] as number;
        if (users === 0 || groupIndex < 0) continue;
        const view: CohortView = {
          cell,
          users,
          bits,
          salt,
          from: 0,
          to: 0,
          firstSource: slice.firstSource,
          events: [],
        };
        for (let at = 0; at < periods.length; at++) {
          view.from = (periods[at] as number) * length;
          view.to = min(view.from + length - 1, today);
          for (const task of view.from <= today ? tasks : ofEverybody) {
            view.events = task.events[i] as number[];
            const value = task.measure(view);
            if (value === 0) continue;
            for (const piece of pieces) {
              const part = piece.whole ? value : countBetween(value, piece.from, piece.to, phase);
              const index = ((piece.bucket * placing.groups + groupIndex) * periods.length + at) * width + task.out;
              sums[index] = (sums[index] as number) + part;
            }
          }
        }
      }
    }
  });
  return sums;
}
