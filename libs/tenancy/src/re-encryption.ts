import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { GatewayError, type Provider } from '#libs/domain';
import { placeOf, WIPED } from './credential-vault.js';
import { reachDatabase } from './reach-database.js';
import { Keyring, seal, unseal } from './sealing.js';

export interface ReEncryption {
  /** Rows that are now under the first key. */
  resealed: number;
  /** Rows that stay as they were, and why. They need their old key, or the credential set anew. */
  failed: { tenantId: string; provider: Provider; version: number; reason: string }[];
}

const BATCH = 100;

/** Moves every credential to the first key of CREDENTIAL_KEYS, after which the older keys can be taken away. */
@Injectable()
export class ReEncryptor {
  constructor(
    private readonly prisma: PrismaService,
    private readonly keyring: Keyring,
  ) {}

  /** Row by row: safe to interrupt, to repeat, and to run while gateways that hold both keys serve. */
  async reEncrypt(onProgress: (sofar: ReEncryption) => void = () => undefined): Promise<ReEncryption> {
    const result: ReEncryption = { resealed: 0, failed: [] };
    let lastId: string | undefined;
    for (;;) {
      const rows = await reachDatabase(() =>
        this.prisma.credential.findMany({
          where: { encryptionKeyId: { notIn: [this.keyring.firstId, WIPED] }, ...(lastId && { id: { gt: lastId } }) },
          orderBy: { id: 'asc' },
          take: BATCH,
        }),
      );
      for (const row of rows) {
        const place = placeOf(row);
        try {
          const sealed = seal(this.keyring, place, unseal(this.keyring, place, row));
          // Only what was read is replaced: the credential may have been switched or deleted since.
          const { count } = await reachDatabase(() =>
            this.prisma.credential.updateMany({
              where: { id: row.id, tenantId: row.tenantId, nonce: row.nonce },
              data: sealed,
            }),
          );
          result.resealed += count;
        } catch (error) {
          if (!(error instanceof GatewayError) || error.code !== 'INTERNAL') throw error;
          result.failed.push({ ...place, reason: error.message });
        }
      }
      lastId = rows.at(-1)?.id;
      if (!lastId) return result;
      onProgress(result);
    }
  }
}
