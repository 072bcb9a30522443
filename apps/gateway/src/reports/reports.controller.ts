import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { IdempotencyKey, TakesIdempotencyKey, withKey } from '../edge/idempotency.js';
import type { RestList } from '../edge/list-reply.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { RequestReportInput } from './report.input.js';
import { Report, ReportRow } from './report.model.js';
import { listArgsOf, ReportRowsQuery, ReportsQuery } from './report-query.js';
import { ReportReplies, type RestReport } from './report-replies.js';
import { ReportRequestsService } from './report-requests.service.js';
import { ReportsService } from './reports.service.js';

@ApiTags('Reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly service: ReportsService,
    private readonly requests: ReportRequestsService,
    private readonly replies: ReportReplies,
  ) {}

  @Get()
  @NeedsScope('reports:read')
  @Described('Reports, newest first. Scope reports:read.', Report, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Query() query: ReportsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<RestReport>> {
    return this.replies.list(reply, tenant, await this.service.list(tenant, listArgsOf(query)));
  }

  @Post()
  @HttpCode(202)
  @NeedsScope('reports:write')
  @TakesIdempotencyKey()
  @Described(
    'Asks for a report. Scope reports:write; reports:deliver for notify and delivery; reports:sql for query; audiences:write for audiences; kpis:read for kpi.',
    Report,
    'one',
    202,
  )
  async request(
    @Tenant() tenant: TenantContext,
    @Body() input: RequestReportInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestReport> {
    return this.replies.asked(reply, tenant, await this.requests.request(tenant, withKey(input, key)));
  }

  @Get(':id')
  @NeedsScope('reports:read')
  @Described('One report, and how it stands. Scope reports:read.', Report)
  async one(@Tenant() tenant: TenantContext, @Param('id') id: string): Promise<RestReport> {
    return this.replies.rest(tenant, await this.service.one(tenant, id));
  }

  @Delete(':id')
  @NeedsScope('reports:write')
  @TakesIdempotencyKey()
  @Described('Deletes a report that is still queued, and answers it. Scope reports:write.', Report)
  async delete(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestReport> {
    return this.replies.deleted(reply, tenant, await this.requests.delete(tenant, id, key));
  }

  @Get(':id/rows')
  @NeedsScope('reports:read')
  @Described('The rows of its file: JSON in pages, CSV and NDJSON whole. Scope reports:read.', ReportRow, 'table-list')
  rows(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() query: ReportRowsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.replies.rows(request, reply, tenant, id, query);
  }

  @Get(':id/file')
  @NeedsScope('reports:read')
  @Described('The file as it lies there, perhaps compressed. Scope reports:read.', undefined)
  file(@Tenant() tenant: TenantContext, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    return this.replies.file(reply, tenant, id);
  }
}
