import { GatewayError } from '#libs/domain';

/** Nothing was done, because the audit log can't be reached. */
export function logUnavailable(cause: unknown): GatewayError {
  return new GatewayError(
    'UNAVAILABLE',
    'Nothing was done: the gateway cannot reach its audit log just now. Try again in a moment.',
    { retryAfterSeconds: 2, sent: 'no', cause },
  );
}
