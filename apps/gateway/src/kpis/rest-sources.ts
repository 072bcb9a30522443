import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import { ReportReplies } from '../reports/report-replies.js';
import { ReportsService } from '../reports/reports.service.js';
import type { Params } from './kpi-params.js';
import type { KpiSourceView } from './kpi-source-view.js';

/** `sources` as REST shows them: with the reports they wait for, or were read from. */
@Injectable()
export class RestSources {
  constructor(
    private readonly reports: ReportsService,
    private readonly replies: ReportReplies,
  ) {}

  /** A key without reports:read sees no reports. `params`: of the URL that asked; a body asks in GraphQL's words. */
  of(tenant: TenantContext, sources: readonly KpiSourceView[], params?: Params): object[] | Promise<object[]> {
    const showsReports = sources.some(({ reportIds }) => reportIds.length > 0) && tenant.scopes.has('reports:read');
    if (!showsReports) return sources.map((source) => source.toRest([], params));
    return Promise.all(sources.map(async (source) => source.toRest(await this.reportsOf(tenant, source), params)));
  }

  private async reportsOf(tenant: TenantContext, source: KpiSourceView): Promise<object[]> {
    const reports = await this.reports.byIds(tenant, source.reportIds);
    return Promise.all(
      reports.flatMap((report) => (source.isAbout(report.appId) ? this.replies.rest(tenant, report) : [])),
    );
  }
}
