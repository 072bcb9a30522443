import { type Cell, compareCells, type GatheredRow, plus } from './gathered-row.js';
import type { KpiCells } from './kpi-layout.js';

/** By each cell of a key in turn: the next cells, or the row. Nothing has to be made of a key to find it. */
type Level = Map<Cell, Level | number>;

const ROWS_AT_ONCE = 1_000;
const ROWS_AT_FIRST = 256;

/** Rows in memory, added up by their keys, which are all of one length. */
export class HeldRows {
  /** How many keys there are. */
  count = 0;
  /** Of the different texts in them. */
  letters = 0;
  private top: Level = new Map();
  private width = 0;
  /** Row by row; NaN is null. */
  private values: Float64Array;
  private readonly texts = new Map<string, string>();

  constructor(private readonly sums: number) {
    this.values = new Float64Array(ROWS_AT_FIRST * sums);
  }

  /** Null adds nothing. `key` and `sums` stay the caller's. */
  add(key: KpiCells, sums: readonly (number | null)[]): void {
    const rows = this.count;
    const row = this.rowOf(key);
    const from = row * this.sums;
    const { values } = this;
    if (row === rows) {
      for (let index = 0; index < this.sums; index++) values[from + index] = sums[index] ?? NaN;
      return;
    }
    for (let index = 0; index < this.sums; index++) {
      const value = sums[index] ?? null;
      if (value === null) continue;
      const known = values[from + index]!;
      values[from + index] = Number.isNaN(known) ? value : plus(known, value);
    }
  }

  /** Sorted by the keys' cells, some at a time; each batch is sorted when it is asked for. */
  *sorted(): Generator<GatheredRow[]> {
    if (this.count === 0) return;
    if (this.width === 0) return yield [this.rowAt([], 0)];
    const last = this.width - 1;
    const path: { level: Level; cells: Cell[]; at: number }[] = [open(this.top)];
    const key: KpiCells = new Array<Cell>(this.width);
    let batch: GatheredRow[] = [];
    while (path.length > 0) {
      const depth = path.length - 1;
      const step = path[depth]!;
      if (step.at === step.cells.length) {
        path.pop();
        continue;
      }
      const cell = (key[depth] = step.cells[step.at++]!);
      const next = step.level.get(cell)!;
      if (depth < last) {
        path.push(open(next as Level));
        continue;
      }
      batch.push(this.rowAt(key.slice(), next as number));
      if (batch.length === ROWS_AT_ONCE) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  clear(): void {
    this.count = this.letters = 0;
    this.top = new Map();
    this.texts.clear();
  }

  private rowAt(key: KpiCells, row: number): GatheredRow {
    const sums = new Array<number | null>(this.sums);
    for (let index = 0, at = row * this.sums; index < this.sums; index++, at++) {
      const value = this.values[at]!;
      sums[index] = Number.isNaN(value) ? null : value;
    }
    return { key, sums };
  }

  private rowOf(key: KpiCells): number {
    const last = (this.width = key.length) - 1;
    if (last < 0) return this.count === 0 ? this.newRow() : 0;
    let level = this.top;
    for (let index = 0; index < last; index++) {
      const cell = key[index]!;
      let next = level.get(cell) as Level | undefined;
      if (next === undefined) level.set(this.own(cell), (next = new Map()));
      level = next;
    }
    const cell = key[last]!;
    let row = level.get(cell) as number | undefined;
    if (row === undefined) level.set(this.own(cell), (row = this.newRow()));
    return row;
  }

  private newRow(): number {
    const row = this.count++;
    if (this.count * this.sums > this.values.length) {
      const grown = new Float64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    return row;
  }

  /** A text that was cut out of a longer one keeps all of that in memory: what is held is a copy, one for equal ones. */
  private own(cell: Cell): Cell {
    if (typeof cell !== 'string') return cell;
    let own = this.texts.get(cell);
    if (own === undefined) {
      own = Buffer.from(cell, 'utf16le').toString('utf16le');
      this.texts.set(own, own);
      this.letters += own.length;
    }
    return own;
  }
}

const open = (level: Level) => ({ level, cells: inOrder([...level.keys()]), at: 0 });

function inOrder(cells: Cell[]): Cell[] {
  // Without a comparison of ours, texts are sorted several times as fast.
  return cells.every((cell) => typeof cell === 'string') ? cells.sort() : cells.sort(compareCells);
}
