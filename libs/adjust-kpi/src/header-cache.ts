import type { AdjustCell } from './types.js';

/** A node up to where its rows begin, as its bytes: `{"token":"abc","name":"Network","kpi_values":[`. */
export interface Header {
  readonly length: number;
  readonly cell: AdjustCell;
  /** The bytes as little-endian 32 bit words; the last word ends at the last byte and may overlap the one before. */
  readonly words: readonly number[];
}

const MOST_SLOTS = 8192;
const FEWEST_SLOTS = 64;
/** Bytes of memory that a header takes beside its own. */
const HEADER_WEIGHT = 300;
const HASHED_FROM = 7;
const HASHED = 16;

/**
 * The same node comes again under every other: a header that was read once is known again by its bytes, four at a time,
 * without reading it. Holds at most so many, so that an answer of any size needs the same memory; a header that was
 * displaced is read anew.
 */
export class HeaderCache {
  readonly #slots: (Header | undefined)[];
  #weight: number;

  /** For an answer of so many bytes, or one that goes on after them. `grown` is called whenever it weighs more. */
  constructor(
    bytes: number,
    private readonly grown?: () => void,
  ) {
    const slots = Math.min(MOST_SLOTS, Math.max(FEWEST_SLOTS, 2 ** Math.floor(Math.log2(bytes / 16 + 1))));
    this.#slots = new Array<Header | undefined>(slots).fill(undefined);
    this.#weight = 8 * slots;
  }

  /** About how many bytes of memory it takes. */
  get weight(): number {
    return this.#weight;
  }

  /** The known header that stands at `pos`, where it has come whole. Its last word says what level it is of. */
  find(view: DataView, pos: number, end: number): Header | undefined {
    const header = this.#slots[hash(view, pos, end) & (this.#slots.length - 1)];
    if (header === undefined || pos + header.length > end) return undefined;
    const { words } = header;
    const last = words.length - 1;
    for (let word = 0, at = pos; word < last; word++, at += 4) {
      if (view.getInt32(at, true) !== words[word]) return undefined;
    }
    return view.getInt32(pos + header.length - 4, true) === words[last] ? header : undefined;
  }

  /** Takes the `length` bytes at `pos` as the header of this cell. */
  add(view: DataView, pos: number, end: number, length: number, cell: AdjustCell): Header {
    // No Int32Array, which is three objects and made ten times as slowly.
    const words = new Array<number>((length + 3) >> 2);
    const last = words.length - 1;
    for (let word = 0; word < last; word++) words[word] = view.getInt32(pos + 4 * word, true);
    words[last] = view.getInt32(pos + length - 4, true);
    const header = { length, cell: Object.freeze(cell), words };
    const slot = hash(view, pos, end) & (this.#slots.length - 1);
    this.#weight += length + (this.#slots[slot] ? -this.#slots[slot].length : HEADER_WEIGHT);
    this.#slots[slot] = header;
    this.grown?.();
    return header;
  }
}

/** By a few bytes where names begin to differ, behind any indentation. */
function hash(view: DataView, pos: number, end: number): number {
  let from = pos + 1;
  while (from < end && view.getUint8(from) <= 0x20) from++;
  from += HASHED_FROM;
  let mixed = 0;
  if (from + HASHED <= end) {
    for (let at = from; at < from + HASHED; at += 4) {
      mixed = Math.imul(mixed ^ view.getInt32(at, true), 0x9e3779b1);
      mixed ^= mixed >>> 15;
    }
  }
  return mixed;
}
