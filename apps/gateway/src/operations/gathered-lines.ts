/** So many characters are passed on at once, fewer after some milliseconds. */
export const ENOUGH = 8_192;
const LONGEST_MS = 100;

/**
 * Lines are gathered for a moment: one for each request must not cost each request a system call. Pino's destination can
 * gather, too, but reads through all that it has gathered with each line that comes.
 */
export class GatheredLines {
  private text = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly passOn: (text: string) => void) {}

  write(line: string): void {
    this.text += line;
    if (this.text.length >= ENOUGH) this.passOn(this.take());
    else this.timer ??= setTimeout(() => this.passOn(this.take()), LONGEST_MS).unref();
  }

  /** What there is, for one who passes it on. */
  take(): string {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { text } = this;
    this.text = '';
    return text;
  }
}
