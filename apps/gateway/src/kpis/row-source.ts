import type { LineForm } from '../edge/table-lines.js';
import { hasSameColumns, inLayout, type KpiCells, type KpiLayout } from './kpi-layout.js';

/** Rows of one answer that what was made of them is remembered of, for as long as the answer is. */
export const MOST_ROWS_REMEMBERED = 500;

/** The rows of an answer; made when somebody looks at them. */
export interface RowSource {
  readonly count: number;
  readonly cells: readonly KpiCells[];
  /** The rows as lines, where they can be written without being made; NDJSON may be bytes, in UTF-8. */
  lines?(form: LineForm): string | Buffer;
}

export class GivenRows implements RowSource {
  constructor(readonly cells: readonly KpiCells[]) {}

  get count(): number {
    return this.cells.length;
  }
}

/** Several sources' rows in the columns of `layout`, one source after the other. */
export function rowsInTurn(
  sources: readonly { readonly rows: RowSource; readonly layout: KpiLayout }[],
  layout: KpiLayout,
): RowSource {
  const parts = sources.map(({ rows, layout: own }) =>
    hasSameColumns(own, layout) ? rows : new RowsIn(rows, own, layout),
  );
  return parts.length === 1 ? parts[0]! : new RowsInTurn(parts);
}

class RowsIn implements RowSource {
  private made?: readonly KpiCells[];

  constructor(
    private readonly rows: RowSource,
    private readonly from: KpiLayout,
    private readonly to: KpiLayout,
  ) {}

  get count(): number {
    return this.rows.count;
  }

  get cells(): readonly KpiCells[] {
    return (this.made ??= this.rows.cells.map(inLayout(this.from, this.to)));
  }
}

class RowsInTurn implements RowSource {
  private made?: readonly KpiCells[];
  readonly count: number;

  constructor(private readonly parts: readonly RowSource[]) {
    this.count = parts.reduce((sum, { count }) => sum + count, 0);
  }

  get cells(): readonly KpiCells[] {
    return (this.made ??= this.parts.flatMap(({ cells }) => cells));
  }

  lines(form: LineForm): string | Buffer {
    return joined(this.parts.map((part) => linesOfRows(part, form)));
  }
}

/** One text, or bytes where one of them is. */
export function joined(parts: readonly (string | Buffer)[]): string | Buffer {
  if (parts.length === 1) return parts[0]!;
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

export const linesOfRows = (rows: RowSource, form: LineForm): string | Buffer =>
  rows.count === 0 ? '' : (rows.lines?.(form) ?? rows.cells.map((cells) => form.line(cells)).join(''));
