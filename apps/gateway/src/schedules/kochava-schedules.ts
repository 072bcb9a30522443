import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { GatewayError, type TenantContext } from '#libs/domain';
import { canUpdateNotify, checkSchedule, endpointOf } from '#libs/kochava-reporting';
import { type AppRecord, CredentialVault, TenantLimits } from '#libs/tenancy';
import type { BucketKeys } from '../reports/asked-report.js';
import { checkAsked, guidOf } from '../reports/report-checks.js';
import { type AskedSchedule, contentOfSchedule, upstreamScheduleOf } from './asked-schedule.js';
import type { Asked, ScheduleMaker, SchedulePlan } from './schedule-makers.js';
import { ScheduleSender } from './schedule-sender.js';
import { ScheduleStanding } from './schedule-standing.js';

/** The schedules that Kochava runs: of every kind but KPI. */
@Injectable()
export class KochavaSchedules implements ScheduleMaker {
  constructor(
    private readonly vault: CredentialVault,
    private readonly limits: TenantLimits,
    private readonly sender: ScheduleSender,
    private readonly standing: ScheduleStanding,
  ) {}

  async plan(tenant: TenantContext, app: AppRecord, { asked, keys }: Asked): Promise<SchedulePlan> {
    const upstreamApp = guidOf(app);
    await this.check(tenant, asked, upstreamApp, keys);
    const { version: credentialVersion } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    return { upstreamApp, credentialVersion };
  }

  start(row: ScheduleModel): Promise<ScheduleModel> {
    return this.sender.send(row);
  }

  async checkNotify(tenant: TenantContext, row: ScheduleModel, notify: string[]): Promise<void> {
    const asked = row.request as unknown as AskedSchedule;
    if (!canUpdateNotify(endpointOf(contentOfSchedule(asked)))) {
      const says = `Kochava can not change who is notified of a schedule of this kind: delete it, and make another.`;
      throw new GatewayError('UNSUPPORTED', says, { vendor: 'KOCHAVA' });
    }
    await this.check(tenant, { ...asked, delivery: undefined, notify }, row.upstreamApp);
  }

  updateNotify(row: ScheduleModel, notify: string[]): Promise<ScheduleModel> {
    return this.standing.updateNotify(row, notify);
  }

  delete(row: ScheduleModel): Promise<ScheduleModel> {
    return this.standing.delete(row);
  }

  done(row: ScheduleModel, asked: { notify?: string[] }): Promise<ScheduleModel | undefined> {
    return this.standing.done(row, asked);
  }

  private async check(tenant: TenantContext, asked: AskedSchedule, appGuid: string, keys?: BucketKeys): Promise<void> {
    const request = upstreamScheduleOf(asked, appGuid, keys);
    checkAsked(asked, () => checkSchedule(request), await this.limits.get(tenant.tenantId));
  }
}
