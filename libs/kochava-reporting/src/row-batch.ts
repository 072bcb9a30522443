import type { CsvLines } from './csv-lines.js';

/** Rows that came in one piece of a report's file. */
export interface RowBatch {
  /** The same array until a row brings a column that no row before it had: then a longer one. */
  readonly columns: readonly string[];
  /** Values in the order of `columns`: texts in CSV, anything in JSON, null where a JSON row has no such field. */
  readonly rows: readonly (readonly unknown[])[];
  /** The byte of the unpacked file that each row begins with: where reading can begin anew. */
  readonly offsets: readonly number[];
  /** CSV: the same rows as they lie in the file, where it is UTF-8. Texts are made of them when `rows` is first read. */
  readonly lines?: CsvLines | undefined;
}

export interface RowsOptions {
  format: 'csv' | 'json';
  /** Begin here instead of at the top: `body` starts at this byte, an offset of a row, and these are the columns so far. */
  from?: { offset: number; columns: readonly string[] };
}

/** Reads rows out of bytes that may break off anywhere. */
export interface RowReader {
  /** The rows that these bytes complete. */
  push(chunk: Buffer): RowBatch[];
  /** The body is over: the rest. Throws unless the file is whole. */
  finish(): RowBatch[];
}

/** Bytes that one row may have. */
export const MOST_ROW_BYTES = 16 * 1024 * 1024;
/** A row that is longer than this is tried again only when twice as much of it has come. */
export const PATIENT_FROM = 65_536;
