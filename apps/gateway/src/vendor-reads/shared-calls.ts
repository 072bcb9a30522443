import { Departure, GatewayError, type Leaving } from '#libs/domain';

interface Call {
  promise: Promise<unknown>;
  departure: Departure;
  callers: number;
}

/** Joins callers who ask the same thing at the same time to one call, which is aborted only when the last has left. */
export class SharedCalls {
  private readonly calls = new Map<string, Call>();

  /** `signal` is this caller's alone: when it aborts, only this caller's promise is rejected. */
  async join<T>(key: string, signal: Leaving | undefined, start: (signal: Leaving) => Promise<T>): Promise<T> {
    if (signal?.aborted) throw left();
    let call = this.calls.get(key);
    if (!call) {
      const departure = new Departure();
      const started: Call = { departure, callers: 0, promise: start(departure) };
      const forget = (): void => {
        if (this.calls.get(key) === started) this.calls.delete(key);
      };
      started.promise.then(forget, forget);
      this.calls.set(key, (call = started));
    }
    call.callers++;
    return this.wait<T>(key, call, signal);
  }

  /** The call under `key` goes on for those who wait for it; whoever comes now starts a new one. */
  forget(key: string): void {
    this.calls.delete(key);
  }

  private async wait<T>(key: string, call: Call, signal: Leaving | undefined): Promise<T> {
    if (!signal) return call.promise as Promise<T>;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        call.callers--;
        if (call.callers === 0) {
          // Nobody new may join a call that is being given up.
          if (this.calls.get(key) === call) this.calls.delete(key);
          call.departure.leave();
        }
        reject(left());
      };
      signal.addEventListener('abort', leave, { once: true });
      const done = (): void => signal.removeEventListener('abort', leave);
      call.promise.then(
        (value) => (done(), resolve(value as T)),
        (error: unknown) => (done(), reject(error)),
      );
    });
  }
}

const left = (): GatewayError =>
  new GatewayError('UPSTREAM_UNAVAILABLE', 'The caller left before the vendor answered.');
