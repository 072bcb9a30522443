import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { App, AppConnection, AppsArgs } from './app.model.js';
import { type AppPage, AppsService } from './apps.service.js';

@Resolver(() => App)
export class AppsResolver {
  constructor(private readonly service: AppsService) {}

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
}
