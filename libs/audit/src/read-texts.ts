import { randomUUID } from 'node:crypto';
import type { Caller } from '#libs/domain';
import type { AuditAction } from './actions.js';
import { shortText } from './clean-text.js';
import { type AuditTarget, concluded, type NewRow, newRow } from './new-row.js';
import { rowPieces } from './row-sql.js';

/** What rows of the same read by the same key differ in, in the order of their columns. */
const VARYING: ReadonlySet<keyof NewRow> = new Set<keyof NewRow>(['id', 'at', 'duration_ms', 'request_id']);
/** Keys that ask one and the same question of which the rows are remembered. */
const MOST_KEYS = 16;

/**
 * Rows of reads that went well. A key's dashboards ask the same many times a second: all but four values of such a row
 * are made once, for as long as the question lives.
 */
export class ReadTexts {
  private readonly known = new WeakMap<object, Map<string, readonly string[]>>();

  /** The row's text; undefined where its target may change, or says more than an app and a question. */
  textOf(
    caller: Caller,
    action: AuditAction,
    target: AuditTarget,
    startedAt: number,
    durationMs: number,
  ): string | undefined {
    const { appId, request } = target;
    if (caller.kind !== 'tenant' || typeof request !== 'object' || request === null) return undefined;
    if (!Object.isFrozen(request) || !saysNoMore(target)) return undefined;
    let byKey = this.known.get(request);
    if (!byKey) this.known.set(request, (byKey = new Map()));
    const { tenantId, keyId, keyName, edge } = caller;
    const key = `${tenantId}/${keyId}/${edge}/${action}/${appId ?? ''}/${keyName}`;
    let pieces = byKey.get(key);
    if (!pieces) {
      if (byKey.size >= MOST_KEYS) byKey.clear();
      const row = newRow('EVENT', caller, action, target);
      byKey.set(key, (pieces = rowPieces(concluded(row, { outcome: 'SUCCEEDED' }, {}, undefined, 0), VARYING)));
    }
    const at = new Date(startedAt).toISOString();
    const requestId = JSON.stringify(shortText(caller.requestId, 200));
    return `${pieces[0]}"${randomUUID()}"${pieces[1]}"${at}"${pieces[2]}${Math.round(durationMs)}${pieces[3]}${requestId}${pieces[4]}`;
  }
}

const saysNoMore = ({ resource, vendor, before, secrets, tenantId }: AuditTarget): boolean =>
  !resource && !vendor && before === undefined && !secrets && !tenantId;
