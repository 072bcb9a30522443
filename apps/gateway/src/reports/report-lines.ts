import type { RowBatch } from '#libs/kochava-reporting';
import { GatewayError } from '#libs/domain';
import type { Cell, LineForm } from '../edge/table-lines.js';

const PIECE_ROWS = 500;

/** A cell that a spreadsheet might run; a negative number is none. */
const RISKY = /(?:^|[,\n])(?:[=+@\t]|-(?!\d+(?:\.\d+)?(?:[,\n]|$)))/;
const NEGATIVE = /^-\d+(?:\.\d+)?$/;

/**
 * A report's rows as the lines of a table. In a file every value is a text: what is plainly a number stays as it is. Lines
 * that need no change pass whole.
 */
export function reportLines(
  batches: AsyncIterable<RowBatch>,
  columns: readonly string[],
): (form: LineForm) => AsyncGenerator<string> {
  return async function* lines(form) {
    const isCsv = form.format === 'csv';
    for await (const batch of batches) {
      if (batch.columns.length > columns.length) throw moreColumns(batch.columns.slice(columns.length));
      const { source, rows } = batch;
      if (isCsv && source !== undefined && !RISKY.test(source)) {
        yield source;
        continue;
      }
      const line = isCsv ? csvLine : source === undefined ? ndjsonLine : plainNdjsonLine;
      for (let from = 0; from < rows.length; from += PIECE_ROWS) {
        let piece = '';
        for (const row of rows.slice(from, from + PIECE_ROWS)) piece += line(row, form);
        yield piece;
      }
    }
  };
}

type Row = readonly unknown[];

function csvLine(row: Row, form: LineForm): string {
  let line = '';
  for (let index = 0; index < row.length; index++) {
    const cell = cellOf(row[index]);
    line += form.before[index] + (typeof cell === 'string' && NEGATIVE.test(cell) ? cell : form.cell(cell));
  }
  return line + form.end;
}

function ndjsonLine(row: Row, form: LineForm): string {
  let line = '';
  for (let index = 0; index < row.length; index++) line += form.before[index] + form.cell(cellOf(row[index]));
  return line + form.end;
}

/** Texts in which JSON escapes nothing. */
function plainNdjsonLine(row: Row, form: LineForm): string {
  let line = '';
  for (let index = 0; index < row.length; index++) line += `${form.before[index]}"${row[index] as string}"`;
  return line + form.end;
}

/** A table's cells are scalars: what JSON nests is a text of JSON. */
const cellOf = (value: unknown): Cell =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell);

/** A table's columns are told first: a JSON file whose later rows have more can not be one. */
function moreColumns(names: readonly string[]): GatewayError {
  const told = names.map((name) => JSON.stringify(name)).join(', ');
  const says = `The report’s file has columns that its first rows lacked (${told}): read it as JSON pages, or the file itself.`;
  return new GatewayError('UPSTREAM_INVALID_RESPONSE', says, { vendor: 'KOCHAVA' });
}
