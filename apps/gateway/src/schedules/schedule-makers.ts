import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import type { AppRecord } from '#libs/tenancy';
import { Makers } from '../reports/makers.js';
import type { askedScheduleOf } from './asked-schedule.js';
import { KochavaSchedules } from './kochava-schedules.js';
import type { NewSchedule } from './schedule-store.js';

export type Asked = ReturnType<typeof askedScheduleOf>;

/** What the row of a new schedule holds besides what was asked, and by whom. */
export type SchedulePlan = Pick<
  NewSchedule,
  'upstreamApp' | 'credentialVersion' | 'status' | 'accountedUntil' | 'nextRunAt' | 'nextLookAt'
>;

/** Who runs the schedules of a kind. */
export interface ScheduleMaker {
  /** Checks all that must hold. BAD_USER_INPUT, UNSUPPORTED and CREDENTIAL_MISSING leave nothing behind. */
  plan(tenant: TenantContext, app: AppRecord, asked: Asked): Promise<SchedulePlan>;
  /** Sets it up, now that its row is there; once for each row, however often this is called. */
  start(row: ScheduleModel): Promise<ScheduleModel>;
  /** Before anything is done: UNSUPPORTED where nobody can be notified, BAD_USER_INPUT names each address. */
  checkNotify(tenant: TenantContext, row: ScheduleModel, notify: string[]): Promise<void>;
  updateNotify(row: ScheduleModel, notify: string[]): Promise<ScheduleModel>;
  delete(row: ScheduleModel): Promise<ScheduleModel>;
  /** The schedule, where a change whose answer was lost has been done. */
  done(row: ScheduleModel, asked: { notify?: string[] }): Promise<ScheduleModel | undefined>;
}

@Injectable()
export class ScheduleMakers extends Makers<ScheduleMaker> {
  constructor(kochava: KochavaSchedules) {
    super(kochava);
  }
}
