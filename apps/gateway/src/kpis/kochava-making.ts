import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import type { ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { beforeSending } from '../edge/before-sending.js';
import { ReportSender } from '../reports/report-sender.js';
import type { NewReport } from '../reports/report-store.js';
import { SummaryReports } from '../reports/summary-reports.js';

/** Asks Kochava for the summaries that are not there yet: once, for all who want the same at the same time. */
@Injectable()
export class KochavaMaking {
  private readonly underWay = new Map<string, Promise<ReportModel>>();

  constructor(
    private readonly reports: SummaryReports,
    private readonly sender: ReportSender,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The report's row as it stands after; another's, where `pick` takes one that was added meanwhile. Throws Kochava's refusal,
   * and whatever kept it from being asked.
   */
  make(
    tenant: TenantContext,
    report: NewReport,
    since: Date,
    pick: (rows: readonly ReportModel[]) => ReportModel | undefined,
  ): Promise<ReportModel> {
    const key = JSON.stringify([tenant.tenantId, report.appId, report.credentialVersion, report.fingerprint]);
    let making = this.underWay.get(key);
    if (!making) {
      making = this.begin(tenant, report, since, pick).finally(() => this.underWay.delete(key));
      this.underWay.set(key, making);
    }
    return making;
  }

  /** A write at the vendor, whoever only wanted to read: audited as one. */
  private begin(
    tenant: TenantContext,
    report: NewReport,
    since: Date,
    pick: (rows: readonly ReportModel[]) => ReportModel | undefined,
  ): Promise<ReportModel> {
    const { appId, asked: request } = report;
    return this.audit.around(tenant, 'report.request', { appId, vendor: 'KOCHAVA', request }, async (note) => {
      const { row, added } = await beforeSending(() => this.reports.findOrAdd(tenant, report, since, pick));
      note({ resource: `report:${row.id}` });
      return added ? this.sender.send(row) : row;
    });
  }
}
