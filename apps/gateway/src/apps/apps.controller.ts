import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { App, AppsArgs } from './app.model.js';
import { AppsService } from './apps.service.js';

@ApiTags('Apps')
@Controller('v1/apps')
export class AppsController {
  constructor(private readonly service: AppsService) {}

  @Get()
  @NeedsScope('apps:read')
  @Described('The apps that this key may touch, by name. Scope apps:read.', App, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Query() args: AppsArgs,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<App>> {
    return restList(reply, await this.service.list(tenant, args));
  }

  @Get(':id')
  @NeedsScope('apps:read')
  @Described('One app. Scope apps:read.', App)
  one(@Tenant() tenant: TenantContext, @Param('id') id: string): Promise<App> {
    return this.service.one(tenant, id);
  }
}
