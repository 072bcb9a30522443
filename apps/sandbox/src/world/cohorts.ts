import type { Channel, Placing } from './activity.js';
import { channelShare, eachDay, laneSalt } from './activity.js';
import type { EventSpec } from './apps.js';
import type { Bucket } from './calendar.js';
import { DAY } from './calendar.js';
import type { UserClass } from './counters.js';
import { eventDice, eventMicros, installRate, PLAIN, quality, reattributionRate } from './counters.js';
import { dice } from './dice.js';
import { EVENTS_BY, eventsBy, retentionOn, SESSIONS_BY, totalBy } from './lifetime.js';
import { cellDayBits, cellVolume, countBetween, dayFactor } from './volume.js';
import type { App, Cell, World } from './world.js';

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

/** Users of one cell who came on one day, seen in one period after it. */
interface View {
  cell: Cell;
  users: number;
  bits: number;
  /** Salt of the class of users and the channel. */
  salt: (counterDice: number) => number;
  /** First and last day of the period; the last one not after today. */
  from: number;
  to: number;
  reached: boolean;
  firstSource: boolean;
  /** Positions of the events that are asked for. */
  events: readonly number[];
}

const retained = (view: View): number => {
  if (view.from === 0) return view.users;
  const wider = view.to > view.from ? 1.5 : 1;
  const share = Math.min(1, retentionOn(view.from) * wider * quality(view.cell, 30));
  return Math.floor(view.users * share + dice(view.bits ^ view.salt(30)));
};
const during = (view: View, perUser: number, curve: Float64Array, counterDice: number): number => {
  const bits = view.bits ^ view.salt(counterDice);
  return totalBy(view.users, perUser, curve, view.to, bits) - totalBy(view.users, perUser, curve, view.from - 1, bits);
};
const sessions = (view: View): number => during(view, 1, SESSIONS_BY, 31);
const adImpressions = (view: View): number => during(view, 2.1, SESSIONS_BY, 32);
const adMicros = (cell: Cell): number => Math.round(8_000 * cell.country.spending * quality(cell, 5));
const adImpressionsTotal = (view: View): number =>
  totalBy(view.users, 2.1, SESSIONS_BY, view.to, view.bits ^ view.salt(32));

const total = (view: View, event: EventSpec, index: number, day: number): number =>
  eventsBy(view.users, event.reach, day, view.bits ^ view.salt(eventDice(index)));
const occurred = (view: View, event: EventSpec, index: number): number =>
  total(view, event, index, view.to) - total(view, event, index, view.from - 1);
/** Users who have done it at least once by now: by the same dice as the events, so never more than them. */
const converted = (view: View, event: EventSpec, index: number): number =>
  Math.min(
    view.users,
    Math.floor(
      view.users * event.reach * Math.min(1, EVENTS_BY[view.to] ?? 1) + dice(view.bits ^ view.salt(eventDice(index))),
    ),
  );

type PerEvent = (view: View, event: EventSpec, index: number) => number;
const pricedOnly =
  (measure: PerEvent): PerEvent =>
  (view, event, index) =>
    event.cents === undefined ? 0 : measure(view, event, index);
const eachEvent = (view: View, measure: PerEvent): number[] =>
  view.events.map((index) => measure(view, view.cell.app.events[index] as EventSpec, index));
const sum = (measure: PerEvent) => (view: View) => eachEvent(view, measure).reduce((a, b) => a + b, 0);
/** Users that did one event and users that did another are largely the same people: the most, not the sum. */
const most = (measure: PerEvent) => (view: View) => Math.max(0, ...eachEvent(view, measure));
const worth =
  (measure: PerEvent): PerEvent =>
  (view, event, index) =>
    measure(view, event, index) * eventMicros(view.cell, event);

const activeConverters: PerEvent = (view, event, index) => Math.min(occurred(view, event, index), retained(view));
const totalToNow: PerEvent = (view, event, index) => total(view, event, index, view.to);
const laterAttributions = (perUser: number, counterDice: number) => (view: View) => {
  if (view.firstSource) return during(view, perUser, EVENTS_BY, counterDice);
  return view.from === 0 ? Math.floor(view.users * perUser + dice(view.bits ^ view.salt(counterDice))) : 0;
};

/** Only of users who have reached the period, but for the two totals, which count everybody. Money in millionths. */
const MEASURES = {
  cohort_size: (view) => view.users,
  retained_users: retained,
  sessions,
  time_spent: (view) => sessions(view) * Math.round(210 * quality(view.cell, 33)),
  ad_impressions: adImpressions,
  ad_revenue: (view) => adImpressions(view) * adMicros(view.cell),
  ad_revenue_total: (view) => adImpressionsTotal(view) * adMicros(view.cell),
  ad_revenue_total_in_cohort: (view) => adImpressionsTotal(view) * adMicros(view.cell),
  reattributions: laterAttributions(0.03, 34),
  deattributions: laterAttributions(0.024, 35),
  events: sum(occurred),
  revenue_events: sum(pricedOnly(occurred)),
  revenue: sum(pricedOnly(worth(occurred))),
  revenue_total: sum(pricedOnly(worth(totalToNow))),
  revenue_total_in_cohort: sum(pricedOnly(worth(totalToNow))),
  converted_users: most(activeConverters),
  converted_user_size: most(converted),
  paying_users: most(pricedOnly(activeConverters)),
  paying_user_size: most(pricedOnly(converted)),
} satisfies Record<string, (view: View) => number>;

export type CohortMeasure = keyof typeof MEASURES;
const OF_EVERYBODY: ReadonlySet<CohortMeasure> = new Set(['revenue_total', 'ad_revenue_total']);

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
  const positions = counters.map((counter) => placing.cells.map((cell) => eventPositions(cell, counter)));
  eachDay(buckets, slice.now, (day, pieces) => {
    const today = Math.floor((slice.now - day * DAY) / DAY);
    const factors = new Map<App, number>();
    for (const [i, cell] of placing.cells.entries()) {
      const factor = factors.get(cell.app) ?? dayFactor(cell.app, day, world.seed);
      factors.set(cell.app, factor);
      const bits = cellDayBits(cell, day, slice.sandbox);
      const volume = cellVolume(cell, bits, factor, slice.sandbox);
      for (const { salt, comers, rates, group } of classes) {
        const phase = dice(bits ^ comers);
        const users = Math.floor(volume * (rates[i] as number) + phase);
        const groupIndex = group[i] as number;
        if (volume === 0 || users === 0 || groupIndex < 0) continue;
        for (const [at, period] of periods.entries()) {
          const from = period * length;
          const to = Math.min(from + length - 1, today);
          const reached = from <= today;
          const view: View = { cell, users, bits, salt, from, to, reached, firstSource: slice.firstSource, events: [] };
          for (const [out, counter] of counters.entries()) {
            if (!reached && !OF_EVERYBODY.has(counter.measure)) continue;
            view.events = positions[out]?.[i] ?? [];
            const value = MEASURES[counter.measure](view);
            for (const piece of pieces) {
              const part = piece.whole ? value : countBetween(value, piece.from, piece.to, phase);
              const index = ((piece.bucket * placing.groups + groupIndex) * periods.length + at) * width + out;
              sums[index] = (sums[index] as number) + part;
            }
          }
        }
      }
    }
  });
  return sums;
}
