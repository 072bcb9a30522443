import { appOfRow } from './app-of-row.js';
import type { AdjustApp, AdjustCell, AdjustKpiHead, AdjustKpiRow } from './types.js';
import { valueText } from './wire.js';

/** Rows that differ in the last column alone. */
export interface AdjustKpiRowGroup {
  /** The cells of every column but the last. A group that goes on in the next batch has the same array there. */
  readonly cells: readonly AdjustCell[];
  /** Index behind its last row in the batch; its first is where the group before it ends. */
  readonly end: number;
}

/**
 * Rows as they lay in one piece of the vendor's answer, for a writer that pastes: values stay the vendor's own digits,
 * and equal cells are mostly one object, so that what was made of a cell can be kept by it. Whole answers to the same
 * question that have the same nodes mostly have the same `groups` and `last`. Holds its own memory: stays valid when the
 * next batch is read.
 */
export interface AdjustKpiRowBatch {
  /** Rows in this batch, at least one. */
  readonly length: number;
  readonly groups: readonly AdjustKpiRowGroup[];
  /** For each row its cell in the last column. */
  readonly last: readonly AdjustCell[];
  /**
   * The values of all rows in ASCII, each row closed by a line feed: `12,3,4.5\n`. Each value is a JSON number or `null`,
   * one for each KPI, checked.
   */
  readonly text: Buffer;
  /** Is there a `null` among the values? Without one they can be pasted into CSV. */
  readonly nulls: boolean;
}

/** A batch as rows with numbers; null for one that is too large to be one. `app`: the answer's, where not grouped by apps. */
export function* rowsOf(batch: AdjustKpiRowBatch, head: AdjustKpiHead, app?: AdjustApp): Generator<AdjustKpiRow> {
  const appColumn = head.columns.indexOf('apps');
  const width = head.kpis.length;
  const text = batch.text.toString('latin1', 0, batch.text.length - 1).replaceAll('\n', ',');
  const parsed = JSON.parse(`[${text}]`) as (number | null)[];
  const values = /e/i.test(text) ? parsed.map((value) => (Number.isFinite(value) ? value : null)) : parsed;
  let row = 0;
  for (const group of batch.groups) {
    for (; row < group.end; row++) {
      const cells = [...group.cells, batch.last[row]!];
      yield { app: appOfRow(cells, appColumn, app), cells, values: values.slice(row * width, (row + 1) * width) };
    }
  }
}

/** A batch being written. Open to the reader's inner loop, which keeps its buffers in its own variables. */
export class RowBuilder {
  text = Buffer.alloc(0);
  last: AdjustCell[] = [];
  rows = 0;
  bytes = 0;
  nulls = false;

  #groups: { cells: readonly AdjustCell[]; end: number }[] = [];
  #outer: readonly AdjustCell[] = [];

  /** Room for so many further bytes of the vendor's. */
  reserve(bytes: number): void {
    if (this.text.length >= this.bytes + bytes) return;
    const text = Buffer.allocUnsafe(2 * this.bytes + bytes);
    this.text.copy(text, 0, 0, this.bytes);
    this.text = text;
  }

  /** The rows that follow are under these cells. */
  openGroup(outer: readonly AdjustCell[]): void {
    const same = outer.length === this.#outer.length && outer.every((cell, column) => cell === this.#outer[column]);
    if (!same) this.#outer = outer.slice();
    else if (this.#groups.length > 0) return;
    this.#closeGroup();
    this.#groups.push({ cells: this.#outer, end: this.rows });
  }

  /** Adds a row that was read some other way. Throws Unreadable where a value is no number. */
  add(cells: readonly AdjustCell[], values: readonly unknown[]): void {
    const text = `${values.map(valueText).join(',')}\n`;
    this.reserve(text.length + 16);
    this.openGroup(cells.slice(0, -1));
    this.last.push(cells.at(-1)!);
    this.nulls ||= text.includes('null');
    this.bytes += this.text.write(text, this.bytes, 'latin1');
    this.rows++;
  }

  /** The rows so far, as a batch of its own; undefined: none. */
  take(): AdjustKpiRowBatch | undefined {
    if (this.rows === 0) return undefined;
    this.#closeGroup();
    const batch: AdjustKpiRowBatch = {
      length: this.rows,
      groups: this.#groups,
      last: this.last,
      text: Buffer.from(this.text.subarray(0, this.bytes)),
      nulls: this.nulls,
    };
    this.#groups = [];
    this.last = [];
    this.rows = 0;
    this.bytes = 0;
    this.nulls = false;
    return batch;
  }

  #closeGroup(): void {
    const open = this.#groups.at(-1);
    if (open) open.end = this.rows;
  }
}
