import { Inject, Injectable } from '@nestjs/common';
import { Prisma } from '#libs/database';
import { badInput, type Caller, type ErrorCode, GatewayError, type Vendor } from '#libs/domain';
import type { AuditAction } from './actions.js';
import { AuditLog } from './audit-log.js';
import { AUDIT_OPTIONS, type AuditOptions } from './audit-options.js';
import { requestHash, toJson } from './canonical-json.js';
import { leavesItOpen } from './classify.js';
import { cleanText } from './clean-text.js';
import {
  type IdempotencyRecord,
  IdempotencyRecords,
  type RecordKey,
  recordKey,
  type RecordState,
  RENEW_EVERY_MS,
} from './idempotency-records.js';
import { Journal } from './journal.js';
import {
  type AuditFacts,
  type AuditNote,
  type AuditTarget,
  newRow,
  type NewRow,
  outcomeOf,
  type Verdict,
} from './new-row.js';
import { insertRows, rowText } from './row-sql.js';
import { logUnavailable } from './unavailable.js';

/** A write whose answer was lost, or whose process died. */
export interface LostWrite {
  intentId: string;
  /** When it was begun. */
  createdAt: Date;
}

export interface Write<T> {
  action: AuditAction;
  /** What a key is good for, `postback.create` say: the same key may stand for another operation's write. */
  operation: string;
  target: AuditTarget;
  /** The caller's, 1 to 255 printable ASCII characters. Without one nothing is kept, and nothing replayed. */
  idempotencyKey?: string | null;
  /** All that makes this request the same as another: hashed, and audited as the target's request. */
  request: unknown;
  /** Throws where the caller may not do this. Asked each time, a replay's too. */
  authorize?: () => void;
  /** Looks for a lost write at the vendor. Undefined: not to be found, or not to be told apart from another's. */
  reconcile?: (lost: LostWrite) => Promise<T | undefined>;
}

export interface Written<T> {
  value: T;
  /** True: `value` is the answer to an earlier request with this key. */
  replayed: boolean;
}

/** What the vendor or we refused for a reason that may be gone at the next try: the key stays free for it. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'UPSTREAM_RATE_LIMITED',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_REJECTED',
  'NOT_READY',
  'UNAVAILABLE',
]);

const SUCCEEDED: Verdict = { outcome: 'SUCCEEDED' };

const PURGE_EVERY_MS = 600_000;

/** One write under way: its intent, its record where the caller gave a key, and what it has noted. */
interface Underway {
  intent: NewRow;
  record?: RecordKey;
  facts: AuditFacts;
  secrets?: readonly string[];
  startedAt: number;
}

/**
 * Writes that are never sent twice. The idempotency record, the audit's intent and OUTCOME_UNKNOWN are one thing: what
 * is begun is written down before the vendor is called, and what is not known to have ended is never begun again.
 */
@Injectable()
export class WriteOnce {
  private purgedAt = Date.now();

  constructor(
    @Inject(Journal) private readonly journal: Journal,
    @Inject(IdempotencyRecords) private readonly records: IdempotencyRecords,
    @Inject(AuditLog) private readonly log: AuditLog,
    @Inject(AUDIT_OPTIONS) private readonly options: AuditOptions,
  ) {}

  /**
   * Does `work` unless this key has done it; `T` must be JSON, since a replay answers what JSON kept of it, and hold no
   * secret, since it is kept for 24 hours. Errors of `work` pass, translated, but for those that leave open whether the vendor did it:
   * OUTCOME_UNKNOWN. IDEMPOTENCY_CONFLICT: the key stands for another request, or its first is still under way
   * (`retryAfterSeconds`). UNAVAILABLE: the intent could not be written, and nothing was done.
   */
  async run<T>(caller: Caller, write: Write<T>, work: (note: AuditNote) => Promise<T>): Promise<Written<T>> {
    try {
      write.authorize?.();
      checkKey(write.idempotencyKey);
    } catch (error) {
      this.refuse(caller, write, error);
    }
    const target = { ...write.target, request: write.target.request ?? write.request };
    const intent = newRow('INTENT', caller, write.action, target);
    const underway: Underway = { intent, facts: {}, secrets: target.secrets, startedAt: performance.now() };
    if (!write.idempotencyKey) {
      await this.journal.intend(intent.chain, insertRows([rowText(intent)]));
      return { value: await this.perform(underway, work), replayed: false };
    }
    const record = recordKey(caller, write.operation, write.idempotencyKey);
    const hash = requestHash(write.request);
    const earlier = await this.claim(intent, record, hash);
    if (!earlier) return { value: await this.perform({ ...underway, record }, work), replayed: false };
    return { value: await this.answerAgain(caller, write, { ...underway, record }, hash, earlier), replayed: true };
  }

  /** Undefined: record and intent are written, and the write is ours to do. */
  private async claim(intent: NewRow, record: RecordKey, hash: string): Promise<IdempotencyRecord | undefined> {
    const sql = insertRows([rowText(intent)], {
      first: this.records.claim(record, hash, intent.id),
      only: Prisma.sql`WHERE EXISTS (SELECT FROM claimed)`,
    });
    for (let tries = 0; tries < 5; tries++) {
      if ((await this.journal.intend(intent.chain, sql)) > 0) return undefined;
      const earlier = await this.records.find(record).catch((cause: unknown) => {
        throw logUnavailable(cause);
      });
      if (earlier) return earlier;
      // It was taken away, or ran out, between the two statements.
    }
    throw underWay();
  }

  private async perform<T>(underway: Underway, work: (note: AuditNote) => Promise<T>): Promise<T> {
    const renewal = this.renewal(underway);
    try {
      let value: T;
      try {
        value = await work((more) => void Object.assign(underway.facts, more));
      } catch (error) {
        throw await this.failed(underway, this.options.translate(error));
      }
      await this.settle(underway, SUCCEEDED, 'ANSWERED', toJson({ value }));
      return value;
    } finally {
      clearInterval(renewal);
      this.purgeNowAndThen();
    }
  }

  /** Writes down how it failed, and answers the error that the caller is to see. */
  private async failed(underway: Underway, error: unknown): Promise<unknown> {
    if (leavesItOpen(error)) {
      const unknown = outcomeUnknown(error, underway.intent.vendor, underway.record !== undefined);
      const verdict: Verdict = {
        outcome: 'UNKNOWN',
        code: 'OUTCOME_UNKNOWN',
        upstreamStatus: unknown.details.upstreamStatus,
      };
      await this.settle(underway, verdict, 'UNKNOWN');
      return unknown;
    }
    const refusal = error as GatewayError;
    const nothingDone = refusal.details.sent === 'no' || PASSING.has(refusal.code);
    const verdict = this.options.classify(refusal);
    if (nothingDone) await this.settle(underway, verdict);
    else await this.settle(underway, verdict, 'REFUSED', refusalJson(refusal));
    return refusal;
  }

  /** The OUTCOME row, and what becomes of the record: without a `state` it is forgotten. */
  private async settle(underway: Underway, verdict: Verdict, state?: RecordState, answer: string | null = null) {
    const { intent, record, facts, secrets, startedAt } = underway;
    const outcome = outcomeOf(intent, verdict, facts, secrets, performance.now() - startedAt);
    const first =
      record && (state ? this.records.keep(record, intent.id, state, answer) : this.records.forget(record, intent.id));
    await this.journal.settle(intent.chain, insertRows([rowText(outcome)], { first }));
  }

  private async answerAgain<T>(
    caller: Caller,
    write: Write<T>,
    underway: Underway & { record: RecordKey },
    hash: string,
    earlier: IdempotencyRecord,
  ): Promise<T> {
    if (earlier.requestHash !== hash) {
      const says = 'This idempotency key stands for another request. Use a new key for a new request.';
      return this.refuse(caller, write, new GatewayError('IDEMPOTENCY_CONFLICT', says));
    }
    if (earlier.alive) return this.refuse(caller, write, underWay());
    if (earlier.state === 'ANSWERED') return (JSON.parse(earlier.answer ?? '{}') as { value: T }).value;
    if (earlier.state === 'REFUSED') throw refusalOf(earlier.answer);
    return this.reconcile(write, underway, earlier);
  }

  /** Looks for the lost write; found, it becomes the key's answer, and the intent's outcome. */
  private async reconcile<T>(
    write: Write<T>,
    { intent, record, secrets, startedAt }: Underway & { record: RecordKey },
    { intentId, createdAt }: IdempotencyRecord,
  ): Promise<T> {
    let found: T | undefined;
    try {
      found = await write.reconcile?.({ intentId, createdAt });
    } catch (error) {
      throw outcomeUnknown(this.options.translate(error), intent.vendor, true);
    }
    if (found === undefined) throw outcomeUnknown(undefined, intent.vendor, true);
    const durationMs = performance.now() - startedAt;
    const begun = { ...intent, id: intentId };
    const outcome = outcomeOf(begun, SUCCEEDED, { after: found }, secrets, durationMs);
    // What stood there before is not to be found any more: whoever lost the answer had noted it.
    outcome.before = await this.records.notedBefore(intentId).catch((cause: unknown) => {
      throw logUnavailable(cause);
    });
    const sql = insertRows([rowText(outcome)], {
      first: this.records.keep(record, intentId, 'ANSWERED', toJson({ value: found })),
      only: Prisma.sql`WHERE EXISTS (SELECT FROM kept)`,
    });
    await this.journal.settle(intent.chain, sql);
    return found;
  }

  private refuse(caller: Caller, write: Write<unknown>, error: unknown): never {
    this.log.denied(caller, write.action, this.options.classify(error).code, write.target);
    throw error;
  }

  private renewal({ record, intent }: Underway): NodeJS.Timeout | undefined {
    if (!record) return undefined;
    // A renewal that fails is no matter: past its lease the write counts as lost, until its outcome is written.
    return setInterval(() => void this.records.renew(record, intent.id).catch(() => undefined), RENEW_EVERY_MS).unref();
  }

  private purgeNowAndThen(): void {
    if (Date.now() - this.purgedAt < PURGE_EVERY_MS) return;
    this.purgedAt = Date.now();
    void this.records.purge().catch(() => undefined);
  }
}

function checkKey(key: string | null | undefined): void {
  if (key === undefined || key === null) return;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw badInput([{ pointer: '/idempotencyKey', detail: 'must be 1 to 255 printable ASCII characters' }]);
  }
}

const underWay = (): GatewayError =>
  new GatewayError('IDEMPOTENCY_CONFLICT', 'The first request with this idempotency key is still under way.', {
    retryAfterSeconds: 2,
  });

function outcomeUnknown(cause: unknown, vendor: Vendor | null, hasKey: boolean): GatewayError {
  const details = cause instanceof GatewayError ? cause.details : {};
  const says = hasKey
    ? 'Ask again with the same idempotency key: it is looked for, and never sent a second time.'
    : 'Read what stands there before you ask again: a second request would be sent.';
  return new GatewayError(
    'OUTCOME_UNKNOWN',
    `The write was begun, and its answer was lost: it may have been done. ${says}`,
    {
      vendor: details.vendor ?? vendor ?? undefined,
      upstreamStatus: details.upstreamStatus,
      sent: 'maybe',
      cause,
    },
  );
}

function refusalJson({ code, message, details }: GatewayError): string {
  const { cause: _cause, sent: _sent, ...shown } = details;
  return cleanText(toJson({ code, message, details: shown }));
}

function refusalOf(answer: string | null): GatewayError {
  const { code, message, details } = JSON.parse(answer ?? '{}') as GatewayError;
  return new GatewayError(code, message, details);
}
