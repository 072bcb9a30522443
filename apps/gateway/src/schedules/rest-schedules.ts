import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import type { App } from '../apps/app.model.js';
import type { ScheduleOfApp } from './schedule.model.js';
import { SchedulesService } from './schedules.service.js';

export type RestSchedule = Omit<ScheduleOfApp, 'appId'> & { app: App | null };

/** Schedules as REST answers them. */
@Injectable()
export class RestSchedules {
  constructor(private readonly service: SchedulesService) {}

  async of(tenant: TenantContext, schedule: ScheduleOfApp): Promise<RestSchedule> {
    const { id, appId: _, ...rest } = schedule;
    const app = tenant.scopes.has('apps:read') ? await this.service.appOf(tenant, schedule) : null;
    return { id, app, ...rest };
  }
}
