import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { IdempotencyKey, TakesIdempotencyKey, withKey } from '../edge/idempotency.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import {
  AppGroupChanges,
  AppGroupsQuery,
  groupsArgs,
  NamesAvailable,
  NamesQuery,
  NewAppGroup,
} from './app-group.input.js';
import { AppGroup, Subdomain } from './app-group.model.js';
import { AppGroupWritesService } from './app-group-writes.service.js';
import { AppGroupsService } from './app-groups.service.js';
import { WholeListArgs } from './links-rules.js';
import { SmartLinkReplies } from './smart-link-replies.js';

@ApiTags('SmartLinks')
@Controller('v1/app-groups')
export class AppGroupsController {
  constructor(
    private readonly service: AppGroupsService,
    private readonly writes: AppGroupWritesService,
    private readonly replies: SmartLinkReplies,
  ) {}

  @Get()
  @NeedsScope('smartlinks:read')
  @Described('App groups, the oldest first unless asked otherwise. Scope smartlinks:read.', AppGroup, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Query() query: AppGroupsQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.replies.groupPage(reply, tenant, await this.service.list(tenant, groupsArgs(query)));
  }

  @Post()
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Makes an app group. Scope smartlinks:write.', AppGroup, 'one', 201)
  async create(
    @Tenant() tenant: TenantContext,
    @Body() body: NewAppGroup,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppGroup> {
    return this.replies.writtenGroup(reply, tenant, await this.writes.create(tenant, withKey(body, key)));
  }

  @Get(':id')
  @NeedsScope('smartlinks:read')
  @Described('One app group. Scope smartlinks:read.', AppGroup)
  async one(@Tenant() tenant: TenantContext, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    await this.replies.group(reply, tenant, await this.service.one(tenant, id));
  }

  @Patch(':id')
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Renames an app group, or adds apps to it. Scope smartlinks:write.', AppGroup)
  async update(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Body() body: AppGroupChanges,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppGroup> {
    return this.replies.writtenGroup(reply, tenant, await this.writes.update(tenant, id, withKey(body, key)));
  }

  @Post(':id/archive')
  @HttpCode(200)
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Archives an app group without active links; not to be undone. Scope smartlinks:write.', AppGroup)
  async archive(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppGroup> {
    return this.replies.writtenGroup(reply, tenant, await this.writes.archive(tenant, id, key));
  }

  @Get(':id/subdomains')
  @NeedsScope('smartlinks:read')
  @Described('Subdomains of the group’s links. Scope smartlinks:read.', Subdomain, 'list')
  async subdomains(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() args: WholeListArgs,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const all = await this.service.subdomains(tenant, { id });
    this.replies.whole(reply, all, ({ commonSubdomain }) => commonSubdomain, args);
  }

  @Get(':id/name-available')
  @NeedsScope('smartlinks:read')
  @Described('Asks whether names are free: a campaign’s, a link’s, or both. Scope smartlinks:read.', NamesAvailable)
  async namesAvailable(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() names: NamesQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.json(reply, await this.service.namesAvailable(tenant, id, names));
  }
}
