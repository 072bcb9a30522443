import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditNote, type LostWrite, WriteOnce, type Written } from '#libs/audit';
import type { ReportModel } from '#libs/database';
import { GatewayError, requireScope, type TenantContext } from '#libs/domain';
import { beforeSending } from '../edge/before-sending.js';
import { askedOf } from './asked-report.js';
import { mustBeQueued } from './report-canceller.js';
import { requireToAsk } from './report-checks.js';
import type { RequestReportInput } from './report.input.js';
import { reportOf, type ReportOfApp } from './report.model.js';
import { ReportIntake } from './report-intake.js';
import { type Asked, ReportMakers } from './report-makers.js';
import { ReportStore } from './report-store.js';
import { vendorOf } from './report-words.js';

/** Asks for reports and takes back those that have not begun, each once. */
@Injectable()
export class ReportRequestsService {
  constructor(
    private readonly intake: ReportIntake,
    private readonly store: ReportStore,
    private readonly makers: ReportMakers,
    private readonly once: WriteOnce,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Scope reports:write, and what the kind, the delivery and the notifications need. UNCONFIRMED where the answer was lost.
   * BAD_USER_INPUT, UNSUPPORTED and CREDENTIAL_MISSING before anything is sent.
   */
  request(tenant: TenantContext, input: RequestReportInput): Promise<Written<ReportOfApp>> {
    return this.ask(tenant, input.appId, () => askedOf(input), input.idempotencyKey);
  }

  /** As `request`, of what `read` reads once the key may ask at all. */
  async ask(
    tenant: TenantContext,
    ofApp: string,
    read: () => Asked,
    idempotencyKey?: string | null,
  ): Promise<Written<ReportOfApp>> {
    const { appId, asked } = await this.enter(tenant, 'report.request', { appId: ofApp }, async () => {
      requireScope(tenant, 'reports:write');
      const what = read();
      requireToAsk(tenant, what.kind, what.asked);
      return { appId: (await this.intake.appOf(tenant, ofApp)).id, asked: what };
    });
    return this.once.run(
      tenant,
      {
        action: 'report.request',
        operation: 'report.request',
        target: { appId, vendor: vendorOf(asked.kind) },
        idempotencyKey,
        request: { appId, ...asked.asked, ...(asked.keys && { keys: asked.keys }) },
        authorize: () => {
          requireScope(tenant, 'reports:write');
          requireToAsk(tenant, asked.kind, asked.asked);
        },
        reconcile: async ({ createdAt }: LostWrite) => {
          const row =
            (idempotencyKey && (await this.intake.resume(tenant, idempotencyKey, createdAt))) ||
            // Its row was never written, and a row comes before anything is sent.
            (await this.intake.take(tenant, appId, asked, idempotencyKey));
          return reportOf(row);
        },
      },
      async (note: AuditNote) => {
        const row = await this.intake.take(tenant, appId, asked, idempotencyKey, note);
        return reportOf(row);
      },
    );
  }

  /** Scope reports:write. CONFLICT once it runs. Answers the report, DELETED. */
  async delete(tenant: TenantContext, id: string, idempotencyKey?: string | null): Promise<Written<ReportOfApp>> {
    const resource = `report:${id}`;
    const found = await this.enter(tenant, 'report.delete', { resource }, async (): Promise<ReportModel> => {
      requireScope(tenant, 'reports:write');
      return this.store.get(tenant, id);
    });
    return this.once.run(
      tenant,
      {
        action: 'report.delete',
        operation: 'report.delete',
        target: { appId: found.appId, resource, vendor: vendorOf(found.kind) },
        idempotencyKey,
        request: { id: found.id },
        authorize: () => requireScope(tenant, 'reports:write'),
        reconcile: async () => {
          const row = await this.makers.of(found.kind).cancelled(found);
          return row && reportOf(row);
        },
      },
      async (note: AuditNote) => {
        await beforeSending(() => mustBeQueued(found));
        note({ before: { status: found.status } });
        const row = await this.makers.of(found.kind).cancel(found);
        note({ after: { status: row.status } });
        return reportOf(row);
      },
    );
  }

  /** Asked at each request, a replay too: the key may have lost the app since. What is refused is audited. */
  private async enter<T>(
    tenant: TenantContext,
    action: 'report.request' | 'report.delete',
    target: { appId?: string; resource?: string },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GatewayError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')) {
        this.audit.denied(tenant, action, error.code, target);
      }
      throw error;
    }
  }
}
