import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { AuditEventRow } from './audit-event.model.js';
import { AuditQueryParams, type RawQuery } from './audit-query.js';
import { AuditReplies } from './audit-replies.js';

@ApiTags('Audit')
@Controller('v1/audit-events')
export class AuditEventsController {
  constructor(private readonly replies: AuditReplies) {}

  @Get()
  @NeedsScope('audit:read')
  @AuditQueryParams()
  @Described(
    'What this tenant did and was denied, newest first. Scope audit:read. Also as CSV and NDJSON.',
    AuditEventRow,
    'table-list',
  )
  list(
    @Tenant() tenant: TenantContext,
    @Query() query: RawQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.replies.list(tenant, query, request, reply);
  }
}
