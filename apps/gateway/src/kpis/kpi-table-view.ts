import { keptTexts } from './kept-texts.js';
import type { KpiTable } from './kpi.model.js';
import type { RowSource } from './row-source.js';

export const MOST_TABLE_ROWS = 100_000;

/** Rows as arrays, made when they are selected. */
export class KpiTableView implements KpiTable {
  constructor(
    readonly columns: KpiTable['columns'],
    private readonly source: RowSource,
  ) {}

  get rows(): unknown[][] {
    return this.source.cells.slice(0, MOST_TABLE_ROWS) as unknown[][];
  }

  /** As JSON. */
  get rowsText(): string {
    return keptTexts.of(this.source, 'table', () => JSON.stringify(this.rows)).text as string;
  }
}
