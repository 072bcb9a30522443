import { Injectable } from '@nestjs/common';
import { PrismaService, type ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';
import type { AskedReport } from './asked-report.js';
import { visible } from './report-store.js';
import { CROSS_APP_KINDS } from './report-words.js';

/** Requests that were the same while one was under way share a token. */
const MOST_OF_TOKENS = 1000;
const MOST_LOST = 100;

/** Whose the tokens are that come from elsewhere, and what was asked and has no token yet. */
@Injectable()
export class ReportTokens {
  constructor(private readonly prisma: PrismaService) {}

  /** Whatever of the tenant's has one of these tokens at Kochava, oldest first; `isVisible`: it is for this key. */
  async byTokens(
    tenant: TenantContext,
    tokens: readonly string[],
  ): Promise<{ row: ReportModel; isVisible: boolean }[]> {
    const rows = await this.prisma.report.findMany({
      where: { tenantId: tenant.tenantId, upstreamToken: { in: [...tokens] } },
      orderBy: { id: 'asc' },
      take: MOST_OF_TOKENS,
    });
    return rows.map((row) => ({ row, isVisible: isFor(tenant, row) }));
  }

  /** The idempotency key of a request of this key's own that was the same, and whose answer is lost so far. */
  async lostTwin(tenant: TenantContext, appId: string, asked: AskedReport): Promise<string | undefined> {
    const rows = await this.prisma.report.findMany({
      where: {
        ...visible(tenant),
        appId,
        keyId: tenant.keyId,
        status: { in: ['SUBMITTING', 'UNCONFIRMED'] },
        upstreamToken: null,
        idempotencyKey: { not: null },
      },
      orderBy: { id: 'desc' },
      select: { request: true, idempotencyKey: true },
      take: MOST_LOST,
    });
    const text = JSON.stringify(asked);
    return rows.find(({ request }) => JSON.stringify(request) === text)?.idempotencyKey ?? undefined;
  }
}

const isFor = ({ appIds }: TenantContext, { appId, kind }: ReportModel): boolean =>
  appIds === null || (appIds.has(appId) && !(CROSS_APP_KINDS as readonly string[]).includes(kind));
