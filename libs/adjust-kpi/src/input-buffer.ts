import { Unreadable } from './unreadable.js';

const FIRST_SIZE = 131_072;

/** Bytes that have come and are not read yet, in one piece: what was left of the chunks before, and the next chunk. */
export class InputBuffer {
  view: DataView;
  /** What stands before `pos` was read. */
  pos = 0;
  /** What stands from here on is left from before, and means nothing. */
  end: number;

  /** Holds at most so many bytes. `bytes` is only read, as long as nothing is appended to it. */
  constructor(
    private readonly most: number,
    public bytes: Buffer = Buffer.alloc(0),
  ) {
    this.end = bytes.length;
    this.view = viewOf(bytes);
  }

  /** Takes a copy of `chunk`. Throws Unreadable where too much is left unread. */
  append(chunk: Buffer): void {
    const left = this.end - this.pos;
    const length = left + chunk.length;
    if (length > this.most) {
      throw new Unreadable(`more than ${this.most} bytes of it can only be understood at once`, 'too-large');
    }
    if (length > this.bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(2 * length, FIRST_SIZE));
      this.bytes.copy(bytes, 0, this.pos, this.end);
      this.bytes = bytes;
      this.view = viewOf(bytes);
    } else if (this.pos > 0) {
      this.bytes.copyWithin(0, this.pos, this.end);
    }
    chunk.copy(this.bytes, left);
    this.pos = 0;
    this.end = length;
  }
}

export const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
