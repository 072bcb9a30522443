import { type ErrorCode, GatewayError, type TenantContext } from '#libs/domain';
import type { Write } from '../../libs/audit/src/write-once.js';
import { openAudit } from './audit.js';
import type { TestDatabase } from './database.js';

/** A vendor that counts what it was made to do. */
export function aVendor() {
  let done = 0;
  return {
    get done() {
      return done;
    },
    create: async () => ({ id: ++done }),
  };
}

export type Made = { id: number };

export const write = (more: Partial<Write<Made>> = {}): Write<Made> => ({
  action: 'postback.create',
  operation: 'postback.create',
  target: { vendor: 'KOCHAVA' },
  idempotencyKey: 'key-1',
  request: { title: 'Hi', to: ['a', 'b'] },
  ...more,
});

/** What a room throws when the vendor's answer did not come. */
export const lost = (code: ErrorCode = 'UPSTREAM_TIMEOUT') =>
  new GatewayError(code, 'No answer.', { sent: 'maybe', vendor: 'KOCHAVA', upstreamStatus: 502 });

/** Writes, each by a process of its own, and what is left of them. */
export const writesOn = (database: TestDatabase) => ({
  run: (tenant: TenantContext, work: () => Promise<Made>, more: Partial<Write<Made>> = {}) =>
    openAudit(database.prisma).once.run(tenant, write(more), work),
  listed: async (tenant: TenantContext) => {
    const { events } = await openAudit(database.prisma).events.list(tenant, { first: 100 });
    return events.map(({ action, outcome, code }) => [action, outcome, code]);
  },
  recordOf: (tenant: TenantContext) =>
    database.prisma.idempotencyRecord.findFirst({ where: { tenantId: tenant.tenantId } }),
  /** As if the process of every write under way had died. */
  killAll: () => database.sql(`UPDATE idempotency_records SET lease_until = now() - interval '1 second'`),
});
