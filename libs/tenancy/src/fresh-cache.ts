import { GatewayError } from '#libs/domain';
import type { TenantChanges } from './tenant-changes.js';

let forgettings = 0;

/**
 * Grows whenever something of any tenant is forgotten in this process: what was found out before may be otherwise since.
 * What another replica has changed is seen when its entries are no longer fresh.
 */
export const changesHere = (): number => forgettings;

interface Entry<V> {
  value: V;
  /** When the look-up that found it began, so that a change made while it ran is seen within the same time. */
  checkedAt: number;
  nextCheckAt: number;
  degraded: boolean;
  /** How many answers about changes there were when its look-up began, and when it was last held against them. */
  seen: number;
  heldAgainst: number;
}

export interface Found<V> {
  value: V;
  /** It could not be checked again, and is as old as `staleMs` at most. */
  degraded: boolean;
}

export interface FreshCacheOptions<V> {
  /** Entries kept; the one used longest ago goes first. */
  size: number;
  freshMs: number;
  /** How long after its look-up an entry goes on while further ones fail with UNAVAILABLE. Default 0: not at all. */
  staleMs?: number;
  /** An entry stays fresh while its tenant is not told to have changed. */
  changes?: { readonly from: TenantChanges; readonly tenantOf: (value: V, key: string) => string };
}

/**
 * Whatever is told of changes, an entry is looked up again after so long: a row that was written past the database's
 * triggers, by a restore or a replication, is to be seen some time.
 */
export const LONGEST_UNCHANGED_MS = 300_000;

/**
 * Answers of a look-up, each trusted for `freshMs`, one look-up under way for a key at a time. What is not there is
 * not remembered: strangers' guesses must not push out what is used.
 */
export class FreshCache<V> {
  /**
   * In the order of use, as a Map keeps the order of insertion: each request asks several times, and CacheableMemory
   * takes thirty times as long for an answer that is there.
   */
  private readonly entries = new Map<string, Entry<V>>();
  private readonly underWay = new Map<string, Promise<Found<V> | undefined>>();

  constructor(private readonly options: FreshCacheOptions<V>) {}

  /**
   * The answer for `key`, looked up unless it is fresh, beside the old one; undefined when there is none. One that is
   * fresh is no promise: each request asks several times.
   */
  get(key: string, lookUp: (old?: V) => Promise<V | undefined>): Found<V> | Promise<Found<V> | undefined> {
    // Monotonic: a wall clock that is set back must not keep a revoked key alive.
    const now = performance.now();
    const entry = this.entries.get(key);
    this.options.changes?.from.want(now);
    if (entry && this.isFresh(key, entry, now)) {
      this.entries.delete(key);
      this.entries.set(key, entry);
      return entry;
    }
    const running = this.underWay.get(key);
    if (running) return running;
    const started: Promise<Found<V> | undefined> = this.refresh(key, entry, now, lookUp, () => {
      const mine = this.underWay.get(key) === started;
      if (mine) this.underWay.delete(key);
      return mine;
    });
    this.underWay.set(key, started);
    return started;
  }

  /** Looks `key` up anew at its next use, whatever is under way now. */
  forget(key: string): void {
    forgettings++;
    this.entries.delete(key);
    this.underWay.delete(key);
  }

  forgetAll(): void {
    forgettings++;
    this.entries.clear();
    this.underWay.clear();
  }

  forgetWhere(matches: (value: V) => boolean): void {
    for (const [key, entry] of this.entries) if (matches(entry.value)) this.forget(key);
  }

  private isFresh(key: string, entry: Entry<V>, now: number): boolean {
    const { changes, freshMs } = this.options;
    const seen = changes?.from.seen ?? 0;
    if (now < entry.nextCheckAt && entry.heldAgainst === seen) return true;
    if (!changes || entry.degraded) return now < entry.nextCheckAt;
    const unchangedUntil = changes.from.unchangedUntil(changes.tenantOf(entry.value, key), entry.seen);
    // Looked up lately is fresh, too, unless a change has been told of since.
    const until = unchangedUntil === undefined ? -Infinity : Math.max(unchangedUntil, entry.checkedAt + freshMs);
    entry.nextCheckAt = Math.min(until, entry.checkedAt + LONGEST_UNCHANGED_MS);
    entry.heldAgainst = seen;
    return now < entry.nextCheckAt;
  }

  private keep(key: string, entry: Entry<V>): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.options.size) this.entries.delete(this.entries.keys().next().value!);
  }

  private async refresh(
    key: string,
    old: Entry<V> | undefined,
    startedAt: number,
    lookUp: (old?: V) => Promise<V | undefined>,
    finish: () => boolean,
  ): Promise<Found<V> | undefined> {
    const { freshMs, staleMs = 0, changes } = this.options;
    const seen = changes?.from.seen ?? 0;
    try {
      const value = await lookUp(old?.value);
      const mine = finish();
      if (value === undefined) {
        if (mine) this.entries.delete(key);
        return undefined;
      }
      const entry = {
        value,
        checkedAt: startedAt,
        nextCheckAt: startedAt + freshMs,
        degraded: false,
        seen,
        heldAgainst: seen,
      };
      if (mine) this.keep(key, entry);
      return entry;
    } catch (error) {
      const mine = finish();
      const isAway = error instanceof GatewayError && error.code === 'UNAVAILABLE';
      if (!isAway || !old || performance.now() - old.checkedAt >= staleMs) throw error;
      const nextCheckAt = Math.min(performance.now() + freshMs, old.checkedAt + staleMs);
      const entry = { ...old, nextCheckAt, degraded: true };
      if (mine) this.keep(key, entry);
      return entry;
    }
  }
}
