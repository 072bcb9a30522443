import type { AdjustKpiHead } from '#libs/adjust-kpi';
import type { KpiQuestion } from './kpi-question.js';
import type { AdjustPlan } from './adjust-plan.js';
import { type AdjustBegun, type AdjustNames, AdjustTable } from './adjust-table.js';

/** Answers of more rows are each read by itself: what would be kept for the next one is too much. */
export const MOST_ROWS_KNOWN = 1_000;
/** Rows of all that is kept, some 500 bytes each; what was used longest ago goes first. */
const MOST_ROWS_IN_ALL = 50_000;
/** What a table takes beside its rows, in rows. */
const ROWS_OF_A_HEAD = 20;

interface Known extends AdjustNames {
  readonly plan: AdjustPlan;
  readonly table: AdjustTable;
  readonly rows: number;
}

/**
 * Tables for the answers to questions that come again: the columns, and what stands in them before the values, are made
 * once for all answers that begin the same. Kept by the answers' head, which is frozen, and the same object.
 */
export class KnownTables {
  private readonly known = new Map<AdjustKpiHead, Known>();
  private rows = 0;

  /** For an answer of so many rows. */
  of(question: KpiQuestion, names: AdjustNames, plan: AdjustPlan, begun: AdjustBegun, rows: number): AdjustTable {
    if (rows > MOST_ROWS_KNOWN || !Object.isFrozen(begun.head)) return new AdjustTable(question, names, plan, begun);
    const known = this.known.get(begun.head);
    if (known?.plan === plan && known.apps === names.apps && known.names === names.names) {
      this.known.delete(begun.head);
      this.known.set(begun.head, known);
      return known.table;
    }
    const table = new AdjustTable(question, names, plan, begun, MOST_ROWS_KNOWN);
    this.keep(begun.head, { plan, apps: names.apps, names: names.names, table, rows: rows + ROWS_OF_A_HEAD });
    return table;
  }

  private keep(head: AdjustKpiHead, one: Known): void {
    this.drop(head);
    this.known.set(head, one);
    this.rows += one.rows;
    for (const oldest of this.known.keys()) {
      if (this.rows <= MOST_ROWS_IN_ALL) return;
      this.drop(oldest);
    }
  }

  private drop(head: AdjustKpiHead): void {
    this.rows -= this.known.get(head)?.rows ?? 0;
    this.known.delete(head);
  }
}
