import { randomUUID } from 'node:crypto';
import type { Caller, Edge, ErrorCode, Vendor } from '#libs/domain';
import type { AuditAction } from './actions.js';
import { shortText } from './clean-text.js';
import { redact } from './redact.js';

export const AUDIT_OUTCOMES = ['SUCCEEDED', 'DENIED', 'FAILED', 'UNKNOWN'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** The chain of what the operator does beyond one tenant. */
export const OPERATOR_CHAIN = 'operator';

/** A key that is known, but may not come in: expired, revoked, over its rate. */
export interface KnownKey {
  tenantId: string;
  keyId: string;
  keyName: string;
  edge: Edge;
  requestId: string;
}

/** What an action is about. Everything in it is redacted before it becomes a row. */
export interface AuditTarget {
  /** Our own id of the app. */
  appId?: string | null;
  /** What was touched, as `noun:id`. */
  resource?: string | null;
  vendor?: Vendor;
  /** What was asked. */
  request?: unknown;
  /** What stood there before. */
  before?: unknown;
  /** Values that must not appear in the row, wherever they stand. */
  secrets?: readonly string[];
  /** For the operator: the tenant that is acted upon, whose chain and list the event then belongs to. */
  tenantId?: string;
}

/** What is known only once the work runs. */
export interface AuditFacts {
  appId?: string | null;
  resource?: string | null;
  vendor?: Vendor;
  before?: unknown;
  after?: unknown;
  upstreamStatus?: number;
}

/** Adds facts to the event under way; the last word on each counts. */
export type AuditNote = (facts: AuditFacts) => void;

/** How it ended. */
export interface Verdict {
  outcome: AuditOutcome;
  code?: ErrorCode;
  upstreamStatus?: number;
}

/** A row by its columns' names, as it goes into audit_rows; request, before and after are JSON texts. */
export interface NewRow {
  id: string;
  chain: string;
  kind: 'EVENT' | 'INTENT' | 'OUTCOME';
  intent_id: string | null;
  at: string;
  key_id: string | null;
  key_name: string;
  edge: Edge;
  action: AuditAction;
  app_id: string | null;
  resource: string | null;
  vendor: Vendor | null;
  outcome: AuditOutcome | null;
  code: ErrorCode | null;
  upstream_status: number | null;
  duration_ms: number | null;
  request_id: string;
  request: string | null;
  before: string | null;
  after: string | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isUuid = (text: string): boolean => UUID.test(text);

const identity = (caller: Caller | KnownKey, target: AuditTarget) => {
  if ('kind' in caller && caller.kind === 'operator') {
    return { chain: target.tenantId ?? OPERATOR_CHAIN, key_id: null, key_name: 'operator' };
  }
  return { chain: caller.tenantId, key_id: caller.keyId, key_name: shortText(caller.keyName, 200) };
};

/** Who may name what isn't an app's id at all, and is refused: it is kept as text, since the column takes only ids. */
const subject = (appId: string | null | undefined, resource: string | null | undefined) => ({
  app_id: appId && isUuid(appId) ? appId : null,
  resource: resource ? shortText(resource, 300) : appId && !isUuid(appId) ? `app:${shortText(appId, 100)}` : null,
});

/** The row that stands before (INTENT), or alone (EVENT); `startedAt` in milliseconds since 1970. */
export function newRow(
  kind: 'EVENT' | 'INTENT',
  caller: Caller | KnownKey,
  action: AuditAction,
  target: AuditTarget,
  startedAt = Date.now(),
): NewRow {
  return {
    id: randomUUID(),
    kind,
    intent_id: null,
    at: new Date(startedAt).toISOString(),
    ...identity(caller, target),
    edge: caller.edge,
    action,
    ...subject(target.appId, target.resource),
    vendor: target.vendor ?? null,
    outcome: null,
    code: null,
    upstream_status: null,
    duration_ms: null,
    request_id: shortText(caller.requestId, 200),
    request: redact(target.request, target.secrets),
    before: redact(target.before, target.secrets),
    after: null,
  };
}

/** `row` with how it ended and what the work noted. */
export function concluded(
  row: NewRow,
  verdict: Verdict,
  facts: AuditFacts,
  secrets: readonly string[] | undefined,
  durationMs: number,
): NewRow {
  const { app_id, resource } = subject(facts.appId, facts.resource);
  const status = verdict.upstreamStatus ?? facts.upstreamStatus;
  return {
    ...row,
    app_id: app_id ?? row.app_id,
    resource: resource ?? row.resource,
    vendor: facts.vendor ?? row.vendor,
    outcome: verdict.outcome,
    code: verdict.code ?? null,
    upstream_status: Number.isInteger(status) ? (status ?? null) : null,
    duration_ms: Math.round(durationMs),
    before: facts.before === undefined ? row.before : redact(facts.before, secrets),
    after: redact(facts.after, secrets),
  };
}

/** The OUTCOME row of an intent. What was asked stands in the intent, and is not said again. */
export function outcomeOf(
  intent: NewRow,
  verdict: Verdict,
  facts: AuditFacts,
  secrets: readonly string[] | undefined,
  durationMs: number,
): NewRow {
  return {
    ...concluded(intent, verdict, facts, secrets, durationMs),
    id: randomUUID(),
    kind: 'OUTCOME',
    intent_id: intent.id,
    at: new Date().toISOString(),
    request: null,
    before: redact(facts.before, secrets),
  };
}
