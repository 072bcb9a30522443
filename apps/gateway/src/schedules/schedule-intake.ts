import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import type { ScheduleModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { checkSchedule } from '#libs/kochava-reporting';
import { AppDirectory, type AppRecord, CredentialVault, TenantLimits } from '#libs/tenancy';
import { beforeSending } from '../edge/before-sending.js';
import { checkAsked, guidOf } from '../reports/report-checks.js';
import { type AskedSchedule, type askedScheduleOf, upstreamScheduleOf } from './asked-schedule.js';
import { ScheduleSender } from './schedule-sender.js';
import { type NewSchedule, ScheduleStore } from './schedule-store.js';

type Asked = ReturnType<typeof askedScheduleOf>;

const SKEW_MS = 60_000;

/** Takes a schedule in: everything that must hold is checked, then its row is written, then it is sent. */
@Injectable()
export class ScheduleIntake {
  constructor(
    private readonly directory: AppDirectory,
    private readonly vault: CredentialVault,
    private readonly limits: TenantLimits,
    private readonly store: ScheduleStore,
    private readonly sender: ScheduleSender,
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
  ): Promise<ScheduleModel> {
    const row = await beforeSending(async () =>
      this.store.add(tenant, await this.plan(tenant, await this.appOf(tenant, appId), asked, idempotencyKey)),
    );
    note?.({ resource: `schedule:${row.id}` });
    return this.sender.send(row);
  }

  /** The schedule of a request whose process died: sent, where it had not been. Undefined: there is no row of it. */
  async resume(tenant: TenantContext, idempotencyKey: string, begun: Date): Promise<ScheduleModel | undefined> {
    const row = await this.store.asked(tenant, idempotencyKey, new Date(begun.getTime() - SKEW_MS));
    return row?.status === 'SUBMITTING' && row.sentAt === null ? this.sender.send(row) : row;
  }

  /** What a changed list must hold. BAD_USER_INPUT names each address. */
  async checkNotify(tenant: TenantContext, row: ScheduleModel, notify: string[]): Promise<void> {
    const asked = { ...(row.request as unknown as AskedSchedule), delivery: undefined, notify };
    await this.check(tenant, asked, row.upstreamApp);
  }

  private async plan(
    tenant: TenantContext,
    app: AppRecord,
    { asked, kind, keys }: Asked,
    idempotencyKey?: string | null,
  ): Promise<NewSchedule> {
    const upstreamApp = guidOf(app);
    await this.check(tenant, asked, upstreamApp, keys);
    const { version: credentialVersion } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    return { appId: app.id, kind, asked, keys, upstreamApp, credentialVersion, idempotencyKey };
  }

  private async check(
    tenant: TenantContext,
    asked: AskedSchedule,
    appGuid: string,
    keys?: Asked['keys'],
  ): Promise<void> {
    const request = upstreamScheduleOf(asked, appGuid, keys);
    checkAsked(asked, () => checkSchedule(request), await this.limits.get(tenant.tenantId));
  }
}
