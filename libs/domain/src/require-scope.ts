import type { TenantContext } from './caller.js';
import { GatewayError } from './gateway-error.js';
import type { Scope } from './scopes.js';

/** FORBIDDEN, naming the scope, unless the caller's key holds it. Each room asks for its noun's scope, at every edge. */
export function requireScope(tenant: TenantContext, scope: Scope): void {
  if (!tenant.scopes.has(scope)) {
    throw new GatewayError('FORBIDDEN', `This key lacks the scope ${scope}. Ask the operator for a key that has it.`);
  }
}

/** FORBIDDEN for a key with an app list, where what is asked would reach every app of the account. */
export function requireEveryApp(tenant: TenantContext, what: string): void {
  if (tenant.appIds) {
    throw new GatewayError('FORBIDDEN', `${what} reaches every app of the tenant: a key with a list of apps may not.`);
  }
}
