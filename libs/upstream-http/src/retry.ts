import { isTrouble, type Failed } from './failed.js';

export interface RetryPolicy {
  /** Tries in all, the first included. */
  attempts: number;
  /** Milliseconds of the first wait; each further one is twice as long, up to maxMs. */
  baseMs: number;
  maxMs: number;
}

export interface FinishedTry {
  failed: Failed;
  /** 1 for the first. */
  attempt: number;
  safeToRepeat: boolean;
  /** Milliseconds left of the whole call. */
  remainingMs: number;
}

export type RetryReason =
  | 'retry-after'
  | 'backoff'
  | 'not-safe-to-repeat'
  | 'not-retryable'
  | 'attempts-spent'
  | 'retry-after-past-deadline'
  | 'deadline';

export interface RetryDecision {
  retry: boolean;
  reason: RetryReason;
  waitMs: number;
}

const stop = (reason: RetryReason): RetryDecision => ({ retry: false, reason, waitMs: 0 });

/** Is there another try, and after how long? `random` is in [0, 1): it spreads the callers that failed together. */
export function decideRetry(finished: FinishedTry, policy: RetryPolicy, random: number): RetryDecision {
  const { failed, attempt, remainingMs } = finished;
  // Garbage comes again when asked again; a connection cut in the middle of a body need not.
  if (failed.failure === 'malformed' || !isTrouble(failed)) return stop('not-retryable');
  if (!finished.safeToRepeat) return stop('not-safe-to-repeat');
  if (attempt >= policy.attempts) return stop('attempts-spent');

  const backoffMs = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
  const { retryAfterSeconds } = failed.more;
  if (retryAfterSeconds === undefined) {
    return backoffMs < remainingMs ? { retry: true, reason: 'backoff', waitMs: backoffMs } : stop('deadline');
  }
  // The jitter comes on top: a vendor that named a moment would otherwise meet everybody at once.
  const waitMs = retryAfterSeconds * 1000 + policy.baseMs * random;
  return waitMs < remainingMs ? { retry: true, reason: 'retry-after', waitMs } : stop('retry-after-past-deadline');
}

/** Seconds from now by a Retry-After header, which holds seconds or an HTTP date; undefined if it holds neither. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text));
  const at = /[a-z]/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
