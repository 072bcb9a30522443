import type { CsvLines, RowBatch } from '#libs/kochava-reporting';
import { GatewayError } from '#libs/domain';
import type { Cell, LineForm } from '../edge/table-lines.js';
import { CsvToNdjson } from './csv-to-ndjson.js';

const PIECE_ROWS = 500;

/** What a spreadsheet takes for the start of a formula, but for the minus: a negative number is none. */
const FORMULA = new Set(Buffer.from('=+@\t\r'));
const MINUS = 0x2d;
const NEGATIVE = /^-\d+(?:\.\d+)?$/;

/**
 * A report's rows as the lines of a table. In a file every value is a text: what is plainly a number stays as it is. Lines
 * of CSV that need no change pass whole.
 */
export function reportLines(
  batches: AsyncIterable<RowBatch>,
  columns: readonly string[],
): (form: LineForm) => AsyncGenerator<string | Buffer> {
  return async function* lines(form) {
    const isCsv = form.format === 'csv';
    const toNdjson = new CsvToNdjson(form);
    for await (const batch of batches) {
      if (batch.columns.length > columns.length) throw moreColumns(batch.columns.slice(columns.length));
      if (batch.lines === undefined) yield* rewritten(batch.rows, form);
      else if (isCsv) yield csvPiece(batch, batch.lines, form);
      else yield* toNdjson.pieces(batch.lines);
    }
  };
}

type Row = readonly unknown[];

function* rewritten(rows: readonly Row[], form: LineForm): Generator<string> {
  const line = form.format === 'csv' ? csvLine : ndjsonLine;
  for (let from = 0; from < rows.length; from += PIECE_ROWS) {
    let piece = '';
    for (const row of rows.slice(from, from + PIECE_ROWS)) piece += line(row, form);
    yield piece;
  }
}

/** The lines of `batch`; those that must be written anew are, between the others. */
function csvPiece(batch: RowBatch, lines: CsvLines, form: LineForm): Buffer {
  const { bytes, starts, ends, clean } = lines;
  const width = batch.columns.length;
  const parts: Buffer[] = [];
  let [from, to] = [0, 0];
  for (let line = 0; line < starts.length; line++) {
    const isWhole = clean[line]! && !isRisky(lines, line * width, width);
    if (isWhole && starts[line] === to) {
      to = ends[line]!;
      continue;
    }
    if (to > from) parts.push(bytes.subarray(from, to));
    if (!isWhole) parts.push(Buffer.from(csvLine(batch.rows[line]!, form)));
    [from, to] = isWhole ? [starts[line]!, ends[line]!] : [0, 0];
  }
  if (to > from) parts.push(bytes.subarray(from, to));
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Has the line a cell that a spreadsheet might run? `cell`: the line's first. */
function isRisky({ bytes, places }: CsvLines, cell: number, width: number): boolean {
  for (let place = 2 * cell; place < 2 * (cell + width); place += 2) {
    const [start, end] = [places[place]!, places[place + 1]!];
    const first = bytes[start]!;
    if (first > MINUS && first < 0x3d) continue;
    if (start === end) continue;
    if (FORMULA.has(first)) return true;
    if (first === MINUS && !NEGATIVE.test(bytes.toString('latin1', start, end < 0 ? ~end : end))) return true;
  }
  return false;
}

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

/** A table's cells are scalars: what JSON nests is a text of JSON. */
const cellOf = (value: unknown): Cell =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell);

/** A table's columns are told first: a JSON file whose later rows have more can not be one. */
function moreColumns(names: readonly string[]): GatewayError {
  const told = names.map((name) => JSON.stringify(name)).join(', ');
  const says = `The report’s file has columns that its first rows lacked (${told}): read it as JSON pages, or the file itself.`;
  return new GatewayError('UPSTREAM_INVALID_RESPONSE', says, { vendor: 'KOCHAVA' });
}
