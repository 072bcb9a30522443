import type { EventSpec } from './apps.js';
import { eventDice, eventMicros, quality } from './counters.js';
import { dice } from './dice.js';
import { EVENTS_BY, eventsBy, RETENTION_ON, SESSIONS_BY, totalBy } from './lifetime.js';
import type { Cell } from './world.js';

// Bound once for speed, as in dice.ts.
const { floor, max, min, round } = Math;

/** Users of one cell who came on one day, seen in one period after it. */
export interface CohortView {
  cell: Cell;
  users: number;
  bits: number;
  /** Salt of the class of users and the channel. */
  salt: (counterDice: number) => number;
  /** First and last day of the period; the last one not after today. */
  from: number;
  to: number;
  firstSource: boolean;
  /** Positions of the events that are asked for. */
  events: readonly number[];
}

const retained = (view: CohortView): number => {
  if (view.from === 0) return view.users;
  const wider = view.to > view.from ? 1.5 : 1;
  const share = min(1, (RETENTION_ON[view.from] as number) * wider * quality(view.cell, 30));
  return floor(view.users * share + dice(view.bits ^ view.salt(30)));
};
const during = (view: CohortView, perUser: number, curve: Float64Array, counterDice: number): number => {
  const bits = view.bits ^ view.salt(counterDice);
  return totalBy(view.users, perUser, curve, view.to, bits) - totalBy(view.users, perUser, curve, view.from - 1, bits);
};
const sessions = (view: CohortView): number => during(view, 1, SESSIONS_BY, 31);
const adImpressions = (view: CohortView): number => during(view, 2.1, SESSIONS_BY, 32);
const adMicros = (cell: Cell): number => round(8_000 * cell.country.spending * quality(cell, 5));
const adImpressionsTotal = (view: CohortView): number =>
  totalBy(view.users, 2.1, SESSIONS_BY, view.to, view.bits ^ view.salt(32));

const total = (view: CohortView, event: EventSpec, index: number, day: number): number =>
  eventsBy(view.users, event.reach, day, view.bits ^ view.salt(eventDice(index)));
const occurred = (view: CohortView, event: EventSpec, index: number): number =>
  total(view, event, index, view.to) - total(view, event, index, view.from - 1);
/** Users who have done it at least once by now: by the same dice as the events, so never more than them. */
const converted = (view: CohortView, event: EventSpec, index: number): number =>
  min(
    view.users,
    floor(view.users * event.reach * min(1, EVENTS_BY[view.to] ?? 1) + dice(view.bits ^ view.salt(eventDice(index)))),
  );

type PerEvent = (view: CohortView, event: EventSpec, index: number) => number;
const pricedOnly =
  (measure: PerEvent): PerEvent =>
  (view, event, index) =>
    event.cents === undefined ? 0 : measure(view, event, index);
const eachEvent = (view: CohortView, measure: PerEvent): number[] =>
  view.events.map((index) => measure(view, view.cell.app.events[index] as EventSpec, index));
const sum = (measure: PerEvent) => (view: CohortView) => eachEvent(view, measure).reduce((a, b) => a + b, 0);
/** Users that did one event and users that did another are largely the same people: the most, not the sum. */
const most = (measure: PerEvent) => (view: CohortView) => max(0, ...eachEvent(view, measure));
const worth =
  (measure: PerEvent): PerEvent =>
  (view, event, index) =>
    measure(view, event, index) * eventMicros(view.cell, event);

const activeConverters: PerEvent = (view, event, index) =>
  min(occurred(view, event, index), retained(view), converted(view, event, index));
const totalToNow: PerEvent = (view, event, index) => total(view, event, index, view.to);
const laterAttributions = (perUser: number, counterDice: number) => (view: CohortView) => {
  if (view.firstSource) return during(view, perUser, EVENTS_BY, counterDice);
  return view.from === 0 ? floor(view.users * perUser + dice(view.bits ^ view.salt(counterDice))) : 0;
};

/** Only of users who have reached the period, but for the two totals, which count everybody. Money in millionths. */
export const COHORT_MEASURES = {
  cohort_size: (view) => view.users,
  retained_users: retained,
  sessions,
  time_spent: (view) => sessions(view) * round(210 * quality(view.cell, 33)),
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
} satisfies Record<string, (view: CohortView) => number>;

export type CohortMeasure = keyof typeof COHORT_MEASURES;
/** What is counted of users who have not reached the period too. */
export const OF_EVERYBODY: ReadonlySet<CohortMeasure> = new Set(['revenue_total', 'ad_revenue_total']);
