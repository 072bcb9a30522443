import { Inject, Injectable } from '@nestjs/common';
import { isDatabaseAway, Prisma, PrismaService } from '#libs/database';
import { badInput, type Edge, type ErrorCode, type TenantContext, type Vendor } from '#libs/domain';
import type { AuditAction } from './actions.js';
import { type AuditOutcome, isUuid } from './new-row.js';
import { logUnavailable } from './unavailable.js';

/** One audited action. A write without an outcome is UNKNOWN: it is under way, or its process died. */
export interface AuditEvent {
  id: string;
  at: Date;
  keyId: string | null;
  keyName: string;
  edge: Edge;
  action: AuditAction;
  appId: string | null;
  resource: string | null;
  vendor: Vendor | null;
  outcome: AuditOutcome;
  code: ErrorCode | null;
  upstreamStatus: number | null;
  durationMs: number | null;
  requestId: string;
  request: unknown;
  before: unknown;
  after: unknown;
}

/** Everything given must hold; within a list any one. An empty list holds for nothing. */
export interface AuditEventFilter {
  /** Included. */
  from?: Date | null;
  /** Excluded. */
  to?: Date | null;
  actions?: readonly string[] | null;
  outcomes?: readonly AuditOutcome[] | null;
  vendors?: readonly Vendor[] | null;
  appIds?: readonly string[] | null;
  keyNames?: readonly string[] | null;
  /** The whole of it. */
  resource?: string | null;
}

export interface AuditEventPage {
  events: AuditEvent[];
  hasNextPage: boolean;
  /** Of the last event; null where there is none. */
  endCursor: string | null;
}

type Row = Omit<AuditEvent, 'request' | 'before' | 'after'> & {
  seq: string;
  atMs: string;
  request: string | null;
  before: string | null;
  after: string | null;
};

const STREAM_PAGE = 200;

/** What a tenant did and was denied, newest first. A key with an app list sees the events of those apps only. */
@Injectable()
export class AuditEvents {
  constructor(@Inject(PrismaService) private readonly prisma: PrismaService) {}

  /** One page. BAD_USER_INPUT for a cursor that is not one of ours. */
  async list(
    tenant: TenantContext,
    { first, after, filter = {} }: { first: number; after?: string | null; filter?: AuditEventFilter | null },
  ): Promise<AuditEventPage> {
    const where = [...conditions(tenant, filter ?? {})];
    if (after) where.push(olderThan(after));
    const rows = await this.query(where, first + 1);
    const kept = rows.slice(0, first);
    return {
      events: kept.map(toEvent),
      hasNextPage: rows.length > first,
      endCursor: kept.length > 0 ? cursorOf(kept[kept.length - 1]!) : null,
    };
  }

  /** Every event that fits, newest first, a page of them in memory at a time. */
  async *stream(tenant: TenantContext, filter: AuditEventFilter = {}): AsyncGenerator<AuditEvent> {
    let after: string | null = null;
    do {
      const page: AuditEventPage = await this.list(tenant, { first: STREAM_PAGE, after, filter });
      yield* page.events;
      after = page.hasNextPage ? page.endCursor : null;
    } while (after);
  }

  private async query(where: Prisma.Sql[], limit: number): Promise<Row[]> {
    try {
      return await this.prisma.$queryRaw<Row[]>`
        SELECT r.seq::text AS seq, (extract(epoch FROM r.at) * 1000)::bigint::text AS "atMs", r.id::text AS id, r.at,
          r.key_id::text AS "keyId", r.key_name AS "keyName", r.edge, r.action, r.vendor, r.request_id AS "requestId",
          e.app_id::text AS "appId", e.resource, e.outcome, e.code, e.upstream_status AS "upstreamStatus",
          e.duration_ms AS "durationMs", r.request::text AS request, e.before, e.after
        FROM audit_rows r
        LEFT JOIN LATERAL (
          SELECT * FROM audit_rows o
          WHERE o.intent_id = r.id AND o.chain = r.chain AND o.kind = 'OUTCOME' ORDER BY o.seq DESC LIMIT 1
        ) o ON r.kind = 'INTENT'
        CROSS JOIN LATERAL (
          SELECT coalesce(o.app_id, r.app_id) AS app_id, coalesce(o.resource, r.resource) AS resource,
            coalesce(o.outcome, r.outcome, 'UNKNOWN') AS outcome,
            CASE WHEN r.kind = 'INTENT' AND o.id IS NULL THEN 'OUTCOME_UNKNOWN' ELSE coalesce(o.code, r.code) END AS code,
            coalesce(o.upstream_status, r.upstream_status) AS upstream_status,
            coalesce(o.duration_ms, r.duration_ms) AS duration_ms,
            coalesce(o.before, r.before)::text AS before, coalesce(o.after, r.after)::text AS after
        ) e
        WHERE ${Prisma.join(where, ' AND ')}
        ORDER BY r.at DESC, r.seq DESC LIMIT ${limit}::int`;
    } catch (cause) {
      throw isDatabaseAway(cause) ? logUnavailable(cause) : cause;
    }
  }
}

function* conditions(tenant: TenantContext, filter: AuditEventFilter): Generator<Prisma.Sql> {
  yield Prisma.sql`r.chain = ${tenant.tenantId}`;
  yield Prisma.sql`r.kind IN ('EVENT', 'INTENT')`;
  if (tenant.appIds) yield Prisma.sql`e.app_id = ANY(${uuids(tenant.appIds)}::uuid[])`;
  const { from, to, actions, outcomes, vendors, appIds, keyNames, resource } = filter;
  if (from) yield Prisma.sql`r.at >= ${from.toISOString()}::timestamptz`;
  if (to) yield Prisma.sql`r.at < ${to.toISOString()}::timestamptz`;
  if (actions) yield Prisma.sql`r.action = ANY(${[...actions]}::text[])`;
  if (outcomes) yield Prisma.sql`e.outcome = ANY(${[...outcomes]}::text[])`;
  if (vendors) yield Prisma.sql`r.vendor = ANY(${[...vendors]}::text[])`;
  if (appIds) yield Prisma.sql`e.app_id = ANY(${uuids(appIds)}::uuid[])`;
  if (keyNames) yield Prisma.sql`r.key_name = ANY(${[...keyNames]}::text[])`;
  if (resource !== undefined && resource !== null) yield Prisma.sql`e.resource = ${resource}`;
}

/** What is no id is no app's. */
const uuids = (ids: Iterable<string>): string[] => [...ids].filter(isUuid);

const cursorOf = ({ atMs, seq }: Row): string => Buffer.from(`${atMs}:${seq}`).toString('base64url');

function olderThan(cursor: string): Prisma.Sql {
  const [, atMs, seq] = /^(\d{1,14}):(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (!atMs || !seq) {
    throw badInput([
      { pointer: '/after', detail: 'is not a cursor of this list: pass an endCursor as it was answered' },
    ]);
  }
  return Prisma.sql`(r.at, r.seq) < (${new Date(Number(atMs)).toISOString()}::timestamptz, ${seq}::bigint)`;
}

function toEvent({ seq: _seq, atMs: _atMs, request, before, after, ...event }: Row): AuditEvent {
  return { ...event, request: parsed(request), before: parsed(before), after: parsed(after) };
}

const parsed = (text: string | null): unknown => (text === null ? null : (JSON.parse(text) as unknown));
