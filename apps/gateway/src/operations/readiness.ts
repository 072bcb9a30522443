import { Inject, Injectable, Optional } from '@nestjs/common';
import { PrismaService, pendingMigrations } from '#libs/database';
import { Lifecycle } from './lifecycle.js';
import { REDIS, type RedisConnection } from './redis.js';

export interface ReadinessReport {
  status: 'ok' | 'draining' | 'unavailable';
  checks: { database: 'ok' | 'away'; migrations: 'ok' | 'pending' | 'unknown'; cache: 'ok' | 'away' | 'in process' };
}

/** Can this gateway serve? The database and its migrations must be there; a cache that is away slows, and is told. */
@Injectable()
export class Readiness {
  constructor(
    private readonly prisma: PrismaService,
    private readonly lifecycle: Lifecycle,
    @Optional() @Inject(REDIS) private readonly redis?: RedisConnection,
  ) {}

  async check(): Promise<ReadinessReport> {
    const cache = this.redis ? (this.redis.ready() ? 'ok' : 'away') : 'in process';
    try {
      const pending = await pendingMigrations((sql) => this.prisma.$queryRawUnsafe(sql));
      const migrations = pending.length === 0 ? 'ok' : 'pending';
      const status = this.lifecycle.draining ? 'draining' : migrations === 'ok' ? 'ok' : 'unavailable';
      return { status, checks: { database: 'ok', migrations, cache } };
    } catch {
      return { status: 'unavailable', checks: { database: 'away', migrations: 'unknown', cache } };
    }
  }
}
