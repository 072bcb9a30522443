import { type DynamicModule, Module } from '@nestjs/common';
import { SummaryColumns } from '#libs/kochava-reporting';
import { AdjustAnswers } from './adjust-answers.js';
import { AdjustSource } from './adjust-source.js';
import { ComparisonController } from './comparison.controller.js';
import { ComparisonReplies } from './comparison-replies.js';
import { ComparisonResolver } from './comparison.resolver.js';
import { ComparisonService } from './comparison.service.js';
import { KochavaMaking } from './kochava-making.js';
import { KochavaSource } from './kochava-source.js';
import { KochavaSummaries } from './kochava-summaries.js';
import { KochavaTables } from './kochava-tables.js';
import { KpiReplies } from './kpi-replies.js';
import { RestSources } from './rest-sources.js';
import { KpisController } from './kpis.controller.js';
import { KpiResultResolver, KpiSourceResolver, KpisResolver } from './kpis.resolver.js';
import { KPI_SOURCES, KpisService } from './kpis.service.js';
import type { KpiSourceService } from './kpi-source.js';

export interface KpisParts {
  /** The module of the reports that some numbers are read from. */
  reports: DynamicModule;
  /** What other headers of Kochava's summaries mean, by header. */
  summaryColumns: Readonly<Record<string, string>>;
}

@Module({})
export class KpisModule {
  static forRoot({ reports, summaryColumns }: KpisParts): DynamicModule {
    return {
      module: KpisModule,
      imports: [reports],
      controllers: [KpisController, ComparisonController],
      providers: [
        AdjustAnswers,
        AdjustSource,
        { provide: SummaryColumns, useValue: new SummaryColumns(summaryColumns) },
        KochavaMaking,
        KochavaSummaries,
        KochavaTables,
        KochavaSource,
        // A third vendor is one more of these.
        {
          provide: KPI_SOURCES,
          useFactory: (...sources: KpiSourceService[]) => sources,
          inject: [AdjustSource, KochavaSource],
        },
        KpisService,
        KpisResolver,
        KpiResultResolver,
        KpiSourceResolver,
        KpiReplies,
        RestSources,
        ComparisonService,
        ComparisonResolver,
        ComparisonReplies,
      ],
      exports: [KPI_SOURCES, KpisService],
    };
  }
}
