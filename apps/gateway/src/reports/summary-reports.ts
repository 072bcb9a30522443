import { Injectable } from '@nestjs/common';
import { Prisma, PrismaService, type ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import { type NewReport, ReportStore } from './report-store.js';
import { LIVE } from './report-words.js';

/** Whose summaries: of one tenant's apps, made with one version of its credential, about one window. */
export interface SummariesOf {
  tenantId: string;
  appIds: readonly string[];
  credentialVersion: number;
  /** As a report keeps them, ISO. */
  start: string | undefined;
  end: string | undefined;
}

const MOST_FOUND = 1_000;
/** Under load: transactions wait for a connection, and for one another. */
const PATIENCE = { maxWait: 20_000, timeout: 20_000 };

/** Summary reports that numbers are read from: found, or added, once for all who ask at the same time on any replica. */
@Injectable()
export class SummaryReports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly store: ReportStore,
  ) {}

  /** Newest first: all that are under way, and those that have come to their end since. */
  find(of: SummariesOf, since: Date, { report }: Pick<Prisma.TransactionClient, 'report'> = this.prisma) {
    return report.findMany({
      where: {
        tenantId: of.tenantId,
        appId: { in: [...of.appIds] },
        kind: 'SUMMARY',
        credentialVersion: of.credentialVersion,
        // Dashboards leave thousands of them a day: those of other windows are not even read.
        AND: [{ request: { path: ['start'], equals: of.start } }, { request: { path: ['end'], equals: of.end } }],
        OR: [{ status: { in: [...LIVE] } }, { updatedAt: { gte: since } }],
      },
      orderBy: { id: 'desc' },
      take: MOST_FOUND,
    });
  }

  /** The report that `pick` takes of those that `find` finds; else a new one, whose row is added and not sent yet. */
  async findOrAdd(
    tenant: TenantContext,
    report: NewReport,
    since: Date,
    pick: (rows: readonly ReportModel[]) => ReportModel | undefined,
  ): Promise<{ row: ReportModel; added: boolean }> {
    const { appId, credentialVersion, asked } = report;
    const { start, end } = asked;
    const of: SummariesOf = { tenantId: tenant.tenantId, appIds: [appId], credentialVersion, start, end };
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`summaries/${tenant.tenantId}/${appId}`}, 0))`;
      const there = pick(await this.find(of, since, tx));
      if (there) return { row: there, added: false };
      return { row: await this.store.add(tenant, report, tx), added: true };
    }, PATIENCE);
  }

  /** Those of `ids`, whoever asked for them. */
  byIds(ids: readonly string[]): Promise<ReportModel[]> {
    return this.prisma.report.findMany({ where: { id: { in: [...ids] } } });
  }

  /** Those that KPI questions asked for and that came to their end before then go: nobody reads them any more. */
  async forget(endedBefore: Date): Promise<number> {
    const { count } = await this.prisma.report.deleteMany({
      where: { forKpis: true, updatedAt: { lt: endedBefore }, status: { notIn: [...LIVE] } },
    });
    return count;
  }

  /** Reports that somebody waits for are looked at sooner than they were to be; not those that somebody looks at now. */
  async hasten(ids: readonly string[], at: Date): Promise<void> {
    await this.prisma.report.updateMany({
      where: {
        id: { in: [...ids] },
        status: { in: [...LIVE] },
        sentAt: { not: null },
        nextLookAt: { gt: at, lte: new Date(at.getTime() + LONGEST_PAUSE_MS) },
      },
      data: { nextLookAt: at },
    });
  }
}

/** Between two looks of the follower; while it looks, the row says later than that. */
const LONGEST_PAUSE_MS = 61_000;
