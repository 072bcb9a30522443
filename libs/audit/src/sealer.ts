import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Prisma, PrismaService } from '#libs/database';
import { AUDIT_OPTIONS, type AuditOptions } from './audit-options.js';
import { batchHash, chainLock, FIRST_PREVIOUS } from './chain.js';
import { errorLabel } from './error-label.js';
import { Journal } from './journal.js';
import type { NewRow } from './new-row.js';
import { insertRows, ROW_DIGEST } from './row-sql.js';

const EVERY_MS = 1_000;
/** Rows of one batch: bounds the transaction, and what verification holds in memory. */
const MOST_ROWS = 500;
const CHAINS_AT_ONCE = 3;
const TRANSACTION = { maxWait: 5_000, timeout: 20_000 };
/** Every so many seals it is looked for rows that a process left unsealed when it died. */
const SWEEP_EVERY = 60;

interface SealedRow {
  seq: string;
  digest: string;
}

/** Once a second: writes what waits and seals what is new, a hash chain per tenant. Any number may run on one database. */
@Injectable()
export class Sealer implements OnModuleInit, OnApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private untilSweep = 0;

  constructor(
    @Inject(PrismaService) private readonly prisma: PrismaService,
    @Inject(Journal) private readonly journal: Journal,
    @Inject(AUDIT_OPTIONS) private readonly options: AuditOptions,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      if (!this.busy) void this.flush();
    }, EVERY_MS).unref();
  }

  /** The last requests have ended by now, and their events are in the buffer. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
    const { events, outcomes } = this.journal.waiting;
    if (events + outcomes > 0)
      this.options.log.error({ events, outcomes }, 'audit rows are lost: the database is away');
  }

  /** Writes and seals everything that waits at the time of the call. Never throws: what fails waits for the next. */
  flush(): Promise<void> {
    this.running = this.running.then(() => this.flushOnce());
    return this.running;
  }

  private async flushOnce(): Promise<void> {
    this.busy = true;
    try {
      await this.journal.settleLate();
      await this.sweep();
      const chains = this.journal.takeChains();
      await Promise.all(
        Array.from({ length: CHAINS_AT_ONCE }, async () => {
          for (let chain = chains.pop(); chain !== undefined; chain = chains.pop()) await this.sealChain(chain);
        }),
      );
    } finally {
      this.busy = false;
    }
  }

  private async sweep(): Promise<void> {
    if (this.untilSweep-- > 0) return;
    try {
      const left = await this.prisma.$queryRaw<{ chain: string }[]>`
        SELECT DISTINCT chain FROM audit_rows WHERE batch IS NULL`;
      for (const { chain } of left) this.journal.markUnsealed(chain);
      this.untilSweep = SWEEP_EVERY;
    } catch (error) {
      this.untilSweep = 0;
      this.options.log.warn({ error: errorLabel(error) }, 'the audit log could not be searched for unsealed rows');
    }
  }

  private async sealChain(chain: string): Promise<void> {
    const events = this.journal.takeEvents(chain);
    try {
      let more = true;
      while (more) {
        const next = events.slice(0, MOST_ROWS);
        const sealed = await this.sealBatch(chain, next);
        events.splice(0, next.length);
        more = events.length > 0 || sealed >= MOST_ROWS;
      }
      this.journal.sealed(chain);
    } catch (error) {
      this.journal.putBack(chain, events, error);
      this.options.log.warn(
        { chain, error: errorLabel(error) },
        'an audit chain could not be sealed; it is tried again',
      );
    }
  }

  /** Seals `events` and, as far as there is room, unsealed rows into the chain's next batch. Answers its rows' number. */
  private sealBatch(chain: string, events: NewRow[]): Promise<number> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${chainLock(chain)}, 0))`;
      const last = await tx.auditBatch.findFirst({
        where: { chain },
        orderBy: { number: 'desc' },
        select: { number: true, hash: true },
      });
      const number = (last?.number ?? 0) + 1;
      const room = MOST_ROWS - events.length;
      const rows = [
        ...(await this.markRows(tx, chain, number, room)),
        ...(await this.insertEvents(tx, events, number)),
      ];
      if (rows.length === 0) return 0;
      rows.sort((a, b) => (BigInt(a.seq) < BigInt(b.seq) ? -1 : 1));
      const batch = {
        chain,
        number,
        rowCount: rows.length,
        rows: rows.map(({ seq, digest }) => `${seq}:${digest}`),
        previous: last?.hash ?? FIRST_PREVIOUS,
        sealedAt: new Date(),
      };
      await tx.auditBatch.create({ data: { ...batch, hash: batchHash(batch) } });
      return rows.length;
    }, TRANSACTION);
  }

  /** A row whose transaction is still open is not seen here, whatever its seq: a later batch takes it. */
  private async markRows(tx: Prisma.TransactionClient, chain: string, number: number, room: number) {
    if (room === 0) return [];
    return tx.$queryRaw<SealedRow[]>`
      UPDATE audit_rows AS r SET batch = ${number}::int
      WHERE r.seq IN (SELECT seq FROM audit_rows WHERE chain = ${chain} AND batch IS NULL ORDER BY seq LIMIT ${room}::int)
      RETURNING r.seq::text AS seq, ${ROW_DIGEST} AS digest`;
  }

  private async insertEvents(tx: Prisma.TransactionClient, events: NewRow[], batch: number) {
    if (events.length === 0) return [];
    return tx.$queryRaw<SealedRow[]>(insertRows(events, { batch, returning: true }));
  }
}
