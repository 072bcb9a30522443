import { Module } from '@nestjs/common';
import { AdjustAnswers } from './adjust-answers.js';
import { AdjustSource } from './adjust-source.js';
import { ComparisonController } from './comparison.controller.js';
import { ComparisonReplies } from './comparison-replies.js';
import { ComparisonResolver } from './comparison.resolver.js';
import { ComparisonService } from './comparison.service.js';
import { KpiReplies } from './kpi-replies.js';
import { KpisController } from './kpis.controller.js';
import { KpiResultResolver, KpisResolver } from './kpis.resolver.js';
import { KPI_SOURCES, KpisService } from './kpis.service.js';
import type { KpiSourceService } from './kpi-source.js';

@Module({
  controllers: [KpisController, ComparisonController],
  providers: [
    AdjustAnswers,
    AdjustSource,
    { provide: KPI_SOURCES, useFactory: (...sources: KpiSourceService[]) => sources, inject: [AdjustSource] },
    KpisService,
    KpisResolver,
    KpiResultResolver,
    KpiReplies,
    ComparisonService,
    ComparisonResolver,
    ComparisonReplies,
  ],
  exports: [KPI_SOURCES, KpisService],
})
export class KpisModule {}
