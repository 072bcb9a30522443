import { Args, Info, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { KpiComparisonInput } from './comparison.input.js';
import { KpiComparison, KpiComparisonRow } from './comparison.model.js';
import { ComparisonService } from './comparison.service.js';
import type { ComparisonAnswer } from './comparison-answer.js';
import { MOST_ROWS } from './kpi-answer.js';

@Resolver(() => KpiComparison)
export class ComparisonResolver {
  constructor(private readonly service: ComparisonService) {}

  @Query(() => KpiComparison, { nullable: true, description: 'Scope kpis:read.' })
  @NeedsScope('kpis:read')
  kpiComparison(@Tenant() tenant: TenantContext, @Args('input') input: KpiComparisonInput): Promise<unknown> {
    return this.service.find(tenant, input, 'PARTIAL', MOST_ROWS);
  }

  @ResolveField('rows', () => [KpiComparisonRow], {
    description:
      'One for each metric and combination of dimensions, sorted by the dimensions, time first. The first 10,000; past that `truncated`, and REST serves the rest.',
  })
  rows(@Parent() answer: ComparisonAnswer, @Info() info: GraphQLResolveInfo): unknown {
    return answer.rowsFor(info);
  }

  @ResolveField('totals', () => [KpiComparisonRow], {
    description: 'One for each metric, and currency, over all rows; ratios are worked out of their sums.',
  })
  totals(@Parent() answer: ComparisonAnswer, @Info() info: GraphQLResolveInfo): unknown {
    return answer.totalsFor(info);
  }
}
