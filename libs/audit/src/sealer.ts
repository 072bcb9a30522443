import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Prisma, PrismaService } from '#libs/database';
import { AUDIT_OPTIONS, type AuditOptions } from './audit-options.js';
import { type Batch, batchHash, chainLock, FIRST_PREVIOUS } from './chain.js';
import { errorLabel } from './error-label.js';
import { Journal } from './journal.js';
import { digesting, type EventText, insertEvents } from './row-sql.js';

const EVERY_MS = 1_000;
/** Rows of one batch: bounds the transaction, and what verification holds in memory. */
const MOST_ROWS = 500;
const CHAINS_AT_ONCE = 3;
const TRANSACTION = { maxWait: 5_000, timeout: 20_000 };
/** Every so many seals it is looked for rows that a process left unsealed when it died. */
const SWEEP_EVERY = 60;

/** `seq:digest` of each row, one a line. */
type Digests = { lines: string }[];

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
  private sealBatch(chain: string, events: readonly EventText[]): Promise<number> {
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
      ].sort(bySeq);
      if (rows.length === 0) return 0;
      const previous = last?.hash ?? FIRST_PREVIOUS;
      await this.insertBatch(tx, { chain, number, rowCount: rows.length, rows, previous, sealedAt: new Date() });
      return rows.length;
    }, TRANSACTION);
  }

  /** A row whose transaction is still open is not seen here, whatever its seq: a later batch takes it. */
  private async markRows(tx: Prisma.TransactionClient, chain: string, number: number, room: number) {
    if (room === 0) return [];
    const unsealed = Prisma.sql`
      SELECT seq FROM audit_rows WHERE chain = ${chain} AND batch IS NULL ORDER BY seq LIMIT ${room}::int`;
    const change = Prisma.sql`UPDATE audit_rows AS r SET batch = ${number}::int WHERE r.seq IN (${unsealed})`;
    return linesOf(await tx.$queryRaw<Digests>(digesting(change)));
  }

  private async insertEvents(tx: Prisma.TransactionClient, events: readonly EventText[], batch: number) {
    if (events.length === 0) return [];
    return linesOf(await tx.$queryRaw<Digests>(digesting(insertEvents(events, batch))));
  }

  private async insertBatch(tx: Prisma.TransactionClient, batch: Batch): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO audit_batches (chain, number, row_count, rows, previous, hash, sealed_at)
      VALUES (${batch.chain}, ${batch.number}::int, ${batch.rowCount}::int,
        string_to_array(${batch.rows.join('\n')}, E'\n'), ${batch.previous}, ${batchHash(batch)},
        ${batch.sealedAt.toISOString()}::timestamptz)`;
  }
}

const linesOf = ([answer]: Digests): string[] => (answer?.lines ? answer.lines.split('\n') : []);

const seqOf = (line: string): number => Number(line.slice(0, line.indexOf(':')));
const bySeq = (a: string, b: string): number => seqOf(a) - seqOf(b);
