import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import type { AskedReport } from '../../reports/asked-report.js';
import { type ReportOfApp, reportOf } from '../../reports/report.model.js';
import { ReportStore } from '../../reports/report-store.js';
import { ReportTokens } from '../../reports/report-tokens.js';
import { ReportWaits } from '../../reports/report-waits.js';
import { isLive } from '../../reports/report-words.js';

/** Some looks at Kochava's list; clients of its API wait for a minute. */
const PATIENCE_MS = 15_000;

/**
 * Reports that were asked for and have no token yet: the answer was lost, or Kochava answered none, as it does for one that
 * is under way already, which its clients take for a failure (FACTS §2.3).
 */
@Injectable()
export class ReportNaming {
  constructor(
    private readonly store: ReportStore,
    private readonly tokens: ReportTokens,
    private readonly waits: ReportWaits,
  ) {}

  /**
   * Clients send what failed again. While the answer to the same request is lost, that is joined by its idempotency key,
   * and not asked for a second time.
   */
  async keyOf(tenant: TenantContext, appId: string, asked: AskedReport): Promise<string> {
    return (await this.tokens.lostTwin(tenant, appId, asked)) ?? `kochava-reporting/${randomUUID()}`;
  }

  /** The report as it stands when it has a token, has come to nothing, or nobody waits any longer. */
  async named(tenant: TenantContext, { id }: ReportOfApp): Promise<ReportOfApp> {
    const row = await this.store.get(tenant, id);
    const [last] = await this.waits.wait([row], PATIENCE_MS, tenant.signal, isNameless);
    return reportOf(last!);
  }
}

const isNameless = (row: ReportModel): boolean => isLive(row) && row.upstreamToken === null;
