import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/domain';
import { GatewayMetrics } from './gateway-metrics.js';
import { Log } from './log.js';

/** `route`: its pattern, of which there are so many and no more. */
export interface AnsweredAs {
  method: string;
  route: string;
  status: number;
}

/** One log line and one metric for each request that was answered. */
@Injectable()
export class Answered {
  constructor(
    private readonly metrics: GatewayMetrics,
    private readonly log: Log,
  ) {}

  /** `ms`: what it took, in milliseconds. */
  note(as: AnsweredAs, ms: number, requestId: string, caller: Caller | undefined): void {
    this.metrics.request(as, ms / 1000);
    this.log.info('request', { ...as, ...whoIs(caller), ms: rounded(ms), requestId });
  }

  /** As `note`, of many requests that the same key makes. */
  notesOf(as: AnsweredAs, caller: Caller): (ms: number, requestId: string) => void {
    const write = this.log.infoWith({ ...as, ...whoIs(caller) });
    return (ms, requestId) => {
      this.metrics.request(as, ms / 1000);
      write('request', { ms: rounded(ms), requestId });
    };
  }
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

const whoIs = (caller: Caller | undefined): object =>
  caller?.kind === 'tenant' ? { tenant: caller.tenantSlug, key: caller.keyName } : {};
