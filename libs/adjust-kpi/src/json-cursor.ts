import { Unreadable } from './unreadable.js';

/** Thrown at the end of what has come so far; whoever called begins the piece anew when more is there. */
export const INCOMPLETE = Symbol('incomplete');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
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
    if (this.peek() === QUOTE) return this.string();
    const from = this.pos;
    this.pass();
    return parse(this.bytes.toString('utf8', from, this.pos));
  }

  /** Passes over any value, by its brackets and commas alone. */
  pass(): void {
    const closing: number[] = [];
    let afterComma = false;
    do {
      const byte = this.peek();
      const comma = byte === COMMA || byte === COLON;
      if (comma || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        // Else an answer with a comma too many would look like one that breaks off.
        if (afterComma || !(comma ? closing.length > 0 : closing.pop() === byte))
          throw new Unreadable('it is not JSON');
        this.pos++;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        closing.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY);
        if (closing.length > DEEPEST) throw new Unreadable('it is nested too deep');
        this.pos++;
      } else if (byte === QUOTE) this.#passString();
      else this.#passWord();
      afterComma = comma;
    } while (closing.length > 0);
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

/** A whole body as JSON. Throws Unreadable, which tells a body that breaks off from one that is no JSON. */
export function decode(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    try {
      new JsonCursor(body, 0, body.length).value();
    } catch (error) {
      if (error === INCOMPLETE) throw new Unreadable('it breaks off', 'truncated');
      throw error;
    }
    throw new Unreadable('something follows it');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable('it is not JSON');
  }
}
