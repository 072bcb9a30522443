import { isUtf8 } from 'node:buffer';
import { brokenFile } from './broken-file.js';
import { CellPlaces, type CsvLines, MORE, readLine, textsOf } from './csv-lines.js';
import { MOST_ROW_BYTES, PATIENT_FROM, type RowBatch, type RowReader, type RowsOptions } from './row-batch.js';

const BOM = Buffer.from('\ufeff');

/**
 * CSV as RFC 4180 has it. What is read is where the cells lie; texts are made of them where somebody wants texts, since
 * lines are mostly passed on, and to copy bytes takes a fraction of the time.
 */
export class CsvRowReader implements RowReader {
  readonly #cells = new CellPlaces();
  #columns: readonly string[] | undefined;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Offset in the file of the first byte of the pieces. */
  #offset: number;
  #tryFrom = 0;
  #told = false;
  #line = 0;

  constructor(from?: RowsOptions['from']) {
    this.#columns = from?.columns;
    this.#offset = from?.offset ?? 0;
  }

  push(chunk: Buffer): RowBatch[] {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    return this.#length < this.#tryFrom ? [] : this.#read(false);
  }

  finish(): RowBatch[] {
    const batches = this.#read(true);
    if (!this.#columns) throw brokenFile('it is empty, without even a header');
    if (!this.#told) batches.push({ columns: this.#columns, rows: [], offsets: [] });
    return batches;
  }

  #read(final: boolean): RowBatch[] {
    const bytes = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    const cells = this.#cells;
    const [starts, ends, clean]: [number[], number[], boolean[]] = [[], [], []];
    cells.used = 0;
    let pos = 0;
    if (this.#offset === 0 && !this.#columns) {
      // Less than a BOM can't be told from one.
      if (!final && bytes.length < BOM.length) return [];
      if (bytes.subarray(0, BOM.length).equals(BOM)) pos = BOM.length;
    }
    while (pos < bytes.length) {
      const before = cells.used;
      const next = readLine(bytes, pos, final, cells);
      if (next === MORE) {
        cells.used = before;
        break;
      }
      this.#line++;
      const count = (cells.used - before) / 2;
      if (count === this.#columns?.length) {
        starts.push(pos);
        ends.push(next);
        clean.push(cells.clean);
      } else {
        const places = cells.copy(before);
        const isBlank = count === 1 && places[0] === places[1];
        if (!isBlank) this.#takeHeader(textsOf({ bytes, places }, count)[0]!);
        cells.used = before;
      }
      pos = next;
    }
    this.#keep(bytes, pos);
    if (starts.length === 0 || !this.#columns) return [];
    this.#told = true;
    return [new CsvBatch(this.#columns, { bytes, places: cells.copy(), starts, ends, clean }, this.#offset - pos)];
  }

  /** Throws where there is a header already: then this is a row of another width. */
  #takeHeader(fields: readonly string[]): void {
    if (this.#columns) {
      const [has, wanted] = [fields.length, this.#columns.length];
      throw brokenFile(`row ${this.#line} of what was read has ${has} fields where the header has ${wanted}`);
    }
    this.#columns = headerOf(fields);
  }

  /** What is left is the beginning of a row. */
  #keep(bytes: Buffer, pos: number): void {
    const left = bytes.length - pos;
    this.#pieces = left > 0 ? [bytes.subarray(pos)] : [];
    this.#length = left;
    this.#offset += pos;
    if (left > MOST_ROW_BYTES) throw brokenFile(`a row of it has more than ${MOST_ROW_BYTES} bytes`, 'too-large');
    this.#tryFrom = left > PATIENT_FROM ? 2 * left : 0;
  }
}

class CsvBatch implements RowBatch {
  readonly lines: CsvLines | undefined;
  readonly #lines: CsvLines;
  readonly #offset: number;
  #rows: string[][] | undefined;

  /** `offset`: in the file, of the lines' first byte. */
  constructor(
    readonly columns: readonly string[],
    lines: CsvLines,
    offset: number,
  ) {
    this.#lines = lines;
    this.#offset = offset;
    if (isUtf8(lines.bytes.subarray(lines.starts[0], lines.ends.at(-1)))) this.lines = lines;
  }

  get rows(): readonly (readonly string[])[] {
    return (this.#rows ??= textsOf(this.#lines, this.columns.length));
  }

  get offsets(): readonly number[] {
    return this.#lines.starts.map((start) => this.#offset + start);
  }
}

/** SQL may select two columns of one name: each gets a name of its own. */
function headerOf(fields: readonly string[]): string[] {
  if (fields[0]?.trimStart().startsWith('<')) throw brokenFile('it is a page or XML, no CSV');
  const seen = new Map<string, number>();
  return fields.map((field) => {
    const count = (seen.get(field) ?? 0) + 1;
    seen.set(field, count);
    return count === 1 ? field : `${field}_${count}`;
  });
}
