import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type CredentialModel, Prisma, PrismaService } from '#libs/database';
import { type Awaitable, badInput, GatewayError, notFound, type Provider, vendorOf, whenThere } from '#libs/domain';
import { CONTROL_CHARACTER } from './checks.js';
import { FreshCache } from './fresh-cache.js';
import { reachDatabase } from './reach-database.js';
import { Keyring, seal, unseal } from './sealing.js';
import { Secret } from './secret.js';
import { TenantChanges } from './tenant-changes.js';

/** A credential on its way to a vendor client. */
export interface OpenCredential {
  /** `tenantId/provider/vN`: never given twice, safe in logs; caches and breakers go by it. */
  readonly id: string;
  readonly version: number;
  readonly provider: Provider;
  /** Asked inside each attempt: the value lives no longer than its row is trusted. */
  readonly secret: () => Awaitable<Secret>;
}

/** All that is told of a credential once it is set. */
export interface CredentialSummary {
  provider: Provider;
  /** `sha256:` and the first 12 hex digits of the secret's SHA-256. */
  fingerprint: string;
  updatedAt: Date;
}

export interface PutCredentialOptions {
  /** Asks the vendor with the new secret; throws when it is refused. Awaited only where a credential stood before. */
  verify?: (credential: OpenCredential) => Promise<unknown>;
}

/** So that a switch is seen within a second at every replica. */
const FRESH_MS = 900;
const MOST_OPEN = 10_000;
const LONGEST_SECRET = 4096;
/** The encryption key id of a row whose secret was deleted, kept because its version must not be given again. */
export const WIPED = '';

/** The tenants' vendor credentials, sealed at rest. */
@Injectable()
export class CredentialVault {
  private readonly rows: FreshCache<CredentialModel>;
  private readonly revealed = new WeakMap<CredentialModel, Secret>();
  private readonly opened = new WeakMap<CredentialModel, OpenCredential>();

  constructor(
    private readonly prisma: PrismaService,
    private readonly keyring: Keyring,
    changes: TenantChanges,
  ) {
    this.rows = new FreshCache({
      ...{ size: MOST_OPEN, freshMs: FRESH_MS },
      changes: { from: changes, tenantOf: ({ tenantId }) => tenantId },
    });
  }

  /**
   * The current credential, or the one of `version`: reports at Kochava belong to the credential that made them.
   * CREDENTIAL_MISSING when there is none.
   */
  open(tenantId: string, provider: Provider, version?: number): Awaitable<OpenCredential> {
    const row = this.rows.get(cacheKey(tenantId, provider, version), () => this.findRow(tenantId, provider, version));
    return whenThere(row, (found) => {
      if (!found) throw missing(provider, version);
      let opened = this.opened.get(found.value);
      if (!opened) this.opened.set(found.value, (opened = this.openRow(found.value)));
      return opened;
    });
  }

  private openRow(row: CredentialModel): OpenCredential {
    return openCredential(row.tenantId, row.provider as Provider, row.version, () => this.reveal(row));
  }

  /**
   * Sets the credential. Where one stood before, `verify` is awaited with the new one first: when it throws, its error
   * passes and the old one stays. The same secret again changes nothing. Adjust's old version is deleted, since Adjust
   * ends it; Kochava's stays until `dropRetired`. BAD_USER_INPUT names /secret; NOT_FOUND when the tenant is gone.
   */
  async put(
    tenantId: string,
    provider: Provider,
    secret: string,
    { verify }: PutCredentialOptions = {},
  ): Promise<CredentialSummary> {
    const value = readSecret(secret);
    const standing = await reachDatabase(() => this.findRow(tenantId, provider));
    if (standing && verify) {
      await verify(openCredential(tenantId, provider, standing.version + 1, async () => new Secret(value)));
    }
    const row = await reachDatabase(() =>
      this.prisma.$transaction((tx) => this.switchTo(tx, tenantId, provider, value)),
    );
    this.forget(tenantId, provider);
    return toSummary(row);
  }

  /** NOT_FOUND when there is none. */
  async describe(tenantId: string, provider: Provider): Promise<CredentialSummary> {
    const row = await reachDatabase(() => this.findRow(tenantId, provider));
    if (!row) throw notFound('credential', provider);
    return toSummary(row);
  }

  async list(tenantId: string): Promise<CredentialSummary[]> {
    const rows = await reachDatabase(() =>
      this.prisma.credential.findMany({ where: { tenantId, current: true }, orderBy: { provider: 'asc' } }),
    );
    return rows.map(toSummary);
  }

  /** Deletes the secret in every version. What belongs to it at the vendor can't be reached any more. NOT_FOUND: none. */
  async delete(tenantId: string, provider: Provider): Promise<void> {
    const none = new Uint8Array(0);
    const count = await reachDatabase(() =>
      this.prisma.$transaction(async (tx) => {
        await lockTenant(tx, tenantId);
        const wiped = await tx.credential.updateMany({
          where: { tenantId, provider, encryptionKeyId: { not: WIPED } },
          data: {
            encryptionKeyId: WIPED,
            nonce: none,
            ciphertext: none,
            tag: none,
            current: false,
            retiredAt: new Date(),
          },
        });
        return wiped.count;
      }),
    );
    this.forget(tenantId, provider);
    if (count === 0) throw notFound('credential', provider);
  }

  /** Deletes these versions of a credential, but for the current one; answers how many went. */
  async dropRetired(tenantId: string, provider: Provider, versions: readonly number[]): Promise<number> {
    const { count } = await reachDatabase(() =>
      this.prisma.credential.deleteMany({
        where: {
          tenantId,
          provider,
          current: false,
          encryptionKeyId: { not: WIPED },
          version: { in: [...versions] },
        },
      }),
    );
    this.forget(tenantId, provider);
    return count;
  }

  private async switchTo(
    tx: Prisma.TransactionClient,
    tenantId: string,
    provider: Provider,
    value: string,
  ): Promise<CredentialModel> {
    await lockTenant(tx, tenantId);
    const [newest] = await tx.credential.findMany({
      where: { tenantId, provider },
      orderBy: { version: 'desc' },
      take: 1,
    });
    if (newest?.current && this.holds(newest, value)) return newest;
    if (vendorOf(provider) === 'ADJUST') {
      await tx.credential.deleteMany({ where: { tenantId, provider } });
    } else {
      await tx.credential.updateMany({
        where: { tenantId, provider, current: true },
        data: { current: false, retiredAt: new Date() },
      });
      await tx.credential.deleteMany({ where: { tenantId, provider, encryptionKeyId: WIPED } });
    }
    const version = (newest?.version ?? 0) + 1;
    return tx.credential.create({
      data: {
        ...seal(this.keyring, { tenantId, provider, version }, value),
        tenantId,
        provider,
        version,
        fingerprint: fingerprintOf(value),
        current: true,
      },
    });
  }

  /** A row that no longer decrypts holds nothing: setting the credential anew is how it is mended. */
  private holds(row: CredentialModel, value: string): boolean {
    try {
      return unseal(this.keyring, placeOf(row), row) === value;
    } catch {
      return false;
    }
  }

  /** Decrypted once for as long as the row is trusted, which is under a second; it goes with the row. */
  private reveal(row: CredentialModel): Secret {
    let secret = this.revealed.get(row);
    if (!secret) this.revealed.set(row, (secret = new Secret(unseal(this.keyring, placeOf(row), row))));
    return secret;
  }

  private async findRow(tenantId: string, provider: Provider, version?: number): Promise<CredentialModel | undefined> {
    const row = await reachDatabase(() =>
      this.prisma.credential.findFirst({
        where: {
          tenantId,
          provider,
          encryptionKeyId: { not: WIPED },
          ...(version === undefined ? { current: true } : { version }),
        },
      }),
    );
    return row ?? undefined;
  }

  private forget(tenantId: string, provider: Provider): void {
    this.rows.forget(cacheKey(tenantId, provider));
    this.rows.forgetWhere((row) => row.tenantId === tenantId && row.provider === provider);
  }
}

/** `sha256:` and 12 hex digits: an operator can tell a secret by it with sha256sum, nobody can find one from it. */
export const fingerprintOf = (secret: string): string =>
  `sha256:${createHash('sha256').update(secret).digest('hex').slice(0, 12)}`;

export const placeOf = (row: CredentialModel) => ({
  tenantId: row.tenantId,
  provider: row.provider as Provider,
  version: row.version,
});

const openCredential = (
  tenantId: string,
  provider: Provider,
  version: number,
  secret: () => Awaitable<Secret>,
): OpenCredential => ({ id: `${tenantId}/${provider}/v${version}`, version, provider, secret });

const missing = (provider: Provider, version: number | undefined): GatewayError =>
  new GatewayError(
    'CREDENTIAL_MISSING',
    `This tenant has ${version === undefined ? 'no' : 'no longer the'} ${provider} credential` +
      `${version === undefined ? '' : ' that this belongs to'}. ` +
      `The operator sets one with PUT /v1/admin/tenants/{slug}/credentials/${provider}.`,
    { vendor: vendorOf(provider) },
  );

const cacheKey = (tenantId: string, provider: Provider, version?: number): string =>
  `${tenantId}/${provider}/${version ?? 'current'}`;

/** One change of a tenant's credentials at a time: two would give the same version out. */
async function lockTenant(tx: Prisma.TransactionClient, tenantId: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM tenants WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  if (rows.length === 0) throw notFound('tenant', tenantId);
}

function readSecret(secret: unknown): string {
  const value = typeof secret === 'string' ? secret.trim() : '';
  if (value.length < 1 || value.length > LONGEST_SECRET || CONTROL_CHARACTER.test(value)) {
    throw badInput([
      { pointer: '/secret', detail: `must be 1 to ${LONGEST_SECRET} characters, without control characters` },
    ]);
  }
  return value;
}

const toSummary = (row: CredentialModel): CredentialSummary => ({
  provider: row.provider as Provider,
  fingerprint: row.fingerprint,
  updatedAt: row.createdAt,
});
