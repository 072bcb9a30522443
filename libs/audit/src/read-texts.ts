import { randomUUID } from 'node:crypto';
import { type Caller, isoTime, type TenantContext } from '#libs/domain';
import type { AuditAction } from './actions.js';
import { shortText } from './clean-text.js';
import { type AuditTarget, concluded, newRow } from './new-row.js';
import { type AlikeEvent, likeOf } from './row-sql.js';

/** Keys that ask one and the same question of which the rows are remembered. */
const MOST_KEYS = 16;

interface Known {
  readonly caller: Pick<TenantContext, 'tenantId' | 'keyName' | 'edge'>;
  readonly action: AuditAction;
  readonly appId: AuditTarget['appId'];
  readonly like: string;
}

/**
 * Rows of reads that went well. A key's dashboards ask the same many times a second: all but four values of such a row
 * are made once, for as long as the question lives.
 */
export class ReadTexts {
  private readonly known = new WeakMap<object, Map<string, Known>>();

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
    const known = byKey.get(caller.keyId);
    let like = known && isOf(known, caller, action, appId) ? known.like : undefined;
    if (like === undefined) {
      if (byKey.size >= MOST_KEYS) byKey.clear();
      const row = newRow('EVENT', caller, action, target);
      like = likeOf(concluded(row, { outcome: 'SUCCEEDED' }, {}, undefined, 0));
      const { tenantId, keyName, edge } = caller;
      byKey.set(caller.keyId, { caller: { tenantId, keyName, edge }, action, appId, like });
    }
    const at = isoTime(startedAt);
    const requestId = JSON.stringify(shortText(caller.requestId, 200));
    const own = `"id":"${randomUUID()}","at":"${at}","duration_ms":${Math.round(durationMs)},"request_id":${requestId}`;
    // A text that is put together is a tree of its parts until somebody looks into it, and this one waits for a second.
    own.charCodeAt(0);
    return { like, own };
  }
}

const isOf = (known: Known, caller: TenantContext, action: AuditAction, appId: Known['appId']): boolean =>
  known.caller.tenantId === caller.tenantId &&
  known.caller.keyName === caller.keyName &&
  known.caller.edge === caller.edge &&
  known.action === action &&
  known.appId === appId;

const saysNoMore = ({ resource, vendor, before, secrets, tenantId }: AuditTarget): boolean =>
  !resource && !vendor && before === undefined && !secrets && !tenantId;
