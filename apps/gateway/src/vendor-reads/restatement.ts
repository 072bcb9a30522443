import { Recent } from '../edge/recent.js';
import { isOver } from './vendor-reads.js';

/** For how many days after a day its numbers are restated, by what they count. */
export interface RestatedDays {
  counts: number;
  cost: number;
}

/** Numbers of which days, and of what kind. */
export interface Restated {
  /** First and last day, YYYY-MM-DD. */
  from: string;
  to: string;
  readsCost: boolean;
  /** Days until the oldest period asked for of a cohort is over; counts are of the day itself. */
  ageDays?: number;
}

const DAY_MS = 86_400_000;

const days = new Recent<string>();

const daysAfter = (day: string, count: number): string =>
  days.get(`${day}+${count}`, () => new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10));

/** Vendors restate the past: late events, fraud that was found, spend that networks correct. */
export class Restatement {
  constructor(private readonly days: RestatedDays) {}

  /** The last day on which these numbers may change. */
  changesUntil({ to, ...kind }: Restated): string {
    return daysAfter(to, this.lasting(kind));
  }

  /** What to say of an answer with days that are still being restated. */
  warning({ from, to, ...kind }: Restated, vendor: string): string | undefined {
    const lasting = this.lasting(kind);
    const now = Date.now();
    if (isOver(daysAfter(to, lasting), now)) return undefined;
    // Found by the days' ends, so that the two can't disagree.
    let first = to;
    while (first > from && !isOver(daysAfter(first, lasting - 1), now)) first = daysAfter(first, -1);
    return `${vendor} may still restate the days from ${first} on: ${kind.ageDays ? 'their cohorts are not of age' : kind.readsCost ? 'cost and counts come in late' : 'counts come in late'}.`;
  }

  private lasting({ readsCost, ageDays = 0 }: Pick<Restated, 'readsCost' | 'ageDays'>): number {
    return Math.max(readsCost ? this.days.cost : 0, this.days.counts + ageDays);
  }
}
