import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { Tenant } from '../edge/needs-scope.js';
import type { Page } from '../edge/page.model.js';
import { ReportsArgs } from './report.input.js';
import { ReportConnection, type ReportOfApp } from './report.model.js';
import { ReportsService } from './reports.service.js';

/** The edge from an app to its reports. */
@Resolver(() => App)
export class AppReportsResolver {
  constructor(private readonly service: ReportsService) {}

  @ResolveField('reports', () => ReportConnection, { nullable: true, description: 'Scope reports:read.' })
  reports(@Tenant() tenant: TenantContext, @Parent() app: App, @Args() args: ReportsArgs): Promise<Page<ReportOfApp>> {
    return this.service.ofApp(tenant, app.id, args);
  }
}
