import { setTimeout as sleep } from 'node:timers/promises';
import type PgBoss from 'pg-boss';
import type { Log } from '../operations/log.js';
import type { JobKind } from './job-queue.js';

/** Jobs of one kind that are done at the same time. */
const AT_ONCE = 20;
const POLL_MS = 1_000;
/** A job that takes longer is somebody else's too. */
export const LONGEST_JOB_SECONDS = 300;
/** At a stop, jobs under way get so long. Their rows say when somebody else takes them up. */
const STOP_WITHIN_MS = 10_000;

/**
 * Does the jobs of one kind as they come due. pg-boss' own workers tell the database that a job is done without waiting
 * for it: with the database away at that moment, nobody hears the error, and the process ends.
 */
export class JobWorker {
  private readonly stopped = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly looping: Promise<void>;

  constructor(
    private readonly boss: PgBoss,
    private readonly kind: JobKind,
    private readonly log: Log,
  ) {
    this.looping = this.loop();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.looping;
    await Promise.race([Promise.all(this.running), sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const free = AT_ONCE - this.running.size;
      const jobs = free > 0 ? await this.fetch(free) : [];
      for (const job of jobs) {
        const leave = (): void => void this.running.delete(done);
        // One that hangs is somebody else's by then, and must not keep its place for good.
        const tooLong = setTimeout(leave, LONGEST_JOB_SECONDS * 1000).unref();
        const done = this.perform(job).finally(() => (clearTimeout(tooLong), leave()));
        this.running.add(done);
      }
      if (jobs.length < free || free === 0) await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async fetch(batchSize: number): Promise<PgBoss.Job<{ id: string }>[]> {
    try {
      return await this.boss.fetch<{ id: string }>(this.kind.name, { batchSize });
    } catch (cause) {
      this.log.warn('jobs could not be fetched', { kind: this.kind.name, reason: String(cause) });
      return [];
    }
  }

  private async perform({ id: job, data: { id } }: PgBoss.Job<{ id: string }>): Promise<void> {
    const { name } = this.kind;
    try {
      await this.kind.work(id);
    } catch (cause) {
      // Its row says when it is due again: the sweep takes it from there.
      this.log.error('a job failed', { kind: name, id, cause });
    }
    await this.boss.complete(name, job).catch((cause: unknown) => {
      this.log.warn('the end of a job could not be told', { kind: name, id, reason: String(cause) });
    });
  }
}
