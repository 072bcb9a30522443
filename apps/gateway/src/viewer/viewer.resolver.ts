import { Query, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { Viewer } from './viewer.model.js';
import { ViewerService } from './viewer.service.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(private readonly service: ViewerService) {}

  @Query(() => Viewer, { description: 'Any key.' })
  @NeedsScope('any')
  viewer(@Tenant() tenant: TenantContext): Promise<Viewer> {
    return this.service.find(tenant);
  }
}
