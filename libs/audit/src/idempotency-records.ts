import { Inject, Injectable } from '@nestjs/common';
import { Prisma, PrismaService } from '#libs/database';
import type { Caller } from '#libs/domain';

/** Whose key, for which operation. */
export interface RecordKey {
  tenantId: string;
  keyId: string;
  operation: string;
  key: string;
}

export type RecordState = 'UNDERWAY' | 'ANSWERED' | 'REFUSED' | 'UNKNOWN';

export interface IdempotencyRecord {
  state: RecordState;
  requestHash: string;
  intentId: string;
  /** JSON text. */
  answer: string | null;
  createdAt: Date;
  /** Under way, and its process still says so. */
  alive: boolean;
}

/** How long a write counts as under way after its process was last heard of. */
const LEASE = Prisma.raw(`interval '20 seconds'`);
export const RENEW_EVERY_MS = 5_000;
const KEPT = Prisma.raw(`interval '24 hours'`);
const PURGED_AT_ONCE = 5_000;

/** The operator holds no tenant's key. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export const recordKey = (caller: Caller, operation: string, key: string): RecordKey =>
  caller.kind === 'tenant'
    ? { tenantId: caller.tenantId, keyId: caller.keyId, operation, key }
    : { tenantId: NOBODY, keyId: NOBODY, operation, key };

const is = ({ tenantId, keyId, operation, key }: RecordKey): Prisma.Sql =>
  Prisma.sql`tenant_id = ${tenantId}::uuid AND key_id = ${keyId}::uuid AND operation = ${operation} AND key = ${key}`;

/**
 * The first answers to writes. Times are the database's own, since replicas' clocks differ. What changes a record
 * together with an audit row is a WITH clause of the statement that inserts the row: both or neither.
 */
@Injectable()
export class IdempotencyRecords {
  constructor(@Inject(PrismaService) private readonly prisma: PrismaService) {}

  /** WITH clause `claimed`: one row if the record is new or its predecessor has expired, none if it is another's. */
  claim({ tenantId, keyId, operation, key }: RecordKey, hash: string, intentId: string): Prisma.Sql {
    return Prisma.sql`WITH claimed AS (
      INSERT INTO idempotency_records AS r
        (tenant_id, key_id, operation, key, request_hash, state, intent_id, answer, created_at, expires_at, lease_until)
      VALUES (${tenantId}::uuid, ${keyId}::uuid, ${operation}, ${key}, ${hash}, 'UNDERWAY', ${intentId}::uuid, NULL,
        now(), now() + ${KEPT}, now() + ${LEASE})
      ON CONFLICT (tenant_id, key_id, operation, key) DO UPDATE SET
        request_hash = EXCLUDED.request_hash, state = EXCLUDED.state, intent_id = EXCLUDED.intent_id, answer = NULL,
        created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at, lease_until = EXCLUDED.lease_until
      WHERE r.expires_at <= now()
      RETURNING 1)`;
  }

  /** WITH clause `kept`: one row if the record was still without an answer. */
  keep(key: RecordKey, intentId: string, state: RecordState, answer: string | null): Prisma.Sql {
    return Prisma.sql`WITH kept AS (
      UPDATE idempotency_records SET state = ${state}, answer = ${answer}::json
      WHERE ${is(key)} AND intent_id = ${intentId}::uuid AND state IN ('UNDERWAY', 'UNKNOWN')
      RETURNING 1)`;
  }

  /** WITH clause that takes the record away: nothing was done, and the same key may try again. */
  forget(key: RecordKey, intentId: string): Prisma.Sql {
    return Prisma.sql`WITH forgotten AS (
      DELETE FROM idempotency_records WHERE ${is(key)} AND intent_id = ${intentId}::uuid)`;
  }

  async find(key: RecordKey): Promise<IdempotencyRecord | undefined> {
    const [record] = await this.prisma.$queryRaw<IdempotencyRecord[]>`
      SELECT state, request_hash AS "requestHash", intent_id::text AS "intentId", answer::text AS answer,
        created_at AS "createdAt", state = 'UNDERWAY' AND lease_until > now() AS alive
      FROM idempotency_records WHERE ${is(key)} AND expires_at > now()`;
    return record;
  }

  /** `before` of the outcome that a lost write has already, redacted; null where its process died, or had noted none. */
  async notedBefore(intentId: string): Promise<string | null> {
    const [row] = await this.prisma.$queryRaw<{ before: string }[]>`
      SELECT before::text AS before FROM audit_rows
      WHERE intent_id = ${intentId}::uuid AND before IS NOT NULL ORDER BY seq LIMIT 1`;
    return row?.before ?? null;
  }

  async renew(key: RecordKey, intentId: string): Promise<void> {
    await this.prisma.$executeRaw`UPDATE idempotency_records SET lease_until = now() + ${LEASE}
      WHERE ${is(key)} AND intent_id = ${intentId}::uuid AND state = 'UNDERWAY'`;
  }

  /** Deletes expired records, some thousands at most. */
  async purge(): Promise<number> {
    return this.prisma.$executeRaw`DELETE FROM idempotency_records WHERE ctid IN (
      SELECT ctid FROM idempotency_records WHERE expires_at <= now() LIMIT ${PURGED_AT_ONCE}::int)`;
  }
}
