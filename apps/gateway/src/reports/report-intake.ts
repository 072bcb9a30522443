import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import type { ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { checkReport } from '#libs/kochava-reporting';
import { AppDirectory, type AppRecord, CredentialVault, TenantLimits } from '#libs/tenancy';
import { beforeSending } from '../edge/before-sending.js';
import { type askedOf, upstreamRequestOf } from './asked-report.js';
import { checkAsked, fingerprintOf, guidOf } from './report-checks.js';
import { ReportSender } from './report-sender.js';
import { type NewReport, ReportStore } from './report-store.js';

type Asked = ReturnType<typeof askedOf>;

/** Two clocks, the database's and ours, may differ by so much. */
const SKEW_MS = 60_000;

/** Takes a report in: everything that must hold is checked, then its row is written, then it is sent. */
@Injectable()
export class ReportIntake {
  constructor(
    private readonly directory: AppDirectory,
    private readonly vault: CredentialVault,
    private readonly limits: TenantLimits,
    private readonly store: ReportStore,
    private readonly sender: ReportSender,
  ) {}

  /** NOT_FOUND for an app that the key may not touch. */
  appOf(tenant: TenantContext, appId: string): Promise<AppRecord> {
    return this.directory.get(tenant, appId);
  }

  /** BAD_USER_INPUT, UNSUPPORTED and CREDENTIAL_MISSING leave nothing behind. */
  async take(
    tenant: TenantContext,
    appId: string,
    asked: Asked,
    idempotencyKey?: string | null,
    note?: AuditNote,
  ): Promise<ReportModel> {
    const row = await beforeSending(async () =>
      this.store.add(tenant, await this.plan(tenant, await this.appOf(tenant, appId), asked, idempotencyKey)),
    );
    note?.({ resource: `report:${row.id}` });
    return this.sender.send(row);
  }

  /** The report of a request whose process died: sent, where it had not been. Undefined: there is no row of it. */
  async resume(tenant: TenantContext, idempotencyKey: string, begun: Date): Promise<ReportModel | undefined> {
    const row = await this.store.asked(tenant, idempotencyKey, new Date(begun.getTime() - SKEW_MS));
    return row?.status === 'SUBMITTING' && row.sentAt === null ? this.sender.send(row) : row;
  }

  private async plan(
    tenant: TenantContext,
    app: AppRecord,
    { asked, kind, keys }: Asked,
    idempotencyKey?: string | null,
  ): Promise<NewReport> {
    const upstreamApp = guidOf(app);
    const request = upstreamRequestOf(asked, upstreamApp, keys);
    checkAsked(asked, () => checkReport(request), await this.limits.get(tenant.tenantId));
    const { version: credentialVersion } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    const fingerprint = fingerprintOf(request);
    return { appId: app.id, kind, asked, keys, fingerprint, upstreamApp, credentialVersion, idempotencyKey };
  }
}
