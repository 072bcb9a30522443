import type { Leaving } from './leaving.js';
import type { Scope } from './scopes.js';

/** The way a request came in, as the audit log names it. */
export const EDGES = ['GRAPHQL', 'REST', 'VENDOR', 'ADMIN', 'CLI', 'JOB'] as const;
export type Edge = (typeof EDGES)[number];

/**
 * Who is asking, and on whose behalf. Built once by the key guard; the first parameter of every room, so that a query
 * without its tenant does not compile. Nothing past the edge looks at the HTTP request.
 */
export interface TenantContext {
  readonly kind: 'tenant';
  readonly tenantId: string;
  readonly tenantSlug: string;
  readonly tenantName: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The only apps this key may touch; null: every app of the tenant. */
  readonly appIds: ReadonlySet<string> | null;
  readonly edge: Edge;
  readonly requestId: string;
  /** Aborted when the caller has gone away. */
  readonly signal?: Leaving;
  /** The caller asked for a fresh read (`Cache-Control: no-cache`, scope cache:bypass). */
  readonly bypassCache?: boolean;
}

/** The operator, at the admin API or the command line. Reaches every tenant, holds no scope of any. */
export interface OperatorContext {
  readonly kind: 'operator';
  readonly edge: 'ADMIN' | 'CLI';
  readonly requestId: string;
}

export type Caller = TenantContext | OperatorContext;
