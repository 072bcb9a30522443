import type { Awaitable } from '#libs/domain';
import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import {
  endpointOf,
  isSameRequest,
  KochavaReportClient,
  REPORT_KINDS,
  reportBody,
  type ReportProgress,
} from '#libs/kochava-reporting';
import { CredentialVault, type OpenCredential } from '#libs/tenancy';
import { type AskedReport, upstreamRequestOf } from './asked-report.js';
import { KnownLinks } from './known-links.js';
import { ReportStore } from './report-store.js';

/** Of the vendor's own list, the latest. */
const MOST_LISTED = 100;
/** Reports of that list that are asked what they are. */
const MOST_ASKED = 30;
/** Two clocks may differ by so much. */
const SKEW_MS = 300_000;

/** A report as it stands at Kochava, asked with the credential that made it: tokens belong to their api_key. */
@Injectable()
export class ReportAtKochava {
  constructor(
    private readonly client: KochavaReportClient,
    private readonly vault: CredentialVault,
    private readonly store: ReportStore,
    private readonly links: KnownLinks,
  ) {}

  async progress(row: ReportModel): Promise<ReportProgress> {
    return this.noting(row, await this.client.progress(await this.credentialOf(row), nameOf(row)));
  }

  /** Kochava lets go of queued reports only: UpstreamError `conflict` for others. */
  async cancel(row: ReportModel): Promise<void> {
    await this.client.delete(await this.credentialOf(row), nameOf(row));
  }

  /**
   * The report that this row asked for and whose token never came, by what was asked: one that is no other row's; else one
   * under way that asks the same, since Kochava makes no second of those. Undefined where there is none (yet).
   */
  async find(row: ReportModel): Promise<ReportProgress | undefined> {
    const credential = await this.credentialOf(row);
    const { upstreamApp: appGuid } = row;
    const request = upstreamRequestOf(row.request as unknown as AskedReport, appGuid);
    const body = reportBody(request);
    const listed = await this.client.tokens(credential, { appGuid, max: MOST_LISTED });
    const since = (row.sentAt ?? row.createdAt ?? new Date()).getTime() - SKEW_MS;
    const recent = listed.filter(({ statusAt }) => statusAt === undefined || statusAt.getTime() >= since);
    const owned = await this.store.known(
      row.tenantId,
      recent.map(({ token }) => token),
    );
    const isCandidate = ({ token, state }: ReportProgress): boolean =>
      !owned.has(token) || state === 'queued' || state === 'running';
    let underWay: ReportProgress | undefined;
    for (const { token } of recent.filter(isCandidate).slice(0, MOST_ASKED)) {
      const found = await this.client.progress(credential, { appGuid, token });
      if (!found.request || !isOfKind(found, endpointOf(request.content)) || !isSameRequest(body, found.request))
        continue;
      if (!owned.has(token)) return this.noting(row, found);
      underWay ??= found;
    }
    return underWay;
  }

  /** Whoever opens the file next need not ask again. */
  private noting(row: ReportModel, told: ReportProgress): ReportProgress {
    if (told.link !== undefined) this.links.keep(row.id, told.link);
    return told;
  }

  private credentialOf({ tenantId, credentialVersion }: ReportModel): Awaitable<OpenCredential> {
    return this.vault.open(tenantId, 'kochava-reporting', credentialVersion);
  }
}

const nameOf = ({ upstreamApp, upstreamToken }: ReportModel) => ({ appGuid: upstreamApp, token: upstreamToken ?? '' });

/** Kochava's word for the kind, where it is one of its endpoints': a detail's fields are some of a summary's. */
const isOfKind = ({ reportType }: ReportProgress, kind: string): boolean => {
  const told = reportType?.toLowerCase();
  return told === undefined || told === kind || !(REPORT_KINDS as readonly string[]).includes(told);
};
