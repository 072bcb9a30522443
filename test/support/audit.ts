import { randomUUID } from 'node:crypto';
import type { PrismaService } from '#libs/database';
import type { OperatorContext, TenantContext } from '#libs/domain';
import { AuditEvents } from '../../libs/audit/src/audit-events.js';
import { AuditLog } from '../../libs/audit/src/audit-log.js';
import type { AuditOptions } from '../../libs/audit/src/audit-options.js';
import { ChainKeeper } from '../../libs/audit/src/chain-keeper.js';
import { classifyError } from '../../libs/audit/src/classify.js';
import { IdempotencyRecords } from '../../libs/audit/src/idempotency-records.js';
import { Journal } from '../../libs/audit/src/journal.js';
import { Sealer } from '../../libs/audit/src/sealer.js';
import { WriteOnce } from '../../libs/audit/src/write-once.js';

/** The audit of one process of the gateway's, sealing when it is told to. `told`: what it said to its operator. */
export function openAudit(prisma: PrismaService, translate: AuditOptions['translate'] = (error) => error) {
  const told: string[] = [];
  const say = (fields: object, message: string) => void told.push(`${message} ${JSON.stringify(fields)}`);
  const options: AuditOptions = { translate, classify: classifyError, log: { warn: say, error: say } };
  const journal = new Journal(prisma, options);
  const log = new AuditLog(journal, options);
  const records = new IdempotencyRecords(prisma);
  return {
    told,
    journal,
    log,
    records,
    sealer: new Sealer(prisma, journal, options),
    once: new WriteOnce(journal, records, log, options),
    events: new AuditEvents(prisma),
    keeper: new ChainKeeper(prisma),
  };
}

export function aTenant(more: Partial<TenantContext> = {}): TenantContext {
  return {
    kind: 'tenant',
    tenantId: randomUUID(),
    tenantSlug: 'acme',
    tenantName: 'Acme',
    keyId: randomUUID(),
    keyName: 'growth dashboard',
    scopes: new Set(),
    appIds: null,
    edge: 'GRAPHQL',
    requestId: 'request-1',
    ...more,
  };
}

export const anOperator = (): OperatorContext => ({ kind: 'operator', edge: 'ADMIN', requestId: 'request-2' });
