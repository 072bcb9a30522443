import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import { ReportReplies } from '../reports/report-replies.js';
import { ReportsService } from '../reports/reports.service.js';
import type { Params } from './kpi-params.js';
import type { KpiSourceView } from './kpi-source-view.js';
import { SourceTexts } from './source-texts.js';

/** `sources` as REST shows them: with the reports they wait for, or were read from. */
@Injectable()
export class RestSources {
  private readonly texts = new SourceTexts();

  constructor(
    private readonly reports: ReportsService,
    private readonly replies: ReportReplies,
  ) {}

  /** A key without reports:read sees no reports. `params`: of the URL that asked; a body asks in GraphQL's words. */
  of(tenant: TenantContext, sources: readonly KpiSourceView[], params?: Params): object[] | Promise<object[]> {
    if (!showsReports(tenant, sources)) return sources.map((source) => source.toRest([], params));
    return Promise.all(sources.map(async (source) => source.toRest(await this.reportsOf(tenant, source), params)));
  }

  /** As `of`, as JSON. */
  textOf(tenant: TenantContext, sources: readonly KpiSourceView[], params?: Params): string | Promise<string> {
    if (showsReports(tenant, sources)) return Promise.resolve(this.of(tenant, sources, params)).then(JSON.stringify);
    return `[${sources.map((source) => this.texts.of(source, params)).join()}]`;
  }

  private async reportsOf(tenant: TenantContext, source: KpiSourceView): Promise<object[]> {
    const reports = await this.reports.byIds(tenant, source.reportIds);
    return Promise.all(
      reports.flatMap((report) => (source.isAbout(report.appId) ? this.replies.rest(tenant, report) : [])),
    );
  }
}

const showsReports = (tenant: TenantContext, sources: readonly KpiSourceView[]): boolean =>
  sources.some(({ reportIds }) => reportIds.length > 0) && tenant.scopes.has('reports:read');
