import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { VENDORS } from '#libs/domain';
import type { RunWindow } from '#libs/kochava-reporting';
import { JobQueue } from '../jobs/job-queue.js';
import { GatewayMetrics } from '../operations/gateway-metrics.js';
import { ReportStore, type ScheduledRun } from '../reports/report-store.js';
import { type AskedSchedule, askedReportOf } from '../schedules/asked-schedule.js';
import { nextRunOf, runsBetween } from '../schedules/run-windows.js';
import { ScheduleStore } from '../schedules/schedule-store.js';
import { KPI_REPORT_JOBS } from './report-runner.js';

export const KPI_SCHEDULE_JOBS = 'kpi-schedules';

/** Runs that are made up for after a stop: the latest so many. What lies before is told, and not made. */
const MOST_MADE_UP = 100;

/** Runs the schedules of KPI reports: each run is a report, once, whoever is woken for it. */
@Injectable()
export class ScheduleRunner implements OnModuleInit {
  constructor(
    private readonly schedules: ScheduleStore,
    private readonly reports: ReportStore,
    private readonly jobs: JobQueue,
    private readonly metrics: GatewayMetrics,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: KPI_SCHEDULE_JOBS,
      work: (id) => this.look(id),
      overdue: () => this.schedules.overdue('KPI'),
    });
  }

  /** Has the reports made of every run that has come due, where the schedule is due. */
  async look(id: string): Promise<void> {
    const row = await this.schedules.takeDue(id);
    if (!row) return;
    const asked = row.request as unknown as AskedSchedule;
    const now = new Date();
    const due = runsBetween(asked, row.accountedUntil, now);
    const late = due.slice(0, -MOST_MADE_UP);
    if (late.length > 0) await this.tell(row, late);
    for (const run of due.slice(late.length)) await this.make(row, run);
    const nextRunAt = nextRunOf(asked, now);
    const accountedUntil = due.at(-1)?.runAt ?? row.accountedUntil;
    await this.schedules.change(id, ['ACTIVE'], { accountedUntil, nextRunAt, nextLookAt: nextRunAt });
    await this.jobs.wake(KPI_SCHEDULE_JOBS, id, nextRunAt);
  }

  private async make(row: ScheduleModel, run: RunWindow): Promise<void> {
    const report = await this.reports.addRun(runOf(row, run), { status: 'QUEUED', nextLookAt: new Date() });
    if (!report) return;
    this.metrics.scheduleRun('came');
    await this.jobs.wake(KPI_REPORT_JOBS, report.id, new Date());
  }

  /** One report that failed stands for all runs that nobody wants to wait for any more. */
  private async tell(row: ScheduleModel, late: readonly RunWindow[]): Promise<void> {
    const [first, last] = [late[0]!, late.at(-1)!];
    const message = `The gateway did not run for so long that ${late.length} runs, of ${first.runAt.toISOString()} to ${last.runAt.toISOString()}, are not made up for. Ask for a report of their days, if they are still wanted.`;
    const failure = { code: 'UNAVAILABLE', message, retryable: true } as const;
    const known = { status: 'FAILED', statusDetail: message, failure, nextLookAt: null } as const;
    const whole = { runAt: last.runAt, start: first.start, end: last.end };
    if (await this.reports.addRun(runOf(row, whole), known)) late.forEach(() => this.metrics.scheduleRun('missing'));
  }
}

function runOf(row: ScheduleModel, run: RunWindow): ScheduledRun {
  const { tenantId, appId, kind, keyId, upstreamApp, credentialVersion } = row;
  const schedule = row.request as unknown as AskedSchedule;
  const vendors = [...(schedule.spec.kpi?.vendors ?? VENDORS)];
  const asked = askedReportOf(schedule, run);
  return {
    tenantId,
    appId,
    kind,
    keyId,
    upstreamApp,
    credentialVersion,
    vendors,
    asked,
    scheduleId: row.id,
    runAt: run.runAt,
  };
}
