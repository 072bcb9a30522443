import { Args, Query, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import type { Page } from '../edge/page.model.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { AuditEvent, AuditEventConnection } from './audit-event.model.js';
import { AuditEventsArgs } from './audit.input.js';
import { type AuditNode, AuditEventsService } from './audit-events.service.js';

@Resolver(() => AuditEvent)
export class AuditEventsResolver {
  constructor(private readonly service: AuditEventsService) {}

  @Query(() => AuditEventConnection, {
    description: 'Scope audit:read. Newest first. A key with a list of apps sees the events of those apps.',
  })
  @NeedsScope('audit:read')
  auditEvents(@Tenant() tenant: TenantContext, @Args() args: AuditEventsArgs): Promise<Page<AuditNode>> {
    return this.service.list(tenant, args);
  }
}
