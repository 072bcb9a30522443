import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/domain';
import { GatewayMetrics } from './gateway-metrics.js';
import { Log } from './log.js';

/** One log line and one metric for each request that was answered. */
@Injectable()
export class Answered {
  constructor(
    private readonly metrics: GatewayMetrics,
    private readonly log: Log,
  ) {}

  /** `route`: its pattern, of which there are so many and no more. */
  note(
    { method, route, status, ms }: { method: string; route: string; status: number; ms: number },
    requestId: string,
    caller: Caller | undefined,
  ): void {
    this.metrics.request(method, route, status, ms / 1000);
    const tenant = caller?.kind === 'tenant' ? caller : undefined;
    this.log.info('request', {
      method,
      route,
      status,
      ms: Math.round(ms * 10) / 10,
      requestId,
      tenant: tenant?.tenantSlug,
      key: tenant?.keyName,
    });
  }
}
