import { Controller, Get, Post, Put, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { ByDialect, Tenant } from '../../edge/needs-scope.js';
import { LinksDoor } from './links.door.js';

/** Described in docs/drop-in.md: what stands under it is the vendor's to document. */
@ApiExcludeController()
@ByDialect()
@Controller('vendor/kochava-links')
export class KochavaLinksController {
  constructor(private readonly door: LinksDoor) {}

  @Get(['', '*'])
  read(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }

  @Post('*')
  post(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }

  @Put('*')
  put(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }
}
