import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { abortSignalOf, GatewayError, type TenantContext, type Leaving } from '#libs/domain';
import { CredentialVault, type OpenedApp } from '#libs/tenancy';
import { toGatewayError } from '../edge/gateway-failure.js';
import { upstreamRequestOf } from '../reports/asked-report.js';
import { fingerprintOf } from '../reports/report-checks.js';
import { ReportWaits } from '../reports/report-waits.js';
import type { ReportFailure } from '../reports/report.model.js';
import { isLive } from '../reports/report-words.js';
import { SummaryReports } from '../reports/summary-reports.js';
import { isDown, VendorReads } from '../vendor-reads/vendor-reads.js';
import { KochavaMaking } from './kochava-making.js';
import { askedReportOf, LastPicks, olderReport, OwedReports, pickReport, type Wanted } from './kochava-pick.js';
import { DAY_MS, type KochavaPlan } from './kochava-plan.js';

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

/** What is looked for, and what there is of it. */
interface Search {
  readonly plan: KochavaPlan;
  readonly apps: readonly OpenedApp[];
  /** Of the credential. */
  readonly version: number;
  readonly since: Date;
  /** Reports of the apps when it began. */
  readonly known: readonly ReportModel[];
  /** Them, as they are now. */
  look(): Promise<ReportModel[]>;
  pick(app: OpenedApp, rows: readonly ReportModel[]): ReportModel | undefined;
  /** Those of `rows` that will do. */
  found(rows: readonly ReportModel[]): SummaryOfApp[];
  /** One for each app, of whatever age; undefined: there are none, or none may be given. */
  older(): SummaryOfApp[] | undefined;
}

/** Apps whose reports are asked for at the same time. */
const AT_ONCE = 8;
/** Kochava's answer to a request comes at once, and is waited for: a refusal must not look like PENDING. */
const ANSWERED_WITHIN_MS = 5_000;
const LOST = 'Kochava’s answer to the request was lost.';

/** Finds the summaries that a question is answered from: there, under way, or asked for now. */
@Injectable()
export class KochavaSummaries {
  private readonly picks = new LastPicks();
  private readonly owed = new OwedReports();

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
  async find(tenant: TenantContext, wanted: SummariesWanted): Promise<FoundSummaries> {
    const found = await this.findOrMake(tenant, wanted);
    if (!tenant.bypassCache) return found;
    for (const { app, row } of found.reports) {
      if (found.status === 'PENDING') this.owed.note(tenant.keyId, app.id, wanted.plan.asked, row.id);
      else this.owed.settle(tenant.keyId, app.id, wanted.plan.asked);
    }
    return found;
  }

  private async findOrMake(tenant: TenantContext, wanted: SummariesWanted): Promise<FoundSummaries> {
    const { id: credentialId, version } = await this.vault.open(tenant.tenantId, 'kochava-reporting');
    const end = Date.now() + 1000 * wanted.waitSeconds;
    const search = await this.begin(tenant, wanted, version);
    /** Older reports, where Kochava is away and there are some; else throws. */
    const standIns = (failure: GatewayError): FoundSummaries => {
      const reports = isDown(failure) ? search.older() : undefined;
      if (!reports) throw failure;
      return { status: 'STALE', reports, credentialId, failure };
    };

    let asked: SummaryOfApp[] | undefined;
    try {
      const patience = Math.max(end - Date.now(), ANSWERED_WITHIN_MS);
      asked = await within(this.ask(tenant, search), patience, tenant.signal);
    } catch (thrown) {
      return standIns(toGatewayError(thrown));
    }
    // They are asked for on, whoever waits: what there is of them by now is what is waited for.
    if (!asked) return { status: 'PENDING', reports: search.found(await search.look()), credentialId };

    const status = !tenant.bypassCache && asked.every(({ row }) => !isLive(row)) ? 'CACHED' : 'FRESH';
    const rows = await this.waits.wait(
      asked.map(({ row }) => row),
      Math.max(0, end - Date.now()),
      tenant.signal,
    );
    const reports = asked.map(({ app }, index) => ({ app, row: rows[index]! }));
    for (const row of rows) {
      const failure = isLive(row) ? undefined : failureOf(row);
      // A report that Kochava never took is Kochava away; one that it took and failed is the answer.
      if (failure && row.upstreamToken === null) return standIns(failure);
      if (failure) throw failure;
    }
    if (!rows.some(isLive)) return { status, reports, credentialId };
    const isLost = rows.some((row) => row.status === 'UNCONFIRMED') && search.older() !== undefined;
    if (isLost) return standIns(new GatewayError('UPSTREAM_UNAVAILABLE', LOST, { vendor: 'KOCHAVA' }));
    return { status: 'PENDING', reports, credentialId };
  }

  /** Looks for what there is already. */
  private async begin(
    { tenantId, keyId, bypassCache = false }: TenantContext,
    { plan, apps, changesUntil }: SummariesWanted,
    version: number,
  ): Promise<Search> {
    const freshMs = this.reads.freshMs(changesUntil);
    const since = new Date(Date.now() - Math.max(freshMs, DAY_MS) - this.reads.staleMs);
    const { start, end } = plan.asked;
    const of = { tenantId, appIds: apps.map(({ id }) => id), credentialVersion: version, start, end };
    const look = (): Promise<ReportModel[]> => this.reports.find(of, since);
    const known = await look();
    const ofApp = (rows: readonly ReportModel[], { id }: OpenedApp) => rows.filter(({ appId }) => appId === id);
    const { asked } = plan;
    const wantedOf = ({ id, upstreamName: upstreamApp }: OpenedApp): Wanted => {
      const last = this.picks.of(id, asked);
      const owed = bypassCache ? this.owed.of(keyId, id, asked) : undefined;
      return { asked, upstreamApp, freshMs, bypass: bypassCache, owed, last };
    };
    const pick: Search['pick'] = (app, rows) => pickReport(ofApp(rows, app), wantedOf(app));
    const each = (rowOf: (app: OpenedApp) => ReportModel | undefined): SummaryOfApp[] =>
      apps.flatMap((app) => {
        const row = rowOf(app);
        return row ? [{ app, row }] : [];
      });
    return {
      plan,
      apps,
      version,
      since,
      known,
      look,
      pick,
      found: (rows) => each((app) => pick(app, rows)),
      older: () => {
        const there = bypassCache ? [] : each((app) => olderReport(ofApp(known, app), wantedOf(app)));
        return there.length === apps.length ? there : undefined;
      },
    };
  }

  private ask(tenant: TenantContext, search: Search): Promise<SummaryOfApp[]> {
    return inTurn(search.apps, async (app) => {
      const row = search.pick(app, search.known) ?? (await this.make(tenant, app, search));
      this.picks.note(app.id, search.plan.asked, row.id);
      return { app, row };
    });
  }

  private make(
    tenant: TenantContext,
    app: OpenedApp,
    { plan, version: credentialVersion, since, pick }: Search,
  ): Promise<ReportModel> {
    const { id: appId, upstreamName: upstreamApp } = app;
    const asked = askedReportOf(plan.asked);
    const fingerprint = fingerprintOf(upstreamRequestOf(asked, upstreamApp));
    const of = { appId, upstreamApp, credentialVersion, forKpis: true };
    const report = { kind: 'SUMMARY' as const, asked, fingerprint, ...of };
    return this.making.make(tenant, report, since, (rows) => pick(app, rows));
  }
}

/** Why there is no file; undefined where there is one. */
function failureOf({ status, statusDetail, failure, hasFile }: ReportModel): GatewayError | undefined {
  if (status === 'COMPLETED' && hasFile) return undefined;
  const { code, message } = (failure as ReportFailure | null) ?? {
    code: 'UPSTREAM_REJECTED' as const,
    message: `The report is ${status}, and has no file. ${statusDetail ?? ''}`.trim(),
  };
  return new GatewayError(code, message, { vendor: 'KOCHAVA' });
}

/** Undefined where it takes longer, or the caller has left: it goes on, and its failure is for whoever asks next. */
async function within<T>(work: Promise<T>, milliseconds: number, signal?: Leaving): Promise<T | undefined> {
  const done = new AbortController();
  const stop = signal ? AbortSignal.any([abortSignalOf(signal), done.signal]) : done.signal;
  const over = sleep(milliseconds, undefined, { signal: stop }).catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, over]);
  } finally {
    done.abort();
  }
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
