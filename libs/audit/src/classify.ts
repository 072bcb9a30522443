import { GatewayError, type ErrorCode } from '#libs/domain';
import type { Verdict } from './new-row.js';

/** What an error says of the action that it ended. */
export type Classify = (error: unknown) => Verdict & { code: ErrorCode };

const DENIALS: ReadonlySet<ErrorCode> = new Set([
  'FORBIDDEN',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'IDEMPOTENCY_CONFLICT',
]);

/** By the error's code; what is no GatewayError is FAILED with INTERNAL. */
export const classifyError: Classify = (error) => {
  if (!(error instanceof GatewayError)) return { outcome: 'FAILED', code: 'INTERNAL' };
  const { code, details } = error;
  const outcome = DENIALS.has(code) ? 'DENIED' : code === 'OUTCOME_UNKNOWN' ? 'UNKNOWN' : 'FAILED';
  return { outcome, code, upstreamStatus: details.upstreamStatus };
};

const LOST: ReadonlySet<ErrorCode> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
  'OUTCOME_UNKNOWN',
  'INTERNAL',
]);

/**
 * Did this error leave it open whether the write was done? An error of ours that nobody foresaw leaves it open too: it
 * may have come after the vendor's answer.
 */
export function leavesItOpen(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return true;
  return LOST.has(error.code) && error.details.sent !== 'no';
}
