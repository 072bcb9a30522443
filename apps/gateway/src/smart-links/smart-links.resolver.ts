import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import type { Page } from '../edge/page.model.js';
import { NameArgs } from './app-group.args.js';
import { AppGroupsService } from './app-groups.service.js';
import { CreateSmartLinkInput, UpdateSmartLinkInput } from './smart-link.input.js';
import { SmartLink, SmartLinkConnection } from './smart-link.model.js';
import { SmartLinkWritesService } from './smart-link-writes.service.js';
import { QrArgs, SmartLinksArgs } from './smart-links-list.input.js';
import { SmartLinksService } from './smart-links.service.js';

const id = { type: () => ID };

@Resolver(() => SmartLink)
export class SmartLinksResolver {
  constructor(
    private readonly service: SmartLinksService,
    private readonly groups: AppGroupsService,
    private readonly writes: SmartLinkWritesService,
  ) {}

  @Query(() => SmartLink, { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  smartLink(@Tenant() tenant: TenantContext, @Args('id', id) linkId: string): Promise<SmartLink> {
    return this.service.one(tenant, linkId);
  }

  @Query(() => SmartLinkConnection, { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  smartLinks(@Tenant() tenant: TenantContext, @Args() args: SmartLinksArgs): Promise<Page<SmartLink>> {
    return this.service.list(tenant, args);
  }

  @Query(() => Boolean, { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  async smartLinkNameAvailable(@Tenant() tenant: TenantContext, @Args() args: NameArgs): Promise<boolean> {
    return (await this.groups.namesAvailable(tenant, args.appGroupId, { smart_link: args.name })).available;
  }

  @Query(() => Boolean, { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  async appGroupCampaignNameAvailable(@Tenant() tenant: TenantContext, @Args() args: NameArgs): Promise<boolean> {
    return (await this.groups.namesAvailable(tenant, args.appGroupId, { campaign: args.name })).available;
  }

  @ResolveField('qrCode', () => String, {
    nullable: true,
    description: 'A data: URI; the image itself is at GET /v1/smart-links/{id}/qr.',
  })
  async qrCode(@Tenant() tenant: TenantContext, @Parent() link: SmartLink, @Args() args: QrArgs): Promise<string> {
    const { contentType, bytes } = await this.service.qr(tenant, link, args);
    return `data:${contentType};base64,${bytes.toString('base64')}`;
  }

  @Mutation(() => SmartLink, { nullable: true, description: 'Scope smartlinks:write.' })
  @NeedsScope('smartlinks:write')
  async createSmartLink(
    @Tenant() tenant: TenantContext,
    @Args('input') input: CreateSmartLinkInput,
  ): Promise<SmartLink> {
    return (await this.writes.create(tenant, input)).value;
  }

  @Mutation(() => SmartLink, { nullable: true, description: 'Scope smartlinks:write. Only what is given changes.' })
  @NeedsScope('smartlinks:write')
  async updateSmartLink(
    @Tenant() tenant: TenantContext,
    @Args('id', id) linkId: string,
    @Args('input') input: UpdateSmartLinkInput,
  ): Promise<SmartLink> {
    return (await this.writes.update(tenant, linkId, input)).value;
  }

  @Mutation(() => SmartLink, { nullable: true, description: 'Scope smartlinks:write. Not to be undone.' })
  @NeedsScope('smartlinks:write')
  async archiveSmartLink(@Tenant() tenant: TenantContext, @Args('id', id) linkId: string): Promise<SmartLink> {
    return (await this.writes.archive(tenant, linkId)).value;
  }
}
