import { Injectable } from '@nestjs/common';
import type { ReportModel, ScheduleModel } from '#libs/database';
import { GatewayError, type TenantContext } from '#libs/domain';
import {
  KochavaReportClient,
  KochavaScheduleClient,
  type ReportProgress,
  type ScheduleProgress,
} from '#libs/kochava-reporting';
import { CredentialVault, type OpenedApp } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import { ReportTokens } from '../../reports/report-tokens.js';
import { ScheduleStore } from '../../schedules/schedule-store.js';
import { isAbout } from './report-answer.js';

export type Noun = 'Report' | 'Schedule';

/** As for a token that never was. */
export const tokenNotFound = (noun: Noun): GatewayError => new GatewayError('NOT_FOUND', `${noun} token not found`);

/** Kochava's own form: a signed 64-bit integer. `007` may be 7 to Kochava, and is not to our table. */
const TOKEN = /^(?:0|-?[1-9]\d{0,19})$/;

/** Whose a token is, which is known before anything is done with it: naming one's own app beside it proves nothing. */
@Injectable()
export class TokenOwners {
  constructor(
    private readonly reports: ReportTokens,
    private readonly schedules: ScheduleStore,
    private readonly vault: CredentialVault,
    private readonly reportClient: KochavaReportClient,
    private readonly scheduleClient: KochavaScheduleClient,
  ) {}

  /** The row of this report of `app`. Undefined: the gateway knows of no such report. NOT_FOUND: it is somebody else's. */
  async reportOf(tenant: TenantContext, app: OpenedApp, token: string): Promise<ReportModel | undefined> {
    mustBeToken('Report', token);
    return ownOf('Report', app, await this.reports.byTokens(tenant, [token]));
  }

  /** As `reportOf`, of schedules. */
  async scheduleOf(tenant: TenantContext, app: OpenedApp, token: string): Promise<ScheduleModel | undefined> {
    mustBeToken('Schedule', token);
    return ownOf('Schedule', app, await this.schedules.byTokens(tenant, [token]));
  }

  /** Asks Kochava whether a token that the gateway does not know is a report of `app`; NOT_FOUND where it is not. */
  async confirmReport(tenant: TenantContext, app: OpenedApp, token: string): Promise<void> {
    const credential = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    const name = { appGuid: app.upstreamName, token };
    await this.confirm('Report', tenant, app, () => this.reportClient.progress(credential, name, tenant));
  }

  /** As `confirmReport`, of schedules. */
  async confirmSchedule(tenant: TenantContext, app: OpenedApp, token: string): Promise<void> {
    const credential = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    const name = { appGuid: app.upstreamName, token };
    await this.confirm('Schedule', tenant, app, () => this.scheduleClient.progress(credential, name, tenant));
  }

  private async confirm(
    noun: Noun,
    tenant: TenantContext,
    app: OpenedApp,
    ask: () => Promise<ReportProgress | ScheduleProgress>,
  ): Promise<void> {
    let told: ReportProgress | ScheduleProgress;
    try {
      told = await ask();
    } catch (error) {
      if (error instanceof UpstreamError && error.failure === 'not-found') throw tokenNotFound(noun);
      throw error;
    }
    if (!isAbout(tenant, app, told.reportType, told.request)) throw tokenNotFound(noun);
  }
}

function mustBeToken(noun: Noun, token: string): void {
  if (!TOKEN.test(token)) throw tokenNotFound(noun);
}

function ownOf<Row extends { appId: string }>(
  noun: Noun,
  app: OpenedApp,
  found: readonly { row: Row; isVisible: boolean }[],
): Row | undefined {
  if (found.length === 0) return undefined;
  const own = found.find(({ row, isVisible }) => isVisible && row.appId === app.id);
  if (!own) throw tokenNotFound(noun);
  return own.row;
}
