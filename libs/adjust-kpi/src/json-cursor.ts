import { Unreadable } from './unreadable.js';

/** Thrown at the end of what has come so far; whoever called begins the piece anew when more is there. */
export const INCOMPLETE = Symbol('incomplete');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DEEPEST = 64;
const WORD = Uint8Array.from({ length: 256 }, (_, byte) => (/[-+.\w]/.test(String.fromCharCode(byte)) ? 1 : 0));

/** Reads JSON, piece by piece, from bytes that may break off anywhere. Simple rather than fast. */
export class JsonCursor {
  constructor(
    readonly bytes: Buffer,
    public pos: number,
    readonly end: number,
  ) {}

  /** The next byte that is no white space, which is not taken. */
  peek(): number {
    const { bytes, end } = this;
    while (this.pos < end) {
      const byte = bytes[this.pos]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.pos++;
    }
    throw INCOMPLETE;
  }

  peekIs(character: string): boolean {
    return this.peek() === character.charCodeAt(0);
  }

  /** Takes one of these characters and says which. */
  take(characters: string): string {
    const character = String.fromCharCode(this.peek());
    if (!characters.includes(character)) throw new Unreadable('it is not JSON');
    this.pos++;
    return character;
  }

  /** Takes a string; answers with its text. */
  string(): string {
    if (this.peek() !== QUOTE) throw new Unreadable('it is not JSON');
    const from = this.pos;
    const plain = this.#passString();
    if (plain) return this.bytes.toString('latin1', from + 1, this.pos - 1);
    return parse(this.bytes.toString('utf8', from, this.pos)) as string;
  }

  /** Takes `"key":`. */
  key(): string {
    const key = this.string();
    this.take(':');
    return key;
  }

  /** Takes any value; answers with it decoded. */
  value(): unknown {
    this.peek();
    const from = this.pos;
    this.pass();
    return parse(this.bytes.toString('utf8', from, this.pos));
  }

  /** Passes over any value, by its brackets alone. */
  pass(): void {
    let depth = 0;
    do {
      const byte = this.peek();
      if (byte === QUOTE) this.#passString();
      else if (byte === 0x7b || byte === 0x5b) {
        if (++depth > DEEPEST) throw new Unreadable('it is nested too deep');
        this.pos++;
      } else if (byte === 0x7d || byte === 0x5d) {
        if (--depth < 0) throw new Unreadable('it is not JSON');
        this.pos++;
      } else if (byte === 0x2c || byte === 0x3a) {
        if (depth === 0) throw new Unreadable('it is not JSON');
        this.pos++;
      } else this.#passWord();
    } while (depth > 0);
  }

  /** A number, true, false, null: whether it is one, `parse` finds out. */
  #passWord(): void {
    const { bytes, end } = this;
    const from = this.pos;
    for (; this.pos < end; this.pos++) {
      if (!WORD[bytes[this.pos]!]) {
        if (this.pos === from) throw new Unreadable('it is not JSON');
        return;
      }
    }
    throw INCOMPLETE;
  }

  /** Answers whether it is ASCII without escapes. */
  #passString(): boolean {
    const { bytes, end } = this;
    let plain = true;
    for (let at = this.pos + 1; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.pos = at + 1;
        return plain;
      }
      if (byte === BACKSLASH) at++;
      if (byte === BACKSLASH || byte >= 0x80) plain = false;
      else if (byte < 0x20) throw new Unreadable('it is not JSON');
    }
    throw INCOMPLETE;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable('it is not JSON');
  }
}
