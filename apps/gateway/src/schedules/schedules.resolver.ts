import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import type { Page } from '../edge/page.model.js';
import { Report, ReportConnection, type ReportOfApp } from '../reports/report.model.js';
import { CreateScheduleInput, SchedulePageArgs, SchedulesArgs, WindowsArgs } from './schedule.input.js';
import { Schedule, ScheduleConnection, type ScheduleOfApp, ScheduleWindow } from './schedule.model.js';
import { ScheduleWritesService } from './schedule-writes.service.js';
import { SchedulesService } from './schedules.service.js';

const id = { type: () => ID };

@Resolver(() => Schedule)
export class SchedulesResolver {
  constructor(
    private readonly service: SchedulesService,
    private readonly writes: ScheduleWritesService,
  ) {}

  @Query(() => Schedule, { nullable: true, description: 'Scope schedules:read.' })
  @NeedsScope('schedules:read')
  schedule(@Tenant() tenant: TenantContext, @Args('id', id) scheduleId: string): Promise<ScheduleOfApp> {
    return this.service.one(tenant, scheduleId);
  }

  @Query(() => ScheduleConnection, { description: 'Scope schedules:read. Newest first.' })
  @NeedsScope('schedules:read')
  schedules(@Tenant() tenant: TenantContext, @Args() args: SchedulesArgs): Promise<Page<ScheduleOfApp>> {
    return this.service.list(tenant, args);
  }

  @Mutation(() => Schedule, { nullable: true, description: 'Scope schedules:write, and what its report needs.' })
  @NeedsScope('schedules:write')
  async createSchedule(
    @Tenant() tenant: TenantContext,
    @Args('input') input: CreateScheduleInput,
  ): Promise<ScheduleOfApp> {
    return (await this.writes.create(tenant, input)).value;
  }

  @Mutation(() => Schedule, { nullable: true, description: 'Scope schedules:write, and reports:deliver.' })
  @NeedsScope('schedules:write')
  async updateScheduleNotify(
    @Tenant() tenant: TenantContext,
    @Args('id', id) scheduleId: string,
    @Args('notify', { type: () => [String] }) notify: string[],
  ): Promise<ScheduleOfApp> {
    return (await this.writes.updateNotify(tenant, scheduleId, notify)).value;
  }

  @Mutation(() => Schedule, { nullable: true, description: 'Scope schedules:write.' })
  @NeedsScope('schedules:write')
  async deleteSchedule(@Tenant() tenant: TenantContext, @Args('id', id) scheduleId: string): Promise<ScheduleOfApp> {
    return (await this.writes.delete(tenant, scheduleId)).value;
  }

  @ResolveField('app', () => App, { description: 'Scope apps:read.' })
  app(@Tenant() tenant: TenantContext, @Parent() schedule: ScheduleOfApp): Promise<App> {
    return this.service.appOf(tenant, schedule);
  }

  @ResolveField('nextWindows', () => [ScheduleWindow], {
    description: 'The windows that the next runs will cover, worked out from frequency, runOn, delay and previousTime.',
  })
  nextWindows(@Parent() schedule: ScheduleOfApp, @Args() { count }: WindowsArgs): ScheduleWindow[] {
    return this.service.windowsOf(schedule, count);
  }

  @ResolveField('lastReport', () => Report, {
    nullable: true,
    description: 'Scope reports:read. Of its latest run.',
  })
  lastReport(@Tenant() tenant: TenantContext, @Parent() schedule: ScheduleOfApp): Promise<ReportOfApp | null> {
    return this.service.lastReportOf(tenant, schedule.id);
  }

  @ResolveField('reports', () => ReportConnection, {
    nullable: true,
    description: 'Scope reports:read. Newest first, runs that never came among them.',
  })
  reports(
    @Tenant() tenant: TenantContext,
    @Parent() schedule: ScheduleOfApp,
    @Args() args: SchedulePageArgs,
  ): Promise<Page<ReportOfApp>> {
    return this.service.reportsOf(tenant, schedule.id, args);
  }
}

/** The edges that lead to schedules. */
@Resolver(() => App)
export class AppSchedulesResolver {
  constructor(private readonly service: SchedulesService) {}

  @ResolveField('schedules', () => ScheduleConnection, { nullable: true, description: 'Scope schedules:read.' })
  schedules(
    @Tenant() tenant: TenantContext,
    @Parent() app: App,
    @Args() args: SchedulePageArgs,
  ): Promise<Page<ScheduleOfApp>> {
    return this.service.ofApp(tenant, app.id, args);
  }
}

@Resolver(() => Report)
export class ReportScheduleResolver {
  constructor(private readonly service: SchedulesService) {}

  @ResolveField('schedule', () => Schedule, {
    nullable: true,
    description: 'Scope schedules:read. The schedule that made it.',
  })
  schedule(@Tenant() tenant: TenantContext, @Parent() report: ReportOfApp): Promise<ScheduleOfApp | null> {
    return this.service.ofReport(tenant, report.scheduleId);
  }
}
