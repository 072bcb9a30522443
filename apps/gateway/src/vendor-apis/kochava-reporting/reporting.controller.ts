import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { ByDialect, Tenant } from '../../edge/needs-scope.js';
import { ReportingDoor } from './reporting.door.js';

/** Described in docs/drop-in.md: what stands under it is the vendor's to document. */
@ApiExcludeController()
@Controller('vendor/kochava-reporting')
export class ReportingController {
  constructor(private readonly door: ReportingDoor) {}

  @Post(['', '*'])
  @ByDialect()
  post(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    reply.code(200);
    return this.door.answer(tenant, request, reply);
  }

  @Get(['', '*'])
  @ByDialect()
  get(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }
}
