import type { KochavaApp } from '../world/kochava.js';
import type { ReportingKey } from './access.js';
import type { ReportingBody } from './body.js';
import type { Cadence } from './cadence.js';
import { runAfter, windowOfRun } from './cadence.js';
import type { ReportKind } from './check.js';
import type { ReportStore } from './reports.js';
import { tokenOf } from './token.js';

export interface Schedule {
  token: string;
  kind: ReportKind;
  key: ReportingKey;
  app: KochavaApp;
  body: ReportingBody;
  request: Record<string, unknown>;
  cadence: Cadence;
  /** Milliseconds. */
  createdAt: number;
  nextRunAt: number;
  lastToken: string;
  deleted: boolean;
}

/** Runs that are made up for at once, when the clock is pushed far ahead. */
const MOST_RUNS = 1000;

/** Every schedule. They run when somebody looks: `catchUp` makes the reports of the time that has passed. */
export class ScheduleStore {
  private readonly all = new Map<string, Schedule>();

  constructor(
    private readonly reports: ReportStore,
    private readonly now: () => number,
  ) {}

  reset(): void {
    this.all.clear();
  }

  add(asked: Pick<Schedule, 'kind' | 'key' | 'app' | 'body' | 'cadence'>): Schedule {
    const schedule: Schedule = {
      ...asked,
      token: tokenOf(`schedule/${this.all.size + 1}`),
      request: {
        ...asked.body.echo(),
        run_on: String(asked.cadence.runOn),
        delay: String(asked.cadence.delay),
        previous_time: String(asked.cadence.previousTime),
      },
      createdAt: this.now(),
      nextRunAt: runAfter(asked.cadence, this.now()),
      lastToken: '-1',
      deleted: false,
    };
    this.all.set(schedule.token, schedule);
    return schedule;
  }

  find(token: string | undefined, key: ReportingKey, app: KochavaApp): Schedule | undefined {
    const schedule = token === undefined ? undefined : this.all.get(token);
    return schedule && !schedule.deleted && schedule.key === key && schedule.app === app ? schedule : undefined;
  }

  /** Latest first. */
  latest(key: ReportingKey, app: KochavaApp, most: number): Schedule[] {
    const own = [...this.all.values()].filter((one) => one.key === key && one.app === app && !one.deleted);
    return own.reverse().slice(0, most);
  }

  catchUp(): void {
    for (const schedule of this.all.values()) {
      for (let runs = 0; !schedule.deleted && schedule.nextRunAt <= this.now() && runs < MOST_RUNS; runs++) {
        this.run(schedule);
      }
    }
  }

  private run(schedule: Schedule): void {
    const { kind, key, app, body, cadence, nextRunAt } = schedule;
    const window = windowOfRun(cadence, nextRunAt);
    const request = { ...schedule.request, time_start: String(window.start), time_end: String(window.end) };
    schedule.lastToken = this.reports.add({ kind, key, app, body, window, request, createdAt: nextRunAt }).token;
    schedule.nextRunAt = runAfter(cadence, nextRunAt);
  }
}
