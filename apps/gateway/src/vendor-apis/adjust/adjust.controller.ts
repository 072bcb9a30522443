import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { ByDialect, Tenant } from '../../edge/needs-scope.js';
import { AdjustDoor } from './adjust.door.js';

/** Described in docs/drop-in.md: what stands under it is the vendor's to document. */
@ApiExcludeController()
@Controller()
export class AdjustController {
  constructor(private readonly door: AdjustDoor) {}

  @Get(['vendor/adjust', 'vendor/adjust/*', 'kpis/*'])
  @ByDialect()
  read(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }
}
