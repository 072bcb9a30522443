import type { EventSpec } from './apps.js';
import { dice } from './dice.js';
import type { Cell, World } from './world.js';

/** Users who came by an install, and users whom a later source won back. */
export type UserClass = 'installed' | 'reattributed';

/** Per session of a cell's day: by class of user, or as one number for clicks and impressions, which have no user yet. */
type Rate = number | Partial<Record<UserClass, number>>;

/** What can be added up over cells, hours and days. Counts are integers; money is in millionths of the app's currency. */
export interface Counter {
  /** Counters that share dice never contradict each other: where one's rate is lower, so is its count. */
  dice: number;
  rate(cell: Cell, world: World): Rate;
  /** Makes it money: the worth of one. */
  micros?(cell: Cell): number;
  /** Everything that the day's new users spend later, instead of what was spent on the day. */
  lifetimeOf?(cell: Cell): EventSpec | undefined;
}

const paid = (cell: Cell): boolean => cell.tracker.network.pricing !== undefined;

/** 0.7 to 1.3, a property of the tracker: why networks and creatives perform unlike each other. */
export function quality(cell: Cell, aspect: number): number {
  return 0.7 + 0.6 * dice(cell.tracker.bits ^ aspect);
}

export const installRate = (cell: Cell): number => 0.055 * quality(cell, 1);
const clickRate = (cell: Cell): number => (paid(cell) ? installRate(cell) * (8 + 20 * (quality(cell, 2) - 0.7)) : 0);
const impressionRate = (cell: Cell): number => clickRate(cell) * (22 + 60 * (quality(cell, 3) - 0.7));
export const reattributionRate = (cell: Cell): number => (paid(cell) ? 0.012 * quality(cell, 4) : 0);

const both = (installed: number, reattributed: number): Counter['rate'] => {
  const rate = { installed, reattributed };
  return () => rate;
};
type Pricing = 'cpc' | 'cpi' | 'cpm';
const wherePaidBy =
  (pricing: Pricing, rate: (cell: Cell) => Rate): Counter['rate'] =>
  (cell) =>
    cell.tracker.network.pricing === pricing ? rate(cell) : 0;
const whereCostIs = (pricing: Pricing, rate: (cell: Cell) => Rate): Counter['rate'] => {
  const paidBy = wherePaidBy(pricing, rate);
  return (cell, world) => (world.fillsCost ? paidBy(cell, world) : 0);
};
/** Worth of one, in millionths; whole cents where it is more than one. */
const price = (micros: number): Counter['micros'] => {
  const step = micros > 10_000 ? 10_000 : 1;
  return (cell) => Math.max(1, Math.round((micros * cell.country.spending * quality(cell, 5)) / step)) * step;
};
const rejected = (aspect: number, part: number, androidOnly = false): Counter => ({
  dice: 40 + aspect,
  rate: (cell) => ({
    installed:
      paid(cell) && !(androidOnly && cell.app.store !== 'android')
        ? installRate(cell) * part * quality(cell, aspect)
        : 0,
  }),
});
const rejectedAgain = (aspect: number, part: number): Counter => ({
  dice: 50 + aspect,
  rate: (cell) => ({ reattributed: reattributionRate(cell) * part * quality(cell, aspect) }),
});

export const PLAIN = {
  impressions: { dice: 1, rate: impressionRate },
  clicks: { dice: 2, rate: clickRate },
  installs: { dice: 3, rate: (cell) => ({ installed: installRate(cell) }) },
  organic_installs: {
    dice: 3,
    rate: (cell) => ({ installed: cell.tracker.network.name === 'Organic' ? installRate(cell) : 0 }),
  },
  reattributions: { dice: 4, rate: (cell) => ({ reattributed: reattributionRate(cell) }) },
  sessions: { dice: 5, rate: both(0.86, 0.14) },
  daus: { dice: 6, rate: both(0.42, 0.07) },
  waus: { dice: 6, rate: both(1.3, 0.2) },
  maus: { dice: 6, rate: both(3.1, 0.5) },
  uninstalls: { dice: 7, rate: both(0.02, 0.002) },
  uninstall_cohort: { dice: 8, rate: both(0.03, 0.003) },
  reinstalls: { dice: 9, rate: both(0.004, 0) },
  reattribution_reinstalls: { dice: 4, rate: (cell) => ({ reattributed: reattributionRate(cell) * 0.25 }) },
  deattributions: { dice: 10, rate: both(0.009, 0.001) },
  limit_ad_tracking_installs: { dice: 3, rate: (cell) => ({ installed: installRate(cell) * 0.22 }) },
  limit_ad_tracking_reattributions: { dice: 4, rate: (cell) => ({ reattributed: reattributionRate(cell) * 0.22 }) },
  gdpr_forgets: { dice: 11, rate: both(0.0004, 0.0001) },
  ad_impressions: { dice: 12, rate: both(1.9, 0.3) },
  ad_revenue: { dice: 12, rate: both(1.9, 0.3), micros: price(8_000) },
  rejected_installs_anon_ip: rejected(1, 0.01),
  rejected_installs_too_many_engagements: rejected(2, 0.015),
  rejected_installs_distribution_outlier: rejected(3, 0.02),
  rejected_installs_click_injection: rejected(4, 0.012, true),
  rejected_installs_invalid_signature: rejected(5, 0.005),
  rejected_reattributions_anon_ip: rejectedAgain(1, 0.02),
  rejected_reattributions_too_many_engagements: rejectedAgain(2, 0.03),
  rejected_reattributions_distribution_outlier: rejectedAgain(3, 0.025),
  paid_impressions: { dice: 1, rate: whereCostIs('cpm', impressionRate) },
  paid_clicks: { dice: 2, rate: whereCostIs('cpc', clickRate) },
  paid_installs: { dice: 3, rate: whereCostIs('cpi', (cell) => ({ installed: installRate(cell) })) },
  impression_cost: { dice: 1, rate: whereCostIs('cpm', impressionRate), micros: price(4_000) },
  click_cost: { dice: 2, rate: whereCostIs('cpc', clickRate), micros: price(110_000) },
  install_cost: {
    dice: 3,
    rate: whereCostIs('cpi', (cell) => ({ installed: installRate(cell) })),
    micros: price(1_900_000),
  },
  // What the networks themselves report: there also where the attributed cost is not.
  network_installs: { dice: 3, rate: (cell) => ({ installed: paid(cell) ? installRate(cell) : 0 }) },
  network_impression_cost: { dice: 1, rate: wherePaidBy('cpm', impressionRate), micros: price(4_000) },
  network_click_cost: { dice: 2, rate: wherePaidBy('cpc', clickRate), micros: price(110_000) },
  network_install_cost: {
    dice: 3,
    rate: wherePaidBy('cpi', (cell) => ({ installed: installRate(cell) })),
    micros: price(1_900_000),
  },
} satisfies Record<string, Counter>;

export type PlainCounterName = keyof typeof PLAIN;
export type EventCounterName = 'events' | 'first_events' | 'revenue_events' | 'revenue';

/**
 * One of the counters above; `event:<token>:<counter>` of one event, or `event:*:<counter>` of all of an app's events; or
 * `cohort_revenue`, what the users that came in the range spend within a number of days.
 */
export type CounterName = PlainCounterName | `event:${string}:${EventCounterName}` | 'cohort_revenue';

/** The most events that an app of this world has. */
const MOST_EVENTS = 5;

/** Price of an event in a cell, in millionths, whole cents: the same whenever it occurs. Revenue is events times price. */
export function eventMicros(cell: Cell, event: EventSpec): number {
  return Math.round((event.cents ?? 0) * cell.country.spending * quality(cell, 20)) * 10_000;
}

/** Dice of the event at this position of its app's list. */
export const eventDice = (index: number): number => 100 + index;

function eventCounter(index: number, token: string, name: EventCounterName): Counter {
  const find = (cell: Cell): EventSpec | undefined => {
    const event = cell.app.events[index];
    return event && (token === '*' || event.token === token) ? event : undefined;
  };
  return {
    dice: eventDice(index),
    rate: (cell) => {
      const event = find(cell);
      if (!event || ((name === 'revenue' || name === 'revenue_events') && event.cents === undefined)) return 0;
      const rate = event.perSession * (name === 'first_events' ? 0.4 : 1) * quality(cell, 21 + index);
      return { installed: rate * 0.9, reattributed: rate * 0.1 };
    },
    ...(name === 'revenue' && {
      micros: (cell: Cell) => {
        const event = find(cell);
        return event ? eventMicros(cell, event) : 0;
      },
    }),
  };
}

function cohortRevenueCounter(index: number, source: Counter): Counter {
  return {
    ...source,
    lifetimeOf: (cell) => (cell.app.events[index]?.cents === undefined ? undefined : cell.app.events[index]),
  };
}

/** The counters whose sum this name stands for. */
export function countersOf(name: CounterName): Counter[] {
  const positions = Array.from({ length: MOST_EVENTS }, (_, index) => index);
  if (name === 'cohort_revenue') {
    return positions.flatMap((index) => [
      cohortRevenueCounter(index, PLAIN.installs),
      cohortRevenueCounter(index, PLAIN.reattributions),
    ]);
  }
  if (name.startsWith('event:')) {
    const [, token = '', counter] = name.split(':');
    return positions.map((index) => eventCounter(index, token, counter as EventCounterName));
  }
  return [PLAIN[name as PlainCounterName]];
}
