import type { Awaitable } from '#libs/domain';
import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import {
  type Created,
  endpointOf,
  isSameRequest,
  KochavaScheduleClient,
  REPORT_KINDS,
  type ScheduleProgress,
  type ScheduleRequest,
  scheduleBody,
} from '#libs/kochava-reporting';
import { CredentialVault, type OpenCredential } from '#libs/tenancy';
import { type AskedSchedule, contentOfSchedule, upstreamScheduleOf } from './asked-schedule.js';
import { ScheduleStore } from './schedule-store.js';

const SEND_WITHIN_MS = 60_000;
const MOST_LISTED = 100;
const MOST_ASKED = 30;
const SKEW_MS = 300_000;

/** A schedule as it stands at Kochava, asked with the credential that made it: it belongs to that api_key. */
@Injectable()
export class ScheduleAtKochava {
  constructor(
    private readonly client: KochavaScheduleClient,
    private readonly vault: CredentialVault,
    private readonly store: ScheduleStore,
  ) {}

  credentialOf({ tenantId, credentialVersion }: ScheduleModel): Awaitable<OpenCredential> {
    return this.vault.open(tenantId, 'kochava-reporting', credentialVersion);
  }

  create(credential: OpenCredential, request: ScheduleRequest): Promise<Created> {
    return this.client.create(credential, request, { deadlineMs: SEND_WITHIN_MS });
  }

  async progress(row: ScheduleModel): Promise<ScheduleProgress> {
    return this.client.progress(await this.credentialOf(row), nameOf(row));
  }

  async delete(row: ScheduleModel): Promise<void> {
    await this.client.delete(await this.credentialOf(row), nameOf(row));
  }

  async updateNotify(row: ScheduleModel, notify: readonly string[]): Promise<void> {
    const kind = endpointOf(contentOfSchedule(row.request as unknown as AskedSchedule));
    await this.client.updateNotify(await this.credentialOf(row), { ...nameOf(row), kind, notify });
  }

  /** The schedule that this row asked for and whose token never came, by what was asked; no other row's. */
  async find(row: ScheduleModel): Promise<ScheduleProgress | undefined> {
    const credential = await this.credentialOf(row);
    const { upstreamApp: appGuid } = row;
    const request = upstreamScheduleOf(row.request as unknown as AskedSchedule, appGuid);
    const body = scheduleBody(request);
    const listed = await this.client.tokens(credential, { appGuid, max: MOST_LISTED });
    const since = (row.sentAt ?? row.createdAt).getTime() - SKEW_MS;
    const recent = listed.filter(({ statusAt }) => statusAt === undefined || statusAt.getTime() >= since);
    const owned = await this.store.known(
      row.tenantId,
      recent.map(({ token }) => token),
    );
    for (const { token } of recent.filter((one) => !owned.has(one.token)).slice(0, MOST_ASKED)) {
      const found = await this.client.progress(credential, { appGuid, token });
      const endpoint = endpointOf(request.content);
      const told = found.reportType?.toLowerCase() ?? endpoint;
      const isKind = told === endpoint || !(REPORT_KINDS as readonly string[]).includes(told);
      if (isKind && found.request && isSameRequest(body, found.request)) return found;
    }
    return undefined;
  }
}

const nameOf = ({ upstreamApp, upstreamToken }: ScheduleModel) => ({
  appGuid: upstreamApp,
  token: upstreamToken ?? '',
});
