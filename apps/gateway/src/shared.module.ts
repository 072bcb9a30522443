import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AdjustKpiClient } from '#libs/adjust-kpi';
import { AdjustReportsClient } from '#libs/adjust-reports';
import { PrismaService } from '#libs/database';
import { KochavaLinksClient } from '#libs/kochava-links';
import { KochavaPostbacksClient } from '#libs/kochava-postbacks';
import { DownloadGuard, KochavaReportClient, KochavaScheduleClient, ReportDownloads } from '#libs/kochava-reporting';
import { UpstreamHttp } from '#libs/upstream-http';
import type { Config } from './config.js';
import { RowGatherer } from './kpis/row-gatherer.js';
import { GatewayMetrics } from './operations/gateway-metrics.js';
import { Log } from './operations/log.js';

/** What every noun may use, at the gateway and at the command line: the database, the log, the vendors' clients. */
@Global()
@Module({})
export class SharedModule {
  static forRoot({ vendors, database }: Config, log: Log, databaseUrl: string): DynamicModule {
    const metrics = new GatewayMetrics();
    const http = new UpstreamHttp({
      tryTimeoutMs: vendors.tryTimeoutMs,
      observe: (attempt) => {
        metrics.attempt(attempt);
        // Each request has a line of its own; a vendor's answer that is as it should be adds nothing to it.
        if (attempt.outcome === 'ok') log.debug('upstream', attempt);
        else log.info('upstream', attempt);
      },
    });
    const reporting = { baseUrl: vendors.kochavaReporting };
    const guard = new DownloadGuard({ vendorBaseUrl: vendors.kochavaReporting, hosts: vendors.downloadHosts });
    const shared = [
      { provide: Log, useValue: log },
      { provide: GatewayMetrics, useValue: metrics },
      { provide: PrismaService, useFactory: () => new PrismaService(databaseUrl) },
      { provide: UpstreamHttp, useValue: http },
      { provide: RowGatherer, useValue: new RowGatherer(database.dataDir) },
      { provide: AdjustKpiClient, useValue: new AdjustKpiClient(http, { baseUrl: vendors.adjust }) },
      { provide: AdjustReportsClient, useValue: new AdjustReportsClient(http, { baseUrl: vendors.adjustReports }) },
      { provide: KochavaReportClient, useValue: new KochavaReportClient(http, reporting) },
      { provide: KochavaScheduleClient, useValue: new KochavaScheduleClient(http, reporting) },
      { provide: ReportDownloads, useValue: new ReportDownloads(http, guard) },
      { provide: KochavaPostbacksClient, useValue: new KochavaPostbacksClient(http, { baseUrl: vendors.kochava }) },
      { provide: KochavaLinksClient, useValue: new KochavaLinksClient(http, { baseUrl: vendors.kochavaLinks }) },
    ];
    return { module: SharedModule, providers: shared, exports: shared };
  }
}
