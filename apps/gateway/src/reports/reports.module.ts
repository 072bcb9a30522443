import { type DynamicModule, Module } from '@nestjs/common';
import { AppReportsResolver } from './app-reports.resolver.js';
import { KochavaReports } from './kochava-reports.js';
import { ReportAtKochava } from './report-at-kochava.js';
import { ReportCanceller } from './report-canceller.js';
import { ReportFollower } from './report-follower.js';
import { ReportIntake } from './report-intake.js';
import { ReportJobs } from './report-jobs.js';
import { KnownLinks } from './known-links.js';
import { ReportLinks } from './report-links.js';
import { ReportMakers } from './report-makers.js';
import { ReportReplies } from './report-replies.js';
import { ReportRequestsService } from './report-requests.service.js';
import { ReportRows } from './report-rows.js';
import { ReportSender } from './report-sender.js';
import { ReportSpool } from './report-spool.js';
import { ReportStore } from './report-store.js';
import { ReportTokens } from './report-tokens.js';
import { ReportWaits } from './report-waits.js';
import { ReportsController } from './reports.controller.js';
import { ReportsResolver } from './reports.resolver.js';
import { ReportsService } from './reports.service.js';
import { SmallFiles } from './small-files.js';
import { SummaryReports } from './summary-reports.js';
import { SummaryTidy } from './summary-tidy.js';

@Module({})
export class ReportsModule {
  /** `dataDir`: where files are kept that must be unpacked to be read from their middle. */
  static forRoot({ dataDir }: { dataDir: string }): DynamicModule {
    return {
      module: ReportsModule,
      controllers: [ReportsController],
      providers: [
        { provide: ReportSpool, useValue: new ReportSpool(dataDir) },
        ReportStore,
        ReportTokens,
        KnownLinks,
        ReportAtKochava,
        ReportLinks,
        SmallFiles,
        ReportRows,
        ReportSender,
        ReportIntake,
        ReportCanceller,
        KochavaReports,
        ReportMakers,
        ReportFollower,
        ReportJobs,
        SummaryReports,
        SummaryTidy,
        ReportWaits,
        ReportsService,
        ReportRequestsService,
        ReportReplies,
        ReportsResolver,
        AppReportsResolver,
      ],
      exports: [
        ReportTokens,
        ReportLinks,
        ReportStore,
        ReportMakers,
        ReportsService,
        ReportRequestsService,
        ReportReplies,
        ReportSender,
        SmallFiles,
        SummaryReports,
        ReportWaits,
      ],
    };
  }
}
