import { Injectable } from '@nestjs/common';
import { badInput, GatewayError, type Scope, type TenantContext } from '#libs/domain';
import { canUpdateNotify, type KochavaReportKind } from '#libs/kochava-reporting';
import { mailAllowed, type OpenedApp, TenantLimits } from '#libs/tenancy';
import type { ScheduleModel } from '#libs/database';
import type { AskedCall } from '../asked-call.js';
import type { JsonFields } from '../json-fields.js';
import { type AskedSchedule } from '../../schedules/asked-schedule.js';
import { ScheduleWritesService } from '../../schedules/schedule-writes.service.js';
import { OwnApp } from './own-app.js';
import { missing, type ReportingBody } from './reporting-body.js';
import { type Outcome, post } from './reporting-call.js';
import { ScheduleNaming } from './schedule-naming.js';
import { TokenOwners, tokenNotFound } from './token-owners.js';
import { writtenSchedule } from './written-schedule.js';

/** Schedules made, changed and deleted at Kochava's door, in the room where all of them are. */
@Injectable()
export class ScheduleWrites {
  constructor(
    private readonly app: OwnApp,
    private readonly writes: ScheduleWritesService,
    private readonly naming: ScheduleNaming,
    private readonly owners: TokenOwners,
    private readonly limits: TenantLimits,
  ) {}

  /** S0: "If a token is present, the request is treated as an update. If no token, it is the usual add." */
  async createOrUpdate(tenant: TenantContext, endpoint: KochavaReportKind, body: ReportingBody): Promise<Outcome> {
    const token = body.text('token');
    if (token !== undefined) return this.update(tenant, endpoint, body, token);
    const app = await this.app.of(tenant, body, 'schedule.create');
    const asked = writtenSchedule(endpoint, body);
    const key = await this.naming.keyOf(tenant, app.id, asked.asked);
    const { value } = await this.writes.ask(tenant, app.id, () => asked, key);
    const made = value.upstreamToken === null ? await this.naming.named(tenant, value) : value;
    if (made.upstreamToken === null) {
      const says = 'Kochava’s answer was lost: the schedule is looked for, and not made again.';
      throw new GatewayError('OUTCOME_UNKNOWN', `${says} Look for it with /schedule/tokens before you ask again.`, {
        vendor: 'KOCHAVA',
        sent: 'maybe',
      });
    }
    // FACTS §5.13.
    return { done: { status: endpoint === 'custom' ? 'queued' : 'scheduled', report_token: made.upstreamToken } };
  }

  async delete(tenant: TenantContext, body: ReportingBody): Promise<Outcome> {
    const app = await this.app.of(tenant, body, 'schedule.delete');
    const token = body.must('token');
    const row = await this.owners.scheduleOf(tenant, app, token);
    if (row) {
      // As Kochava has it, one that was deleted is none any more.
      if (row.status === 'DELETED') throw tokenNotFound('Schedule');
      await this.writes.delete(tenant, row.id);
      return { done: { status: 'Deleted' } };
    }
    const request = { app_guid: app.upstreamName, token };
    return { call: this.unknown(tenant, app, 'schedule.delete', 'schedule/delete', request) };
  }

  /** S0: "The only field that CAN be updated as of now is the notify list." */
  private async update(
    tenant: TenantContext,
    endpoint: KochavaReportKind,
    body: ReportingBody,
    token: string,
  ): Promise<Outcome> {
    const app = await this.app.of(tenant, body, 'schedule.update');
    const notify = body.texts('notify');
    if (notify.length === 0) throw missing('notify');
    const row = await this.owners.scheduleOf(tenant, app, token);
    if (row) {
      if (row.status === 'DELETED') throw tokenNotFound('Schedule');
      mustBeOf(row, endpoint);
      await this.writes.updateNotify(tenant, row.id, notify);
      return { done: { status: 'updated', report_token: token } };
    }
    if (!canUpdateNotify(endpoint)) throw notHere();
    await this.checkMails(tenant, notify);
    const request = { app_guid: app.upstreamName, token, notify };
    return { call: this.unknown(tenant, app, 'schedule.update', `schedule/${endpoint}`, request, 'reports:deliver') };
  }

  /** A schedule that the gateway does not know: whose it is, is asked before anything is passed on. */
  private unknown(
    tenant: TenantContext,
    app: OpenedApp,
    action: 'schedule.update' | 'schedule.delete',
    operation: string,
    request: JsonFields & { token: string },
    scope: Scope = 'schedules:write',
  ): AskedCall {
    return {
      action,
      operation,
      scope,
      request,
      prepare: async (note) => {
        note({ appId: app.id });
        await this.owners.confirmSchedule(tenant, app, request.token);
        return post(operation, request);
      },
    };
  }

  private async checkMails(tenant: TenantContext, notify: readonly string[]): Promise<void> {
    const limits = await this.limits.get(tenant.tenantId);
    const refused = notify.filter((address) => !mailAllowed(limits, address));
    if (refused.length === 0) return;
    const detail = 'names a mail domain that this tenant may not notify: the operator sets them';
    throw badInput([{ pointer: '/notify', detail }]);
  }
}

/** FACTS §5.19: updated only at the endpoint that created it. */
function mustBeOf({ request, kind }: ScheduleModel, endpoint: KochavaReportKind): void {
  const { kochava } = (request as unknown as AskedSchedule).spec;
  const made = kochava?.endpoint ?? ENDPOINT_OF[kind];
  if (made !== endpoint || !canUpdateNotify(endpoint)) throw notHere();
}

const ENDPOINT_OF: Readonly<Record<string, KochavaReportKind>> = {
  SUMMARY: 'summary',
  DETAIL: 'detail',
  QUERY: 'custom',
  AUDIENCE_EXPORT: 'deviceid',
  AUDIENCE_ACTIVATION: 'audience',
};

const notHere = (): GatewayError =>
  new GatewayError('CONFLICT', 'Error the report was not scheduled by this endpoint: update it where it was made.');
