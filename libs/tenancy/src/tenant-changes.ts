import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { withinLimit } from './reach-database.js';

/** How often it is asked, while somebody is served, and how long what was answered counts: milliseconds. */
const EVERY_MS = 300;
const COUNTS_MS = 900;
/** Who has not asked for so long takes everything for changed: what is noted is not kept for ever. */
const LONGEST_GAP_MS = 600_000;

/** What has been noted, a row for each transaction and tenant; one row without a transaction when there is nothing. */
interface Noted {
  xmin: bigint;
  changed_by: bigint | null;
  /** Null: every tenant. */
  tenant_id: string | null;
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
  /** What the last answer told, transaction and tenant: it may come again. */
  private told = new Set<string>();
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
    // Transactions are not visible in the order of their numbers: whatever may have been open when it was asked last is
    // asked for again. A transaction that stays open, in any database of the cluster, holds that back.
    const query = this.prisma.$queryRaw<Noted[]>`
      SELECT DISTINCT now_at.xmin, changed_by, tenant_id::text
      FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin) now_at
      LEFT JOIN tenant_changes ON changed_by >= coalesce(${this.xmin ?? null}::bigint, now_at.xmin)`;
    const noted = await withinLimit(query);
    const xmin = noted[0]!.xmin;
    const number = this.answers + 1;
    const isNext = this.xmin !== undefined && xmin >= this.xmin && now - this.askedAt <= LONGEST_GAP_MS;
    if (!isNext) this.allChangedAt = number;
    const told = new Set<string>();
    for (const { changed_by: transaction, tenant_id: tenant } of noted) {
      if (transaction === null) continue;
      const change = `${transaction}/${tenant}`;
      told.add(change);
      if (this.told.has(change)) continue;
      if (tenant === null) this.allChangedAt = number;
      else this.changedAt.set(tenant, number);
    }
    this.told = told;
    this.xmin = xmin;
    this.askedAt = now;
    this.answers = number;
  }

  /** Lets go of what nobody asks for any more. `at` is when a transaction began, and it may have ended much later. */
  async tidy(): Promise<void> {
    await this.prisma.$executeRaw`DELETE FROM tenant_changes WHERE at < now() - interval '1 day'`;
  }
}
