import { HttpException } from '@nestjs/common';
import { isDatabaseAway } from '#libs/database';
import { type ErrorCode, GatewayError, type Vendor } from '#libs/domain';
import { UpstreamError, type UpstreamFailure } from '#libs/upstream-http';

/** What a vendor's failure is called at our doors. */
const CODE: Record<UpstreamFailure, ErrorCode> = {
  timeout: 'UPSTREAM_TIMEOUT',
  cancelled: 'UPSTREAM_UNAVAILABLE',
  connection: 'UPSTREAM_UNAVAILABLE',
  'breaker-open': 'UPSTREAM_UNAVAILABLE',
  overloaded: 'UNAVAILABLE',
  blocked: 'UPSTREAM_INVALID_RESPONSE',
  malformed: 'UPSTREAM_INVALID_RESPONSE',
  truncated: 'UPSTREAM_INVALID_RESPONSE',
  'too-large': 'UPSTREAM_INVALID_RESPONSE',
  redirect: 'UPSTREAM_INVALID_RESPONSE',
  credential: 'CREDENTIAL_REJECTED',
  forbidden: 'UPSTREAM_REJECTED',
  'not-found': 'UPSTREAM_REJECTED',
  conflict: 'CONFLICT',
  rejected: 'UPSTREAM_REJECTED',
  'rate-limited': 'UPSTREAM_RATE_LIMITED',
  unavailable: 'UPSTREAM_UNAVAILABLE',
};

/** Refusals where the vendor did nothing; after any other failure of a write that was sent, its outcome is unknown. */
const NOTHING_DONE = new Set<UpstreamFailure>([
  'credential',
  'forbidden',
  'not-found',
  'conflict',
  'rejected',
  'rate-limited',
]);

/**
 * Any error as the one that doors write. What nobody expected is INTERNAL, and keeps its cause for the log alone.
 */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof UpstreamError) return fromUpstream(error);
  if (error instanceof HttpException) return fromHttpException(error);
  const fastify = fromFastify(error);
  if (fastify) return fastify;
  if (isDatabaseAway(error)) {
    return new GatewayError('UNAVAILABLE', 'The gateway’s database can not be reached. Try again shortly.', {
      retryAfterSeconds: 5,
      cause: error,
    });
  }
  return new GatewayError('INTERNAL', 'Something went wrong in the gateway. The operator finds it by the request id.', {
    cause: error,
  });
}

function fromUpstream(error: UpstreamError): GatewayError {
  const vendor: Vendor = error.vendor.startsWith('adjust') ? 'ADJUST' : 'KOCHAVA';
  return new GatewayError(CODE[error.failure], messageOf(error, vendor), {
    vendor,
    upstreamStatus: error.status,
    retryAfterSeconds: error.retryAfterSeconds,
    sent: !error.sent ? 'no' : NOTHING_DONE.has(error.failure) ? undefined : 'maybe',
  });
}

/** Refusals are in the vendor's own words; of silence, what is known of the connection says nothing of whose it is. */
function messageOf({ failure, message, sent }: UpstreamError, vendor: Vendor): string {
  const name = vendor === 'ADJUST' ? 'Adjust' : 'Kochava';
  if (failure === 'connection') return `${name} ${sent ? 'did not answer' : 'could not be reached'}. ${message}`;
  return failure === 'timeout' ? `${name} did not answer in time. ${message}` : message;
}

function fromHttpException(error: HttpException): GatewayError {
  const status = error.getStatus();
  if (status === 404) return new GatewayError('NOT_FOUND', 'There is nothing at this path.');
  if (status === 413) return new GatewayError('PAYLOAD_TOO_LARGE', 'The body is too large.');
  if (status === 415) return ofAnotherType();
  if (status >= 400 && status < 500) return new GatewayError('BAD_USER_INPUT', error.message, { status });
  return new GatewayError('INTERNAL', 'Something went wrong in the gateway.', { cause: error });
}

/** Of a body without a type, too. */
const ofAnotherType = (): GatewayError =>
  new GatewayError(
    'BAD_USER_INPUT',
    'Send the body as JSON, and say so: `Content-Type: application/json`, or a type that ends in `+json`.',
    { status: 415 },
  );

/** Fastify refuses bodies and paths before any of our code runs, with codes of its own. */
function fromFastify(error: unknown): GatewayError | undefined {
  const { code, statusCode, message } = (error ?? {}) as { code?: unknown; statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  if (statusCode === 413) return new GatewayError('PAYLOAD_TOO_LARGE', 'The body is larger than this gateway takes.');
  if (statusCode === 404) return new GatewayError('NOT_FOUND', 'There is nothing at this path.');
  if (statusCode === 415) return ofAnotherType();
  const detail =
    error instanceof SyntaxError || code === 'FST_ERR_CTP_INVALID_JSON_BODY'
      ? 'The body is not JSON.'
      : String(message);
  return new GatewayError('BAD_USER_INPUT', detail, { status: statusCode, errors: [{ pointer: '', detail }] });
}
