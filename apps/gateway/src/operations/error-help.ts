import type { ErrorCode } from '#libs/domain';

/** What each code means and what its reader can do; served at /errors/{code}, and listed in docs/errors.md. */
export const ERROR_HELP: Record<ErrorCode, { means: string; todo: string[] }> = {
  BAD_USER_INPUT: {
    means: 'Something in the request breaks a rule. Nothing was changed at a vendor.',
    todo: [
      '`errors` names every bad field; mend them all and ask again.',
      'The rules stand in /docs (REST) and in the descriptions of the GraphQL schema.',
      'HTTP says 405 where the path takes another method (`Allow` names it), 406 where there is no answer of the type in `Accept`, 414 or 431 where the URL or the headers are too long, 415 where the body is not said to be JSON.',
    ],
  },
  UNAUTHENTICATED: {
    means: 'The request carries no key, or one that is not valid: mistyped, expired, revoked, or of another gateway.',
    todo: [
      'Send the key as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the password of Basic.',
      'Ask the operator for a new key if yours has ended.',
    ],
  },
  FORBIDDEN: {
    means: 'The key is valid, and lacks a scope for this.',
    todo: ['The message names the scope.', 'Ask the operator for a key that has it.'],
  },
  NOT_FOUND: {
    means: 'There is no such thing, or this key may not see it: the two are told the same way.',
    todo: [
      'Check the id.',
      'A key with a list of apps sees nothing of other apps.',
      'HTTP says 410 where a link to a file was good and no longer is: ask for the report again, or for its links.',
    ],
  },
  CONFLICT: {
    means: 'The write contradicts what is there already.',
    todo: ['Read the current state, and decide again.'],
  },
  IDEMPOTENCY_CONFLICT: {
    means: 'This idempotency key was used for another request, or the first request with it is still under way.',
    todo: [
      'Use a new key for a new request.',
      'If the first is still under way, wait as long as Retry-After says, then repeat the same request.',
    ],
  },
  NOT_READY: {
    means: 'The report is still being made.',
    todo: ['Ask again later; `status` and `progress` tell how far it is.'],
  },
  RATE_LIMITED: {
    means: 'This key has asked more often than its limit allows.',
    todo: [
      'Wait as long as Retry-After says.',
      'The RateLimit headers tell what is left, in every answer to a key that has a limit; a key without one gets none.',
    ],
  },
  PAYLOAD_TOO_LARGE: { means: 'The body is larger than the gateway takes.', todo: ['Send less at once.'] },
  QUERY_TOO_COMPLEX: {
    means: 'The GraphQL document is too deep, too long, or asks for too much at once.',
    todo: [
      'Ask for fewer fields, or in several queries.',
      'Take `KpiResult.table` instead of `rows`: it costs as much as one field.',
      'Large results are for REST: CSV and NDJSON stream.',
    ],
  },
  UNSUPPORTED: {
    means: 'The vendor, or the gateway, can not do exactly this, and the gateway does not guess.',
    todo: [
      'The message says what is in the way, and what would work instead where the gateway knows of something.',
      'An app without a name at the vendor: the operator sets it.',
      'docs/metrics.md lists which metrics and dimensions each vendor has, and what can’t be asked together.',
    ],
  },
  CREDENTIAL_MISSING: {
    means: 'This tenant has no credential for the vendor.',
    todo: ['The operator sets one: PUT /v1/admin/tenants/{slug}/credentials/{provider}.'],
  },
  CREDENTIAL_REJECTED: {
    means: 'The vendor refuses the credential that the tenant has: expired, renewed, or without the right.',
    todo: ['The operator sets a new one, and checks it: POST …/credentials/{provider}/verify.'],
  },
  UPSTREAM_REJECTED: {
    means: 'The vendor says that the request is wrong. Its own words stand in the message.',
    todo: ['Change the request as the vendor says.'],
  },
  UPSTREAM_RATE_LIMITED: { means: 'The vendor asks to slow down.', todo: ['Wait as long as Retry-After says.'] },
  UPSTREAM_UNAVAILABLE: {
    means: 'The vendor did not answer, or answered that it can not.',
    todo: ['Try again later; reads were already tried more than once.'],
  },
  UPSTREAM_TIMEOUT: {
    means: 'The vendor took longer than the gateway waits.',
    todo: ['Ask for less: fewer days, fewer dimensions.', 'Try again later.'],
  },
  UPSTREAM_INVALID_RESPONSE: {
    means: 'The vendor answered with something that is not what its documents say.',
    todo: ['Try again later.', 'Tell the operator if it stays: the log has the request id.'],
  },
  OUTCOME_UNKNOWN: {
    means:
      'The write was sent, and its answer was lost: it may have been done. The gateway never sends it again by itself.',
    todo: [
      'Read what it would have changed.',
      'Repeat it only with the same idempotency key: the gateway then looks before it answers.',
    ],
  },
  UNAVAILABLE: {
    means:
      'The gateway itself can not answer now: its database is away, or it is too busy; or, as CSV or NDJSON, a vendor is still making the numbers (PENDING).',
    todo: [
      'Try again after Retry-After; numbers that are being made are joined then, not made anew.',
      'Wait longer for those: `wait_seconds`, 30 at most. Or leave that vendor out: `vendors=adjust`.',
    ],
  },
  INTERNAL: { means: 'An error of the gateway’s own.', todo: ['Give the operator the request id: the log says more.'] },
};
