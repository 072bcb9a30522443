import type { ReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { addInto, type Cell, compareKeys, type GatheredRow } from './gathered-row.js';
import type { KpiCells } from './kpi-layout.js';

const ROWS_AT_ONCE = 1_000;
/** Read of each run at once: of many runs, larger pieces would outlive the collection of young objects. */
const PIECE_BYTES = 8_192;

/**
 * Sorted rows as RunReader reads them, one a line: how many cells of the key are those of the row before, the other cells,
 * the sums. To write and to read what rows share, again and again, would take several times as long.
 */
export function linesOfRun(rows: readonly GatheredRow[]): string {
  let lines = '';
  let before: KpiCells = [];
  for (const { key, sums } of rows) {
    let same = 0;
    while (same < before.length && key[same] === before[same]) same++;
    lines += `[${same}`;
    for (let index = same; index < key.length; index++) {
      const cell = key[index]!;
      lines += typeof cell === 'string' ? `,${JSON.stringify(cell)}` : `,${cell}`;
    }
    for (let index = 0; index < sums.length; index++) lines += `,${sums[index]}`;
    lines += '],\n';
    before = key;
  }
  return lines;
}

/** Sorted rows, some at a time. */
interface Run {
  /** The next batch; undefined: there is none. */
  next(): Promise<GatheredRow[] | undefined> | GatheredRow[] | undefined;
  leave?(): void;
}

/** A run in a file, as linesOfRun wrote it; `sums`: of each row. */
export class RunReader implements Run {
  private readonly file: ReadStream;
  private readonly chunks: AsyncIterator<string>;
  private rest = '';
  private before: KpiCells = [];

  constructor(
    run: FileHandle,
    private readonly sums: number,
  ) {
    this.file = run.createReadStream({
      start: 0,
      encoding: 'utf8',
      autoClose: false,
      highWaterMark: PIECE_BYTES,
    });
    this.chunks = this.file[Symbol.asyncIterator]();
  }

  async next(): Promise<GatheredRow[] | undefined> {
    for (let chunk = await this.chunks.next(); !chunk.done; chunk = await this.chunks.next()) {
      const text: string = this.rest + chunk.value;
      const end = text.lastIndexOf(',\n');
      this.rest = text.slice(end < 0 ? 0 : end + 2);
      if (end >= 0) return this.rowsOf(JSON.parse(`[${text.slice(0, end)}]`) as Line[]);
    }
    return undefined;
  }

  leave(): void {
    this.file.destroy();
  }

  private rowsOf(lines: readonly Line[]): GatheredRow[] {
    const rows = new Array<GatheredRow>(lines.length);
    for (let row = 0; row < lines.length; row++) {
      const line = lines[row]!;
      const [same, cells] = [line[0], line.length - this.sums];
      const key: KpiCells = this.before.slice(0, same);
      for (let at = 1; at < cells; at++) key.push(line[at]!);
      rows[row] = { key, sums: line.slice(cells) as GatheredRow['sums'] };
      this.before = key;
    }
    return rows;
  }
}

type Line = [same: number, ...Cell[]];

/** A run that never left memory. */
export class HeldRun implements Run {
  constructor(private readonly batches: Generator<GatheredRow[]>) {}

  next(): GatheredRow[] | undefined {
    const { value, done } = this.batches.next();
    return done ? undefined : (value as GatheredRow[]);
  }
}

/** The rest of a run; `rows[at]` is its next row. */
interface Head {
  readonly run: Run;
  rows: GatheredRow[];
  at: number;
}

/** All runs as one, rows of one key added up. Nothing is awaited for a row: promises cost more than it does. */
export async function* mergedRows(runs: readonly Run[]): AsyncGenerator<GatheredRow[]> {
  try {
    /** Sorted by their next rows. */
    const heads: Head[] = [];
    for (const run of runs) {
      const rows = await run.next();
      if (rows) place(heads, { run, rows, at: 0 });
    }
    let done: GatheredRow[] = [];
    let open: GatheredRow | undefined;
    while (heads.length > 0) {
      const head = heads[0]!;
      const row = head.rows[head.at++]!;
      if (open && compareKeys(open.key, row.key) === 0) addInto(open.sums, row.sums);
      else {
        if (open) done.push(open);
        open = row;
      }
      if (done.length >= ROWS_AT_ONCE) {
        yield done;
        done = [];
      }
      if (head.at === head.rows.length) {
        const rows = await head.run.next();
        if (!rows) {
          heads.shift();
          continue;
        }
        [head.rows, head.at] = [rows, 0];
      }
      // Mostly it is still the first.
      if (heads.length > 1 && isAfter(head, heads[1]!)) place(heads, heads.shift()!);
    }
    if (open) done.push(open);
    if (done.length > 0) yield done;
  } finally {
    for (const run of runs) run.leave?.();
  }
}

const isAfter = (one: Head, other: Head): boolean => compareKeys(one.rows[one.at]!.key, other.rows[other.at]!.key) > 0;

function place(heads: Head[], head: Head): void {
  let [from, to] = [0, heads.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isAfter(head, heads[middle]!)) from = middle + 1;
    else to = middle;
  }
  heads.splice(from, 0, head);
}
