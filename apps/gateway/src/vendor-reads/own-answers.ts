import { LRUCache } from 'lru-cache';
import type { AnswerStore } from './vendor-reads.js';

/** How exact the ends of answers' lives are, in milliseconds: nobody sees them, since entries tell how old they are. */
const RESOLUTION_MS = 1_000;
const PURGE_EVERY_MS = 60_000;

/**
 * Answers kept in process; the one used longest ago goes first. They are handed out as they are, not copied: whoever reads
 * one must not change it.
 */
export class OwnAnswers implements AnswerStore {
  private readonly kept: LRUCache<string, object>;
  private purgedAt = Date.now();

  constructor(entries: number) {
    this.kept = new LRUCache({ max: Math.max(1, entries), ttlResolution: RESOLUTION_MS });
  }

  get<T>(key: string): T | undefined {
    return this.kept.get(key) as T | undefined;
  }

  set(key: string, value: object, ttlMs: number): void {
    this.kept.set(key, value, { ttl: ttlMs });
    this.purge(Date.now());
  }

  del(key: string): void {
    this.kept.delete(key);
  }

  /** What has expired would hold its memory until as many others came. */
  private purge(now: number): void {
    if (now - this.purgedAt < PURGE_EVERY_MS) return;
    this.purgedAt = now;
    this.kept.purgeStale();
  }
}
