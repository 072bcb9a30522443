import type { ApiKeyModel } from '#libs/database';
import type { Scope } from '#libs/domain';

/** Who a valid key speaks for. One and the same object until something about it changes: callers may cache by identity. */
export interface AuthenticatedKey {
  readonly tenantId: string;
  readonly tenantSlug: string;
  readonly tenantName: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The only apps this key may touch; null: every app of the tenant. */
  readonly appIds: ReadonlySet<string> | null;
  /** Null: the gateway's default. */
  readonly requestsPerMinute: number | null;
}

/** What must be read with a key's row. */
export const keyWithTenant = { tenant: { select: { slug: true, name: true } } } as const;

export type KeyRow = ApiKeyModel & { tenant: { slug: string; name: string } };

export const toAuthenticatedKey = (row: KeyRow): AuthenticatedKey => ({
  tenantId: row.tenantId,
  tenantSlug: row.tenant.slug,
  tenantName: row.tenant.name,
  keyId: row.id,
  keyName: row.name,
  scopes: new Set(row.scopes as Scope[]),
  appIds: row.everyApp ? null : new Set(row.appIds),
  requestsPerMinute: row.requestsPerMinute,
});
