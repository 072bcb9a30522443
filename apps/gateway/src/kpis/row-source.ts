import type { LineForm } from '../edge/table-lines.js';
import type { KpiCells } from './kpi-layout.js';

/** The rows of an answer; made when somebody looks at them. */
export interface RowSource {
  readonly count: number;
  readonly cells: readonly KpiCells[];
  /** The rows as lines, where they can be written without being made. */
  lines?(form: LineForm): string;
}

export class GivenRows implements RowSource {
  constructor(readonly cells: readonly KpiCells[]) {}

  get count(): number {
    return this.cells.length;
  }
}

/** Several sources' rows, one after the other. */
export function rowsInTurn(sources: readonly RowSource[]): RowSource {
  return sources.length === 1 ? sources[0]! : new GivenRows(sources.flatMap(({ cells }) => cells));
}
