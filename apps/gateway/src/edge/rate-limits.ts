import { Inject, Injectable, Optional } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { AuditLog } from '#libs/audit';
import { GatewayError, type TenantContext } from '#libs/domain';
import { REDIS, type RedisConnection } from '../operations/redis.js';

const WINDOW_SECONDS = 60;
/** Refusals of one key that are audited in a window. */
const MOST_REFUSALS = 30;

/** Requests per minute of each key: shared between replicas where Redis is set, in process otherwise. */
@Injectable()
export class RateLimits {
  /** One limiter for each limit in use; keys of the same limit share it under their own id. */
  private readonly limiters = new Map<number, RateLimiterAbstract>();

  private readonly refusals = new RateLimiterMemory({ points: MOST_REFUSALS, duration: WINDOW_SECONDS });

  constructor(
    private readonly audit: AuditLog,
    @Optional() @Inject(REDIS) private readonly redis?: RedisConnection,
  ) {}

  /** Counts one request and says in its headers what is left; RATE_LIMITED past the limit. */
  async take(caller: TenantContext, perMinute: number, reply: FastifyReply): Promise<void> {
    let left: RateLimiterRes;
    let refused = false;
    try {
      left = await this.limiter(perMinute).consume(`${caller.tenantId}/${caller.keyId}`);
    } catch (thrown) {
      if (!(thrown instanceof RateLimiterRes)) throw thrown;
      left = thrown;
      refused = true;
    }
    const seconds = Math.max(1, Math.ceil(left.msBeforeNext / 1000));
    reply.header('RateLimit-Policy', `"key";q=${perMinute};w=${WINDOW_SECONDS}`);
    reply.header('RateLimit', `"key";r=${Math.max(0, left.remainingPoints)};t=${seconds}`);
    if (!refused) return;
    // Once a window: what is refused by the thousand must not become rows by the thousand.
    if (left.consumedPoints === perMinute + 1) this.audit.denied(caller, 'key.denied', 'RATE_LIMITED', {});
    throw new GatewayError('RATE_LIMITED', `This key may ask ${perMinute} times a minute. Go on in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }

  /** Is this one of the first refusals of a key in this minute, which are each worth a row of the audit? */
  async isAmongFirst(key: string): Promise<boolean> {
    return this.refusals.consume(key).then(
      () => true,
      () => false,
    );
  }

  private limiter(perMinute: number): RateLimiterAbstract {
    let limiter = this.limiters.get(perMinute);
    if (!limiter) {
      const options = { points: perMinute, duration: WINDOW_SECONDS, keyPrefix: `rate:${perMinute}` };
      const inProcess = new RateLimiterMemory(options);
      limiter = this.redis
        ? new RateLimiterRedis({
            ...options,
            storeClient: this.redis.client,
            useRedisPackage: true,
            // With Redis down each replica counts for itself: a limit a few times too wide, rather than no service.
            insuranceLimiter: inProcess,
            rejectIfRedisNotReady: true,
          })
        : inProcess;
      this.limiters.set(perMinute, limiter);
    }
    return limiter;
  }
}
