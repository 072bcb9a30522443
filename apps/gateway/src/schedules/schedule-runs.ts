import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import {
  isSameRequest,
  KochavaReportClient,
  reportBody,
  type ReportProgress,
  type RunWindow,
} from '#libs/kochava-reporting';
import { JobQueue } from '../jobs/job-queue.js';
import { GatewayMetrics } from '../operations/gateway-metrics.js';
import { type AskedReport, upstreamRequestOf } from '../reports/asked-report.js';
import { REPORT_JOBS } from '../reports/report-sender.js';
import { type RunReport, ReportStore } from '../reports/report-store.js';
import { type AskedSchedule, askedReportOf } from './asked-schedule.js';
import { runsBetween } from './run-windows.js';
import { ScheduleAtKochava } from './schedule-at-kochava.js';

const MOST_LISTED = 100;
const MOST_ASKED = 30;
/** Runs of one look. */
const MOST_RUNS = 500;
/** A run that is not there by then never came. */
const MISSING_AFTER_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;

export interface Account {
  /** Every run up to here has its report, or is told as missing. */
  until: Date;
  /** Some have neither yet. */
  pending: boolean;
}

/** Finds the reports that a schedule has made, between two looks too, and tells the runs that never came. */
@Injectable()
export class ScheduleRuns {
  constructor(
    private readonly client: KochavaReportClient,
    private readonly vendor: ScheduleAtKochava,
    private readonly reports: ReportStore,
    private readonly jobs: JobQueue,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** `lastToken`: of the latest report, as the schedule's progress tells it. */
  async account(row: ScheduleModel, lastToken: string | undefined): Promise<Account> {
    const now = new Date();
    const due = runsBetween(row.request as unknown as AskedSchedule, row.accountedUntil, now, MOST_RUNS);
    if (due.length > 0 || lastToken !== undefined) await this.find(row, due, lastToken);
    const came = await this.startsOf(row);
    let until = row.accountedUntil;
    for (const run of due) {
      if (came.has(run.start.toISOString())) this.metrics.scheduleRun('came');
      else if (now.getTime() - run.runAt.getTime() < MISSING_AFTER_MS) return { until, pending: true };
      else {
        await this.reports.addMissing(runOf(row, run), run.runAt);
        this.metrics.scheduleRun('missing');
      }
      until = run.runAt;
    }
    return { until, pending: false };
  }

  private async find(row: ScheduleModel, due: readonly RunWindow[], lastToken: string | undefined): Promise<void> {
    const credential = await this.vendor.credentialOf(row);
    const { upstreamApp: appGuid } = row;
    const listed = await this.client.tokens(credential, { appGuid, max: MOST_LISTED });
    const since = row.accountedUntil.getTime() - DAY_MS;
    const recent = listed.filter(({ statusAt }) => statusAt === undefined || statusAt.getTime() >= since);
    const tokens = [...new Set([...(lastToken ? [lastToken] : []), ...recent.map(({ token }) => token)])];
    const known = await this.reports.known(row.tenantId, tokens);
    const asked = askedReportOf(row.request as unknown as AskedSchedule, undefined);
    const body = reportBody(upstreamRequestOf(asked, appGuid));
    for (const token of tokens.filter((one) => !known.has(one)).slice(0, MOST_ASKED)) {
      const told = await this.client.progress(credential, { appGuid, token });
      const window = due.find(({ start }) => start.getTime() === startOf(told));
      const isOurs = window !== undefined && told.request !== undefined && isSameRequest(body, told.request);
      if (!isOurs && token !== lastToken) continue;
      const { id } = await this.reports.addFound(runOf(row, window ?? due.at(-1)), token);
      await this.jobs.wake(REPORT_JOBS, id, new Date());
    }
  }

  private async startsOf(row: ScheduleModel): Promise<Set<string | undefined>> {
    const made = await this.reports.ofSchedule(row.id, MOST_RUNS);
    return new Set(made.map(({ request }) => (request as unknown as AskedReport).start));
  }
}

function startOf({ request }: ReportProgress): number | undefined {
  const seconds = Number(request?.['time_start'] ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

const runOf = (row: ScheduleModel, run: RunWindow | undefined): RunReport => ({
  tenantId: row.tenantId,
  appId: row.appId,
  scheduleId: row.id,
  kind: row.kind,
  asked: askedReportOf(row.request as unknown as AskedSchedule, run),
  upstreamApp: row.upstreamApp,
  credentialVersion: row.credentialVersion,
});
