import type { AnswerStore } from './vendor-reads.js';

/** How often it is looked for what has expired, which would hold its memory until as many others came. */
const PURGE_EVERY_MS = 60_000;

interface Kept {
  value: object;
  expiresAt: number;
}

/**
 * Answers kept in process; the one used longest ago goes first. They are handed out as they are, not copied: whoever reads
 * one must not change it. In the order of use, as a Map keeps the order of insertion: nearly every read ends or is kept
 * here, and a cache of the libraries takes some times as long, or makes a promise of what is there.
 */
export class OwnAnswers implements AnswerStore {
  private readonly kept = new Map<string, Kept>();
  private readonly most: number;
  private purgeAt = Date.now() + PURGE_EVERY_MS;

  constructor(entries: number) {
    this.most = Math.max(1, entries);
  }

  get<T>(key: string): T | undefined {
    const found = this.kept.get(key);
    if (!found) return undefined;
    this.kept.delete(key);
    if (found.expiresAt <= Date.now()) return undefined;
    this.kept.set(key, found);
    return found.value as T;
  }

  set(key: string, value: object, ttlMs: number): void {
    const now = Date.now();
    if (now >= this.purgeAt) this.purge(now);
    this.kept.delete(key);
    this.kept.set(key, { value, expiresAt: now + ttlMs });
    if (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value!);
  }

  del(key: string): void {
    this.kept.delete(key);
  }

  private purge(now: number): void {
    this.purgeAt = now + PURGE_EVERY_MS;
    for (const [key, { expiresAt }] of this.kept) if (expiresAt <= now) this.kept.delete(key);
  }
}
