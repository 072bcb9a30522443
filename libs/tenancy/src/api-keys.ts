import { isDeepStrictEqual } from 'node:util';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type ApiKeyModel, PrismaService } from '#libs/database';
import { GatewayError, notFound, type Scope } from '#libs/domain';
import { type AuthenticatedKey, type KeyRow, keyWithTenant, toAuthenticatedKey } from './authenticated-key.js';
import { apiKeyPrefix, hashApiKey, isApiKey, newApiKey } from './api-key-format.js';
import { type ApiKeyInput, NO_SUCH_APP, readApiKeySettings } from './api-key-settings.js';
import { checkFields, isUuid, Problems, shownId } from './checks.js';
import { type Found, FreshCache } from './fresh-cache.js';
import { LastUsed } from './last-used.js';
import { type Page, type PageInput, readPage, toPage } from './page.js';
import { isOrphan } from './prisma-errors.js';
import { reachDatabase } from './reach-database.js';
import { TenantChanges } from './tenant-changes.js';
import { Together } from './together.js';

/** A key that was recognised but does not open: for the audit of denials, not for the caller. */
export type KnownKey = Pick<AuthenticatedKey, 'tenantId' | 'keyId' | 'keyName'>;

export type KeyCheck =
  /** `degraded`: the database is away, and the key was last checked up to a minute ago. */
  | { ok: true; key: AuthenticatedKey; degraded: boolean }
  | { ok: false; reason: 'malformed' | 'unknown'; known?: undefined }
  | { ok: false; reason: 'revoked' | 'expired'; known: KnownKey };

export interface ApiKeyRecord {
  id: string;
  name: string;
  /** The first characters of the key, to recognise it by. */
  prefix: string;
  scopes: Scope[];
  appIds: string[] | null;
  expiresAt: Date | null;
  requestsPerMinute: number | null;
  lastUsedAt: Date | null;
  createdAt: Date;
  revokedAt: Date | null;
  /** The key that took its place; this one goes on until `expiresAt`. */
  replacedById: string | null;
}

/** `key` is shown this once: only its hash is kept. */
export type IssuedApiKey = ApiKeyRecord & { key: string };

export interface RotatedApiKey {
  id: string;
  key: string;
  prefix: string;
  previousKeyEndsAt: Date;
}

/** Below one second with room for the look-up, so that a revoked key stops within a second at every replica. */
const FRESH_MS = 900;
const STALE_MS = 60_000;
const MOST_CACHED = 100_000;
const DAY_SECONDS = 86_400;
const MOST_GRACE_SECONDS = 30 * DAY_SECONDS;

const MOST_HASHES = 100_000;

interface CheckedKey {
  key: AuthenticatedKey;
  endsAt: number;
  revoked: boolean;
}

@Injectable()
export class ApiKeys implements OnApplicationShutdown {
  private readonly checked: FreshCache<CheckedKey>;

  /** By their hashes, in base64. */
  private readonly rows = new Together((hashes: readonly string[]) => this.rowsOf(hashes));

  /** Hashes of keys in use: a request's own hash and checksum cost more than all else that checks it. */
  private readonly hashes = new Map<string, string>();

  constructor(
    private readonly prisma: PrismaService,
    private readonly lastUsed: LastUsed,
    changes: TenantChanges,
  ) {
    this.checked = new FreshCache({
      ...{ size: MOST_CACHED, freshMs: FRESH_MS, staleMs: STALE_MS },
      changes: { from: changes, tenantOf: ({ key }) => key.tenantId },
    });
  }

  /**
   * Whose key is this? A malformed one is told without a look-up; every other costs the same, known or not. UNAVAILABLE
   * when the database is away and the key was not checked within the last minute.
   */
  authenticate(rawKey: string): KeyCheck | Promise<KeyCheck> {
    let hash = this.hashes.get(rawKey);
    if (!hash) {
      if (!isApiKey(rawKey)) return { ok: false, reason: 'malformed' };
      hash = hashApiKey(rawKey).toString('base64');
    }
    const known = hash;
    const found = this.checked.get(known, (old) => this.lookUp(known, old));
    return found instanceof Promise
      ? found.then((later) => this.judge(rawKey, known, later))
      : this.judge(rawKey, known, found);
  }

  private judge(rawKey: string, known: string, found: Found<CheckedKey> | undefined): KeyCheck {
    if (!found) return { ok: false, reason: 'unknown' };
    this.remember(rawKey, known);
    const { key, endsAt, revoked } = found.value;
    if (revoked) return { ok: false, reason: 'revoked', known: asKnown(key) };
    if (endsAt <= Date.now()) return { ok: false, reason: 'expired', known: asKnown(key) };
    this.lastUsed.touch(key.tenantId, key.keyId);
    return { ok: true, key, degraded: found.degraded };
  }

  /** Makes a key. BAD_USER_INPUT names every bad field; NOT_FOUND when the tenant is gone. */
  async issue(tenantId: string, input: ApiKeyInput): Promise<IssuedApiKey> {
    const problems = new Problems();
    const { appIds, ...settings } = readApiKeySettings(input, problems);
    if (appIds) await this.noteForeignApps(tenantId, input.appIds ?? [], appIds, problems);
    problems.throwIfAny();
    return this.create(this.prisma, tenantId, { ...settings, everyApp: appIds === null, appIds: appIds ?? [] });
  }

  /** The tenant's keys, oldest first, also those that have ended. */
  async list(tenantId: string, page: PageInput = {}): Promise<Page<ApiKeyRecord>> {
    const { first, after } = readPage(page, 'time');
    const position = after && { time: new Date(after[0]), id: after[1] };
    const rows = await reachDatabase(() =>
      this.prisma.apiKey.findMany({
        where: {
          tenantId,
          // The first condition repeats part of the second, in a form that the index can begin at.
          ...(position && {
            createdAt: { gte: position.time },
            OR: [{ createdAt: { gt: position.time } }, { createdAt: position.time, id: { gt: position.id } }],
          }),
        },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: first + 1,
      }),
    );
    return toPage(rows, first, (row) => [row.createdAt.toISOString(), row.id], toRecord);
  }

  /** A new key with the same settings; the old one ends after `graceSeconds` (0 to 30 days), or when it would have. */
  async rotate(tenantId: string, id: string, options: { graceSeconds?: number | null } = {}): Promise<RotatedApiKey> {
    const problems = new Problems();
    checkFields(options, ['graceSeconds'], problems);
    const graceSeconds = options.graceSeconds ?? DAY_SECONDS;
    if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > MOST_GRACE_SECONDS) {
      problems.add('/graceSeconds', `must be a whole number from 0 to ${MOST_GRACE_SECONDS}`);
    }
    problems.throwIfAny();
    const rotated = await reachDatabase(() =>
      this.prisma.$transaction(async (tx) => {
        const old = isUuid(id) ? await tx.apiKey.findFirst({ where: { tenantId, id } }) : null;
        if (!old) throw notFound('API key', shownId(id));
        const now = Date.now();
        if (old.revokedAt || (old.expiresAt && old.expiresAt.getTime() <= now)) {
          throw new GatewayError('CONFLICT', 'This key has ended already: issue a new one.');
        }
        const { name, scopes, everyApp, appIds, expiresAt, requestsPerMinute } = old;
        const settings = { name, scopes, everyApp, appIds, expiresAt, requestsPerMinute };
        const issued = await this.create(tx, tenantId, settings);
        const graceEnd = now + graceSeconds * 1000;
        const previousKeyEndsAt = new Date(Math.min(graceEnd, old.expiresAt?.getTime() ?? Infinity));
        const { count } = await tx.apiKey.updateMany({
          where: { tenantId, id: old.id, replacedById: null, revokedAt: null },
          data: { replacedById: issued.id, expiresAt: previousKeyEndsAt },
        });
        if (count === 0) {
          throw new GatewayError(
            'CONFLICT',
            'This key was rotated or revoked already: rotate the one that replaced it.',
          );
        }
        return { id: issued.id, key: issued.key, prefix: issued.prefix, previousKeyEndsAt };
      }),
    );
    this.forgetKey(id.toLowerCase());
    return rotated;
  }

  /** Ends a key now, here at once and at every replica within a second. Once more does nothing. NOT_FOUND otherwise. */
  async revoke(tenantId: string, id: string): Promise<ApiKeyRecord> {
    const row = await reachDatabase(async () => {
      if (!isUuid(id)) return null;
      await this.prisma.apiKey.updateMany({
        where: { tenantId, id, revokedAt: null },
        data: { revokedAt: new Date() },
      });
      return this.prisma.apiKey.findFirst({ where: { tenantId, id } });
    });
    if (!row) throw notFound('API key', shownId(id));
    this.forgetKey(row.id);
    return toRecord(row);
  }

  /** Only keys that are there: strangers' guesses must not push out what is used. */
  private remember(rawKey: string, hash: string): void {
    if (this.hashes.has(rawKey)) return;
    if (this.hashes.size >= MOST_HASHES) this.hashes.clear();
    this.hashes.set(rawKey, hash);
  }

  /** Checks every key of this tenant anew at its next use: it was renamed or deleted. */
  forgetTenant(tenantId: string): void {
    this.checked.forgetWhere(({ key }) => key.tenantId === tenantId);
  }

  /** Writes when keys were last used. */
  async onApplicationShutdown(): Promise<void> {
    await this.lastUsed.stop();
  }

  private forgetKey(keyId: string): void {
    this.checked.forgetWhere(({ key }) => key.keyId === keyId);
  }

  private async lookUp(hash: string, old: CheckedKey | undefined): Promise<CheckedKey | undefined> {
    const row = await this.rows.get(hash);
    if (!row) return undefined;
    const key = toAuthenticatedKey(row);
    return {
      key: isDeepStrictEqual(key, old?.key) ? old!.key : key,
      endsAt: row.expiresAt?.getTime() ?? Infinity,
      revoked: row.revokedAt !== null,
    };
  }

  private async rowsOf(hashes: readonly string[]): Promise<(KeyRow | undefined)[]> {
    const rows = await this.prisma.apiKey.findMany({
      where: { hash: { in: hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64'))) } },
      include: keyWithTenant,
    });
    const found = new Map(rows.map((row) => [Buffer.from(row.hash).toString('base64'), row]));
    return hashes.map((hash) => found.get(hash));
  }

  private async create(
    prisma: Pick<PrismaService, 'apiKey'>,
    tenantId: string,
    settings: Pick<ApiKeyModel, 'name' | 'scopes' | 'everyApp' | 'appIds' | 'expiresAt' | 'requestsPerMinute'>,
  ): Promise<IssuedApiKey> {
    const key = newApiKey();
    try {
      const row = await reachDatabase(() =>
        prisma.apiKey.create({
          data: { ...settings, tenantId, prefix: apiKeyPrefix(key), hash: new Uint8Array(hashApiKey(key)) },
        }),
      );
      return { ...toRecord(row), key };
    } catch (error) {
      throw isOrphan(error) ? notFound('tenant', tenantId) : error;
    }
  }

  private async noteForeignApps(tenantId: string, asked: readonly string[], ids: string[], problems: Problems) {
    const rows = await reachDatabase(() =>
      this.prisma.app.findMany({ where: { tenantId, id: { in: ids } }, select: { id: true } }),
    );
    const known = new Set(rows.map((row) => row.id));
    for (const [index, id] of asked.entries()) {
      if (isUuid(id) && !known.has(id.toLowerCase())) problems.add(`/appIds/${index}`, NO_SUCH_APP);
    }
  }
}

const asKnown = ({ tenantId, keyId, keyName }: AuthenticatedKey): KnownKey => ({ tenantId, keyId, keyName });

function toRecord(row: ApiKeyModel): ApiKeyRecord {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    appIds: row.everyApp ? null : row.appIds,
    expiresAt: row.expiresAt,
    requestsPerMinute: row.requestsPerMinute,
    lastUsedAt: row.lastUsedAt,
    createdAt: row.createdAt,
    revokedAt: row.revokedAt,
    replacedById: row.replacedById,
  };
}
