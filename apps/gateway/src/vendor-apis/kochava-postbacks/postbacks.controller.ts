import { Controller, Delete, Get, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { ByDialect, Tenant } from '../../edge/needs-scope.js';
import { PostbacksDoor } from './postbacks.door.js';

/** Described in docs/drop-in.md: what stands under it is the vendor's to document. */
@ApiExcludeController()
@ByDialect()
@Controller('vendor/kochava')
export class KochavaPostbacksController {
  constructor(private readonly door: PostbacksDoor) {}

  @Get(['', '*'])
  read(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }

  @Post('*')
  create(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }

  @Patch('*')
  update(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }

  @Delete('*')
  delete(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.door.answer(tenant, request, reply);
  }
}
