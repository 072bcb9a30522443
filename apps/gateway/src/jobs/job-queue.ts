import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import PgBoss from 'pg-boss';
import { Log } from '../operations/log.js';
import { JobWorker, LONGEST_JOB_SECONDS } from './job-worker.js';

/** One kind of durable job. */
export interface JobKind {
  /** Its queue. */
  readonly name: string;
  /** Does one job, to the end or not at all: it may be delivered twice, to two replicas at once. */
  work(id: string): Promise<void>;
  /** Ids that are due, whoever lost their job; asked at start and each half minute. */
  overdue(): Promise<string[]>;
}

/** Wakes that are remembered until the queue has started; the sweep finds what is beyond. */
const MOST_EARLY = 1_000;
const SWEEP_EVERY_MS = 30_000;
const START_AGAIN_MS = 5_000;
const KEPT_SECONDS = 3_600;

/**
 * Durable jobs on the gateway's own Postgres, by pg-boss. What is to be done stands in the jobs' own tables, with the time
 * when; a queue here only wakes somebody up at that time, at least once.
 */
@Injectable()
export class JobQueue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly kinds: JobKind[] = [];
  /** Once it has started. */
  private boss?: PgBoss;
  /** Asked for before the queue had started. */
  private early: { kind: string; id: string; at: Date }[] = [];
  private workers: readonly JobWorker[] = [];
  private stopping = false;
  private timer?: NodeJS.Timeout;
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly databaseUrl: string,
    private readonly log: Log,
  ) {}

  /** Called while modules are put together. */
  register(kind: JobKind): void {
    this.kinds.push(kind);
  }

  /** Wakes somebody up for `id` at `at`. Lost, where the database is away: the sweep finds it by its table. */
  async wake(kind: string, id: string, at: Date): Promise<void> {
    if (this.stopping) return;
    if (!this.boss) {
      if (this.early.length < MOST_EARLY) this.early.push({ kind, id, at });
      return;
    }
    await this.boss
      .send(kind, { id }, { startAfter: at, retryLimit: 0, expireInSeconds: LONGEST_JOB_SECONDS })
      .catch((cause: unknown) => this.log.warn('a job could not be queued', { kind, reason: String(cause) }));
  }

  /** Does not wait: a gateway whose database is away starts all the same, and says so in /health/ready. */
  onApplicationBootstrap(): void {
    if (this.kinds.length > 0) this.starting = this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.starting;
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.boss?.stop({ graceful: false }).catch((cause: unknown) => {
      this.log.warn('a job queue did not stop cleanly', { reason: String(cause) });
    });
  }

  private async start(): Promise<void> {
    // A new one each time: one that could not start never will.
    const boss = new PgBoss({
      connectionString: this.databaseUrl,
      application_name: 'mmp-gateway jobs',
      max: 3,
      schedule: false,
      archiveCompletedAfterSeconds: KEPT_SECONDS,
      deleteAfterSeconds: KEPT_SECONDS,
    });
    try {
      boss.on('error', (cause) => this.log.warn('a job queue failed', { reason: String(cause.message) }));
      await boss.start();
      for (const { name } of this.kinds) await boss.createQueue(name);
      this.boss = boss;
      this.workers = this.kinds.map((kind) => new JobWorker(boss, kind, this.log));
      for (const { kind, id, at } of this.early.splice(0)) await this.wake(kind, id, at);
    } catch (cause) {
      this.log.warn('the job queue could not start yet', { reason: String(cause) });
      // It may have begun: its timers and connections would go on beside the next one's.
      await boss.stop({ graceful: false }).catch(() => undefined);
      if (!this.stopping) this.timer = setTimeout(() => (this.starting = this.start()), START_AGAIN_MS).unref();
      return;
    }
    await this.sweep();
  }

  private async sweep(): Promise<void> {
    for (const kind of this.kinds) {
      try {
        for (const id of await kind.overdue()) await this.wake(kind.name, id, new Date());
      } catch (cause) {
        this.log.warn('overdue jobs could not be looked for', { kind: kind.name, reason: String(cause) });
      }
    }
    if (!this.stopping) this.timer = setTimeout(() => void this.sweep(), SWEEP_EVERY_MS).unref();
  }
}
