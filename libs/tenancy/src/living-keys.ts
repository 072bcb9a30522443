import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { type AuthenticatedKey, keyWithTenant, toAuthenticatedKey } from './authenticated-key.js';
import { reachDatabase } from './reach-database.js';

/** API keys by their ids: for what was handed out under a key, and comes back without it. */
@Injectable()
export class LivingKeys {
  constructor(private readonly prisma: PrismaService) {}

  /** As it stands now; undefined where it was revoked, has expired or never was. */
  async of(tenantId: string, keyId: string): Promise<AuthenticatedKey | undefined> {
    const row = await reachDatabase(() =>
      this.prisma.apiKey.findFirst({
        where: {
          tenantId,
          id: keyId,
          revokedAt: null,
          OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
        },
        include: keyWithTenant,
      }),
    );
    return row ? toAuthenticatedKey(row) : undefined;
  }
}
