import type { Bucket } from './calendar.js';
import { DAY, FIRST_DAY, HOUR } from './calendar.js';
import type { CounterName, UserClass } from './counters.js';
import { countersOf, eventDice, eventMicros } from './counters.js';
import { dice, mix } from './dice.js';
import { eventsBy } from './lifetime.js';
import { activityBy, cellDayBits, cellVolume, countBetween, dayFactor } from './volume.js';
import type { App, Cell, World } from './world.js';

// Bound once for speed, as in dice.ts.
const { floor, min } = Math;

/** How users came to their tracker: after a click, or having seen an ad only. */
export type Channel = 'click' | 'impression';

/** Which activity is counted. */
export interface Slice {
  sandbox: boolean;
  users: readonly UserClass[];
  channels: readonly Channel[];
  /** `cohort_revenue`: days after install that count; absent: up to now. */
  revenueDays?: number;
  /** Nothing has happened yet from the hour of this instant on. */
  now: number;
}

/** Which group each cell is counted in, -1 for none. Reattributed users may be counted elsewhere than the cell's own. */
export interface Placing {
  cells: readonly Cell[];
  own: Int32Array;
  reattributed: Int32Array;
  groups: number;
}

/** A counter for one class of users and one channel, with everything that can be known before the days are walked. */
interface Lane {
  out: number;
  salt: number;
  group: Int32Array;
  rates: Float64Array;
  micros?: Float64Array;
  lifetime?: { reach: Float64Array; salt: number };
}

/** People who have only seen the ad, against those who clicked it. */
const IMPRESSION_SHARE = 0.15;
const CLASS_SALT = { installed: 0x10_000, reattributed: 0x20_000 } as const;
const CHANNEL_SALT = { click: 0, impression: 0x40_000 } as const;

/** Dice of a counter for a class of users and a channel; cohorts count the same installs by the same dice. */
export function laneSalt(counterDice: number, userClass: UserClass, channel: Channel): number {
  return mix(counterDice + CLASS_SALT[userClass] + CHANNEL_SALT[channel]);
}

export const channelShare = (channel: Channel): number => (channel === 'click' ? 1 : IMPRESSION_SHARE);

function lanesOf(name: CounterName, out: number, world: World, placing: Placing, slice: Slice): Lane[] {
  const { cells } = placing;
  return countersOf(name).flatMap((counter, position): Lane[] => {
    const rates = cells.map((cell) => counter.rate(cell, world));
    const micros = counter.micros && Float64Array.from(cells, (cell) => counter.micros?.(cell) ?? 0);
    const lane = (values: number[], salt: number, group: Int32Array): Lane => ({
      out,
      salt,
      group,
      rates: Float64Array.from(values),
      ...(micros && { micros }),
    });
    if (rates.some((rate) => typeof rate === 'number' && rate > 0)) {
      return [
        lane(
          rates.map((rate) => (typeof rate === 'number' ? rate : 0)),
          mix(counter.dice),
          placing.own,
        ),
      ];
    }
    return slice.users.flatMap((userClass) =>
      slice.channels.flatMap((channel) => {
        const share = channelShare(channel);
        const values = rates.map((rate) => (typeof rate === 'number' ? 0 : (rate[userClass] ?? 0) * share));
        if (!values.some((value) => value > 0)) return [];
        const group = userClass === 'installed' ? placing.own : placing.reattributed;
        const plain = lane(values, laneSalt(counter.dice, userClass, channel), group);
        if (!counter.lifetimeOf) return [plain];
        // The counters of cohort_revenue come in pairs per event, one per class of users.
        const event = floor(position / 2);
        const found = cells.map((cell) => counter.lifetimeOf?.(cell));
        return [
          {
            ...plain,
            micros: Float64Array.from(found, (spec, i) => (spec && cells[i] ? eventMicros(cells[i], spec) : 0)),
            lifetime: {
              reach: Float64Array.from(found, (spec) => spec?.reach ?? 0),
              salt: laneSalt(eventDice(event), userClass, channel),
            },
          },
        ];
      }),
    );
  });
}

/** The pieces of buckets that fall on one UTC day, as parts of that day. */
interface Piece {
  bucket: number;
  whole: boolean;
  from: number;
  to: number;
}

/** Calls `visit` for each UTC day that the buckets touch and that lies in the world's past, with its pieces. */
export function eachDay(buckets: readonly Bucket[], now: number, visit: (day: number, pieces: Piece[]) => void): void {
  const end = floor(now / HOUR) * HOUR;
  let pieces: Piece[] = [];
  let current = -1;
  for (const [bucket, { from, to }] of buckets.entries()) {
    const last = min(to, end);
    for (let at = Math.max(from, FIRST_DAY); at < last;) {
      const day = floor(at / DAY);
      const until = min(last, (day + 1) * DAY);
      if (day !== current) {
        if (pieces.length > 0) visit(current, pieces);
        pieces = [];
        current = day;
      }
      const whole = until - at === DAY;
      pieces.push({
        bucket,
        whole,
        from: activityBy((at - day * DAY) / DAY),
        to: activityBy((until - day * DAY) / DAY),
      });
      at = until;
    }
  }
  if (pieces.length > 0) visit(current, pieces);
}

/**
 * Counts what happened. The answer holds one sum per bucket, group and counter, in that order of nesting:
 * `sums[(bucket * placing.groups + group) * counters.length + counter]`. Sums agree however the cells are grouped and the time
 * is cut, because each cell's day is drawn as whole numbers first and shared out afterwards.
 */
export function countActivity(
  world: World,
  placing: Placing,
  buckets: readonly Bucket[],
  counters: readonly CounterName[],
  slice: Slice,
): Float64Array {
  const { cells, groups } = placing;
  const width = counters.length;
  const sums = new Float64Array(buckets.length * groups * width);
  const lanes = counters.flatMap((name, out) => lanesOf(name, out, world, placing, slice));
  eachDay(buckets, slice.now, (day, pieces) => {
    const factors = new Map<App, number>();
    const elapsed = floor((slice.now - day * DAY) / DAY);
    const revenueDay = min(elapsed, (slice.revenueDays ?? Infinity) - 1);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as Cell;
      let factor = factors.get(cell.app);
      if (factor === undefined) factors.set(cell.app, (factor = dayFactor(cell.app, day, world.seed)));
      const bits = cellDayBits(cell, day, slice.sandbox);
      const volume = cellVolume(cell, bits, factor, slice.sandbox);
      if (volume === 0) continue;
      for (const lane of lanes) {
        const group = lane.group[i] as number;
        const rate = lane.rates[i] as number;
        if (group < 0 || rate === 0) continue;
        const phase = dice(bits ^ lane.salt);
        let count = floor(volume * rate + phase);
        if (lane.lifetime)
          count = eventsBy(count, lane.lifetime.reach[i] as number, revenueDay, bits ^ lane.lifetime.salt);
        if (count === 0) continue;
        const worth = lane.micros ? (lane.micros[i] as number) : 1;
        for (const piece of pieces) {
          const part = piece.whole ? count : countBetween(count, piece.from, piece.to, phase);
          const at = (piece.bucket * groups + group) * width + lane.out;
          sums[at] = (sums[at] as number) + part * worth;
        }
      }
    }
  });
  return sums;
}
