import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';

const FLUSH_EVERY_MS = 10_000;

interface Use {
  tenantId: string;
  /** Milliseconds. */
  at: number;
}

/** When each API key was last used: noted in memory, written for all keys in one statement every ten seconds. */
@Injectable()
export class LastUsed {
  private uses = new Map<string, Use>();
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(private readonly prisma: PrismaService) {}

  touch(tenantId: string, keyId: string): void {
    const use = this.uses.get(keyId);
    if (use) use.at = Date.now();
    else this.uses.set(keyId, { tenantId, at: Date.now() });
    this.flushLater();
  }

  /** Writes what was noted. While the database is away it is kept for the next time: this never throws. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.uses.size === 0) return;
    const uses = this.uses;
    this.uses = new Map();
    const entries = [...uses];
    const keyIds = entries.map(([keyId]) => keyId);
    const tenantIds = entries.map(([, use]) => use.tenantId);
    const times = entries.map(([, use]) => new Date(use.at).toISOString());
    try {
      await this.prisma.$executeRaw`
        UPDATE api_keys SET last_used_at = used.at
        FROM unnest(${keyIds}::uuid[], ${tenantIds}::uuid[], ${times}::timestamptz[]) AS used (id, tenant_id, at)
        WHERE api_keys.id = used.id AND api_keys.tenant_id = used.tenant_id
          AND (last_used_at IS NULL OR last_used_at < used.at)`;
    } catch {
      for (const [keyId, use] of entries) if (!this.uses.has(keyId)) this.uses.set(keyId, use);
      this.flushLater();
    }
  }

  /** Writes what was noted, and nothing after it. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.flush();
  }

  private flushLater(): void {
    if (!this.stopped) this.timer ??= setTimeout(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }
}
