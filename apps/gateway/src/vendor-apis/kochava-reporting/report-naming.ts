import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { type ReportOfApp, reportOf } from '../../reports/report.model.js';
import { ReportStore } from '../../reports/report-store.js';
import { ReportWaits } from '../../reports/report-waits.js';
import { isLive } from '../../reports/report-words.js';

/** Some looks at Kochava's list; clients of its API wait for a minute. */
const PATIENCE_MS = 15_000;

/**
 * Waits for the token of a report that was asked for and has none yet. Kochava answers none for one that is under way
 * already, which its clients take for a failure (FACTS §2.3).
 */
@Injectable()
export class ReportNaming {
  constructor(
    private readonly store: ReportStore,
    private readonly waits: ReportWaits,
  ) {}

  /** The report as it stands when it has a token, has come to nothing, or nobody waits any longer. */
  async named(tenant: TenantContext, { id }: ReportOfApp): Promise<ReportOfApp> {
    const row = await this.store.get(tenant, id);
    const [last] = await this.waits.wait([row], PATIENCE_MS, tenant.signal, isNameless);
    return reportOf(last!);
  }
}

const isNameless = (row: ReportModel): boolean => isLive(row) && row.upstreamToken === null;
