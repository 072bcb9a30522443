import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { App, AppsArgs } from './app.model.js';
import { AppSyncService } from './app-sync.service.js';
import { AppsService } from './apps.service.js';

@ApiTags('Apps')
@Controller('v1/apps')
export class AppsController {
  constructor(
    private readonly service: AppsService,
    private readonly syncing: AppSyncService,
  ) {}

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

  @Post('sync')
  @HttpCode(200)
  @NeedsScope('apps:write')
  @Described("Reads the vendors' own lists of apps into the tenant's. Scope apps:write, and no app list.", App, 'list')
  async sync(@Tenant() tenant: TenantContext): Promise<RestList<App>> {
    const data = await this.syncing.sync(tenant);
    return { data, page: { hasNextPage: false, endCursor: null } };
  }
}
