import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant, tenantOf } from '../edge/needs-scope.js';
import { Described } from '../edge/described.js';
import { KpiQueryInput } from './kpi.input.js';
import { QueryParams, type RawQuery } from './kpi-params.js';
import { KpiReplies } from './kpi-replies.js';
import { KpiFlatResult } from './kpi-flat.model.js';

@ApiTags('KPIs')
@Controller('v1/kpis')
export class KpisController {
  constructor(private readonly replies: KpiReplies) {}

  @Get()
  @NeedsScope('kpis:read')
  @QueryParams()
  @Described(
    'KPI rows of one question, and where they came from. Scope kpis:read. Also as CSV and NDJSON.',
    KpiFlatResult,
    'table',
  )
  // The busiest door: what goes through pipes, as @Tenant() and @Query() do, costs as much as the key's check.
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.replies.get(tenantOf(request), request.query as RawQuery, request, reply);
  }

  @Post('query')
  @HttpCode(200)
  @NeedsScope('kpis:read')
  @Described('As GET /v1/kpis, the question as JSON. Scope kpis:read. Also as CSV and NDJSON.', KpiFlatResult, 'table')
  query(
    @Tenant() tenant: TenantContext,
    @Body() input: KpiQueryInput,
    @Query() form: RawQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.replies.post(tenant, input, form, request, reply);
  }
}
