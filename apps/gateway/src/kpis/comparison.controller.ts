import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { KpiComparisonFlat } from './comparison.model.js';
import { COMPARISON_DOOR } from './comparison-params.js';
import { ComparisonReplies } from './comparison-replies.js';
import { QueryParams, type RawQuery } from './kpi-params.js';

@ApiTags('KPIs')
@Controller('v1/kpis')
export class ComparisonController {
  constructor(private readonly replies: ComparisonReplies) {}

  @Get('comparison')
  @NeedsScope('kpis:read')
  @QueryParams(COMPARISON_DOOR.params, COMPARISON_DOOR.form)
  @Described(
    'Adjust and Kochava on the same question, row beside row. Scope kpis:read. Also as CSV and NDJSON.',
    KpiComparisonFlat,
    'table',
  )
  get(
    @Tenant() tenant: TenantContext,
    @Query() query: RawQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.replies.get(tenant, query, request, reply);
  }
}
