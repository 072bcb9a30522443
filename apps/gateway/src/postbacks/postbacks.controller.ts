import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { IdempotencyKey, TakesIdempotencyKey, withKey } from '../edge/idempotency.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { atPath, CreatePostbackInput, PostbackPageArgs, UpdatePostbackInput } from './postback.input.js';
import { Postback, PostbackPayload, PostbackTemplate } from './postback.model.js';
import { PostbackReplies, type RestPostbackPayload } from './postback-replies.js';
import { PostbackWritesService } from './postback-writes.service.js';
import { PostbacksService } from './postbacks.service.js';

@ApiTags('Postbacks')
@Controller('v1/apps/:id')
export class PostbacksController {
  constructor(
    private readonly service: PostbacksService,
    private readonly writes: PostbackWritesService,
    private readonly replies: PostbackReplies,
  ) {}

  @Get('postbacks')
  @NeedsScope('postbacks:read')
  @Described('The postbacks of an app, by number. Scope postbacks:read.', Postback, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() args: PostbackPageArgs,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.replies.list(reply, tenant, args, await this.service.list(tenant, id));
  }

  @Get('postbacks/incomplete')
  @NeedsScope('postbacks:read')
  @Described('Templates whose set-up is not finished. Scope postbacks:read.', PostbackTemplate, 'list')
  async incomplete(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() args: PostbackPageArgs,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.templates(reply, args, await this.service.incomplete(tenant, id));
  }

  @Get('postback-templates')
  @NeedsScope('postbacks:read')
  @Described('What the app’s postbacks can be made of. Scope postbacks:read.', PostbackTemplate, 'list')
  async templates(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() args: PostbackPageArgs,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.templates(reply, args, await this.service.templates(tenant, id));
  }

  @Get('postbacks/:postbackId')
  @NeedsScope('postbacks:read')
  @Described('One postback of the app. Scope postbacks:read.', Postback)
  async one(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Param('postbackId') postbackId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.replies.one(reply, tenant, await this.service.one(tenant, id, postbackId));
  }

  @Post('postbacks')
  @NeedsScope('postbacks:write')
  @TakesIdempotencyKey()
  @Described(
    'Makes a postback. Scope postbacks:write. Hosts outside the tenant’s allow-list, where it has one, are refused.',
    PostbackPayload,
    'one',
    201,
  )
  async create(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Body() input: CreatePostbackInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestPostbackPayload> {
    return this.replies.written(reply, tenant, await this.writes.create(tenant, withKey(atPath(input, id), key)));
  }

  @Patch('postbacks/:postbackId')
  @NeedsScope('postbacks:write')
  @TakesIdempotencyKey()
  @Described('Changes what is given, and nothing else. Scope postbacks:write.', PostbackPayload)
  async update(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Param('postbackId') postbackId: string,
    @Body() input: UpdatePostbackInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestPostbackPayload> {
    const written = await this.writes.update(tenant, id, postbackId, withKey(input, key));
    return this.replies.written(reply, tenant, written);
  }

  @Delete('postbacks/:postbackId')
  @NeedsScope('postbacks:write')
  @TakesIdempotencyKey()
  @Described('Deletes a postback, and answers it as it stood. Scope postbacks:write.', PostbackPayload)
  async delete(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Param('postbackId') postbackId: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestPostbackPayload> {
    return this.replies.written(reply, tenant, await this.writes.delete(tenant, id, postbackId, key));
  }
}
