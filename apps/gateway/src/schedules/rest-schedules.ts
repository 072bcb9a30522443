import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import type { App } from '../apps/app.model.js';
import { ReportReplies } from '../reports/report-replies.js';
import type { ScheduleOfApp } from './schedule.model.js';
import { SchedulesService } from './schedules.service.js';

export type RestSchedule = Omit<ScheduleOfApp, 'appId'> & { app: App | null };

/** Schedules as REST answers them. */
@Injectable()
export class RestSchedules implements OnModuleInit {
  /** Many reports of one answer are one schedule's. */
  private readonly ofRequest = new WeakMap<TenantContext, Map<string, Promise<RestSchedule>>>();

  constructor(
    private readonly service: SchedulesService,
    private readonly reports: ReportReplies,
  ) {}

  onModuleInit(): void {
    this.reports.tellSchedulesBy((tenant, id) => this.byId(tenant, id));
  }

  async of(tenant: TenantContext, schedule: ScheduleOfApp): Promise<RestSchedule> {
    const { id, appId: _, ...rest } = schedule;
    const app = tenant.scopes.has('apps:read') ? await this.service.appOf(tenant, schedule) : null;
    return { id, app, ...rest };
  }

  /** Scope schedules:read. */
  private byId(tenant: TenantContext, id: string): Promise<RestSchedule> {
    const known = this.ofRequest.get(tenant) ?? new Map<string, Promise<RestSchedule>>();
    this.ofRequest.set(tenant, known);
    const schedule = known.get(id) ?? this.service.one(tenant, id).then((found) => this.of(tenant, found));
    known.set(id, schedule);
    return schedule;
  }
}
