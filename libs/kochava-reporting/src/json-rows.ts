import { brokenFile } from './broken-file.js';
import { quoteLongIntegers } from './lossless-json.js';
import { MOST_ROW_BYTES, type RowBatch, type RowReader, type RowsOptions } from './row-batch.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT, COMMA] = [0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const BOM = [0xef, 0xbb, 0xbf];

/** What may come next outside an object: the array's `[`; an object or `]`; a comma or `]`; an object; nothing. */
type Expected = 'open' | 'first' | 'after' | 'next' | 'nothing';

/**
 * A JSON array of objects. Looks for the objects' ends alone, byte by byte, and leaves the rest of the work to JSON.parse, a
 * chunk's objects at a time. Integers that a float would round become texts.
 */
export class JsonRowReader implements RowReader {
  #columns: readonly string[];
  #indexes = new Map<string, number>();
  #work: Buffer = Buffer.alloc(0);
  /** Offset in the file of the first byte of `#work`. */
  #offset: number;
  #pos = 0;
  #expected: Expected;
  #depth = 0;
  #inString = false;
  #told = false;

  constructor(from?: RowsOptions['from']) {
    this.#columns = from?.columns ?? [];
    this.#columns.forEach((name, index) => this.#indexes.set(name, index));
    this.#offset = from?.offset ?? 0;
    this.#expected = from ? 'first' : 'open';
  }

  push(chunk: Buffer): RowBatch[] {
    this.#work = this.#work.length === 0 ? chunk : Buffer.concat([this.#work, chunk]);
    const starts: number[] = [];
    let start = this.#depth > 0 ? 0 : -1;
    let first = -1;
    let last = 0;
    const { length } = this.#work;
    while (this.#pos < length) {
      if (this.#depth === 0) {
        if (!this.#step()) continue;
        start = this.#pos - 1;
      }
      if (!this.#passObject()) break;
      starts.push(start);
      if (first === -1) first = start;
      last = this.#pos;
      start = -1;
    }
    const batches = first === -1 ? [] : this.#batches(this.#work.toString('utf8', first, last), starts);
    this.#keep(start === -1 ? Math.min(this.#pos, length) : start);
    return batches;
  }

  finish(): RowBatch[] {
    if (this.#expected !== 'nothing') throw brokenFile('its JSON breaks off', 'truncated');
    return this.#told ? [] : [{ columns: this.#columns, rows: [], offsets: [] }];
  }

  /** Takes one byte between objects; true where it opens one. */
  #step(): boolean {
    const byte = this.#work[this.#pos++]!;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return false;
    const expected = this.#expected;
    if (expected === 'open' && byte === OPEN_ARRAY) this.#expected = 'first';
    else if (byte === OPEN_OBJECT && (expected === 'first' || expected === 'next')) {
      this.#expected = 'after';
      this.#depth = 1;
      return true;
    } else if (byte === CLOSE_ARRAY && (expected === 'first' || expected === 'after')) this.#expected = 'nothing';
    else if (byte === COMMA && expected === 'after') this.#expected = 'next';
    else if (expected !== 'open' || byte !== BOM[this.#offset + this.#pos - 1]) {
      throw brokenFile('it is no JSON array of objects');
    }
    return false;
  }

  /** Goes to the end of the object that is open; false where more of it must come. */
  #passObject(): boolean {
    const work = this.#work;
    const { length } = work;
    let [pos, depth, inString] = [this.#pos, this.#depth, this.#inString];
    while (pos < length) {
      const byte = work[pos++]!;
      if (inString) {
        if (byte === QUOTE) inString = false;
        // The byte after it may be in the next chunk: `pos` then points into that.
        else if (byte === BACKSLASH) pos++;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) break;
    }
    [this.#pos, this.#depth, this.#inString] = [pos, depth, inString];
    return depth === 0;
  }

  #batches(json: string, starts: readonly number[]): RowBatch[] {
    let objects: Record<string, unknown>[];
    try {
      objects = JSON.parse(`[${quoteLongIntegers(json)}]`) as Record<string, unknown>[];
    } catch {
      throw brokenFile('it is no JSON');
    }
    const batches: RowBatch[] = [];
    let [rows, offsets]: [unknown[][], number[]] = [[], []];
    let columns = this.#columns;
    const flush = (): void => {
      if (rows.length > 0) batches.push({ columns, rows, offsets });
      [rows, offsets] = [[], []];
      columns = this.#columns;
    };
    objects.forEach((object, index) => {
      const row = this.#row(object);
      if (columns !== this.#columns) flush();
      rows.push(row);
      offsets.push(this.#offset + starts[index]!);
    });
    flush();
    this.#told = true;
    return batches;
  }

  #row(object: Record<string, unknown>): unknown[] {
    const row: unknown[] = new Array(this.#columns.length);
    let count = 0;
    for (const name in object) {
      if (name === this.#columns[count]) row[count++] = object[name];
      else return this.#rowInOtherOrder(object);
    }
    row.fill(null, count);
    return row;
  }

  #rowInOtherOrder(object: Record<string, unknown>): unknown[] {
    const added = Object.keys(object).filter((name) => !this.#indexes.has(name));
    if (added.length > 0) {
      for (const name of added) this.#indexes.set(name, this.#indexes.size);
      this.#columns = [...this.#columns, ...added];
    }
    const row = new Array<unknown>(this.#columns.length).fill(null);
    for (const [name, value] of Object.entries(object)) row[this.#indexes.get(name)!] = value;
    return row;
  }

  /** Lets go of what has been read. */
  #keep(from: number): void {
    this.#work = this.#work.subarray(from);
    this.#offset += from;
    this.#pos -= from;
    if (this.#work.length > MOST_ROW_BYTES) {
      throw brokenFile(`a row of it has more than ${MOST_ROW_BYTES} bytes`, 'too-large');
    }
  }
}
