import type { AdjustKpiHead } from '#libs/adjust-kpi';
import type { KpiQuestion } from './kpi-question.js';
import type { AdjustPlan } from './adjust-plan.js';
import { type AdjustBegun, type AdjustNames, AdjustTable } from './adjust-table.js';

/** Answers of more rows are each read by itself: what would be kept for the next one is too much. */
const MOST_ROWS = 1_000;

interface Known extends AdjustNames {
  readonly plan: AdjustPlan;
  readonly table: AdjustTable;
}

/**
 * Tables for the answers to questions that come again: the columns, and what stands in them before the values, are made
 * once for all answers that begin the same. Kept by the answers' head, which is frozen, and the same object, as long as
 * it is worth it.
 */
export class KnownTables {
  private readonly known = new WeakMap<AdjustKpiHead, Known>();

  /** For an answer of so many rows. */
  of(question: KpiQuestion, names: AdjustNames, plan: AdjustPlan, begun: AdjustBegun, rows: number): AdjustTable {
    if (rows > MOST_ROWS || !Object.isFrozen(begun.head)) return new AdjustTable(question, names, plan, begun);
    const known = this.known.get(begun.head);
    if (known?.plan === plan && known.apps === names.apps && known.names === names.names) return known.table;
    const table = new AdjustTable(question, names, plan, begun, MOST_ROWS);
    this.known.set(begun.head, { plan, apps: names.apps, names: names.names, table });
    return table;
  }
}
