import { randomUUID } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KpiCells } from './kpi-layout.js';

/** Rows of one key, added up. A sum is null where every value of it was. */
export interface GatheredRow {
  key: KpiCells;
  sums: (number | null)[];
}

export interface GatheredRowsOptions {
  /** Sums of each row. */
  sums: number;
  /** Keys held in memory; beyond them rows lie on disk. Default 50,000. */
  most?: number;
}

const MOST_HELD = 50_000;
const ROWS_AT_ONCE = 1_000;

/**
 * Adds rows up by their keys, in memory that does not grow with them: what is too much is sorted and written to `folder`,
 * and merged as it is read. The files have no name from the moment they are opened, so that nothing is left of them,
 * whoever dies when.
 */
export class GatheredRows {
  private readonly held = new Map<string, (number | null)[]>();
  private readonly runs: FileHandle[] = [];
  private readonly most: number;

  constructor(
    private readonly folder: string,
    private readonly options: GatheredRowsOptions,
  ) {
    this.most = options.most ?? MOST_HELD;
  }

  /** Null adds nothing. A promise is to be awaited before the next row; `sums` stays the caller's. */
  add(key: KpiCells, sums: readonly (number | null)[]): void | Promise<void> {
    const text = textOf(key);
    const known = this.held.get(text);
    if (known) return addInto(known, sums);
    const own = new Array<number | null>(this.options.sums);
    for (let index = 0; index < own.length; index++) own[index] = sums[index] ?? null;
    this.held.set(text, own);
    if (this.held.size >= this.most) return this.spill();
  }

  /** Every key once, sorted by its cells from the first on: null, whole numbers, texts. To be read once; then it has left. */
  async *rows(): AsyncGenerator<GatheredRow[]> {
    try {
      for await (const lines of this.runs.length > 0 ? this.merged() : inBatches(this.sorted())) {
        yield lines.map(([text, sums]) => ({ key: cellsOf(text), sums }));
      }
    } finally {
      await this.leave();
    }
  }

  /** For rows that will not be read; harmless where they were. */
  async leave(): Promise<void> {
    this.held.clear();
    await Promise.all(this.runs.splice(0).map((run) => run.close()));
  }

  private sorted(): Line[] {
    return [...this.held].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  private async spill(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, `gathered-${randomUUID()}`);
    const run = await open(path, 'wx+', 0o600);
    this.runs.push(run);
    await rm(path);
    for (const lines of inBatches(this.sorted())) {
      await run.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
    this.held.clear();
  }

  private async *merged(): AsyncGenerator<Line[]> {
    if (this.held.size > 0) await this.spill();
    const readers = this.runs.map((run) => new RunReader(run));
    try {
      /** Each run's next line and the rest of it, sorted by those lines. */
      const heads: Head[] = [];
      for (const rest of readers) placeNext(heads, rest, rest.take() ?? (await rest.read()));
      let done: Line[] = [];
      let open: Line | undefined;
      while (heads.length > 0) {
        const { line, rest } = heads.shift()!;
        if (open && open[0] === line[0]) addInto(open[1], line[1]);
        else {
          if (open) done.push(open);
          open = line;
        }
        if (done.length >= ROWS_AT_ONCE) {
          yield done;
          done = [];
        }
        placeNext(heads, rest, rest.take() ?? (await rest.read()));
      }
      if (open) done.push(open);
      if (done.length > 0) yield done;
    } finally {
      for (const reader of readers) reader.leave();
    }
  }
}

type Line = [text: string, sums: (number | null)[]];

interface Head {
  readonly line: Line;
  readonly rest: RunReader;
}

function* inBatches(lines: Line[]): Generator<Line[]> {
  for (let at = 0; at < lines.length; at += ROWS_AT_ONCE) yield lines.slice(at, at + ROWS_AT_ONCE);
}

/** The lines of a run. Promises are made for its chunks only: one for each line would cost more than the line. */
class RunReader {
  private readonly file: ReadStream;
  private readonly chunks: AsyncIterator<string>;
  private lines: string[] = [];
  private at = 0;
  private rest = '';

  constructor(run: FileHandle) {
    this.file = run.createReadStream({ start: 0, encoding: 'utf8', autoClose: false });
    this.chunks = this.file[Symbol.asyncIterator]();
  }

  /** Undefined: there is more to be read, or nothing. */
  take(): Line | undefined {
    const text = this.lines[this.at++];
    return text === undefined ? undefined : (JSON.parse(text) as Line);
  }

  /** The next line, of what has yet to be read; undefined: there is none. */
  async read(): Promise<Line | undefined> {
    for (let next = await this.chunks.next(); !next.done; next = await this.chunks.next()) {
      this.lines = (this.rest + next.value).split('\n');
      this.rest = this.lines.pop()!;
      this.at = 0;
      if (this.lines.length > 0) return this.take();
    }
    return undefined;
  }

  leave(): void {
    this.file.destroy();
  }
}

/** One and another, without what binary fractions add to amounts of money. */
export function plus(one: number, other: number): number {
  const sum = one + other;
  return Number.isInteger(sum) ? sum : Math.round(sum * 1e6) / 1e6;
}

/** Adds `more` to `sums`, in place; null adds nothing. */
export function addInto(sums: (number | null)[], more: readonly (number | null)[]): void {
  for (let index = 0; index < sums.length; index++) {
    const value = more[index] ?? null;
    if (value !== null) sums[index] = plus(sums[index] ?? 0, value);
  }
}

function placeNext(heads: Head[], rest: RunReader, line: Line | undefined): void {
  if (!line) return;
  let [from, to] = [0, heads.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (heads[middle]!.line[0] < line[0]) from = middle + 1;
    else to = middle;
  }
  heads.splice(from, 0, { line, rest });
}

const DIGITS = 16;
// eslint-disable-next-line no-control-regex
const SPECIAL = /[\u0000\u0001]/;

/** A key as one text that sorts as its cells do: NUL between them sorts before anything. */
function textOf(key: KpiCells): string {
  let text = '';
  for (let index = 0; index < key.length; index++)
    text += index === 0 ? cellText(key[0]!) : `\u0000${cellText(key[index]!)}`;
  return text;
}

function cellText(cell: KpiCells[number]): string {
  if (cell === null) return 'a';
  if (typeof cell === 'number') return `n${String(cell).padStart(DIGITS, '0')}`;
  return `t${SPECIAL.test(cell) ? cell.replaceAll('\u0001', '\u0001\u0002').replaceAll('\u0000', '\u0001\u0001') : cell}`;
}

const cellsOf = (text: string): KpiCells => (text === '' ? [] : text.split('\u0000').map(cellOf));

function cellOf(text: string): KpiCells[number] {
  if (text === 'a') return null;
  if (text.startsWith('n')) return Number(text.slice(1));
  const cell = text.slice(1);
  return SPECIAL.test(cell) ? cell.replaceAll('\u0001\u0001', '\u0000').replaceAll('\u0001\u0002', '\u0001') : cell;
}
