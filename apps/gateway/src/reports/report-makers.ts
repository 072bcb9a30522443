import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import type { Download, DownloadOptions } from '#libs/kochava-reporting';
import type { AppRecord } from '#libs/tenancy';
import type { askedOf } from './asked-report.js';
import { KochavaReports } from './kochava-reports.js';
import { Makers } from './makers.js';
import type { NewReport } from './report-store.js';

export type Asked = ReturnType<typeof askedOf>;

/** What the row of a new report holds besides what was asked, and by whom. */
export type ReportPlan = Pick<
  NewReport,
  'fingerprint' | 'upstreamApp' | 'credentialVersion' | 'vendors' | 'status' | 'statusDetail' | 'nextLookAt'
>;

export type OpenFile = Download & { fileName: string };

/** Who makes the reports of a kind. */
export interface ReportMaker {
  /** Checks all that must hold. BAD_USER_INPUT, UNSUPPORTED and CREDENTIAL_MISSING leave nothing behind. */
  plan(tenant: TenantContext, app: AppRecord, asked: Asked): Promise<ReportPlan>;
  /** Has it made, now that its row is there; once for each row, however often this is called. */
  start(row: ReportModel): Promise<ReportModel>;
  /** Takes back what has not begun. CONFLICT where it has. */
  cancel(row: ReportModel): Promise<ReportModel>;
  /** The row, where a cancellation whose answer was lost is done. */
  cancelled(row: ReportModel): Promise<ReportModel | undefined>;
  /** NOT_READY while it is under way, CONFLICT where it has come to nothing, UNSUPPORTED where the file went elsewhere. */
  open(row: ReportModel, options?: DownloadOptions): Promise<OpenFile>;
}

@Injectable()
export class ReportMakers extends Makers<ReportMaker> {
  constructor(kochava: KochavaReports) {
    super(kochava);
  }
}
