import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { type Created, KochavaReportClient, mayHaveBeenDone } from '#libs/kochava-reporting';
import { CredentialVault } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import { toGatewayError } from '../edge/gateway-failure.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Log } from '../operations/log.js';
import { type AskedReport, upstreamRequestOf } from './asked-report.js';
import { type ReportChange, ReportStore } from './report-store.js';

export const REPORT_JOBS = 'reports';

const SEND_WITHIN_MS = 60_000;
const FIRST_LOOK_MS = 2_000;
const LOOKED_FOR = 'The answer was lost: the report is looked for at Kochava, and not asked for again.';
const SAME_UNDER_WAY = 'Kochava says that the same report is under way: it is looked for, to be joined.';

/** Asks Kochava for a report, once in its life, whoever tries how often. */
@Injectable()
export class ReportSender {
  constructor(
    private readonly store: ReportStore,
    private readonly vault: CredentialVault,
    private readonly client: KochavaReportClient,
    private readonly jobs: JobQueue,
    private readonly log: Log,
  ) {}

  /**
   * The row as it stands after; UNCONFIRMED where the answer was lost. A refusal makes it FAILED and is thrown, with
   * `sent: 'no'`: nothing was made of it.
   */
  async send(row: ReportModel): Promise<ReportModel> {
    const credential = await this.opened(row);
    const request = upstreamRequestOf(row.request as unknown as AskedReport, row.upstreamApp, this.store.keysOf(row));
    if (!(await this.store.markSent(row.id))) return row;
    let created: Created;
    try {
      created = await this.client.create(credential, request, { deadlineMs: SEND_WITHIN_MS });
    } catch (error) {
      if (error instanceof UpstreamError && !mayHaveBeenDone(error)) return this.refused(row, error);
      this.log.warn('the answer to a report request was lost', { report: row.id, code: toGatewayError(error).code });
      return this.settle(row, { status: 'UNCONFIRMED', statusDetail: LOOKED_FOR });
    }
    const token = created.token ?? (await this.store.twinOf(row))?.upstreamToken ?? undefined;
    if (token === undefined) return this.settle(row, { status: 'UNCONFIRMED', statusDetail: SAME_UNDER_WAY });
    const running = created.status.toLowerCase() === 'running';
    const status = running ? 'IN_PROGRESS' : 'QUEUED';
    return this.settle(row, { status, statusDetail: created.status, progress: 0, upstreamToken: token });
  }

  /** FAILED, before anything was sent: its credential is gone. */
  private async opened(row: ReportModel) {
    try {
      return await this.vault.open(row.tenantId, 'kochava-reporting', row.credentialVersion);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'CREDENTIAL_MISSING') await this.fail(row, error, false);
      throw error;
    }
  }

  private async refused(row: ReportModel, error: UpstreamError): Promise<never> {
    const { code, message, details } = toGatewayError(error);
    const refusal = new GatewayError(code, message, { ...details, sent: 'no' });
    const retryable = ['unavailable', 'rate-limited'].includes(error.failure) || error.kind !== 'refusal';
    await this.fail(row, refusal, retryable);
    throw refusal;
  }

  private async fail(row: ReportModel, { code, message }: GatewayError, retryable: boolean): Promise<void> {
    const failure = { code, message, retryable };
    await this.settle(row, { status: 'FAILED', statusDetail: message, failure, nextLookAt: null });
  }

  /** It has been sent: a database that is away must not make an error of it. Whoever looks next finds out. */
  private async settle(row: ReportModel, change: ReportChange): Promise<ReportModel> {
    const nextLookAt = change.nextLookAt === undefined ? new Date(Date.now() + FIRST_LOOK_MS) : change.nextLookAt;
    try {
      const changed = await this.store.change(row.id, ['SUBMITTING', 'UNCONFIRMED'], { ...change, nextLookAt });
      if (changed && nextLookAt) await this.jobs.wake(REPORT_JOBS, row.id, nextLookAt);
      return changed ?? row;
    } catch (cause) {
      this.log.error('what became of a report could not be written down', { report: row.id, cause });
      return { ...row, status: 'UNCONFIRMED', statusDetail: LOOKED_FOR };
    }
  }
}
