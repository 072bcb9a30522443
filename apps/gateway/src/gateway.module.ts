import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AdjustKpiClient } from '#libs/adjust-kpi';
import { AuditModule } from '#libs/audit';
import { PrismaService } from '#libs/database';
import { TenancyModule } from '#libs/tenancy';
import { UpstreamHttp } from '#libs/upstream-http';
import { AppsModule } from './apps/apps.module.js';
import type { Config } from './config.js';
import { EdgeModule } from './edge/edge.module.js';
import { auditVerdict } from './edge/audit-verdict.js';
import { ScopeGuard } from './edge/needs-scope.js';
import { GraphqlModule } from './graphql/graphql.module.js';
import { KpisModule } from './kpis/kpis.module.js';
import { Log } from './operations/log.js';
import { OperationsModule } from './operations/operations.module.js';
import { GatewayMetrics } from './operations/gateway-metrics.js';
import { VendorReadsModule } from './vendor-reads/vendor-reads.module.js';
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
    return {
      module: GatewayModule,
      imports: [
        SharedModule.forRoot(config, log, databaseUrl),
        TenancyModule.forRoot({ credentialKeys }),
        AuditModule.forRoot({
          classify: auditVerdict,
          log: {
            warn: (fields, message) => log.warn(message, fields),
            error: (fields, message) => log.error(message, fields),
          },
        }),
        VendorReadsModule.forRoot({ entries: config.cache.entries, redisUrl: config.redisUrl, lives: config.cache }),
        EdgeModule,
        OperationsModule.forRoot(config),
        GraphqlModule.forRoot(),
        ViewerModule,
        AppsModule,
        KpisModule,
      ],
      providers: [{ provide: APP_GUARD, useExisting: ScopeGuard }],
    };
  }
}

/** What every noun may use: the database, the log, the vendors' clients. */
@Global()
@Module({})
class SharedModule {
  static forRoot(config: Config, log: Log, databaseUrl: string): DynamicModule {
    const metrics = new GatewayMetrics();
    const http = new UpstreamHttp({
      tryTimeoutMs: config.vendors.tryTimeoutMs,
      observe: (attempt) => {
        metrics.attempt(attempt);
        log.info('upstream', attempt);
      },
    });
    const shared = [
      { provide: Log, useValue: log },
      { provide: GatewayMetrics, useValue: metrics },
      { provide: PrismaService, useFactory: () => new PrismaService(databaseUrl) },
      { provide: UpstreamHttp, useValue: http },
      { provide: AdjustKpiClient, useValue: new AdjustKpiClient(http, { baseUrl: config.vendors.adjust }) },
    ];
    return { module: SharedModule, providers: shared, exports: shared };
  }
}
