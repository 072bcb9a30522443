import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';

/** How often it is asked, while somebody is served, and how long what was answered counts: milliseconds. */
const EVERY_MS = 300;
const COUNTS_MS = 900;
/** What has changed is written down for an hour; who has not asked for so long takes everything for changed. */
const LONGEST_GAP_MS = 600_000;
/** A number that no transaction has. */
const NONE = 2n ** 63n - 1n;

interface Told {
  xmin: bigint;
  tenants: string[];
}

/**
 * Whose rows have changed, here or at another replica. Triggers note each change of a tenant, its keys, apps, credentials
 * and network names in `tenant_changes`; one query for all tenants, some times a second, takes the place of one for each key
 * and its apps in each second. A change is seen as soon as by looking, within a second.
 */
@Injectable()
export class TenantChanges {
  /** Answers so far, and when the question of the last one was asked. */
  private answers = 0;
  private askedAt = -Infinity;
  /** By tenant: the number of the last answer that told of a change. */
  private readonly changedAt = new Map<string, number>();
  /** The same, of all tenants. */
  private allChangedAt = 0;
  /** No transaction before this one was open when it was asked last. */
  private xmin: bigint | undefined;
  private nextAt = -Infinity;
  private isAsking = false;

  constructor(private readonly prisma: PrismaService) {}

  /** What a look-up that begins now has to remember. */
  get seen(): number {
    return this.answers;
  }

  /** Somebody relies on it at `now`, by performance.now. */
  want(now: number): void {
    if (now < this.nextAt || this.isAsking) return;
    this.isAsking = true;
    this.nextAt = now + EVERY_MS;
    this.ask(now).then(
      () => (this.isAsking = false),
      // The database is away: nothing stays fresh by this, and look-ups tell of it.
      () => (this.isAsking = false),
    );
  }

  /**
   * Until when, by performance.now, what was looked up after `seen` answers is known to be as it was; undefined: it has
   * changed since, or may have.
   */
  unchangedUntil(tenantId: string, seen: number): number | undefined {
    if (seen < this.allChangedAt || seen < (this.changedAt.get(tenantId) ?? 0)) return undefined;
    // Before the first answer nothing is known of what was changed since.
    return seen > 0 ? this.askedAt + COUNTS_MS : -Infinity;
  }

  private async ask(now: number): Promise<void> {
    // Transactions are not visible in the order of their numbers: those that were open when it was asked last are heard of
    // again, and so are some that were told already.
    const [told] = await this.prisma.$queryRaw<[Told]>`
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
        ARRAY(SELECT DISTINCT tenant_id::text FROM tenant_changes WHERE changed_by >= ${this.xmin ?? NONE}) AS tenants`;
    const number = this.answers + 1;
    const isNext = this.xmin !== undefined && told.xmin >= this.xmin && now - this.askedAt <= LONGEST_GAP_MS;
    if (!isNext) this.allChangedAt = number;
    for (const tenant of told.tenants) this.changedAt.set(tenant, number);
    this.xmin = told.xmin;
    this.askedAt = now;
    this.answers = number;
  }

  /** Lets go of what nobody asks for any more. */
  async tidy(): Promise<void> {
    await this.prisma.$executeRaw`DELETE FROM tenant_changes WHERE at < now() - interval '1 hour'`;
  }
}
