import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { App, AppConnection, AppsArgs } from './app.model.js';
import { AppSyncService } from './app-sync.service.js';
import { type AppPage, AppsService } from './apps.service.js';

@Resolver(() => App)
export class AppsResolver {
  constructor(
    private readonly service: AppsService,
    private readonly syncing: AppSyncService,
  ) {}

  @Query(() => App, { nullable: true, description: 'Scope apps:read.' })
  @NeedsScope('apps:read')
  app(@Tenant() tenant: TenantContext, @Args('id', { type: () => ID }) id: string): Promise<App> {
    return this.service.one(tenant, id);
  }

  @Query(() => AppConnection, { description: 'Scope apps:read.' })
  @NeedsScope('apps:read')
  apps(@Tenant() tenant: TenantContext, @Args() args: AppsArgs): Promise<AppPage> {
    return this.service.list(tenant, args);
  }

  @Mutation(() => [App], {
    nullable: true,
    description: "Scope apps:write, and no app list. Reads the vendors' own lists of apps into the tenant's.",
  })
  @NeedsScope('apps:write')
  syncApps(@Tenant() tenant: TenantContext): Promise<App[]> {
    return this.syncing.sync(tenant);
  }
}
