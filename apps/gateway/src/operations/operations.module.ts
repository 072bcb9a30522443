import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  Optional,
} from '@nestjs/common';
import { UpstreamHttp } from '#libs/upstream-http';
import type { Config } from '../config.js';
import { Answered } from './answered.js';
import { ErrorPagesController } from './error-pages.controller.js';
import { HealthController } from './health.controller.js';
import { Lifecycle } from './lifecycle.js';
import { Log } from './log.js';
import { METRICS_TOKEN, MetricsController } from './metrics.controller.js';
import { Readiness } from './readiness.js';
import { RootController } from './root.controller.js';
import { connectRedis, REDIS, type RedisConnection } from './redis.js';

/** Lets go of connections when everything else has been flushed. */
@Injectable()
class Connections implements OnApplicationShutdown {
  constructor(
    private readonly http: UpstreamHttp,
    @Optional() @Inject(REDIS) private readonly redis?: RedisConnection,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.http.close();
    await this.redis?.close();
  }
}

@Global()
@Module({})
export class OperationsModule {
  static forRoot(config: Config): DynamicModule {
    const redis = config.redisUrl
      ? [
          {
            provide: REDIS,
            useFactory: (log: Log) => connectRedis(config.redisUrl!, (message) => log.warn(message)),
            inject: [Log],
          },
        ]
      : [];
    return {
      module: OperationsModule,
      controllers: [HealthController, MetricsController, ErrorPagesController, RootController],
      providers: [
        Answered,
        Lifecycle,
        Readiness,
        Connections,
        { provide: METRICS_TOKEN, useValue: { value: config.metricsToken } },
        ...redis,
      ],
      exports: [Answered, Lifecycle, ...(config.redisUrl ? [REDIS] : [])],
    };
  }
}
