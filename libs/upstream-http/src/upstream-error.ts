/** What went wrong, in words that decide what is done about it. */
export type UpstreamFailure =
  // No answer: nothing, or not all, came back.
  | 'timeout'
  | 'cancelled'
  | 'connection'
  | 'breaker-open'
  | 'overloaded'
  | 'blocked'
  // Unreadable answer: bytes came back that are not what this API says.
  | 'malformed'
  | 'truncated'
  | 'too-large'
  | 'redirect'
  // Refusal: the vendor says no, in its own words.
  | 'credential'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'rejected'
  | 'rate-limited'
  | 'unavailable';

export type UpstreamErrorKind = 'no-answer' | 'unreadable-answer' | 'refusal';

const KIND: Record<UpstreamFailure, UpstreamErrorKind> = {
  timeout: 'no-answer',
  cancelled: 'no-answer',
  connection: 'no-answer',
  'breaker-open': 'no-answer',
  overloaded: 'no-answer',
  blocked: 'no-answer',
  malformed: 'unreadable-answer',
  truncated: 'unreadable-answer',
  'too-large': 'unreadable-answer',
  redirect: 'unreadable-answer',
  credential: 'refusal',
  forbidden: 'refusal',
  'not-found': 'refusal',
  conflict: 'refusal',
  rejected: 'refusal',
  'rate-limited': 'refusal',
  unavailable: 'refusal',
};

export interface UpstreamErrorDetails {
  vendor: string;
  operation: string;
  /** False only when it is certain that no byte of the request reached the vendor in any attempt. */
  sent: boolean;
  status?: number;
  retryAfterSeconds?: number;
}

/**
 * The only error that leaves upstream-http and the vendor libs. `message` holds the vendor's own words on a refusal,
 * with every secret value of the call replaced; it never carries a header, a body or a URL with a credential.
 */
export class UpstreamError extends Error {
  readonly kind: UpstreamErrorKind;
  readonly failure: UpstreamFailure;
  readonly vendor: string;
  readonly operation: string;
  readonly sent: boolean;
  readonly status?: number;
  readonly retryAfterSeconds?: number;

  constructor(failure: UpstreamFailure, message: string, details: UpstreamErrorDetails) {
    super(message);
    this.name = 'UpstreamError';
    this.kind = KIND[failure];
    this.failure = failure;
    this.vendor = details.vendor;
    this.operation = details.operation;
    this.sent = details.sent;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
