import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import type { OpenedApp } from '#libs/tenancy';
import { ReportTokens } from '../../reports/report-tokens.js';
import { ScheduleStore } from '../../schedules/schedule-store.js';
import { isObject, mayRead, readAnswer, unreadableAnswer, type WireObject, writeAnswer } from './report-answer.js';
import { GatewayLinks } from './gateway-links.js';

interface Listing {
  app: OpenedApp;
  credentialVersion: number;
  ofSchedules: boolean;
}

/** Lists of reports and schedules of an app, as Kochava answers them. */
@Injectable()
export class ListedReports {
  constructor(
    private readonly reports: ReportTokens,
    private readonly schedules: ScheduleStore,
    private readonly links: GatewayLinks,
  ) {}

  /** Without those that are not for this key, which is told of none; links of the gateway's own. */
  async narrowed(
    tenant: TenantContext,
    { app, credentialVersion, ofSchedules }: Listing,
    answer: Buffer,
  ): Promise<Buffer> {
    const told = readAnswer(answer);
    if (!Array.isArray(told) || !told.every(isObject)) throw unreadableAnswer('tokens');
    const hidden = await this.hiddenOf(tenant, app, told.map(tokenOf), ofSchedules);
    const shown = told.flatMap((item) => {
      const token = tokenOf(item);
      if (hidden.has(token) || !mayRead(tenant, item['report_type'])) return [];
      return [this.links.replaced(tenant, { app, appGuid: app.upstreamName, token, credentialVersion }, item)];
    });
    const isSame = shown.length === told.length && shown.every((item, index) => item === told[index]);
    return isSame ? answer : writeAnswer(shown);
  }

  /** Tokens that are known to be of something that is not this app's, or not for this key. */
  private async hiddenOf(
    tenant: TenantContext,
    app: OpenedApp,
    tokens: readonly string[],
    ofSchedules: boolean,
  ): Promise<Set<string>> {
    const found = await (ofSchedules ? this.schedules : this.reports).byTokens(tenant, tokens);
    const hidden = new Set<string>();
    for (const { row, isVisible } of found) if (!isVisible || row.appId !== app.id) hidden.add(row.upstreamToken!);
    return hidden;
  }
}

const tokenOf = ({ report_token: token }: WireObject): string => String(token).trim();
