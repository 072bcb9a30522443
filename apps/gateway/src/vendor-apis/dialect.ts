import type { FastifyRequest } from 'fastify';
import type { GatewayError, Provider } from '#libs/domain';
import type { Authorized, UpstreamAnswer } from '#libs/upstream-http';

/**
 * How one vendor's API is spoken at its door: all that must be known before any of our services runs. One constant for
 * each vendor; dialects.ts lists them.
 */
export interface Dialect {
  /** The API behind the door, and the credential that is swapped in. */
  readonly provider: Provider;
  /** The vendor as callers know it, for our own sentences. */
  readonly vendorName: string;
  /** `head`: the key is checked before the body is read. `body`: a body of at most 64 KiB is read first. */
  readonly keyIn: 'head' | 'body';
  /** Does any endpoint take a body? It is then read as text whatever its content type says, also of a GET. */
  readonly takesBody: boolean;
  /** Where a gateway key is expected, for those who sent none. */
  readonly keyHint: string;
  /** Every key in each place where this vendor's clients put one, as often as it stands there. Empty ones are none. */
  presentedKeys(request: FastifyRequest): string[];
  /** An error of the gateway's own, in this vendor's form. `status` is what it is at our other doors. */
  errorOf(error: GatewayError, status: number, request: FastifyRequest): DialectError;
  /** Puts the tenant's credential where this vendor takes it. `body` is the one of the outgoing call, without it. */
  authorize(secret: string, body: string | undefined): Authorized;
  /** Is this answer about the tenant's credential, and so nothing that the caller can mend? It becomes 424. */
  refusesCredential(answer: UpstreamAnswer): boolean;
}

export interface DialectError {
  status: number;
  /** Sent as `application/json`. */
  body: unknown;
}
