import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import type { Provider } from '#libs/domain';

/** The encryption key id of a version whose secret was deleted. */
const WIPED = '';

/** A credential that was replaced, and what at the vendor still belongs to it. */
export interface RetiredCredential {
  provider: Provider;
  version: number;
  fingerprint: string;
  retiredAt: Date;
  /** Reports that are under way, or whose file is asked for with it again when its link has expired. */
  reports: number;
  /** Schedules that are not deleted. */
  schedules: number;
}

/** A request that took a version just before it was replaced has not written down yet what it asks with it. */
const UNSETTLED_MS = 60_000;

/** Does anything belong to it, or may yet? */
export const isNeeded = ({ reports, schedules, retiredAt }: RetiredCredential): boolean =>
  reports + schedules > 0 || retiredAt.getTime() > Date.now() - UNSETTLED_MS;

/** Reports and schedules at Kochava belong to the api_key that made them: its old versions stay while one needs them. */
@Injectable()
export class RetiredCredentials {
  constructor(private readonly prisma: PrismaService) {}

  async list(tenantId: string, provider: Provider): Promise<RetiredCredential[]> {
    const rows = await this.prisma.credential.findMany({
      where: { tenantId, provider, current: false, encryptionKeyId: { not: WIPED } },
      orderBy: { version: 'asc' },
    });
    return Promise.all(
      rows.map(async ({ version, fingerprint, retiredAt, createdAt }) => {
        const mine = { tenantId, credentialVersion: version };
        const isReporting = provider === 'kochava-reporting';
        const [reports, schedules] = isReporting
          ? await Promise.all([
              this.prisma.report.count({ where: { ...mine, status: { notIn: ['FAILED', 'DELETED'] } } }),
              this.prisma.schedule.count({ where: { ...mine, status: { not: 'DELETED' } } }),
            ])
          : [0, 0];
        return { provider, version, fingerprint, retiredAt: retiredAt ?? createdAt, reports, schedules };
      }),
    );
  }
}
