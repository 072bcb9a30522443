import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { type TenantContext, VENDORS } from '#libs/domain';
import type { DownloadOptions } from '#libs/kochava-reporting';
import type { AppRecord } from '#libs/tenancy';
import { JobQueue } from '../jobs/job-queue.js';
import { notQueued } from '../reports/report-canceller.js';
import { mustHaveFile } from '../reports/report-links.js';
import {
  type Asked,
  type OpenFile,
  type ReportMaker,
  ReportMakers,
  type ReportPlan,
} from '../reports/report-makers.js';
import { ReportStore } from '../reports/report-store.js';
import { ReportFiles } from './report-files.js';
import { ReportQuestionChecks } from './report-question-checks.js';
import { KPI_REPORT_JOBS } from './report-runner.js';

/** The reports that the gateway makes itself: answers to KPI questions. */
@Injectable()
export class KpiReports implements ReportMaker, OnModuleInit {
  constructor(
    private readonly makers: ReportMakers,
    private readonly store: ReportStore,
    private readonly checks: ReportQuestionChecks,
    private readonly files: ReportFiles,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.makers.register('KPI', this);
  }

  async plan(tenant: TenantContext, app: AppRecord, { asked }: Asked): Promise<ReportPlan> {
    await this.checks.check(tenant, app.id, asked);
    const vendors = [...(asked.spec.kpi?.vendors ?? VENDORS)];
    return { vendors, status: 'QUEUED', nextLookAt: new Date(), ...NOBODYS };
  }

  async start(row: ReportModel): Promise<ReportModel> {
    await this.jobs.wake(KPI_REPORT_JOBS, row.id, new Date());
    return row;
  }

  async cancel(row: ReportModel): Promise<ReportModel> {
    const deleted = await this.cancelled(row);
    if (!deleted) throw notQueued('IN_PROGRESS');
    return deleted;
  }

  /** Nobody else knows of it: it may be taken back again. */
  cancelled(row: ReportModel): Promise<ReportModel | undefined> {
    const change = { status: 'DELETED', statusDetail: 'deleted', nextLookAt: null } as const;
    return this.store.change(row.id, ['QUEUED', 'DELETED'], change);
  }

  async open(row: ReportModel, options?: DownloadOptions): Promise<OpenFile> {
    mustHaveFile(row);
    return this.files.open(row, options);
  }
}

/** No vendor knows of it. */
const NOBODYS = { upstreamApp: '', credentialVersion: 0, fingerprint: '' };
