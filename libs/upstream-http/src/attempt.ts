import type { CallSignal } from './call.js';
import { Failed } from './failed.js';

/**
 * One try, from the asking for the secret to the last byte of the body: its clock, its caller's signal, and the request
 * that both cut short. Whatever fails first is the reason; what follows from it is not heard any more.
 */
export class Attempt {
  /** May a byte of the request have reached the vendor? */
  sent = false;
  status?: number;
  /** Bytes of the body so far: as they came over the wire, or of a stream as they were handed on. */
  bytes = 0;
  failed?: Failed;
  /** What there is of an answer, and the connection below it: destroyed when the try fails. */
  reply?: { destroy(): void };

  private over = false;
  private onceOver?: () => void;
  private timer?: NodeJS.Timeout;
  private interrupt?: (failed: Failed) => void;

  /** `release` gives back the try's place among the concurrent calls; called once, however the try ends. */
  constructor(
    private readonly signal: CallSignal | undefined,
    private readonly release: () => void,
  ) {
    signal?.addEventListener('abort', this);
    if (signal?.aborted) this.handleEvent();
  }

  /** Called when the try is over, in whichever way. */
  whenOver(listener: () => void): void {
    if (this.over) listener();
    else this.onceOver = listener;
  }

  /** The caller's signal: as a listener object, so that no function is made for each try. */
  handleEvent(): void {
    this.fail('cancelled', 'Cancelled: nobody waits for the answer any more.');
  }

  /** Fails with `timeout` unless set anew, failed or finished within `ms`. */
  limit(ms: number, message: string): void {
    clearTimeout(this.timer);
    if (!this.over) this.timer = setTimeout(() => this.fail('timeout', message), ms);
  }

  /** A step of the try that can be cut short at any moment; it ends with what `step` resolves, or with the failure. */
  step<T>(step: (resolve: (value: T | Failed) => void, reject: (error: unknown) => void) => void): Promise<T | Failed> {
    return new Promise((resolve, reject) => {
      if (this.failed) return resolve(this.failed);
      this.interrupt = resolve;
      step(resolve, reject);
    });
  }

  /** Ends the try and its connection. The first failure counts, and is returned. */
  fail(failure: Failed['failure'], message: string, status = this.status): Failed {
    this.failed ??= new Failed(failure, message, { status });
    if (!this.over) {
      this.finish();
      this.reply?.destroy();
      this.interrupt?.(this.failed);
    }
    return this.failed;
  }

  /** The try is over: the clock stops. The connection is kept for the next. */
  finish(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this);
    this.release();
    this.onceOver?.();
  }
}
