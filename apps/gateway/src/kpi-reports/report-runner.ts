import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { type ErrorCode, GatewayError } from '#libs/domain';
import { toGatewayError } from '../edge/gateway-failure.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Log } from '../operations/log.js';
import { leaseEnd, type ReportChange, ReportStore } from '../reports/report-store.js';
import { ReportRun } from './report-run.js';

export const KPI_REPORT_JOBS = 'kpi-reports';

/** Runs of one replica at the same time. */
const AT_ONCE = 8;
const RENEW_EVERY_MS = 30_000;
const HOUR_MS = 3_600_000;
/** A vendor that makes its numbers may take its time. */
const PENDING_FOR_MS = 24 * HOUR_MS;
const TRIED_FOR_MS = 6 * HOUR_MS;
const FIRST_MS = 5_000;
const LAST_MS = 15 * 60_000;
const LAST_PENDING_MS = 60_000;

/** What the same question meets again. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'FORBIDDEN',
  'UNSUPPORTED',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_REJECTED',
  'UPSTREAM_REJECTED',
]);

/**
 * Makes KPI reports, each by whoever takes it first, and again where that replica is gone: reading twice harms nobody.
 * What is to be done next stands in the row.
 */
@Injectable()
export class ReportRunner implements OnModuleInit, BeforeApplicationShutdown {
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly waiting = new Set<string>();
  private readonly leaving = new AbortController();

  constructor(
    private readonly store: ReportStore,
    private readonly runs: ReportRun,
    private readonly jobs: JobQueue,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: KPI_REPORT_JOBS,
      // A run may take longer than a job lives, and others must not wait for it: the row's own lease says that it is under way.
      work: async (id) => this.begin(id),
      overdue: () => this.store.overdue('KPI'),
    });
  }

  /** Leaves what is under way to other replicas, now. */
  async beforeApplicationShutdown(): Promise<void> {
    this.leaving.abort();
    await Promise.all(this.underWay.values());
  }

  /** Runs it once, where it is due, and says in its row what came of it. */
  async run(id: string): Promise<void> {
    const row = await this.store.takeDue(id);
    // It may have been deleted, as long as it is QUEUED.
    const mine = row && (await this.change(row, { status: 'IN_PROGRESS' }));
    if (!mine) return;
    const over = new AbortController();
    const renew = (): Promise<void> =>
      this.change(mine, { nextLookAt: leaseEnd() }).then(
        (held) => (held ? undefined : over.abort()),
        () => undefined,
      );
    const timer = setInterval(() => void renew(), RENEW_EVERY_MS);
    try {
      const made = await this.runs
        .make(mine, AbortSignal.any([over.signal, this.leaving.signal]))
        .catch(toGatewayError);
      if (made instanceof GatewayError) await this.failed(mine, made);
      // Only where the row is known not to tell of it: an answer that was lost may have been yes.
      else if (!(await this.change(mine, made))) await this.runs.forget(mine);
    } finally {
      clearInterval(timer);
      // What a vendor still sends of an answer that came to nothing.
      over.abort();
    }
  }

  private begin(id: string): void {
    if (this.leaving.signal.aborted || this.underWay.has(id)) return;
    if (this.underWay.size >= AT_ONCE) {
      this.waiting.add(id);
      return;
    }
    const run = this.run(id)
      .catch((cause: unknown) => this.log.error('a KPI report could not be run', { report: id, cause }))
      .finally(() => {
        this.underWay.delete(id);
        const [next] = this.waiting;
        if (next === undefined) return;
        this.waiting.delete(next);
        this.begin(next);
      });
    this.underWay.set(id, run);
  }

  private async failed(row: ReportModel, error: GatewayError): Promise<void> {
    if (error.code === 'INTERNAL')
      this.log.error('a KPI report failed', { report: row.id, cause: error.details.cause });
    const change = this.leaving.signal.aborted ? LEFT() : afterFailure(row, error);
    const changed = await this.change(row, change);
    if (changed && change.nextLookAt) await this.jobs.wake(KPI_REPORT_JOBS, row.id, change.nextLookAt);
  }

  /** Undefined: another has taken it since, or it is gone. */
  private change(row: ReportModel, change: ReportChange): Promise<ReportModel | undefined> {
    return this.store.change(row.id, ['QUEUED', 'IN_PROGRESS'], change, row.looks);
  }
}

const LEFT = (): ReportChange => ({ status: 'QUEUED', nextLookAt: new Date() });

function afterFailure({ createdAt, looks }: ReportModel, { code, message, details }: GatewayError): ReportChange {
  const isPending = code === 'UNAVAILABLE';
  const age = Date.now() - createdAt!.getTime();
  const retryable = !FOR_GOOD.has(code);
  if (!retryable || age > (isPending ? PENDING_FOR_MS : TRIED_FOR_MS)) {
    return { status: 'FAILED', statusDetail: message, failure: { code, message, retryable }, nextLookAt: null };
  }
  const growing = Math.min(isPending ? LAST_PENDING_MS : LAST_MS, FIRST_MS * 2 ** Math.min(looks - 1, 20));
  const nextLookAt = new Date(Date.now() + Math.max(growing, 1000 * (details.retryAfterSeconds ?? 0)));
  if (isPending) return { status: 'IN_PROGRESS', statusDetail: message, nextLookAt };
  return { status: 'QUEUED', statusDetail: `${message} It is tried again at ${nextLookAt.toISOString()}.`, nextLookAt };
}
