import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { ByDialect, Tenant } from '../../edge/needs-scope.js';
import { AdjustReportsDoor } from './adjust-reports.door.js';

/** Described in docs/drop-in.md: what stands under it is the vendor's to document. */
@ApiExcludeController()
@Controller('vendor/adjust-reports')
export class AdjustReportsController {
  constructor(private readonly door: AdjustReportsDoor) {}

  @Get(['', '*'])
  @ByDialect()
  read(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }
}
