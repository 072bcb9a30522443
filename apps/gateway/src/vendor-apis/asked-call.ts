import type { AuditAction, AuditNote } from '#libs/audit';
import type { Scope } from '#libs/domain';
import type { UpstreamCall } from '#libs/upstream-http';

/** What a request at a vendor's door comes to, read from the request alone. */
export interface AskedCall {
  /** A read may be sent twice; a write is intended before it is sent, and sent once. */
  action: AuditAction;
  /** Which endpoint it is: a label in logs and metrics, of which there are few. */
  operation: string;
  /** The scope that it needs; or the one for what the gateway does not model, which is never for a key with an app list. */
  scope: Scope;
  /** All that is read of the request and may be sent on, without the key: what the audit keeps. */
  request: unknown;
  /**
   * What is sent in its place. Called once the scope is there, inside the audited work: looks up the apps that are
   * named (`note` says which), NOT_FOUND for one that the key may not touch.
   */
  prepare: (note: AuditNote) => OutgoingCall | Promise<OutgoingCall>;
}

/** What is sent to the vendor, made of checked parts; the dialect adds the credential. */
export interface OutgoingCall extends Pick<UpstreamCall, 'method' | 'path' | 'query' | 'headers'> {
  body?: string;
  /** Where an answer below 400 must be narrowed or changed: it is read whole. Otherwise it streams as it is. */
  rewrite?: (body: Buffer, ask: AskAgain) => Buffer | Promise<Buffer>;
  /** Where something is changed in an answer below 400 that streams nevertheless. */
  change?: (body: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
  /** Beside `rewrite`: tells a no that comes with a status below 400. It passes in the vendor's own words, as every no does. */
  refusal?: UpstreamCall['refusal'];
  /** Of the tenant's credential; absent: the current one. What belongs to an older one is asked for with it. */
  credentialVersion?: number;
  /** Called when it has been sent, whatever became of the answer: what is kept of earlier reads is old. */
  sent?: () => void | Promise<void>;
}

/** Asks the same endpoint with another query: a further page. A refusal of the vendor's becomes the whole answer. */
export type AskAgain = (query: OutgoingCall['query']) => Promise<Buffer>;
