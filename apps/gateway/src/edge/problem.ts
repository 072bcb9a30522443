import { type ErrorCode, type GatewayError, type GatewayErrorDetails } from '#libs/domain';

/** rest.md's table: what each code is in HTTP, unless the error knows a better word. */
const STATUS: Record<ErrorCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  IDEMPOTENCY_CONFLICT: 409,
  NOT_READY: 409,
  RATE_LIMITED: 429,
  PAYLOAD_TOO_LARGE: 413,
  QUERY_TOO_COMPLEX: 400,
  UNSUPPORTED: 422,
  CREDENTIAL_MISSING: 424,
  CREDENTIAL_REJECTED: 424,
  UPSTREAM_REJECTED: 422,
  UPSTREAM_RATE_LIMITED: 503,
  UPSTREAM_UNAVAILABLE: 502,
  UPSTREAM_TIMEOUT: 504,
  UPSTREAM_INVALID_RESPONSE: 502,
  OUTCOME_UNKNOWN: 502,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** Codes that HTTP answers with Retry-After even when nobody said how long. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  UNAVAILABLE: 5,
  UPSTREAM_RATE_LIMITED: 30,
  RATE_LIMITED: 60,
};

const TITLE: Record<ErrorCode, string> = {
  BAD_USER_INPUT: 'The request is wrong',
  UNAUTHENTICATED: 'No valid key',
  FORBIDDEN: 'The key may not do this',
  NOT_FOUND: 'Not found',
  CONFLICT: 'In conflict with what is there',
  IDEMPOTENCY_CONFLICT: 'The idempotency key is taken',
  NOT_READY: 'Not ready yet',
  RATE_LIMITED: 'Too many requests',
  PAYLOAD_TOO_LARGE: 'The request is too large',
  QUERY_TOO_COMPLEX: 'The query asks for too much at once',
  UNSUPPORTED: 'The vendor has no such thing',
  CREDENTIAL_MISSING: 'No credential for this vendor',
  CREDENTIAL_REJECTED: 'The vendor refuses the credential',
  UPSTREAM_REJECTED: 'The vendor refuses the request',
  UPSTREAM_RATE_LIMITED: 'The vendor asks to slow down',
  UPSTREAM_UNAVAILABLE: 'The vendor does not answer',
  UPSTREAM_TIMEOUT: 'The vendor took too long',
  UPSTREAM_INVALID_RESPONSE: 'The vendor’s answer can not be read',
  OUTCOME_UNKNOWN: 'Sent, but the answer was lost',
  UNAVAILABLE: 'The gateway can not answer now',
  INTERNAL: 'An error of the gateway’s own',
};

/** The fields that a REST problem and a GraphQL error's `extensions` share. */
export interface ProblemExtensions extends Pick<
  GatewayErrorDetails,
  'errors' | 'vendor' | 'upstreamStatus' | 'retryAfterSeconds'
> {
  code: ErrorCode;
  requestId: string;
  type: string;
}

export interface Problem extends ProblemExtensions {
  title: string;
  status: number;
  detail: string;
  instance: string;
}

/** Where the pages of /errors/{code} stand: the gateway's own public URL, told once it listens. */
export class ErrorPages {
  base = '';

  of(code: ErrorCode): string {
    return `${this.base}/errors/${code}`;
  }
}

export const statusOf = (error: GatewayError): number => error.details.status ?? STATUS[error.code];
/** Seconds after which it is worth asking again; undefined: that is no matter of time. */
export const retryAfterOf = (error: GatewayError): number | undefined =>
  error.details.retryAfterSeconds ?? RETRY_AFTER_SECONDS[error.code];
export const titleOf = (code: ErrorCode): string => TITLE[code];

export function extensionsOf(error: GatewayError, requestId: string, pages: ErrorPages): ProblemExtensions {
  const { errors, vendor, upstreamStatus } = error.details;
  return {
    type: pages.of(error.code),
    code: error.code,
    requestId,
    errors,
    vendor,
    upstreamStatus,
    retryAfterSeconds: retryAfterOf(error),
  };
}

/** RFC 9457: what a REST caller reads. */
export function problemOf(error: GatewayError, requestId: string, instance: string, pages: ErrorPages): Problem {
  const { type, ...extensions } = extensionsOf(error, requestId, pages);
  return { type, title: TITLE[error.code], status: statusOf(error), detail: error.message, instance, ...extensions };
}
