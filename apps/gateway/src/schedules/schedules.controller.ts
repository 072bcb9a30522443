import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { answerOnce, IdempotencyKey, TakesIdempotencyKey, withKey } from '../edge/idempotency.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { Report } from '../reports/report.model.js';
import { ReportReplies, type RestReport } from '../reports/report-replies.js';
import {
  CreateScheduleInput,
  SchedulePageArgs,
  SchedulesQuery,
  UpdateScheduleBody,
  WindowsArgs,
} from './schedule.input.js';
import { Schedule, ScheduleWindow } from './schedule.model.js';
import { RestSchedules, type RestSchedule } from './rest-schedules.js';
import { ScheduleWritesService } from './schedule-writes.service.js';
import { SchedulesService } from './schedules.service.js';

@ApiTags('Schedules')
@Controller('v1/schedules')
export class SchedulesController {
  constructor(
    private readonly service: SchedulesService,
    private readonly writes: ScheduleWritesService,
    private readonly rest: RestSchedules,
    private readonly reports: ReportReplies,
  ) {}

  @Get()
  @NeedsScope('schedules:read')
  @Described('Schedules, newest first, the deleted ones too. Scope schedules:read.', Schedule, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Query() { first, after, app }: SchedulesQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<RestSchedule>> {
    const { nodes, pageInfo } = await this.service.list(tenant, { first, after, appIds: app });
    return restList(reply, { nodes: await Promise.all(nodes.map((one) => this.rest.of(tenant, one))), pageInfo });
  }

  @Post()
  @NeedsScope('schedules:write')
  @TakesIdempotencyKey()
  @Described('Makes a schedule. Scope schedules:write, and what its report needs.', Schedule, 'one', 201)
  async create(
    @Tenant() tenant: TenantContext,
    @Body() input: CreateScheduleInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSchedule> {
    const schedule = answerOnce(reply, await this.writes.create(tenant, withKey(input, key)));
    reply.header('Location', `/v1/schedules/${schedule.id}`);
    return this.rest.of(tenant, schedule);
  }

  @Get(':id')
  @NeedsScope('schedules:read')
  @Described('One schedule. Scope schedules:read.', Schedule)
  async one(@Tenant() tenant: TenantContext, @Param('id') id: string): Promise<RestSchedule> {
    return this.rest.of(tenant, await this.service.one(tenant, id));
  }

  @Patch(':id')
  @NeedsScope('schedules:write')
  @TakesIdempotencyKey()
  @Described('Changes who is notified. Scope schedules:write, and reports:deliver.', Schedule)
  async update(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Body() { notify }: UpdateScheduleBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSchedule> {
    return this.rest.of(tenant, answerOnce(reply, await this.writes.updateNotify(tenant, id, notify, key)));
  }

  @Delete(':id')
  @NeedsScope('schedules:write')
  @TakesIdempotencyKey()
  @Described('Deletes a schedule, and answers it. Scope schedules:write.', Schedule)
  async delete(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSchedule> {
    return this.rest.of(tenant, answerOnce(reply, await this.writes.delete(tenant, id, key)));
  }

  @Get(':id/reports')
  @NeedsScope('reports:read')
  @Described('What its runs have made, newest first. Scope reports:read, and schedules:read.', Report, 'list')
  async reportsOf(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() args: SchedulePageArgs,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<RestReport>> {
    return this.reports.list(reply, tenant, await this.service.reportsOf(tenant, id, args));
  }

  @Get(':id/windows')
  @NeedsScope('schedules:read')
  @Described('The windows that its next runs will cover. Scope schedules:read.', ScheduleWindow, 'list')
  async windows(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() { count }: WindowsArgs,
  ): Promise<{ data: ScheduleWindow[] }> {
    return { data: await this.service.windows(tenant, id, count) };
  }
}
