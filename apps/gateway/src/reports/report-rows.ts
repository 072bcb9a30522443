import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError, type Leaving } from '#libs/domain';
import { readableFile, readRows, type RowBatch } from '#libs/kochava-reporting';
import type { Page } from '../edge/page.model.js';
import type { Table } from '../edge/tabular.js';
import type { AskedReport } from './asked-report.js';
import { reportLines } from './report-lines.js';
import { ReportMakers } from './report-makers.js';
import { ReportSpool } from './report-spool.js';
import { ReportStore } from './report-store.js';
import { fromRowStart, noCursor } from './row-start.js';
import { SmallFiles } from './small-files.js';

/** Where a page begins: a byte of the unpacked file, and whether it can be reached where the file lies. */
interface Place {
  at: number;
  spooled: boolean;
}

interface OpenRows {
  batches: AsyncGenerator<RowBatch>;
  spooled: boolean;
}

/** A report's rows, from any place of its file on, in memory that does not grow with it. */
@Injectable()
export class ReportRows {
  constructor(
    private readonly makers: ReportMakers,
    private readonly spool: ReportSpool,
    private readonly store: ReportStore,
    private readonly files: SmallFiles,
  ) {}

  /** `first` rows from the cursor on; the next page's cursor is the byte that its first row begins with. */
  async page(
    row: ReportModel,
    { first, after }: { first: number; after?: string | null },
    signal?: Leaving,
  ): Promise<Page<Record<string, unknown>>> {
    const { batches, spooled } = await this.open(row, after, signal);
    const nodes: Record<string, unknown>[] = [];
    for await (const { columns, rows, offsets } of batches) {
      for (const [index, values] of rows.entries()) {
        if (nodes.length === first) {
          const next = cursorOf({ at: offsets[index]!, spooled });
          return { nodes, pageInfo: { hasNextPage: true, endCursor: next } };
        }
        nodes.push(Object.fromEntries(columns.map((name, column) => [name, values[column] ?? null])));
      }
    }
    return { nodes, pageInfo: { hasNextPage: false, endCursor: null } };
  }

  /** All rows from the cursor on, as they come. The first are read before this answers: what is wrong is an error then. */
  async table(row: ReportModel, after?: string | null, signal?: Leaving): Promise<Table> {
    const { batches } = await this.open(row, after, signal);
    const head = await batches.next();
    if (head.done) throw new GatewayError('UPSTREAM_INVALID_RESPONSE', 'The report’s file can not be read.');
    // A file of JSON that has no rows tells none.
    const columns = head.value.columns.length > 0 ? head.value.columns : row.columns;
    async function* all(): AsyncGenerator<RowBatch> {
      try {
        yield head.value as RowBatch;
        yield* batches;
      } finally {
        await batches.return(undefined);
      }
    }
    return { columns: columns.map((name) => ({ name })), lines: reportLines(all(), columns) };
  }

  /** The names of the columns, and that they are known from now on. */
  async readColumns(row: ReportModel): Promise<readonly string[]> {
    const { kind } = row;
    // Whoever waits for a summary is about to read it.
    const file = kind === 'SUMMARY' ? await this.files.open(row) : (await this.makers.of(kind).open(row)).body;
    const { body } = await readableFile(file);
    const batches = this.noting(row, readRows(body, { format: formatOf(row) }));
    try {
      const head = await batches.next();
      return head.done ? [] : head.value.columns;
    } finally {
      await batches.return(undefined);
    }
  }

  private async open(row: ReportModel, after?: string | null, signal?: Leaving): Promise<OpenRows> {
    const format = formatOf(row);
    const place = after ? placeOf(after) : undefined;
    if (!place || place.at === 0) {
      const { body, spooled } = await this.whole(row, signal);
      return { batches: this.noting(row, readRows(body, { format })), spooled };
    }
    const columns = row.columns.length > 0 ? row.columns : await this.readColumns(row);
    const { body, spooled } = await this.from(row, { ...place, at: place.at - 1 }, signal);
    return { batches: readRows(fromRowStart(body, format), { format, from: { offset: place.at, columns } }), spooled };
  }

  private async whole(row: ReportModel, signal?: Leaving) {
    const { body: packed, ranges } = await this.makers.of(row.kind).open(row, { signal });
    const { body, compressed } = await readableFile(packed);
    return { body, spooled: compressed || !ranges };
  }

  private async from(row: ReportModel, { at, spooled }: Place, signal?: Leaving) {
    if (!spooled) {
      const { body, startsAt } = await this.makers.of(row.kind).open(row, { range: { from: at }, signal });
      if (startsAt === at) return { body, spooled };
      await body[Symbol.asyncIterator]().return?.();
    }
    // Others may wait for the same file: one who leaves does not stop it.
    const body = await this.spool.read(row.id, at, async () => (await this.whole(row)).body);
    return { body, spooled: true };
  }

  /** Keeps the columns with the row, the first time that they are seen. */
  private async *noting(row: ReportModel, batches: AsyncGenerator<RowBatch>): AsyncGenerator<RowBatch> {
    let seen = row.columns.length > 0;
    for await (const batch of batches) {
      if (!seen) {
        seen = true;
        await this.store.change(row.id, ['COMPLETED'], { columns: [...batch.columns] }).catch(() => undefined);
      }
      yield batch;
    }
  }
}

const formatOf = ({ request }: ReportModel) =>
  (request as unknown as AskedReport).format === 'JSON' ? ('json' as const) : ('csv' as const);

const cursorOf = ({ at, spooled }: Place): string => Buffer.from(`${at}${spooled ? 's' : ''}`).toString('base64url');

function placeOf(cursor: string): Place {
  const [, at, spooled] = /^(\d{1,16})(s?)$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (at !== undefined && Number.isSafeInteger(Number(at))) return { at: Number(at), spooled: spooled === 's' };
  throw noCursor();
}
