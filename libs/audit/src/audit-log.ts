import { Inject, Injectable } from '@nestjs/common';
import { type Awaitable, type Caller, type ErrorCode, GatewayError, type TenantContext } from '#libs/domain';
import { AUDIT_ACTIONS, type AuditAction } from './actions.js';
import { AUDIT_OPTIONS, type AuditOptions } from './audit-options.js';
import { leavesItOpen } from './classify.js';
import { Journal } from './journal.js';
import {
  type AuditFacts,
  type AuditNote,
  type AuditTarget,
  concluded,
  type KnownKey,
  type NewRow,
  newRow,
  outcomeOf,
  type Verdict,
} from './new-row.js';
import { ReadTexts } from './read-texts.js';
import { insertRows, rowText } from './row-sql.js';

const SUCCEEDED: Verdict = { outcome: 'SUCCEEDED' };

/** The audit log as the rooms see it. */
@Injectable()
export class AuditLog {
  private readonly reads = new ReadTexts();

  constructor(
    @Inject(Journal) private readonly journal: Journal,
    @Inject(AUDIT_OPTIONS) private readonly options: AuditOptions,
  ) {}

  /**
   * Does `work` and audits it, with how it ended. A write's intent is committed before `work` runs: without it nothing
   * is done and the answer is UNAVAILABLE. A read is noted afterwards and written within a second. `work`'s answer or
   * error passes as it is. A write that must not be sent twice goes through WriteOnce instead.
   */
  async around<T>(
    caller: Caller,
    action: AuditAction,
    target: AuditTarget,
    work: (note: AuditNote) => Promise<T>,
  ): Promise<T> {
    if (AUDIT_ACTIONS[action].kind !== 'write') return this.aroundRead(caller, action, target, work);
    const row = newRow('INTENT', caller, action, target);
    await this.journal.intend(row.chain, insertRows([rowText(row)]));
    const startedAt = performance.now();
    const facts: AuditFacts = {};
    const conclude = async (verdict: Verdict): Promise<void> => {
      const outcome = outcomeOf(row, verdict, facts, target.secrets, performance.now() - startedAt);
      await this.journal.settle(row.chain, insertRows([rowText(outcome)]));
    };
    let value: T;
    try {
      value = await work((more) => void Object.assign(facts, more));
    } catch (error) {
      await conclude(this.verdictOn(error, true));
      throw error;
    }
    await conclude({ outcome: 'SUCCEEDED' });
    return value;
  }

  /** As `around`, of a read: no promise where its work is none. */
  aroundRead<T>(
    caller: Caller,
    action: AuditAction,
    target: AuditTarget,
    work: (note: AuditNote) => Awaitable<T>,
  ): Awaitable<T> {
    const at = Date.now();
    const startedAt = performance.now();
    // What may be changed meanwhile is read now.
    const early = Object.isFrozen(target.request) ? undefined : newRow('EVENT', caller, action, target, at);
    let facts: AuditFacts | undefined;
    const note: AuditNote = (more) => void (facts = { ...facts, ...more });
    const conclude = (verdict: Verdict): void => {
      const row = early ?? newRow('EVENT', caller, action, target, at);
      this.add(concluded(row, verdict, facts ?? {}, target.secrets, performance.now() - startedAt));
    };
    const failed = (error: unknown): never => {
      conclude(this.verdictOn(error, false));
      throw error;
    };
    const done = (value: T): T => {
      const text =
        facts || early ? undefined : this.reads.textOf(caller, action, target, at, performance.now() - startedAt);
      if (text === undefined) conclude(SUCCEEDED);
      else this.journal.add((caller as TenantContext).tenantId, text);
      return value;
    };
    let value: Awaitable<T>;
    try {
      value = work(note);
    } catch (error) {
      return failed(error);
    }
    return value instanceof Promise ? value.then(done, failed) : done(value);
  }

  /** Notes that a known key, or a caller, was refused before any work began. No wait, no I/O. */
  denied(caller: Caller | KnownKey, action: AuditAction, code: ErrorCode, target: AuditTarget = {}): void {
    this.add(concluded(newRow('EVENT', caller, action, target), { outcome: 'DENIED', code }, {}, undefined, 0));
  }

  private add(row: NewRow): void {
    this.journal.add(row.chain, rowText(row));
  }

  private verdictOn(thrown: unknown, isWrite: boolean): Verdict {
    const error = this.options.translate(thrown);
    const verdict = this.options.classify(error);
    // The vendor may have done what it was asked: FAILED would say that it has not.
    const lost = isWrite && error instanceof GatewayError && error.code !== 'INTERNAL' && leavesItOpen(error);
    return lost ? { ...verdict, outcome: 'UNKNOWN' } : verdict;
  }
}
