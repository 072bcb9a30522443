import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { AppKpiInput, KpiQueryInput } from './kpi.input.js';
import { KpiResult } from './kpi.model.js';
import { KpisService } from './kpis.service.js';

@Resolver(() => App)
export class KpisResolver {
  constructor(private readonly service: KpisService) {}

  @Query(() => KpiResult, { nullable: true, description: 'Scope kpis:read.' })
  @NeedsScope('kpis:read')
  kpis(@Tenant() tenant: TenantContext, @Args('input') input: KpiQueryInput): Promise<unknown> {
    return this.service.find(tenant, input);
  }

  @ResolveField('kpis', () => KpiResult, {
    nullable: true,
    description: 'Scope kpis:read. The same input on many apps of one answer is one question upstream.',
  })
  kpisOfApp(@Tenant() tenant: TenantContext, @Parent() app: App, @Args('input') input: AppKpiInput): Promise<unknown> {
    return this.service.ofApp(tenant, app.id, input);
  }
}
