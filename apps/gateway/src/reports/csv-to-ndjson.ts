import type { CsvLines } from '#libs/kochava-reporting';
import type { LineForm } from '../edge/table-lines.js';

const PIECE_BYTES = 128 * 1024;
const [LF, QUOTE, BACKSLASH] = [10, 0x22, 0x5c];

/** What JSON wants written for a byte, where that is not the byte itself. */
const ESCAPES: (Buffer | undefined)[] = Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH
    ? Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1))
    : undefined,
);
/** Bytes that one may become: \u0000. */
const MOST_FOR_ONE = 6;

/**
 * Lines of CSV as lines of JSON, every cell a text, from bytes to bytes: texts between them would take most of the time.
 */
export class CsvToNdjson {
  /** What stands before each cell, its opening quote and the closing one of the cell before it included. */
  readonly #before: Buffer[];
  readonly #around: number;

  constructor(form: LineForm) {
    this.#before = form.before.map((text, index) => Buffer.from(`${index > 0 ? '"' : ''}${text}"`));
    this.#around = this.#before.reduce((sum, { length }) => sum + length, '"}\n'.length);
  }

  *pieces({ bytes, places, starts, ends }: CsvLines): Generator<Buffer> {
    let out = Buffer.allocUnsafeSlow(0);
    let at = 0;
    for (let line = 0; line < starts.length; line++) {
      const most = this.#around + MOST_FOR_ONE * (ends[line]! - starts[line]!);
      if (at + most > out.length) {
        if (at > 0) yield out.subarray(0, at);
        out = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, most));
        at = 0;
      }
      at = this.#line(bytes, places, 2 * line * this.#before.length, out, at);
    }
    if (at > 0) yield out.subarray(0, at);
  }

  #line(bytes: Buffer, places: Int32Array, from: number, out: Buffer, begin: number): number {
    const before = this.#before;
    let at = begin;
    for (let column = 0, place = from; column < before.length; column++, place += 2) {
      const key = before[column]!;
      for (let index = 0; index < key.length; index++) out[at++] = key[index]!;
      const isDoubled = places[place + 1]! < 0;
      const end = isDoubled ? ~places[place + 1]! : places[place + 1]!;
      for (let pos = places[place]!; pos < end; pos++) {
        const byte = bytes[pos]!;
        if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
          out[at++] = byte;
          continue;
        }
        for (const one of ESCAPES[byte]!) out[at++] = one;
        if (isDoubled && byte === QUOTE) pos++;
      }
    }
    out[at++] = QUOTE;
    out[at++] = 0x7d;
    out[at++] = LF;
    return at;
  }
}
