import type { FastifyInstance } from 'fastify';
import { CONTROL_PATH } from '../control.js';
import type { World } from '../world/world.js';
import { ReportStore, type ReportTimes } from './reports.js';
import { kochavaReporting } from './routes.js';
import { ScheduleStore } from './schedules.js';

export interface ReportingSettings {
  /** How long a report is queued, and then runs. Default 2 and 4 seconds. */
  times?: ReportTimes;
  /** How long a report's link works. Default ten days, as Kochava's. */
  linkSeconds?: number;
  /** Bytes above which a file is compressed. Default 5 GB, as by Kochava. */
  compressAbove?: number;
  /** Rows of a detail report, and groups by stretches of time of a summary, above which it fails. Default 1 and 2 million. */
  mostRows?: number;
  mostCardinality?: number;
}

/** The Reporting API's part of the sandbox: what it remembers, and its routes. */
export class ReportingStandIn {
  private readonly reports: ReportStore;
  private readonly schedules: ScheduleStore;

  constructor(
    world: () => World,
    private readonly now: () => number,
    private readonly settings: ReportingSettings = {},
  ) {
    const times = settings.times ?? { queuedMs: 2000, runningMs: 4000 };
    const limits = { rows: settings.mostRows ?? 1_000_000, cardinality: settings.mostCardinality ?? 2_000_000 };
    this.reports = new ReportStore(world, now, times, limits);
    this.schedules = new ScheduleStore(this.reports, now);
  }

  /** The next reports end with this sentence of Kochava's: `Internal error`, `Row limit exceeded`, `Notification failed`. */
  failNext(sentence: string, times = 1): void {
    this.reports.failNext(sentence, times);
  }

  reset(): void {
    this.reports.reset();
    this.schedules.reset();
  }

  /** The vendor's routes; `prefix` is the path that they are registered under. */
  routes(server: FastifyInstance, prefix: string): void {
    kochavaReporting(server, {
      reports: this.reports,
      schedules: this.schedules,
      now: this.now,
      prefix,
      linkSeconds: this.settings.linkSeconds ?? 864_000,
      compressAbove: this.settings.compressAbove ?? 5_000_000_000,
    });
  }

  /** `POST /__sandbox/kochava-reporting/fates` `{ "sentence": "Internal error", "times": 1 }`: see failNext. */
  controlRoutes(server: FastifyInstance): void {
    server.post(`${CONTROL_PATH}/kochava-reporting/fates`, async (request, reply) => {
      const { sentence, times = 1 } = (request.body ?? {}) as { sentence?: unknown; times?: number };
      if (typeof sentence !== 'string' || sentence === '' || !Number.isInteger(times)) {
        return reply.code(400).send({ error: 'sentence must be a text, times a whole number' });
      }
      this.failNext(sentence, times);
      return { armed: true };
    });
  }
}
