import { Inject, Injectable } from '@nestjs/common';
import { isDatabaseAway, type Prisma, PrismaService } from '#libs/database';
import { AUDIT_OPTIONS, type AuditOptions } from './audit-options.js';
import { errorLabel } from './error-label.js';
import type { EventText } from './row-sql.js';
import { logUnavailable } from './unavailable.js';

/** Most events held in memory while the database is away: some minutes of a busy gateway, some 50 MB. */
const MOST_BUFFERED = 50_000;
/** Tries of what the database refuses, rather than being away. */
const MOST_REFUSALS = 10;

interface Statement {
  chain: string;
  sql: Prisma.Sql;
  refusals: number;
}

/** What is to be written: events that wait for the next seal, and outcomes that the database missed. */
@Injectable()
export class Journal {
  private events = new Map<string, EventText[]>();
  private readonly refusals = new Map<string, number>();
  private buffered = 0;
  private dropped = 0;
  private late: Statement[] = [];
  private readonly unsealed = new Set<string>();

  constructor(
    @Inject(PrismaService) private readonly prisma: PrismaService,
    @Inject(AUDIT_OPTIONS) private readonly options: AuditOptions,
  ) {}

  /** Buffers an event, as its row's text: no wait, no I/O. Past the bound it is dropped, counted, and told at the next seal. */
  add(chain: string, text: EventText): void {
    if (this.buffered >= MOST_BUFFERED) {
      this.dropped++;
      return;
    }
    const waiting = this.events.get(chain);
    if (waiting) waiting.push(text);
    else this.events.set(chain, [text]);
    this.buffered++;
  }

  /**
   * Writes an intent, by a statement that answers how many rows it inserted. UNAVAILABLE where it can't: without an
   * intent nothing is done.
   */
  async intend(chain: string, sql: Prisma.Sql): Promise<number> {
    try {
      const inserted = await this.prisma.$executeRaw(sql);
      if (inserted > 0) this.unsealed.add(chain);
      return inserted;
    } catch (cause) {
      throw logUnavailable(cause);
    }
  }

  /** Writes an outcome; where that fails, again at each seal. The work is done: its caller gets its answer meanwhile. */
  async settle(chain: string, sql: Prisma.Sql): Promise<void> {
    const statement = { chain, sql, refusals: 0 };
    if (!(await this.tried(statement))) this.late.push(statement);
  }

  async settleLate(): Promise<void> {
    const waiting = this.late;
    this.late = [];
    for (const statement of waiting) {
      if (!(await this.tried(statement))) this.late.push(statement);
    }
  }

  private async tried(statement: Statement): Promise<boolean> {
    try {
      await this.prisma.$executeRaw(statement.sql);
      this.unsealed.add(statement.chain);
      return true;
    } catch (error) {
      if (!isDatabaseAway(error)) statement.refusals++;
      const givenUp = statement.refusals >= MOST_REFUSALS;
      const says = givenUp
        ? 'an audit outcome is given up: its intent stays UNKNOWN'
        : 'an audit outcome waits for the database';
      this.options.log.error({ chain: statement.chain, error: errorLabel(error) }, says);
      return givenUp;
    }
  }

  /** Chains with something to seal. They are the caller's now: what it does not manage, it puts back. */
  takeChains(): string[] {
    if (this.dropped > 0) {
      this.options.log.error(
        { dropped: this.dropped },
        'audit events were dropped: the database has been away too long',
      );
      this.dropped = 0;
    }
    const chains = new Set([...this.unsealed, ...this.events.keys()]);
    this.unsealed.clear();
    return [...chains];
  }

  /** Rows as their texts. They are the caller's now, too. */
  takeEvents(chain: string): EventText[] {
    const events = this.events.get(chain) ?? [];
    this.events.delete(chain);
    this.buffered -= events.length;
    return events;
  }

  /** After a seal that failed. Events that the database refuses again and again are given up, lest they fill the buffer. */
  putBack(chain: string, events: EventText[], error: unknown): void {
    this.unsealed.add(chain);
    const refusals = isDatabaseAway(error) ? 0 : (this.refusals.get(chain) ?? 0) + 1;
    if (events.length > 0 && refusals >= MOST_REFUSALS) {
      this.refusals.delete(chain);
      this.dropped += events.length;
      return;
    }
    if (refusals > 0) this.refusals.set(chain, refusals);
    this.events.set(chain, [...events, ...(this.events.get(chain) ?? [])]);
    this.buffered += events.length;
  }

  sealed(chain: string): void {
    this.refusals.delete(chain);
  }

  /** Marks a chain whose unsealed rows another process has left. */
  markUnsealed(chain: string): void {
    this.unsealed.add(chain);
  }

  get waiting(): { events: number; outcomes: number } {
    return { events: this.buffered, outcomes: this.late.length };
  }
}
