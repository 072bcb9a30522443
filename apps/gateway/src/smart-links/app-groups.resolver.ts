import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import type { Page } from '../edge/page.model.js';
import { CreateCampaignArgs, UpdateAppGroupArgs, UpdateCampaignArgs } from './app-group.args.js';
import { AppGroupsArgs, NewAppGroup } from './app-group.input.js';
import { AppGroup, AppGroupCampaign, AppGroupConnection, Subdomain } from './app-group.model.js';
import { AppGroupWritesService } from './app-group-writes.service.js';
import { AppGroupsService } from './app-groups.service.js';
import { CampaignWritesService } from './campaign-writes.service.js';
import { SmartLink, SmartLinkConnection } from './smart-link.model.js';
import { SmartLinksArgs } from './smart-links-list.input.js';
import { SmartLinksService } from './smart-links.service.js';

const id = { type: () => ID };

@Resolver(() => AppGroup)
export class AppGroupsResolver {
  constructor(
    private readonly service: AppGroupsService,
    private readonly links: SmartLinksService,
    private readonly writes: AppGroupWritesService,
    private readonly campaignWrites: CampaignWritesService,
  ) {}

  @Query(() => AppGroup, { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  appGroup(@Tenant() tenant: TenantContext, @Args('id', id) groupId: string): Promise<AppGroup> {
    return this.service.one(tenant, groupId);
  }

  @Query(() => AppGroupConnection, { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  appGroups(@Tenant() tenant: TenantContext, @Args() args: AppGroupsArgs): Promise<Page<AppGroup>> {
    return this.service.list(tenant, args);
  }

  @ResolveField('subdomains', () => [Subdomain], { nullable: true })
  subdomains(@Tenant() tenant: TenantContext, @Parent() group: AppGroup): Promise<Subdomain[]> {
    return this.service.subdomains(tenant, group);
  }

  @ResolveField('campaigns', () => [AppGroupCampaign], { nullable: true })
  campaigns(
    @Tenant() tenant: TenantContext,
    @Parent() group: AppGroup,
    @Args('includeDeleted', { type: () => Boolean, defaultValue: false }) includeDeleted: boolean,
  ): Promise<AppGroupCampaign[]> {
    return this.service.campaigns(tenant, group, includeDeleted);
  }

  @ResolveField('smartLinks', () => SmartLinkConnection, { nullable: true })
  smartLinks(
    @Tenant() tenant: TenantContext,
    @Parent() group: AppGroup,
    @Args() args: SmartLinksArgs,
  ): Promise<Page<SmartLink>> {
    return this.links.ofGroup(tenant, group, args);
  }

  @Mutation(() => AppGroup, { nullable: true, description: 'Scope smartlinks:write.' })
  @NeedsScope('smartlinks:write')
  async createAppGroup(@Tenant() tenant: TenantContext, @Args() args: NewAppGroup): Promise<AppGroup> {
    return (await this.writes.create(tenant, args)).value;
  }

  @Mutation(() => AppGroup, { nullable: true, description: 'Scope smartlinks:write. Apps can be added alone.' })
  @NeedsScope('smartlinks:write')
  async updateAppGroup(@Tenant() tenant: TenantContext, @Args() args: UpdateAppGroupArgs): Promise<AppGroup> {
    return (await this.writes.update(tenant, args.id, args)).value;
  }

  @Mutation(() => AppGroup, { nullable: true, description: 'Scope smartlinks:write. Not to be undone.' })
  @NeedsScope('smartlinks:write')
  async archiveAppGroup(@Tenant() tenant: TenantContext, @Args('id', id) groupId: string): Promise<AppGroup> {
    return (await this.writes.archive(tenant, groupId)).value;
  }

  @Mutation(() => AppGroupCampaign, { nullable: true, description: 'Scope smartlinks:write.' })
  @NeedsScope('smartlinks:write')
  async createAppGroupCampaign(
    @Tenant() tenant: TenantContext,
    @Args() args: CreateCampaignArgs,
  ): Promise<AppGroupCampaign> {
    return (await this.campaignWrites.create(tenant, args.appGroupId, args)).value;
  }

  @Mutation(() => AppGroupCampaign, { nullable: true, description: 'Scope smartlinks:write.' })
  @NeedsScope('smartlinks:write')
  async updateAppGroupCampaign(
    @Tenant() tenant: TenantContext,
    @Args() args: UpdateCampaignArgs,
  ): Promise<AppGroupCampaign> {
    return (await this.campaignWrites.update(tenant, args.appGroupId, args.id, args)).value;
  }
}
