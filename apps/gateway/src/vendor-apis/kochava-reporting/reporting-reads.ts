import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import type { TenantContext } from '#libs/domain';
import { reportingRefusal } from '#libs/kochava-reporting';
import { CredentialVault, type OpenedApp } from '#libs/tenancy';
import type { UpstreamAnswer } from '#libs/upstream-http';
import type { AskedCall, OutgoingCall } from '../asked-call.js';
import { OwnApp } from './own-app.js';
import {
  isAbout,
  isObject,
  readAnswer,
  unreadableAnswer,
  type WireObject,
  withoutKeys,
  writeAnswer,
} from './report-answer.js';
import { GatewayLinks, type ReportName } from './gateway-links.js';
import type { ReportingBody } from './reporting-body.js';
import { post } from './reporting-call.js';
import { ListedReports } from './listed-reports.js';
import { type Noun, TokenOwners, tokenNotFound } from './token-owners.js';

/** What is asked of Kochava about reports and schedules: how one stands, and which there are. */
@Injectable()
export class ReportingReads {
  constructor(
    private readonly app: OwnApp,
    private readonly owners: TokenOwners,
    private readonly listed: ListedReports,
    private readonly links: GatewayLinks,
    private readonly vault: CredentialVault,
  ) {}

  progress(tenant: TenantContext, body: ReportingBody): AskedCall {
    return {
      action: 'reports.read',
      operation: 'progress',
      scope: 'reports:read',
      request: body.named('app_guid', 'token'),
      prepare: async (note) => {
        const { app, token } = await this.subject(tenant, body, note, 'reports.read');
        const row = await this.owners.reportOf(tenant, app, token);
        const name = await this.nameOf(tenant, app, token, row);
        return this.standing('Report', 'progress', tenant, name, row !== undefined);
      },
    };
  }

  scheduleProgress(tenant: TenantContext, body: ReportingBody): AskedCall {
    return {
      action: 'schedules.read',
      operation: 'schedule/progress',
      scope: 'schedules:read',
      request: body.named('app_guid', 'token'),
      prepare: async (note) => {
        const { app, token } = await this.subject(tenant, body, note, 'schedules.read');
        const row = await this.owners.scheduleOf(tenant, app, token);
        const name = await this.nameOf(tenant, app, token, row);
        return this.standing('Schedule', 'schedule/progress', tenant, name, row !== undefined);
      },
    };
  }

  tokens(tenant: TenantContext, body: ReportingBody, operation: 'tokens' | 'schedule/tokens'): AskedCall {
    const ofSchedules = operation === 'schedule/tokens';
    const action = ofSchedules ? 'schedules.read' : 'reports.read';
    return {
      action,
      operation,
      scope: ofSchedules ? 'schedules:read' : 'reports:read',
      request: body.named('app_guid', 'max_tokens'),
      prepare: async (note) => {
        const app = await this.app.of(tenant, body, action);
        note({ appId: app.id });
        const { version: credentialVersion } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
        const most = body.text('max_tokens');
        return {
          ...post(operation, { app_guid: app.upstreamName, ...(most !== undefined && { max_tokens: most }) }, true),
          credentialVersion,
          rewrite: (answer) => this.listed.narrowed(tenant, { app, credentialVersion, ofSchedules }, answer),
        };
      },
    };
  }

  private async subject(
    tenant: TenantContext,
    body: ReportingBody,
    note: AuditNote,
    action: 'reports.read' | 'schedules.read',
  ): Promise<{ app: OpenedApp; token: string }> {
    const app = await this.app.of(tenant, body, action);
    note({ appId: app.id });
    return { app, token: body.must('token') };
  }

  /** What belongs to an api_key is asked for with it, under the name that the app had then. */
  private async nameOf(
    { tenantId }: TenantContext,
    app: OpenedApp,
    token: string,
    row: { upstreamApp: string; credentialVersion: number } | undefined,
  ): Promise<ReportName> {
    if (row) return { app, token, appGuid: row.upstreamApp, credentialVersion: row.credentialVersion };
    const { version } = await this.vault.open(tenantId, 'kochava-reporting');
    return { app, token, appGuid: app.upstreamName, credentialVersion: version };
  }

  private standing(
    noun: Noun,
    operation: string,
    tenant: TenantContext,
    name: ReportName,
    isKnown: boolean,
  ): OutgoingCall {
    const refusal = reportingRefusal(operation, true);
    return {
      ...post(operation, { app_guid: name.appGuid, token: name.token }, true),
      credentialVersion: name.credentialVersion,
      refusal: (answer: UpstreamAnswer) => {
        const no = refusal(answer);
        // In the words for somebody else's, so that nobody learns which of them there are.
        if (no?.failure === 'not-found') throw tokenNotFound(noun);
        return no;
      },
      rewrite: (answer) => {
        const told = readAnswer(answer);
        if (!isObject(told)) throw unreadableAnswer(operation);
        const { report_type: type, report_request: request } = told;
        if (!isKnown && !isAbout(tenant, name.app, type, isObject(request) ? request : undefined)) {
          throw tokenNotFound(noun);
        }
        const shown = this.links.replaced(tenant, name, withoutKeysIn(told));
        return shown === told ? answer : writeAnswer(shown);
      },
    };
  }
}

function withoutKeysIn(told: WireObject): WireObject {
  const { report_request: request } = told;
  if (!isObject(request)) return told;
  const shown = withoutKeys(request);
  return shown === request ? told : { ...told, report_request: shown };
}
