import type { AuditNote } from '#libs/audit';
import type { TenantContext } from '#libs/domain';
import type { AppDirectory, AppRecord } from '#libs/tenancy';
import { beforeSending } from '../edge/before-sending.js';
import type { Makers } from './makers.js';

interface Maker<Asked, Plan, Row> {
  plan(tenant: TenantContext, app: AppRecord, asked: Asked): Promise<Plan>;
  start(row: Row): Promise<Row>;
}

interface Store<New, Row> {
  add(tenant: TenantContext, row: New): Promise<Row>;
  /** The request of this key that had this idempotency key, since. */
  asked(tenant: TenantContext, idempotencyKey: string, since: Date): Promise<Row | undefined>;
}

/** Two clocks, the database's and ours, may differ by so much. */
const SKEW_MS = 60_000;

/** Takes a report or a schedule in: everything that must hold is checked, then its row is written, then its maker has it. */
export abstract class Intake<
  Asked extends { kind: string },
  Plan extends object,
  Row extends { id: string; kind: string; status: string; sentAt: Date | null },
> {
  constructor(
    private readonly noun: 'report' | 'schedule',
    private readonly directory: AppDirectory,
    private readonly store: Store<Asked & Plan & { appId: string; idempotencyKey?: string | null }, Row>,
    private readonly makers: Makers<Maker<Asked, Plan, Row>>,
  ) {}

  /** NOT_FOUND for an app that the key may not touch. */
  appOf(tenant: TenantContext, appId: string): Promise<AppRecord> {
    return this.directory.get(tenant, appId);
  }

  /** BAD_USER_INPUT, UNSUPPORTED and CREDENTIAL_MISSING leave nothing behind. */
  async take(
    tenant: TenantContext,
    appId: string,
    asked: Asked,
    idempotencyKey?: string | null,
    note?: AuditNote,
  ): Promise<Row> {
    const row = await beforeSending(async () => {
      const app = await this.appOf(tenant, appId);
      const plan = await this.makers.of(asked.kind).plan(tenant, app, asked);
      return this.store.add(tenant, { ...asked, ...plan, appId: app.id, idempotencyKey });
    });
    note?.({ resource: `${this.noun}:${row.id}` });
    return this.makers.of(row.kind).start(row);
  }

  /** The row of a request whose process died: sent, where it had not been. Undefined: there is none of it. */
  async resume(tenant: TenantContext, idempotencyKey: string, begun: Date): Promise<Row | undefined> {
    const row = await this.store.asked(tenant, idempotencyKey, new Date(begun.getTime() - SKEW_MS));
    return row?.status === 'SUBMITTING' && row.sentAt === null ? this.makers.of(row.kind).start(row) : row;
  }
}
