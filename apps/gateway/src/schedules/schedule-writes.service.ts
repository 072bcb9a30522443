import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditNote, type LostWrite, WriteOnce, type Written } from '#libs/audit';
import type { ScheduleModel } from '#libs/database';
import { GatewayError, requireScope, type TenantContext } from '#libs/domain';
import { beforeSending } from '../edge/before-sending.js';
import { requireToAsk } from '../reports/report-checks.js';
import { vendorOf } from '../reports/report-words.js';
import { askedScheduleOf } from './asked-schedule.js';
import { ScheduleIntake } from './schedule-intake.js';
import { type Asked, ScheduleMakers } from './schedule-makers.js';
import { ScheduleStore } from './schedule-store.js';
import type { CreateScheduleInput } from './schedule.input.js';
import { scheduleOf, type ScheduleOfApp } from './schedule.model.js';

type Action = 'schedule.create' | 'schedule.update' | 'schedule.delete';

/** A schedule's writes, each done once, with scope schedules:write. */
@Injectable()
export class ScheduleWritesService {
  constructor(
    private readonly intake: ScheduleIntake,
    private readonly store: ScheduleStore,
    private readonly makers: ScheduleMakers,
    private readonly once: WriteOnce,
    private readonly audit: AuditLog,
  ) {}

  /** Needs what its report needs, too. UNCONFIRMED where the answer was lost. */
  create(tenant: TenantContext, input: CreateScheduleInput): Promise<Written<ScheduleOfApp>> {
    return this.ask(tenant, input.appId, () => askedScheduleOf(input), input.idempotencyKey);
  }

  /** As `create`, of what `read` reads once the key may schedule at all. */
  async ask(
    tenant: TenantContext,
    ofApp: string,
    read: () => Asked,
    idempotencyKey?: string | null,
  ): Promise<Written<ScheduleOfApp>> {
    const { appId, asked } = await this.enter(tenant, 'schedule.create', { appId: ofApp }, async () => {
      requireScope(tenant, 'schedules:write');
      const what = read();
      requireToAsk(tenant, what.kind, what.asked);
      return { appId: (await this.intake.appOf(tenant, ofApp)).id, asked: what };
    });
    return this.once.run(
      tenant,
      {
        action: 'schedule.create',
        operation: 'schedule.create',
        target: { appId, vendor: vendorOf(asked.kind) },
        idempotencyKey,
        request: { appId, ...asked.asked, ...(asked.keys && { keys: asked.keys }) },
        authorize: () => {
          requireScope(tenant, 'schedules:write');
          requireToAsk(tenant, asked.kind, asked.asked);
        },
        reconcile: async ({ createdAt }: LostWrite) => {
          const row =
            (idempotencyKey && (await this.intake.resume(tenant, idempotencyKey, createdAt))) ||
            (await this.intake.take(tenant, appId, asked, idempotencyKey));
          return scheduleOf(row);
        },
      },
      async (note: AuditNote) => scheduleOf(await this.intake.take(tenant, appId, asked, idempotencyKey, note)),
    );
  }

  /** Scope reports:deliver too. UNSUPPORTED for the kinds whose list can not be changed. */
  updateNotify(
    tenant: TenantContext,
    id: string,
    notify: string[],
    key?: string | null,
  ): Promise<Written<ScheduleOfApp>> {
    const authorize = (): void => requireScope(tenant, 'reports:deliver');
    return this.write(tenant, 'schedule.update', id, { notify }, key, authorize, async (row, note) => {
      await beforeSending(async () => {
        mustBeActive(row);
        await this.makers.of(row.kind).checkNotify(tenant, row, notify);
      });
      note({ before: { notify: row.notify }, after: { notify } });
      return this.makers.of(row.kind).updateNotify(row, notify);
    });
  }

  /** Answers the schedule, DELETED. CONFLICT where it is not confirmed yet, or deleted before. */
  delete(tenant: TenantContext, id: string, key?: string | null): Promise<Written<ScheduleOfApp>> {
    return this.write(
      tenant,
      'schedule.delete',
      id,
      {},
      key,
      () => undefined,
      async (row, note) => {
        await beforeSending(() => mustBeActive(row));
        note({ before: { status: row.status }, after: { status: 'DELETED' } });
        return this.makers.of(row.kind).delete(row);
      },
    );
  }

  private async write(
    tenant: TenantContext,
    action: Action,
    id: string,
    asked: object,
    idempotencyKey: string | null | undefined,
    authorize: () => void,
    work: (row: ScheduleModel, note: AuditNote) => Promise<ScheduleModel>,
  ): Promise<Written<ScheduleOfApp>> {
    const resource = `schedule:${id}`;
    const allowed = (): void => {
      requireScope(tenant, 'schedules:write');
      authorize();
    };
    const row = await this.enter(tenant, action, { resource }, async () => {
      allowed();
      return this.store.get(tenant, id);
    });
    return this.once.run(
      tenant,
      {
        action,
        operation: action,
        target: { appId: row.appId, resource, vendor: vendorOf(row.kind) },
        idempotencyKey,
        request: { id: row.id, ...asked },
        authorize: allowed,
        reconcile: async () => {
          const done = await this.makers.of(row.kind).done(row, asked);
          return done && scheduleOf(done);
        },
      },
      async (note: AuditNote) => scheduleOf(await work(row, note)),
    );
  }

  /** Asked at each request, a replay too. What is refused is audited. */
  private async enter<T>(
    tenant: TenantContext,
    action: Action,
    target: { appId?: string; resource?: string },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GatewayError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')) {
        this.audit.denied(tenant, action, error.code, target);
      }
      throw error;
    }
  }
}

function mustBeActive({ status }: ScheduleModel): void {
  if (status === 'ACTIVE') return;
  const why = status === 'DELETED' ? 'It can not be changed any more.' : 'Kochava has not confirmed it yet: try again.';
  throw new GatewayError('CONFLICT', `The schedule is ${status}. ${why}`);
}
