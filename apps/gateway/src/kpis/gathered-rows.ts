import { randomUUID } from 'node:crypto';
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
    this.held.set(
      text,
      Array.from({ length: this.options.sums }, (_, index) => sums[index] ?? null),
    );
    if (this.held.size >= this.most) return this.spill();
  }

  /** Every key once, sorted by its cells from the first on: null, whole numbers, texts. To be read once; then it has left. */
  async *rows(): AsyncGenerator<GatheredRow[]> {
    try {
      let batch: GatheredRow[] = [];
      for await (const [text, sums] of this.runs.length > 0 ? this.merged() : this.sorted()) {
        batch.push({ key: cellsOf(text), sums });
        if (batch.length < ROWS_AT_ONCE) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
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
    const lines = this.sorted();
    for (let at = 0; at < lines.length; at += ROWS_AT_ONCE) {
      const some = lines.slice(at, at + ROWS_AT_ONCE);
      await run.appendFile(some.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
    this.held.clear();
  }

  private async *merged(): AsyncGenerator<Line> {
    if (this.held.size > 0) await this.spill();
    /** Each run's next line and the rest of it, sorted by those lines. */
    const heads: { line: Line; rest: AsyncGenerator<Line> }[] = [];
    const advance = async (rest: AsyncGenerator<Line>): Promise<void> => {
      const { value, done } = await rest.next();
      if (!done) heads.splice(placeOf(heads, value[0]), 0, { line: value, rest });
    };
    for (const run of this.runs) await advance(linesOf(run));
    let open: Line | undefined;
    while (heads.length > 0) {
      const { line, rest } = heads.shift()!;
      if (open && open[0] === line[0]) addInto(open[1], line[1]);
      else {
        if (open) yield open;
        open = line;
      }
      await advance(rest);
    }
    if (open) yield open;
  }
}

type Line = [text: string, sums: (number | null)[]];

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

/** Where a line of `text` belongs among `heads`. */
function placeOf(heads: readonly { readonly line: Line }[], text: string): number {
  let [from, to] = [0, heads.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (heads[middle]!.line[0] < text) from = middle + 1;
    else to = middle;
  }
  return from;
}

async function* linesOf(run: FileHandle): AsyncGenerator<Line> {
  let rest = '';
  for await (const chunk of run.createReadStream({ start: 0, encoding: 'utf8', autoClose: false })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Line;
  }
}

const DIGITS = 16;
// eslint-disable-next-line no-control-regex
const SPECIAL = /[\u0000\u0001]/;

/** A key as one text that sorts as its cells do: NUL between them sorts before anything. */
const textOf = (key: KpiCells): string => key.map(cellText).join('\u0000');

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
