import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { JobContext } from './job-context.js';
import { KpiReports } from './kpi-reports.js';
import { KpiSchedules } from './kpi-schedules.js';
import { ReportFiles } from './report-files.js';
import { ReportFilesTidy } from './report-files-tidy.js';
import { ReportQuestionChecks } from './report-question-checks.js';
import { ReportRun } from './report-run.js';
import { ReportRunner } from './report-runner.js';
import { ScheduleRunner } from './schedule-runner.js';

export interface KpiReportsParts {
  dataDir: string;
  /** The module of the questions that they ask. */
  kpis: Type | DynamicModule;
  /** The modules of the reports and the schedules that these are some of. */
  reports: DynamicModule;
  schedules: DynamicModule;
}

/** Reports and schedules of the kind KPI: what the gateway makes itself. */
@Module({})
export class KpiReportsModule {
  static forRoot({ dataDir, kpis, reports, schedules }: KpiReportsParts): DynamicModule {
    return {
      module: KpiReportsModule,
      imports: [kpis, reports, schedules],
      providers: [
        { provide: ReportFiles, useValue: new ReportFiles(dataDir) },
        ReportFilesTidy,
        JobContext,
        ReportQuestionChecks,
        ReportRun,
        ReportRunner,
        KpiReports,
        KpiSchedules,
        ScheduleRunner,
      ],
    };
  }
}
