import type { LookupFunction } from 'node:net';
import type { UpstreamFailure } from './upstream-error.js';
import type { VendorCredential } from './secret.js';

/** Where a credential stands in a request is the vendor client's knowledge; it is put there anew in each attempt. */
export interface Authorized {
  headers?: Record<string, string>;
  query?: readonly (readonly [string, string])[];
  /** The whole body, where the credential is a field of it. */
  body?: string | Buffer;
}

/** What is asked of a signal: an AbortSignal is one, and anything lighter may be. */
export interface CallSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: CallSignalListener): void;
  removeEventListener(type: 'abort', listener: CallSignalListener): void;
}

export type CallSignalListener = (() => void) | { handleEvent(): void };

/** An answer whose body was read whole, within the call's bounds. */
export interface UpstreamAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** An answer whose body is still coming. The per-try limit bounds each wait for a next chunk, the deadline the whole. */
export interface UpstreamStream {
  status: number;
  headers: Record<string, string | undefined>;
  body: AsyncIterable<Buffer>;
}

/** What a client recognises as the vendor saying no, whatever the HTTP status. */
export interface Refusal {
  failure: Extract<
    UpstreamFailure,
    'credential' | 'forbidden' | 'not-found' | 'conflict' | 'rejected' | 'rate-limited' | 'unavailable'
  >;
  /** The vendor's own words. */
  message: string;
  /**
   * Trouble on the vendor's side: counts against the breaker and, where the call is safe to repeat, is retried. Default:
   * true of `rate-limited` and `unavailable`.
   */
  trouble?: boolean;
}

/** One outbound call. Nothing here knows which vendor it is, but for the label. */
export interface UpstreamCall {
  /** Label of the vendor API: `adjust`, `kochava-reporting`. */
  vendor: string;
  /** Label of the operation in logs, metrics and errors: `overview`. */
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Scheme, host, port and any path prefix; the call's path follows it. */
  baseUrl: string;
  /**
   * Instead of the system's: who names the addresses of a host that a vendor named. Not asked for a host that is an
   * address. Each such call gets a connection of its own.
   */
  lookup?: LookupFunction;
  /** Already encoded, with a leading slash. */
  path: string;
  /** A string is already encoded, without a question mark. */
  query?: string | readonly (readonly [string, string])[];
  headers?: Record<string, string>;
  body?: string | Buffer;
  credential: VendorCredential;
  authorize: (secret: string) => Authorized;
  /** May this be sent twice? Stated by the client method: HTTP does not tell. */
  safeToRepeat: boolean;
  /**
   * Called once for each complete answer. Undefined: it is not a refusal, unless its status is 400 or more. May throw
   * UpstreamError `malformed` (decodeJson does), which then counts against the breaker.
   */
  refusal: (answer: UpstreamAnswer) => Refusal | undefined;
  /** Most calls under way at once for one credential; further ones wait within the deadline. */
  maxConcurrent?: number;
  /** Milliseconds for one try, from the first byte sent to the last received; default: the module's. */
  tryTimeoutMs?: number;
  /** Milliseconds for the whole call, waiting and retries included; default: three tries. */
  deadlineMs?: number;
  /** Milliseconds that a call waits for its turn among the concurrent ones; default: until its deadline. */
  turnMs?: number;
  /** Aborted when nobody waits for the answer any more. */
  signal?: CallSignal;
  /** Bytes of the body; default: the module's. */
  maxBytes?: number;
}
