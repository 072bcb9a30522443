import { Args, Info, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { AppKpiInput, KpiQueryInput } from './kpi.input.js';
import type { KpiAnswer } from './kpi-answer.js';
import type { KpiSourceView } from './kpi-source-view.js';
import { KpiResult, KpiRow, KpiSource, KpiTable } from './kpi.model.js';
import { Report, type ReportOfApp } from '../reports/report.model.js';
import { ReportsService } from '../reports/reports.service.js';
import { KpisService } from './kpis.service.js';

@Resolver(() => App)
export class KpisResolver {
  constructor(private readonly service: KpisService) {}

  @Query(() => KpiResult, { nullable: true, description: 'Scope kpis:read.' })
  @NeedsScope('kpis:read')
  kpis(@Tenant() tenant: TenantContext, @Args('input') input: KpiQueryInput): unknown {
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

/** The parts of an answer that can be large: made when they are selected, and counted. */
@Resolver(() => KpiResult)
export class KpiResultResolver {
  @ResolveField('rows', () => [KpiRow], {
    description: 'The first 10,000 rows; past that `truncated`, and `table` or REST serve the rest.',
  })
  rows(@Parent() answer: KpiAnswer, @Info() info: GraphQLResolveInfo): unknown {
    return answer.rowsFor(info);
  }

  @ResolveField('table', () => KpiTable, {
    description: 'The same rows as columns and cells, without an object per row: up to 100,000.',
  })
  table(@Parent() answer: KpiAnswer): unknown {
    return answer.tableFor();
  }

  @ResolveField('totals', () => [KpiRow], {
    nullable: true,
    description: "Asked of the vendor only when selected: daily users and rates don't add up from rows.",
  })
  totals(@Parent() answer: KpiAnswer, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer.totalsFor(info);
  }
}

@Resolver(() => KpiSource)
export class KpiSourceResolver {
  constructor(private readonly reports: ReportsService) {}

  @ResolveField('reports', () => [Report], {
    description:
      'The reports that the numbers were, or will be, read from, where the vendor answers asynchronously. Scope reports:read.',
  })
  async reportsOf(@Tenant() tenant: TenantContext, @Parent() source: KpiSourceView): Promise<ReportOfApp[]> {
    const reports = await this.reports.byIds(tenant, source.reportIds);
    return reports.filter(({ appId }) => source.isAbout(appId));
  }
}
