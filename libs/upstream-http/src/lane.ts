import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { CallSignal } from './call.js';
import { Failed, isTrouble } from './failed.js';

export interface BreakerSettings {
  /** Troubled tries in a row that open it. */
  failures: number;
  /** How long it stays open before one call is let through as a probe. */
  halfOpenAfterMs: number;
}

interface Waiter {
  max: number;
  enter: () => void;
}

const troubled = handleWhenResult((result) => result instanceof Failed && isTrouble(result));
const abandoned = new Failed('unavailable', 'The probe was abandoned.', { trouble: true });

/** The way to one vendor with one credential: its breaker, and the bound on its calls under way. */
export class Lane {
  /** Set at each use; cleared by Lanes when it looks for one to let go. */
  used = false;
  private active = 0;
  private readonly waiters = new Set<Waiter>();
  private readonly counter: ConsecutiveBreaker;
  private readonly breaker: CircuitBreakerPolicy;
  private openUntil = 0;

  constructor(settings: BreakerSettings) {
    this.counter = new ConsecutiveBreaker(settings.failures);
    this.breaker = circuitBreaker(troubled, { halfOpenAfter: settings.halfOpenAfterMs, breaker: this.counter });
    this.breaker.onBreak(() => (this.openUntil = Date.now() + settings.halfOpenAfterMs));
  }

  get idle(): boolean {
    return this.active === 0 && this.waiters.size === 0;
  }

  /** breaker-open, unless a call may go now. */
  refused(): Failed | undefined {
    const { state } = this.breaker;
    if (state === CircuitState.Closed) return undefined;
    const leftMs = this.openUntil - Date.now();
    if (state === CircuitState.Open && leftMs <= 0) return undefined;
    return new Failed('breaker-open', 'The vendor has failed several times in a row: not asked for now.', {
      retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
    });
  }

  /**
   * Runs `work` through the breaker; call `refused` in the same tick before. `work` is told whether it is the probe: all
   * others are refused until the probe's promise settles. `ended` hears of the result first.
   */
  guard<T>(
    work: (probe: boolean) => Promise<T | Failed>,
    ended: (result: T | Failed) => void = () => undefined,
  ): Promise<T | Failed> {
    const isProbe = this.breaker.state === CircuitState.Open;
    return (isProbe ? this.probe(work) : work(false)).then((result) => {
      ended(result);
      return isProbe ? result : this.heard(result);
    });
  }

  private heard<T>(result: T | Failed): (T | Failed) | Promise<T | Failed> {
    // A caller that went away says nothing about the vendor's health: neither a success nor a failure.
    if (result instanceof Failed && result.failure === 'cancelled') return result;
    // cockatiel is told afterwards: to run every call through it costs more than the rest of the lane.
    if (!(result instanceof Failed) || !isTrouble(result)) this.counter.success();
    else if (this.breaker.state === CircuitState.Closed) return this.breaker.execute(() => result);
    return result;
  }

  private async probe<T>(work: (probe: boolean) => Promise<T | Failed>): Promise<T | Failed> {
    let cancelled: Failed | undefined;
    const result = await this.breaker.execute(async () => {
      const done = await work(true);
      if (!(done instanceof Failed) || done.failure !== 'cancelled') return done;
      // A caller that went away must not close the circuit.
      cancelled = done;
      return abandoned;
    });
    return cancelled ?? result;
  }

  /** True if a slot was free and is now taken. */
  tryEnter(max: number): boolean {
    if (this.active >= max || this.waiters.size > 0) return false;
    this.active++;
    return true;
  }

  /** Waits in line for a slot. Undefined: it is taken. */
  enter(max: number, waitMs: number, signal: CallSignal | undefined): Promise<Failed | undefined> {
    return new Promise((resolve) => {
      const leave = (failed?: Failed): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        this.waiters.delete(waiter);
        resolve(failed);
      };
      const cancel = (): void => leave(new Failed('cancelled', 'Cancelled while waiting for a turn.'));
      const waiter: Waiter = { max, enter: leave };
      const timer = setTimeout(
        () => leave(new Failed('overloaded', 'Too many calls are under way with this credential: try again later.')),
        waitMs,
      );
      signal?.addEventListener('abort', cancel);
      this.waiters.add(waiter);
      if (signal?.aborted) cancel();
    });
  }

  leave(): void {
    this.active--;
    for (const waiter of this.waiters) {
      if (this.active >= waiter.max) return;
      this.active++;
      waiter.enter();
    }
  }
}

/** One lane for each vendor and credential. Long unused ones are let go, so that many tenants don't add up. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();

  constructor(
    private readonly settings: BreakerSettings,
    private readonly most = 10_000,
  ) {}

  get size(): number {
    return this.lanes.size;
  }

  for(vendor: string, credentialId: string): Lane {
    const key = `${vendor}\n${credentialId}`;
    let lane = this.lanes.get(key);
    if (!lane) {
      if (this.lanes.size >= this.most) this.letGo();
      lane = new Lane(this.settings);
      this.lanes.set(key, lane);
    }
    lane.used = true;
    return lane;
  }

  /** Second chance: what was used since it was last looked at goes to the end of the line, which is the Map's order. */
  private letGo(): void {
    for (let left = 2 * this.lanes.size; left > 0; left--) {
      const [key, lane] = this.lanes.entries().next().value!;
      this.lanes.delete(key);
      // A lane in use stays: a second one beside it would double its bound.
      if (!lane.used && lane.idle) return;
      lane.used = false;
      this.lanes.set(key, lane);
    }
  }
}
