import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { Tenant } from '../edge/needs-scope.js';
import { AppGroupApp } from './app-group.model.js';
import { AppGroupsService } from './app-groups.service.js';

/** The edge from an app of a group to the tenant's own. */
@Resolver(() => AppGroupApp)
export class AppGroupAppsResolver {
  constructor(private readonly service: AppGroupsService) {}

  @ResolveField('app', () => App, {
    nullable: true,
    description: 'Scope apps:read. Null where the tenant has no such app, or the key may not touch it.',
  })
  app(@Tenant() tenant: TenantContext, @Parent() app: AppGroupApp): Promise<App | null> {
    return this.service.appOf(tenant, app);
  }
}
