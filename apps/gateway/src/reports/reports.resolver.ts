import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import type { Page } from '../edge/page.model.js';
import { ErrorPages } from '../edge/problem.js';
import { ReportRowsArgs, ReportsArgs, RequestReportInput } from './report.input.js';
import { Report, ReportConnection, type ReportOfApp, ReportRowConnection } from './report.model.js';
import { fileUrlOf } from './report-replies.js';
import { ReportRequestsService } from './report-requests.service.js';
import { ReportsService } from './reports.service.js';

const id = { type: () => ID };

@Resolver(() => Report)
export class ReportsResolver {
  constructor(
    private readonly service: ReportsService,
    private readonly requests: ReportRequestsService,
    private readonly urls: ErrorPages,
  ) {}

  @Query(() => Report, { nullable: true, description: 'Scope reports:read.' })
  @NeedsScope('reports:read')
  report(@Tenant() tenant: TenantContext, @Args('id', id) reportId: string): Promise<ReportOfApp> {
    return this.service.one(tenant, reportId);
  }

  @Query(() => ReportConnection, { description: 'Scope reports:read. Newest first.' })
  @NeedsScope('reports:read')
  reports(@Tenant() tenant: TenantContext, @Args() args: ReportsArgs): Promise<Page<ReportOfApp>> {
    return this.service.list(tenant, args);
  }

  @Mutation(() => Report, {
    nullable: true,
    description:
      'Scope reports:write; reports:deliver for notify and delivery, reports:sql for query, audiences:write for audiences, kpis:read for kpi.',
  })
  @NeedsScope('reports:write')
  async requestReport(@Tenant() tenant: TenantContext, @Args('input') input: RequestReportInput): Promise<ReportOfApp> {
    return (await this.requests.request(tenant, input)).value;
  }

  @Mutation(() => Report, { nullable: true, description: 'Scope reports:write. While it is QUEUED.' })
  @NeedsScope('reports:write')
  async deleteReport(@Tenant() tenant: TenantContext, @Args('id', id) reportId: string): Promise<ReportOfApp> {
    return (await this.requests.delete(tenant, reportId)).value;
  }

  @ResolveField('app', () => App, { description: 'Scope apps:read.' })
  app(@Tenant() tenant: TenantContext, @Parent() report: ReportOfApp): Promise<App> {
    return this.service.appOf(tenant, report);
  }

  @ResolveField('rows', () => ReportRowConnection, {
    nullable: true,
    description: "Null until COMPLETED, and where the file went elsewhere (SFTP, the customer's bucket).",
  })
  rows(
    @Tenant() tenant: TenantContext,
    @Parent() report: ReportOfApp,
    @Args() args: ReportRowsArgs,
  ): Promise<Page<object> | null> {
    return this.service.page(tenant, report, args);
  }

  @ResolveField('fileUrl', () => String, {
    nullable: true,
    description: "The gateway's own download: GET /v1/reports/{id}/file, under the caller's key.",
  })
  fileUrl(@Parent() report: ReportOfApp): string | null {
    return fileUrlOf(this.urls, report);
  }
}
