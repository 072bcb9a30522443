import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditLog } from '#libs/audit';
import { GatewayError, type TenantContext } from '#libs/domain';
import type { OpenedApp } from '#libs/tenancy';
import { OwnApps } from '../own-apps.js';
import type { ReportingBody } from './reporting-body.js';

/** The app that a request is about, which must be one of the key's. */
@Injectable()
export class OwnApp {
  constructor(
    private readonly apps: OwnApps,
    private readonly audit: AuditLog,
  ) {}

  /** NOT_FOUND in Kochava's words, and audited, for an app that the key may not touch; BAD_USER_INPUT where none is named. */
  async of(tenant: TenantContext, body: ReportingBody, action: AuditAction): Promise<OpenedApp> {
    const guid = body.must('app_guid');
    try {
      const [app] = await this.apps.named(tenant, 'kochava-reporting', [guid]);
      return app!;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'NOT_FOUND') throw error;
      this.audit.denied(tenant, action, 'NOT_FOUND', { vendor: 'KOCHAVA', request: { app_guid: guid } });
      throw new GatewayError('NOT_FOUND', 'App does not exist.');
    }
  }
}
