import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { UpstreamError } from '#libs/upstream-http';
import { toGatewayError } from '../edge/gateway-failure.js';
import { JobQueue } from '../jobs/job-queue.js';
import { ReportAtKochava } from './report-at-kochava.js';
import { changeOf } from './report-progress.js';
import { ReportRows } from './report-rows.js';
import { REPORT_JOBS, ReportSender } from './report-sender.js';
import { type ReportChange, ReportStore } from './report-store.js';
import { LIVE, type ReportStatus } from './report-words.js';

/** Between two looks: more each time, a minute at most. */
const FIRST_MS = 2_000;
const LAST_MS = 60_000;
const GROWTH = 1.6;
/** Without a trace at Kochava for so long, a report whose answer was lost was never made. */
const LOOKED_FOR_MS = 300_000;
/** A token that Kochava does not know by then was none. */
const UNKNOWN_MS = 120_000;
const FOLLOWED_MS = 7 * 86_400_000;

/** Follows each report to its end, one look at a time; what to do next stands in its row. */
@Injectable()
export class ReportFollower {
  constructor(
    private readonly store: ReportStore,
    private readonly sender: ReportSender,
    private readonly vendor: ReportAtKochava,
    private readonly rows: ReportRows,
    private readonly jobs: JobQueue,
  ) {}

  /** Looks once, where it is due; nothing else is ever done twice by two who do this at once. */
  async look(id: string): Promise<void> {
    const row = await this.store.takeDue(id);
    if (!row) return;
    if (row.status === 'SUBMITTING' && row.sentAt === null) {
      // Whoever took it in was gone before it was sent.
      await this.sender.send(row).catch((error: unknown) => this.again(row, error));
      return;
    }
    try {
      await this.settle(row, row.upstreamToken === null ? await this.search(row) : await this.ask(row));
    } catch (error) {
      await this.again(row, error);
    }
  }

  private async ask(row: ReportModel): Promise<ReportChange> {
    try {
      return changeOf(row, await this.vendor.progress(row));
    } catch (error) {
      const unknown = error instanceof UpstreamError && error.failure === 'not-found';
      if (!unknown || ageOf(row) < UNKNOWN_MS) throw error;
      return failure('UPSTREAM_REJECTED', `Kochava no longer knows this report: ${error.message}`);
    }
  }

  private async search(row: ReportModel): Promise<ReportChange> {
    const found = await this.vendor.find(row);
    if (found) return changeOf(row, found);
    if (ageOf(row) < LOOKED_FOR_MS) {
      const searching = 'The answer was lost: the report is looked for at Kochava, and not asked for again.';
      return { status: 'UNCONFIRMED', statusDetail: row.statusDetail ?? searching };
    }
    return failure(
      'OUTCOME_UNKNOWN',
      'The answer to the request was lost, and Kochava lists no such report. Ask for it again, if it is still wanted.',
      true,
    );
  }

  private async settle(row: ReportModel, change: ReportChange): Promise<void> {
    const ends = change.nextLookAt === null;
    const nextLookAt = ends ? null : new Date(Date.now() + intervalOf(row.looks));
    const changed = await this.store.change(row.id, [row.status as ReportStatus], { ...change, nextLookAt });
    if (nextLookAt && changed) await this.jobs.wake(REPORT_JOBS, row.id, nextLookAt);
    if (changed?.status === 'COMPLETED' && changed.hasFile) {
      await this.rows.readColumns(changed).catch(() => undefined);
    }
  }

  /** No answer is no news: it is asked again, until nobody can be waiting any more. */
  private async again(row: ReportModel, error: unknown): Promise<void> {
    const { code, message } = toGatewayError(error);
    const ended = (error instanceof GatewayError && code === 'CREDENTIAL_MISSING') || ageOf(row) > FOLLOWED_MS;
    const nextLookAt = ended ? null : new Date(Date.now() + intervalOf(row.looks));
    const change = ended ? failure(code, message) : {};
    const changed = await this.store.change(row.id, LIVE, { ...change, nextLookAt });
    if (nextLookAt && changed) await this.jobs.wake(REPORT_JOBS, row.id, nextLookAt);
  }
}

const intervalOf = (looks: number): number => Math.min(LAST_MS, FIRST_MS * GROWTH ** looks);

const ageOf = ({ sentAt, createdAt }: ReportModel): number =>
  Date.now() - (sentAt ?? createdAt ?? new Date()).getTime();

const failure = (code: GatewayError['code'], message: string, retryable = false): ReportChange => ({
  status: 'FAILED',
  statusDetail: message,
  failure: { code, message, retryable },
  nextLookAt: null,
});
