import type { Vendor } from './providers.js';

/** The closed vocabulary of failures, the same at GraphQL (`extensions.code`) and REST (`code` of a problem). */
export const ERROR_CODES = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'NOT_READY',
  'RATE_LIMITED',
  'PAYLOAD_TOO_LARGE',
  'QUERY_TOO_COMPLEX',
  'UNSUPPORTED',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_REJECTED',
  'UPSTREAM_REJECTED',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_INVALID_RESPONSE',
  'OUTCOME_UNKNOWN',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One bad field. `pointer` is a JSON pointer into the body, or `/parameter` for a query parameter. */
export interface FieldError {
  pointer: string;
  detail: string;
}

export interface GatewayErrorDetails {
  /** Every bad field, for BAD_USER_INPUT. */
  errors?: FieldError[];
  vendor?: Vendor;
  /** The HTTP status that the vendor answered with. */
  upstreamStatus?: number;
  retryAfterSeconds?: number;
  /** A better HTTP status than the code's own (405, 406, 414, 415 for BAD_USER_INPUT). */
  status?: number;
  /** What the vendor had been sent when this happened: nothing at all, or it can't be told. Decides OUTCOME_UNKNOWN. */
  sent?: 'no' | 'maybe';
  /** Kept for the log only; never shown to the caller. */
  cause?: unknown;
}

/**
 * The one error that rooms throw and doors write. `message` is shown to the caller: it says what to do, and holds no
 * secret or vendor URL. It has no stack: what it tells of is no fault of the code, and a stack costs more than all else of
 * a refusal, and holds every function it came through, and their request, until somebody looks at it. `cause` has its own.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly details: GatewayErrorDetails;

  constructor(code: ErrorCode, message: string, details: GatewayErrorDetails = {}) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, { cause: details.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'GatewayError';
    this.code = code;
    this.details = details;
  }
}

/** BAD_USER_INPUT over every bad field at once, so that a caller mends them in one go. */
export function badInput(errors: FieldError[]): GatewayError {
  const named = errors.map((error) => `${error.pointer.slice(1) || 'body'}: ${error.detail}`).join('; ');
  return new GatewayError('BAD_USER_INPUT', named, { errors });
}

/** NOT_FOUND in the same words for an id that never was, another tenant's, and an app outside the key's list. */
export function notFound(noun: string, id: string): GatewayError {
  return new GatewayError('NOT_FOUND', `No ${noun} ${JSON.stringify(id)}.`);
}
