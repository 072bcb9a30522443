import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { checkReport, type DownloadOptions } from '#libs/kochava-reporting';
import { type AppRecord, CredentialVault, TenantLimits } from '#libs/tenancy';
import { upstreamRequestOf } from './asked-report.js';
import { ReportCanceller } from './report-canceller.js';
import { checkAsked, fingerprintOf, guidOf } from './report-checks.js';
import { ReportLinks } from './report-links.js';
import type { Asked, OpenFile, ReportMaker, ReportPlan } from './report-makers.js';
import { ReportSender } from './report-sender.js';

/** The reports that Kochava makes: of every kind but KPI. */
@Injectable()
export class KochavaReports implements ReportMaker {
  constructor(
    private readonly vault: CredentialVault,
    private readonly limits: TenantLimits,
    private readonly sender: ReportSender,
    private readonly canceller: ReportCanceller,
    private readonly links: ReportLinks,
  ) {}

  async plan(tenant: TenantContext, app: AppRecord, { asked, keys }: Asked): Promise<ReportPlan> {
    const upstreamApp = guidOf(app);
    const request = upstreamRequestOf(asked, upstreamApp, keys);
    checkAsked(asked, () => checkReport(request), await this.limits.get(tenant.tenantId));
    const { version: credentialVersion } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    return { fingerprint: fingerprintOf(request), upstreamApp, credentialVersion };
  }

  start(row: ReportModel): Promise<ReportModel> {
    return this.sender.send(row);
  }

  cancel(row: ReportModel): Promise<ReportModel> {
    return this.canceller.cancel(row);
  }

  cancelled(row: ReportModel): Promise<ReportModel | undefined> {
    return this.canceller.cancelled(row);
  }

  open(row: ReportModel, options?: DownloadOptions): Promise<OpenFile> {
    return this.links.open(row, options);
  }
}
