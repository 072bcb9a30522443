import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { answerOnce, IdempotencyKey, TakesIdempotencyKey, withKey } from '../edge/idempotency.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { IfMatch, TakesIfMatch } from './if-match.js';
import { CreateSmartLinkInput, UpdateSmartLinkInput } from './smart-link.input.js';
import { SmartLink } from './smart-link.model.js';
import { SmartLinkReplies } from './smart-link-replies.js';
import { SmartLinkWritesService } from './smart-link-writes.service.js';
import { linksArgs, QrQuery, SmartLinksQuery } from './smart-links-list.input.js';
import { SmartLinksService } from './smart-links.service.js';

@ApiTags('SmartLinks')
@Controller('v1/smart-links')
export class SmartLinksController {
  constructor(
    private readonly service: SmartLinksService,
    private readonly writes: SmartLinkWritesService,
    private readonly replies: SmartLinkReplies,
  ) {}

  @Get()
  @NeedsScope('smartlinks:read')
  @Described('SmartLinks, the oldest first unless asked otherwise. Scope smartlinks:read.', SmartLink, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Query() query: SmartLinksQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.list(reply, await this.service.list(tenant, linksArgs(query)));
  }

  @Post()
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Makes a SmartLink. Scope smartlinks:write.', SmartLink, 'one', 201)
  async create(
    @Tenant() tenant: TenantContext,
    @Body() input: CreateSmartLinkInput,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SmartLink> {
    return answerOnce(reply, await this.writes.create(tenant, withKey(input, key)));
  }

  @Get(':id')
  @NeedsScope('smartlinks:read')
  @Described('One SmartLink; its ETag is what If-Match takes. Scope smartlinks:read.', SmartLink)
  async one(@Tenant() tenant: TenantContext, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    this.replies.link(reply, await this.service.one(tenant, id));
  }

  @Patch(':id')
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @TakesIfMatch()
  @Described(
    'Changes what is given: absent keeps, null clears, apps and routes that are not named stay. Scope smartlinks:write.',
    SmartLink,
  )
  async update(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Body() input: UpdateSmartLinkInput,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SmartLink> {
    return answerOnce(reply, await this.writes.update(tenant, id, withKey(input, key), ifMatch));
  }

  @Post(':id/archive')
  @HttpCode(200)
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Archives a SmartLink; not to be undone. Scope smartlinks:write.', SmartLink)
  async archive(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SmartLink> {
    return answerOnce(reply, await this.writes.archive(tenant, id, key));
  }

  @Get(':id/qr')
  @NeedsScope('smartlinks:read')
  @Described('The QR code of a SmartLink, as an image. Scope smartlinks:read.', undefined, 'empty')
  @ApiProduces('image/png', 'image/jpeg', 'image/svg+xml')
  @ApiResponse({ status: 200, description: 'The image.', schema: { type: 'string', format: 'binary' } })
  async qr(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() query: QrQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.image(reply, await this.service.qr(tenant, { id }, query));
  }
}
