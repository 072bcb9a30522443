import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArrayMinSize } from 'class-validator';
import type { FastifyReply } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { QueryFlag, QueryList, VendorIds, WholeListArgs } from './links-rules.js';
import { Advertiser, Agency, MediaPartner } from './partner.model.js';
import { PartnersService } from './partners.service.js';
import { SmartLinkReplies } from './smart-link-replies.js';

/** GET /v1/advertisers. */
export class AdvertisersQuery extends WholeListArgs {
  @QueryFlag('Accounts that the credential may change, or may not.')
  has_write_access?: boolean;
}

/** GET /v1/media-partners. */
export class MediaPartnersQuery extends WholeListArgs {
  @QueryList('Kochava’s numbers of apps, comma separated: the private networks of these alone.')
  @ArrayMinSize(1, { message: 'must name at least one app, or be left out' })
  @VendorIds()
  kochava_app_ids?: string[];
}

@ApiTags('SmartLinks')
@Controller('v1')
export class PartnersController {
  constructor(
    private readonly service: PartnersService,
    private readonly replies: SmartLinkReplies,
  ) {}

  @Get('advertisers')
  @NeedsScope('smartlinks:read')
  @Described('Accounts that the tenant’s credential reaches. Scope smartlinks:read.', Advertiser, 'list')
  async advertisers(
    @Tenant() tenant: TenantContext,
    @Query() query: AdvertisersQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.kept(reply, await this.service.advertisers(tenant, query.has_write_access), query);
  }

  @Get('agencies')
  @NeedsScope('smartlinks:read')
  @Described('Agencies that a SmartLink can be assigned to. Scope smartlinks:read.', Agency, 'list')
  async agencies(
    @Tenant() tenant: TenantContext,
    @Query() query: WholeListArgs,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.kept(reply, await this.service.agencies(tenant), query);
  }

  @Get('media-partners')
  @NeedsScope('smartlinks:read')
  @Described('Networks that a SmartLink can be made for. Scope smartlinks:read.', MediaPartner, 'list')
  async mediaPartners(
    @Tenant() tenant: TenantContext,
    @Query() query: MediaPartnersQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.replies.kept(reply, await this.service.mediaPartners(tenant, query.kochava_app_ids), query);
  }
}
