import type { UpstreamFailure } from './upstream-error.js';
import type { RetryReason } from './retry.js';

/** What there is to log and count of one try. Holds no query, header, body or secret. */
export interface UpstreamAttempt {
  vendor: string;
  operation: string;
  credentialId: string;
  method: string;
  /** 1 for the first try of a call. */
  attempt: number;
  outcome: 'ok' | UpstreamFailure;
  /** HTTP status, where headers came. */
  status?: number;
  /** From the asking for the secret to the last byte; for a call that got no turn, its wait. */
  durationMs: number;
  /** Of the body: as they came over the wire, or of a stream as they were handed on. */
  bytes: number;
  /** Why a failed try is, or is not, followed by another. */
  retryReason?: RetryReason;
  /** Milliseconds until the next try, where there is one. */
  retryInMs?: number;
}
