import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuditModule } from '#libs/audit';
import { TenancyModule } from '#libs/tenancy';
import { AdminModule } from './admin/admin.module.js';
import { AppsModule } from './apps/apps.module.js';
import { AuditEventsModule } from './audit/audit-events.module.js';
import type { Config } from './config.js';
import { EdgeModule } from './edge/edge.module.js';
import { toGatewayError } from './edge/gateway-failure.js';
import { ScopeGuard } from './edge/needs-scope.js';
import { FilesModule } from './files/files.module.js';
import { GraphqlModule } from './graphql/graphql.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { KpiReportsModule } from './kpi-reports/kpi-reports.module.js';
import { KpisModule } from './kpis/kpis.module.js';
import type { Log } from './operations/log.js';
import { OperationsModule } from './operations/operations.module.js';
import { PostbacksModule } from './postbacks/postbacks.module.js';
import { RepeatsModule } from './repeats/repeats.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { SharedModule } from './shared.module.js';
import { SmartLinksModule } from './smart-links/smart-links.module.js';
import { VendorReadsModule } from './vendor-reads/vendor-reads.module.js';
import { VendorApisModule } from './vendor-apis/vendor-apis.module.js';
import { ViewerModule } from './viewer/viewer.module.js';

export interface GatewayParts {
  config: Config;
  log: Log;
  databaseUrl: string;
  /** In the form of CREDENTIAL_KEYS. */
  credentialKeys: string;
}

/** The table of contents. */
@Module({})
export class GatewayModule {
  static forRoot({ config, log, databaseUrl, credentialKeys }: GatewayParts): DynamicModule {
    const { dataDir } = config.database;
    const reports = ReportsModule.forRoot({ dataDir });
    const kpis = KpisModule.forRoot({ reports, summaryColumns: config.vendors.summaryColumns });
    const schedules = SchedulesModule.forRoot(reports);
    return {
      module: GatewayModule,
      imports: [
        SharedModule.forRoot(config, log, databaseUrl),
        TenancyModule.forRoot({ credentialKeys }),
        AuditModule.forRoot({
          translate: toGatewayError,
          log: {
            warn: (fields, message) => log.warn(message, fields),
            error: (fields, message) => log.error(message, fields),
          },
        }),
        VendorReadsModule.forRoot({
          entries: config.cache.entries,
          redisUrl: config.redisUrl,
          lives: config.cache,
          restated: config.restatedDays,
        }),
        EdgeModule,
        OperationsModule.forRoot(config),
        JobsModule.forRoot(databaseUrl),
        GraphqlModule.forRoot(),
        ViewerModule,
        AppsModule,
        kpis,
        reports,
        schedules,
        KpiReportsModule.forRoot({ dataDir, kpis, reports, schedules }),
        PostbacksModule,
        SmartLinksModule,
        VendorApisModule.forRoot(config, [reports, schedules]),
        FilesModule,
        AuditEventsModule,
        AdminModule,
        RepeatsModule,
      ],
      providers: [{ provide: APP_GUARD, useExisting: ScopeGuard }],
    };
  }
}
