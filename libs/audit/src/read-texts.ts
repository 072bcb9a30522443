import { randomUUID } from 'node:crypto';
import type { Caller } from '#libs/domain';
import type { AuditAction } from './actions.js';
import { shortText } from './clean-text.js';
import { type AuditTarget, concluded, newRow } from './new-row.js';
import { type AlikeEvent, likeOf } from './row-sql.js';

/** Keys that ask one and the same question of which the rows are remembered. */
const MOST_KEYS = 16;

/**
 * Rows of reads that went well. A key's dashboards ask the same many times a second: all but four values of such a row
 * are made once, for as long as the question lives.
 */
export class ReadTexts {
  private readonly known = new WeakMap<object, Map<string, string>>();

  /** The row's text; undefined where its target may change, or says more than an app and a question. */
  textOf(
    caller: Caller,
    action: AuditAction,
    target: AuditTarget,
    startedAt: number,
    durationMs: number,
  ): AlikeEvent | undefined {
    const { appId, request } = target;
    if (caller.kind !== 'tenant' || typeof request !== 'object' || request === null) return undefined;
    if (!Object.isFrozen(request) || !saysNoMore(target)) return undefined;
    let byKey = this.known.get(request);
    if (!byKey) this.known.set(request, (byKey = new Map()));
    const { tenantId, keyId, keyName, edge } = caller;
    const key = `${tenantId}/${keyId}/${edge}/${action}/${appId ?? ''}/${keyName}`;
    let like = byKey.get(key);
    if (like === undefined) {
      if (byKey.size >= MOST_KEYS) byKey.clear();
      const row = newRow('EVENT', caller, action, target);
      byKey.set(key, (like = likeOf(concluded(row, { outcome: 'SUCCEEDED' }, {}, undefined, 0))));
    }
    const at = new Date(startedAt).toISOString();
    const requestId = JSON.stringify(shortText(caller.requestId, 200));
    const own = `"id":"${randomUUID()}","at":"${at}","duration_ms":${Math.round(durationMs)},"request_id":${requestId}`;
    return { like, own };
  }
}

const saysNoMore = ({ resource, vendor, before, secrets, tenantId }: AuditTarget): boolean =>
  !resource && !vendor && before === undefined && !secrets && !tenantId;
