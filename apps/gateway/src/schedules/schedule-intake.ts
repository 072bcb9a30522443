import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import type { ScheduleModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { AppDirectory, type AppRecord } from '#libs/tenancy';
import { beforeSending } from '../edge/before-sending.js';
import { type Asked, ScheduleMakers } from './schedule-makers.js';
import { type NewSchedule, ScheduleStore } from './schedule-store.js';

const SKEW_MS = 60_000;

/** Takes a schedule in: everything that must hold is checked, then its row is written, then its maker has it. */
@Injectable()
export class ScheduleIntake {
  constructor(
    private readonly directory: AppDirectory,
    private readonly store: ScheduleStore,
    private readonly makers: ScheduleMakers,
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
    return this.makers.of(row.kind).start(row);
  }

  /** The schedule of a request whose process died: sent, where it had not been. Undefined: there is no row of it. */
  async resume(tenant: TenantContext, idempotencyKey: string, begun: Date): Promise<ScheduleModel | undefined> {
    const row = await this.store.asked(tenant, idempotencyKey, new Date(begun.getTime() - SKEW_MS));
    return row?.status === 'SUBMITTING' && row.sentAt === null ? this.makers.of(row.kind).start(row) : row;
  }

  private async plan(
    tenant: TenantContext,
    app: AppRecord,
    asked: Asked,
    idempotencyKey?: string | null,
  ): Promise<NewSchedule> {
    const plan = await this.makers.of(asked.kind).plan(tenant, app, asked);
    return { ...asked, ...plan, appId: app.id, idempotencyKey };
  }
}
