import { Inject, Injectable } from '@nestjs/common';
import { type Awaitable, Departure, GatewayError, type Leaving, whenThere } from '#libs/domain';
import { toGatewayError } from '../edge/gateway-failure.js';
import { Recent } from '../edge/recent.js';
import { SharedCalls } from './shared-calls.js';

export interface ReadRequest<T> {
  /**
   * Form of the answer, tenant, credential version, base URL and the whole normalised question: whose answer it is, to what,
   * and how it is written. The form is a name with a number, which grows with every change of what `fetch` gives: replicas
   * of older and newer versions share one Redis during an upgrade, and must not read each other's.
   */
  key: string;
  /** The last day, YYYY-MM-DD, on which the vendor may still change the answer: past it, it is kept for longer. */
  changesUntil: string;
  /** Neither served from the cache nor joined to a read under way; the answer is kept for others. */
  bypass?: boolean;
  /** Its signal is aborted when this caller has left; asked for only where the vendor is. */
  caller?: { readonly signal?: Leaving };
  /** Asks the vendor; aborted when the last caller has left. */
  fetch: (signal: Leaving) => Promise<T>;
  /** Is this answer worth its memory, and whole? An error never is. Default: yes. */
  keep?: (value: T) => boolean;
}

export interface ReadAnswer<T> {
  value: T;
  status: 'FRESH' | 'CACHED' | 'STALE';
  fetchedAt: Date;
  /** Why a stale answer stands in. */
  failure?: GatewayError;
}

/** How long answers are served again, in milliseconds; 0: they are not kept. */
export interface ReadLives {
  /** While the vendor may change them. */
  recentMs: number;
  /** About days that are over, and no longer restated. */
  pastMs: number;
  /** Past those, in which an answer may stand in for a vendor that is down. */
  staleMs: number;
}

export const READ_LIVES = Symbol('read lives');

/** Where answers are kept: in process, without a promise, or in a cache that replicas share. */
export interface AnswerStore {
  get<T>(key: string): Awaitable<T | undefined>;
  set(key: string, value: object, ttlMs: number): Awaitable<unknown>;
  del(key: string): Awaitable<unknown>;
}

export const ANSWER_STORE = Symbol('answer store');

const ends = new Recent<number>();

/** Is a day over everywhere? It ends last at UTC-12. */
export const isOver = (day: string, now: number): boolean =>
  ends.get(day, () => Date.parse(`${day}T00:00:00Z`) + 36 * 3_600_000) < now;

interface Entry<T> {
  value: T;
  fetchedAt: number;
  freshUntil: number;
}

/** Failures of a vendor that is down, for which an older answer may stand in. What a vendor refuses is told as it is. */
const DOWN = new Set([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_INVALID_RESPONSE',
  'UNAVAILABLE',
]);

/** Is the vendor away, so that an older answer may stand in? */
export const isDown = ({ code }: GatewayError): boolean => DOWN.has(code);

const answerOf = <T>({ value, fetchedAt }: Entry<T>, status: ReadAnswer<T>['status']): ReadAnswer<T> => ({
  value,
  status,
  fetchedAt: new Date(fetchedAt),
});
const freshOf = <T>(entry: Entry<T>): ReadAnswer<T> => answerOf(entry, 'FRESH');

/** Reads of vendor data: cached, and asked once however many callers ask at the same time. */
@Injectable()
export class VendorReads {
  private readonly underWay = new SharedCalls();
  /** Reads at the vendor by key, so that a write can tell them that their answer is old before it has come. */
  private readonly readings = new Map<string, Set<{ outdated: boolean }>>();

  constructor(
    @Inject(ANSWER_STORE) private readonly store: AnswerStore,
    @Inject(READ_LIVES) private readonly lives: ReadLives,
  ) {}

  read<T>(request: ReadRequest<T>): Awaitable<ReadAnswer<T>> {
    const { key, caller, bypass } = request;
    if (bypass) return this.fetch(request, caller?.signal ?? new Departure(), freshOf);
    return whenThere(this.lookUp<T>(key), (entry) => {
      if (entry && entry.freshUntil > Date.now()) return answerOf(entry, 'CACHED');
      return this.underWay
        .join(key, caller?.signal, (signal) => this.fetch(request, signal, (entry) => entry))
        .then(freshOf, (error: unknown) => {
          const failure = toGatewayError(error);
          if (!entry || caller?.signal?.aborted || !isDown(failure)) throw error;
          return { ...answerOf(entry, 'STALE'), failure };
        });
    });
  }

  /** For how long an answer is served again that may change until then, in milliseconds. */
  freshMs(changesUntil: string): number {
    return isOver(changesUntil, Date.now()) ? this.lives.pastMs : this.lives.recentMs;
  }

  /** For how long after that it may stand in for a vendor that is down. */
  get staleMs(): number {
    return this.lives.staleMs;
  }

  /** A write has changed what `keys` answer: what is kept of them goes, a read under way is neither joined nor kept. */
  async drop(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      for (const reading of this.readings.get(key) ?? []) reading.outdated = true;
      this.underWay.forget(key);
    }
    await Promise.allSettled(keys.map((key) => this.store.del(key)));
  }

  /** `make` is given what has come, and what is kept of it. */
  private fetch<T, R>(request: ReadRequest<T>, signal: Leaving, make: (entry: Entry<T>) => R): Promise<R> {
    const { key } = request;
    const reading = { outdated: false };
    const others = this.readings.get(key) ?? new Set();
    this.readings.set(key, others.add(reading));
    const over = (): void => {
      others.delete(reading);
      if (others.size === 0 && this.readings.get(key) === others) this.readings.delete(key);
    };
    const came = (value: T): Awaitable<R> => {
      over();
      return whenThere(this.keep(request, value, reading), make);
    };
    const failed = (error: unknown): never => {
      over();
      throw error;
    };
    return request.fetch(signal).then(came, failed);
  }

  private keep<T>(
    request: ReadRequest<T>,
    value: T,
    { outdated }: { readonly outdated: boolean },
  ): Awaitable<Entry<T>> {
    const now = Date.now();
    const freshMs = this.freshMs(request.changesUntil);
    const entry: Entry<T> = { value, fetchedAt: now, freshUntil: now + freshMs };
    if (freshMs <= 0 || outdated || !(request.keep?.(value) ?? true)) return entry;
    const kept = this.store.set(request.key, entry, freshMs + this.lives.staleMs);
    // A cache that is away keeps nothing, and is no reason to fail an answer that is here.
    const here = (): Entry<T> => entry;
    return kept instanceof Promise ? kept.then(here, here) : entry;
  }

  private lookUp<T>(key: string): Awaitable<Entry<T> | undefined> {
    const found = this.store.get<Entry<T>>(key);
    return found instanceof Promise ? found.then(entryOf, () => undefined) : entryOf(found);
  }
}

/** What is no entry was left in Redis by somebody else, and is nothing here. */
const entryOf = <T>(found: Entry<T> | undefined | null): Entry<T> | undefined =>
  typeof found?.freshUntil === 'number' && typeof found.fetchedAt === 'number' && found.value !== undefined
    ? found
    : undefined;
