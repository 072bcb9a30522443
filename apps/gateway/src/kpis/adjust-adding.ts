import type { AdjustCell, AdjustKpiRow } from '#libs/adjust-kpi';
import type { AdjustRows } from './adjust-rows.js';
import type { KpiCells } from './kpi-layout.js';

/** A row being added up, and its raw values. */
interface Open {
  readonly cells: KpiCells;
  readonly raw: (number | null)[];
}

const NONE: readonly KpiCells[] = [];

/**
 * The rows of one answer, made row by row: levels that nobody asked for are added up. Rows to be added up follow one
 * another, so memory stays flat.
 */
export class AdjustAdding {
  /** The cells that the next row to be added must share. */
  private outer?: readonly AdjustCell[];
  private readonly pending = new Map<string, Open>();
  /** Of the rows so far, where an amount is among their values. */
  readonly currencies = new Set<string>();

  constructor(private readonly rows: AdjustRows) {}

  /** Rows that are complete once `row` has been seen. */
  add(row: AdjustKpiRow): readonly KpiCells[] {
    const { rows } = this;
    if (!rows.keeps(row)) return NONE;
    const currency = row.app?.currency ?? '';
    if (currency && rows.plan.money) this.currencies.add(currency);
    return rows.plan.collapses ? this.addUp(row, currency) : [rows.finish(rows.cellsOf(row, currency), row.values)];
  }

  /** The rows that were still being added up. */
  end(): KpiCells[] {
    const rows = [...this.pending.values()].map((open) => this.rows.finish(open.cells, open.raw));
    this.pending.clear();
    return rows;
  }

  private addUp(row: AdjustKpiRow, currency: string): readonly KpiCells[] {
    let done: readonly KpiCells[] = NONE;
    if (this.outer && !this.rows.sharesOuter(this.outer, row.cells)) done = this.end();
    const key = this.rows.plan.money ? currency : '';
    const open = this.pending.get(key);
    if (open) {
      row.values.forEach((value, index) => {
        if (value !== null) open.raw[index] = sum(open.raw[index] ?? 0, value);
      });
    } else {
      this.pending.set(key, {
        cells: this.rows.cellsOf(row, currency),
        raw: [...row.values],
      });
    }
    this.outer = row.cells;
    return done;
  }
}

/** Adjust tells money to four decimals at the most: what binary fractions add beyond is taken off again. */
const sum = (one: number, other: number): number => Math.round((one + other) * 1e6) / 1e6;
