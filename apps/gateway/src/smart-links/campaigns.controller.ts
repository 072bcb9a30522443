import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { answerOnce, IdempotencyKey, TakesIdempotencyKey, withKey } from '../edge/idempotency.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { CampaignBody, CampaignsQuery } from './app-group.input.js';
import { AppGroupCampaign } from './app-group.model.js';
import { AppGroupsService } from './app-groups.service.js';
import { CampaignWritesService } from './campaign-writes.service.js';
import { SmartLinkReplies } from './smart-link-replies.js';

@ApiTags('SmartLinks')
@Controller('v1/app-groups/:id/campaigns')
export class CampaignsController {
  constructor(
    private readonly service: AppGroupsService,
    private readonly writes: CampaignWritesService,
    private readonly replies: SmartLinkReplies,
  ) {}

  @Get()
  @NeedsScope('smartlinks:read')
  @Described('Campaigns of the group. Scope smartlinks:read.', AppGroupCampaign, 'list')
  async list(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Query() query: CampaignsQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const all = await this.service.campaigns(tenant, { id }, query.include_deleted ?? false);
    this.replies.whole(reply, all, (campaign) => campaign.id, query);
  }

  @Post()
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Makes a campaign in the group. Scope smartlinks:write.', AppGroupCampaign, 'one', 201)
  async create(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Body() body: CampaignBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppGroupCampaign> {
    return answerOnce(reply, await this.writes.create(tenant, id, withKey(body, key)));
  }

  @Patch(':campaignId')
  @NeedsScope('smartlinks:write')
  @TakesIdempotencyKey()
  @Described('Renames a campaign. Scope smartlinks:write.', AppGroupCampaign)
  async update(
    @Tenant() tenant: TenantContext,
    @Param('id') id: string,
    @Param('campaignId') campaignId: string,
    @Body() body: CampaignBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppGroupCampaign> {
    return answerOnce(reply, await this.writes.update(tenant, id, campaignId, withKey(body, key)));
  }
}
