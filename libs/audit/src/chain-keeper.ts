import { Inject, Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { type Batch, batchHash, FIRST_PREVIOUS } from './chain.js';
import { ROW_DIGEST } from './row-sql.js';

/** What a verification found in one chain. */
export interface ChainReport {
  /** A tenant's id, or `operator`. */
  chain: string;
  batches: number;
  rows: number;
  /** The newest link. Kept elsewhere, it tells later whether the end of the chain was cut off. */
  head: { number: number; hash: string } | null;
  /** Null where the chain holds; else the first thing wrong with it, the row or batch named. */
  broken: string | null;
}

type StoredBatch = Batch & { hash: string };

interface StoredRow {
  seq: string;
  id: string;
  batch: number;
  digest: string;
}

const BATCHES_READ = 100;
const ROWS_READ = 1_000;
/** What Postgres takes as a batch's number: one below the first may have been put in. */
const LEAST_INT = -2_147_483_648;
const MOST_INT = 2_147_483_647;

/** Reads the hash chains: recomputes them, and exports them. */
@Injectable()
export class ChainKeeper {
  constructor(@Inject(PrismaService) private readonly prisma: PrismaService) {}

  /**
   * Recomputes every chain (or `only` one), some rows in memory at a time, while sealing goes on. `heads`, from earlier
   * reports or exports, are looked for again: a chain whose end was cut off is otherwise whole.
   */
  async *verify({
    only,
    heads,
  }: {
    only?: string;
    heads?: ReadonlyMap<string, { number: number; hash: string }>;
  } = {}): AsyncGenerator<ChainReport> {
    const known = await this.prisma.$queryRaw<{ chain: string }[]>`
      SELECT chain FROM audit_batches UNION SELECT chain FROM audit_rows ORDER BY chain`;
    const chains = new Set([...known.map(({ chain }) => chain), ...(heads?.keys() ?? [])]);
    for (const chain of only === undefined ? chains : [only]) yield await this.verifyChain(chain, heads?.get(chain));
  }

  private async verifyChain(chain: string, expected?: { number: number; hash: string }): Promise<ChainReport> {
    const report: ChainReport = { chain, batches: 0, rows: 0, head: null, broken: null };
    let previous = FIRST_PREVIOUS;
    for await (const batches of this.batches(chain)) {
      const rows = await this.rows(chain, batches);
      for (const batch of batches) {
        report.broken =
          brokenLink(batch, report.batches + 1, previous) ??
          brokenRow(batch, rows.get(batch.number) ?? []) ??
          (expected?.number === batch.number && expected.hash !== batch.hash
            ? `batch ${batch.number} is another than the one whose hash was kept`
            : null);
        if (report.broken) return report;
        previous = batch.hash;
        report.batches++;
        report.rows += batch.rows.length;
        report.head = { number: batch.number, hash: batch.hash };
      }
    }
    report.broken =
      (await this.strayRow(chain)) ??
      (expected && expected.number > report.batches
        ? `batches ${report.batches + 1} to ${expected.number} are gone: the end of the chain was cut off`
        : null);
    return report;
  }

  /** Batches by number, in groups whose rows fit in memory. */
  private async *batches(chain: string, { first = LEAST_INT, last = MOST_INT } = {}): AsyncGenerator<StoredBatch[]> {
    let page: StoredBatch[];
    let next = first;
    do {
      page = await this.prisma.auditBatch.findMany({
        where: { chain, number: { gte: next, lte: last } },
        orderBy: { number: 'asc' },
        take: BATCHES_READ,
      });
      let group: StoredBatch[] = [];
      let size = 0;
      for (const batch of page) {
        if (group.length > 0 && size + batch.rows.length > ROWS_READ) {
          yield group;
          group = [];
          size = 0;
        }
        group.push(batch);
        size += batch.rows.length;
        next = Math.min(batch.number + 1, MOST_INT);
      }
      if (group.length > 0) yield group;
    } while (page.length === BATCHES_READ);
  }

  private async rows(chain: string, batches: StoredBatch[]): Promise<Map<number, StoredRow[]>> {
    const numbers = batches.map(({ number }) => number);
    // One more than the batches hold: rows that were put in must not fill the memory.
    const most = batches.reduce((sum, batch) => sum + batch.rows.length, 0) + 1;
    const rows = await this.prisma.$queryRaw<StoredRow[]>`
      SELECT r.seq::text AS seq, r.id::text AS id, r.batch, ${ROW_DIGEST} AS digest FROM audit_rows AS r
      WHERE r.chain = ${chain} AND r.batch = ANY(${numbers}::int[]) ORDER BY r.batch, r.seq LIMIT ${most}::int`;
    const byBatch = new Map<number, StoredRow[]>();
    for (const row of rows) {
      const others = byBatch.get(row.batch);
      if (others) others.push(row);
      else byBatch.set(row.batch, [row]);
    }
    return byBatch;
  }

  private async strayRow(chain: string): Promise<string | null> {
    const [stray] = await this.prisma.$queryRaw<{ seq: string; id: string; batch: number }[]>`
      SELECT r.seq::text AS seq, r.id::text AS id, r.batch FROM audit_rows r
      WHERE r.chain = ${chain} AND r.batch IS NOT NULL
        AND NOT EXISTS (SELECT FROM audit_batches b WHERE b.chain = r.chain AND b.number = r.batch)
      ORDER BY r.seq LIMIT 1`;
    return stray ? `row ${stray.seq} (${stray.id}) is of batch ${stray.batch}, which is not there` : null;
  }

  /**
   * The rows of one chain from `from` (included) to `to` (excluded), by when they happened, as lines of JSON in the order
   * of the chain. Before the rows of a batch stands the batch itself (`"kind":"BATCH"`) with the digests of all its rows,
   * so that an export can be checked against a head that was kept elsewhere.
   */
  async *export(chain: string, { from, to }: { from?: Date; to?: Date } = {}): AsyncGenerator<string> {
    const at = { ...(from && { gte: from }), ...(to && { lt: to }) };
    const { _min, _max } = await this.prisma.auditRow.aggregate({
      where: { chain, at },
      _min: { batch: true },
      _max: { batch: true },
    });
    if (_min.batch === null || _max.batch === null) return;
    for await (const batches of this.batches(chain, { first: _min.batch, last: _max.batch })) {
      const lines = await this.lines(chain, batches, at);
      for (const { hash, sealedAt, ...batch } of batches) {
        const own = lines.get(batch.number);
        if (!own) continue;
        yield `${JSON.stringify({ kind: 'BATCH', ...batch, sealedAt: sealedAt.toISOString(), hash })}\n`;
        yield* own;
      }
    }
  }

  private async lines(chain: string, batches: StoredBatch[], at: { gte?: Date; lt?: Date }) {
    const numbers = batches.map(({ number }) => number);
    const rows = await this.prisma.auditRow.findMany({
      where: { chain, batch: { in: numbers }, at },
      orderBy: [{ batch: 'asc' }, { seq: 'asc' }],
    });
    const byBatch = new Map<number, string[]>();
    for (const { batch, seq, ...row } of rows) {
      const line = `${JSON.stringify({ ...row, seq: String(seq), batch })}\n`;
      const others = byBatch.get(batch ?? 0);
      if (others) others.push(line);
      else byBatch.set(batch ?? 0, [line]);
    }
    return byBatch;
  }
}

function brokenLink(batch: StoredBatch, expected: number, previous: string): string | null {
  if (batch.number !== expected) return `batch ${expected} is gone: batch ${batch.number} stands in its place`;
  if (batch.previous !== previous) return `batch ${batch.number} does not follow batch ${batch.number - 1}`;
  if (batchHash(batch) !== batch.hash) return `batch ${batch.number} was changed: its hash is another`;
  return null;
}

/** `batch.rows` is what was sealed, `rows` what is there. */
function brokenRow(batch: StoredBatch, rows: StoredRow[]): string | null {
  const sealed = new Map(batch.rows.map((entry) => entry.split(':') as [seq: string, digest: string]));
  for (const row of rows) {
    const digest = sealed.get(row.seq);
    if (digest === undefined)
      return `row ${row.seq} (${row.id}) was put into batch ${batch.number} after it was sealed`;
    if (digest !== row.digest) return `row ${row.seq} (${row.id}) of batch ${batch.number} was changed`;
    sealed.delete(row.seq);
  }
  const [gone] = sealed.keys();
  return gone === undefined ? null : `row ${gone} of batch ${batch.number} is gone`;
}
