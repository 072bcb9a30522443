/**
 * What of an AbortSignal tells that nobody waits for an answer any more. An AbortSignal is one; a real one costs more to
 * make, to hear and to leave than all else that a request needs.
 */
export interface Leaving {
  readonly aborted: boolean;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: LeavingListener, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: LeavingListener): void;
}

export type LeavingListener = (() => void) | { handleEvent(): void };

/** The one who was waited for, or who waits: `leave` tells everybody who listens, once. */
export class Departure implements Leaving {
  aborted = false;
  private listeners: LeavingListener[] = [];

  leave(): void {
    if (this.aborted) return;
    this.aborted = true;
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) {
      if (typeof listener === 'function') listener();
      else listener.handleEvent();
    }
  }

  throwIfAborted(): void {
    if (this.aborted) throw new DOMException('This operation was aborted', 'AbortError');
  }

  addEventListener(_: 'abort', listener: LeavingListener): void {
    if (!this.aborted && !this.listeners.includes(listener)) this.listeners.push(listener);
  }

  removeEventListener(_: 'abort', listener: LeavingListener): void {
    const at = this.listeners.indexOf(listener);
    if (at >= 0) this.listeners.splice(at, 1);
  }
}

type Heard = Pick<Leaving, 'aborted' | 'addEventListener'>;

/** For what takes nothing less, as Node's own timers and streams. */
export function abortSignalOf(leaving: Heard): AbortSignal;
export function abortSignalOf(leaving: Heard | undefined): AbortSignal | undefined;
export function abortSignalOf(leaving: Heard | undefined): AbortSignal | undefined {
  if (leaving === undefined || leaving instanceof AbortSignal) return leaving;
  const controller = new AbortController();
  if (leaving.aborted) controller.abort();
  else leaving.addEventListener('abort', () => controller.abort());
  return controller.signal;
}
