import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { badInput, GatewayError, type TenantContext } from '#libs/domain';
import type { AppRecord } from '#libs/tenancy';
import { JobQueue } from '../jobs/job-queue.js';
import { askedReportOf } from '../schedules/asked-schedule.js';
import { nextRunsOf } from '../schedules/run-windows.js';
import { type Asked, type ScheduleMaker, ScheduleMakers, type SchedulePlan } from '../schedules/schedule-makers.js';
import { ScheduleStore } from '../schedules/schedule-store.js';
import { ReportQuestionChecks } from './report-question-checks.js';
import { kpiScheduleProblems } from './schedule-problems.js';
import { KPI_SCHEDULE_JOBS } from './schedule-runner.js';

/** Longer than between two runs, and between a run and the days that it is about. */
const LONG_AGO_MS = 100 * 86_400_000;

/** The schedules that the gateway runs itself: of KPI reports. */
@Injectable()
export class KpiSchedules implements ScheduleMaker, OnModuleInit {
  constructor(
    private readonly makers: ScheduleMakers,
    private readonly store: ScheduleStore,
    private readonly checks: ReportQuestionChecks,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.makers.register('KPI', this);
  }

  async plan(tenant: TenantContext, app: AppRecord, { asked }: Asked): Promise<SchedulePlan> {
    const problems = kpiScheduleProblems(asked, () => true);
    if (problems.length > 0) throw badInput(problems);
    const accountedUntil = new Date();
    const [next] = nextRunsOf(asked, accountedUntil, 1);
    // Of a run that would be over: the days of the next may not have begun, and a question about them alone is refused.
    const [past] = nextRunsOf(asked, new Date(accountedUntil.getTime() - LONG_AGO_MS), 1);
    await this.checks.check(tenant, app.id, askedReportOf(asked, past));
    const nextRunAt = next!.runAt;
    const at = { accountedUntil, nextRunAt, nextLookAt: nextRunAt };
    return { status: 'ACTIVE', ...at, upstreamApp: '', credentialVersion: 0 };
  }

  async start(row: ScheduleModel): Promise<ScheduleModel> {
    if (row.nextLookAt) await this.jobs.wake(KPI_SCHEDULE_JOBS, row.id, row.nextLookAt);
    return row;
  }

  async checkNotify(): Promise<void> {
    throw new GatewayError('UNSUPPORTED', 'The gateway keeps the files of a KPI schedule, and mails nobody.');
  }

  updateNotify(row: ScheduleModel): Promise<ScheduleModel> {
    return Promise.resolve(row);
  }

  async delete(row: ScheduleModel): Promise<ScheduleModel> {
    const change = { status: 'DELETED', statusDetail: 'Deleted', nextRunAt: null, nextLookAt: null };
    return (await this.store.change(row.id, ['ACTIVE', 'DELETED'], change)) ?? { ...row, ...change };
  }

  /** Nobody else knows of it: it may be deleted again. */
  async done(row: ScheduleModel, { notify }: { notify?: string[] }): Promise<ScheduleModel | undefined> {
    return notify ? undefined : this.delete(row);
  }
}
