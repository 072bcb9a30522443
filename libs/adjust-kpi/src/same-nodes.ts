import { CLOSED, COMMA, NULL_BIT, START, STOP, VALUES } from './values-table.js';
import { viewOf } from './input-buffer.js';
import type { AdjustKpiRowBatch } from './row-batch.js';

const LINE_FEED = 0x0a;
const SPACE = 0x20;

/** Where the values of each row stand in an answer: from the first byte of each to behind its bracket, two by two. */
export type ValueMarks = readonly number[];

/**
 * An answer without its values, to read the next one by that has the same nodes: everything between the values is
 * compared byte for byte, and the values are taken as they are from any other answer. Whatever differs is left to the
 * reader of all answers.
 */
export class SameNodes {
  /** What stands between the values, one piece after the other, and where each piece ends. */
  readonly #fixed: Buffer;
  readonly #ends: number[];
  readonly #words: DataView;
  readonly #rows: Pick<AdjustKpiRowBatch, 'length' | 'groups' | 'last'> | undefined;

  /** `rows`: the batch that the answer gave, all of whose rows are marked; undefined: it has none. */
  constructor(
    body: Buffer,
    marks: ValueMarks,
    rows: AdjustKpiRowBatch | undefined,
    private readonly width: number,
  ) {
    this.#rows = rows && { length: rows.length, groups: rows.groups, last: rows.last };
    const pieces: Buffer[] = [];
    const ends: number[] = [];
    let from = 0;
    let end = 0;
    for (let mark = 0; mark < marks.length; mark += 2) {
      pieces.push(body.subarray(from, marks[mark]));
      ends.push((end += marks[mark]! - from));
      from = marks[mark + 1]!;
    }
    pieces.push(body.subarray(from));
    this.#fixed = Buffer.concat(pieces);
    this.#words = viewOf(this.#fixed);
    this.#ends = ends;
  }

  /** The rows of `body` in batches; undefined: it is not of these nodes, or its values want a closer look. */
  read(body: Buffer): AdjustKpiRowBatch[] | undefined {
    const fixed = this.#fixed;
    const ends = this.#ends;
    const table = VALUES;
    // A constant of another module is looked up at each byte.
    const stop = STOP;
    const comma = COMMA;
    const end = body.length;
    const size = end - fixed.length;
    if (size < 0) return undefined;
    const text = Buffer.allocUnsafe(size);
    const view = viewOf(body);
    const words = this.#words;
    let at = 0;
    let passed = 0;
    let bytes = 0;
    let seen = 0;
    for (let row = 0; row < ends.length; row++) {
      const until = ends[row]!;
      if (at + until - passed > end) return undefined;
      while (passed + 4 <= until) {
        if (view.getInt32(at) !== words.getInt32(passed)) return undefined;
        at += 4;
        passed += 4;
      }
      while (passed < until) if (body[at++] !== fixed[passed++]) return undefined;
      let state = START;
      let values = 1;
      while (at < end) {
        const value = body[at++]!;
        state = table[(state << 8) | value]!;
        if (state >= stop) break;
        seen |= state;
        if (state === comma) values++;
        // Past its end, nothing is written; then there are too few bytes left for the pieces, too.
        text[bytes] = value;
        if (value > SPACE) bytes++;
      }
      if (state !== CLOSED || values !== this.width) return undefined;
      text[bytes++] = LINE_FEED;
    }
    if (end - at !== fixed.length - passed) return undefined;
    while (at < end) if (body[at++] !== fixed[passed++]) return undefined;
    if (!this.#rows) return [];
    const { length, groups, last } = this.#rows;
    const nulls = (seen & NULL_BIT) !== 0;
    return [{ length, groups, last, text: bytes === size ? text : text.subarray(0, bytes), nulls }];
  }
}
