import { brokenFile } from './broken-file.js';

const [LF, CR, QUOTE, COMMA] = [10, 13, 0x22, 0x2c];

/** The line is not whole: more of the file must come. */
export const MORE = -1;

/** Lines of a CSV file, and where their cells lie in it. */
export interface CsvLines {
  /** UTF-8. */
  readonly bytes: Buffer;
  /**
   * Of each cell, line by line, its first byte and the byte after its last, enclosing quotes left out. The latter as `~end`
   * where two quotes in it stand for one.
   */
  readonly places: Int32Array;
  /** Of each line, its first byte and the byte after its line break. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Does the line, as it stands, end in LF alone, and quote whatever RFC 4180 wants quoted? */
  readonly clean: readonly boolean[];
}

/** The places of the cells that were read last. */
export class CellPlaces {
  used = 0;
  /** CsvLines.clean, of the last line. */
  clean = true;
  #places = new Int32Array(16_384);

  add(start: number, end: number): void {
    if (this.used + 2 > this.#places.length) {
      const grown = new Int32Array(2 * this.#places.length);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places[this.used++] = start;
    this.#places[this.used++] = end;
  }

  /** Those from the `from`th number on, to keep. */
  copy(from = 0): Int32Array {
    return this.#places.slice(from, this.used);
  }
}

/**
 * Adds the cells of the line that begins at `from`; answers where the next begins, or MORE. Lenient in one point: a quote
 * inside a field that does not begin with one stands for itself. Throws UpstreamError `truncated` or `malformed`.
 */
export function readLine(bytes: Buffer, from: number, final: boolean, cells: CellPlaces): number {
  const { length } = bytes;
  let clean = true;
  for (let pos = from; ;) {
    let start = pos;
    let end: number;
    if (pos < length && bytes[pos] === QUOTE) {
      start = ++pos;
      let doubled = false;
      for (; ; pos += 2) {
        while (pos < length && bytes[pos] !== QUOTE) pos++;
        if (pos === length && final) throw brokenFile('a quoted field of it never ends', 'truncated');
        // At the very end the quote may be the first of two.
        if (pos + 1 >= length && !final) return MORE;
        if (pos + 1 === length || bytes[pos + 1] !== QUOTE) break;
        doubled = true;
      }
      end = doubled ? ~pos : pos;
      pos++;
      if (pos < length && bytes[pos] === CR && (pos + 1 === length || bytes[pos + 1] === LF)) {
        clean = false;
        pos++;
      }
      if (pos < length && bytes[pos] !== COMMA && bytes[pos] !== LF) {
        throw brokenFile('something follows the closing quote of a field of it');
      }
    } else {
      while (pos < length) {
        const byte = bytes[pos]!;
        if (byte === COMMA || byte === LF) break;
        if (byte === QUOTE || byte === CR) clean = false;
        pos++;
      }
      const isLast = pos === length || bytes[pos] === LF;
      end = isLast && pos > start && bytes[pos - 1] === CR ? pos - 1 : pos;
    }
    if (pos === length && !final) return MORE;
    cells.add(start, end);
    if (pos === length || bytes[pos] === LF) {
      cells.clean = clean && pos < length;
      return pos === length ? pos : pos + 1;
    }
    pos++;
  }
}

/** The cells' texts, `width` of them in a line; bytes that are no UTF-8 become U+FFFD. */
export function textsOf({ bytes, places }: Pick<CsvLines, 'bytes' | 'places'>, width: number): string[][] {
  const from = places.length > 0 ? places[0]! : 0;
  const last = places.length > 0 ? places[places.length - 1]! : 0;
  // One text, and parts of it: a call for each cell would take several times as long. latin1 keeps bytes and places the same.
  const text = bytes.toString('latin1', from, last < 0 ? ~last : last);
  const lines: string[][] = [];
  for (let at = 0; at < places.length;) {
    const line: string[] = new Array(width);
    for (let column = 0; column < width; column++) {
      const [start, end] = [places[at++]!, places[at++]!];
      const cell = utf8(text.slice(start - from, (end < 0 ? ~end : end) - from));
      line[column] = end < 0 ? cell.replaceAll('""', '"') : cell;
    }
    lines.push(line);
  }
  return lines;
}

const utf8 = (bytes: string): string =>
  /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
