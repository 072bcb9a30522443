import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError, type TenantContext } from '#libs/domain';
import { CredentialVault, type OpenedApp } from '#libs/tenancy';
import { toGatewayError } from '../edge/gateway-failure.js';
import { upstreamRequestOf } from '../reports/asked-report.js';
import { fingerprintOf } from '../reports/report-checks.js';
import { ReportWaits } from '../reports/report-waits.js';
import type { ReportFailure } from '../reports/report.model.js';
import { LIVE, type ReportStatus } from '../reports/report-words.js';
import { SummaryReports } from '../reports/summary-reports.js';
import { isDown, VendorReads } from '../vendor-reads/vendor-reads.js';
import { KochavaMaking } from './kochava-making.js';
import { askedReportOf, olderReport, pickReport, type Wanted } from './kochava-pick.js';
import type { KochavaPlan } from './kochava-plan.js';

/** What is wanted: one summary of each app. */
export interface SummariesWanted {
  readonly plan: KochavaPlan;
  readonly apps: readonly OpenedApp[];
  /** The last day on which Kochava may still change the numbers. */
  readonly changesUntil: string;
  readonly waitSeconds: number;
}

/** The report that an app's numbers are, or will be, read from. */
export interface SummaryOfApp {
  readonly app: OpenedApp;
  readonly row: ReportModel;
}

export interface FoundSummaries {
  readonly status: 'FRESH' | 'CACHED' | 'STALE' | 'PENDING';
  readonly reports: readonly SummaryOfApp[];
  /** The credential's row, which answers are kept under. */
  readonly credentialId: string;
  /** Why older ones stand in. */
  readonly failure?: GatewayError;
}

/** Apps whose reports are asked for at the same time. */
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
const LOST = 'Kochava’s answer to the request was lost.';

/** Finds the summaries that a question is answered from: there, under way, or asked for now. */
@Injectable()
export class KochavaSummaries {
  constructor(
    private readonly vault: CredentialVault,
    private readonly reports: SummaryReports,
    private readonly making: KochavaMaking,
    private readonly waits: ReportWaits,
    private readonly reads: VendorReads,
  ) {}

  /**
   * Waits for them as long as it may. CREDENTIAL_MISSING; Kochava's refusal; why a report came to nothing. Nothing is thrown
   * of those that are not there in time: PENDING.
   */
  async find(
    tenant: TenantContext,
    { plan, apps, changesUntil, waitSeconds }: SummariesWanted,
  ): Promise<FoundSummaries> {
    const { id: credentialId, version } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    const freshMs = this.reads.freshMs(changesUntil);
    const since = new Date(Date.now() - Math.max(freshMs, DAY_MS) - this.reads.staleMs);
    const of = { tenantId: tenant.tenantId, appIds: apps.map(({ id }) => id), credentialVersion: version };
    const all = await this.reports.find(of, since);
    const known = (app: OpenedApp): ReportModel[] => all.filter(({ appId }) => appId === app.id);
    const wantedOf = ({ upstreamName }: OpenedApp): Wanted => ({
      asked: plan.asked,
      upstreamApp: upstreamName,
      freshMs,
      bypass: tenant.bypassCache ?? false,
    });
    /** Null: there is none, and no older answer may be given. */
    const older = (): SummaryOfApp[] | null => {
      if (tenant.bypassCache) return null;
      const found = apps.flatMap((app) => {
        const row = olderReport(known(app), wantedOf(app));
        return row ? [{ app, row }] : [];
      });
      return found.length === apps.length ? found : null;
    };

    let found: SummaryOfApp[];
    try {
      found = await inTurn(apps, async (app) => {
        const pick = (rows: readonly ReportModel[]) => pickReport(rows, wantedOf(app));
        const row = pick(known(app)) ?? (await this.make(tenant, app, plan, version, since, pick));
        return { app, row };
      });
    } catch (thrown) {
      const failure = toGatewayError(thrown);
      const standIns = isDown(failure) ? older() : null;
      if (!standIns) throw failure;
      return { status: 'STALE', reports: standIns, credentialId, failure };
    }

    const status = found.every(({ row }) => !isLive(row)) ? 'CACHED' : 'FRESH';
    const rows = await this.waits.wait(
      found.map(({ row }) => row),
      1000 * waitSeconds,
      tenant.signal,
    );
    const reports = found.map(({ app }, index) => ({ app, row: rows[index]! }));
    for (const row of rows) if (!isLive(row)) mustBeThere(row);
    if (!rows.some(isLive)) return { status, reports, credentialId };
    const standIns = rows.some((row) => row.status === 'UNCONFIRMED') ? older() : null;
    if (!standIns) return { status: 'PENDING', reports, credentialId };
    const failure = new GatewayError('UPSTREAM_UNAVAILABLE', LOST, { vendor: 'KOCHAVA' });
    return { status: 'STALE', reports: standIns, credentialId, failure };
  }

  private make(
    tenant: TenantContext,
    { id: appId, upstreamName: upstreamApp }: OpenedApp,
    { asked: summary }: KochavaPlan,
    credentialVersion: number,
    since: Date,
    pick: (rows: readonly ReportModel[]) => ReportModel | undefined,
  ): Promise<ReportModel> {
    const asked = askedReportOf(summary);
    const fingerprint = fingerprintOf(upstreamRequestOf(asked, upstreamApp));
    const report = { appId, kind: 'SUMMARY' as const, asked, fingerprint, upstreamApp, credentialVersion };
    return this.making.make(tenant, report, since, pick);
  }
}

const isLive = ({ status }: ReportModel): boolean => LIVE.includes(status as ReportStatus);

/** Throws why there is no file. */
function mustBeThere({ status, statusDetail, failure, hasFile }: ReportModel): void {
  if (status === 'COMPLETED' && hasFile) return;
  const { code, message } = (failure as ReportFailure | null) ?? {
    code: 'UPSTREAM_REJECTED' as const,
    message: `The report is ${status}, and has no file. ${statusDetail ?? ''}`.trim(),
  };
  throw new GatewayError(code, message, { vendor: 'KOCHAVA' });
}

/** In the order of `items`; those that were begun end before the first failure is thrown. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const settled = await Promise.allSettled(items.slice(at, at + AT_ONCE).map(work));
    for (const one of settled) {
      if (one.status === 'rejected') throw one.reason;
      done.push(one.value);
    }
  }
  return done;
}
