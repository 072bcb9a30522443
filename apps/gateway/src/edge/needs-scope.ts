import { type CanActivate, type ExecutionContext, Injectable, SetMetadata, createParamDecorator } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AuditLog } from '#libs/audit';
import { GatewayError, type OperatorContext, type Scope, type TenantContext, requireScope } from '#libs/domain';

const SCOPE = 'mmp:scope';

/** The scope that a door asks for; 'any': a valid key is enough. A door that says neither is closed. */
export const NeedsScope = (scope: Scope | 'any'): MethodDecorator & ClassDecorator => SetMetadata(SCOPE, scope);

/** The door is the operator's. */
export const ForOperator = (): MethodDecorator & ClassDecorator => SetMetadata(SCOPE, 'operator');

/** A vendor's door: which scope is needed is for its dialect to say, by what is asked. */
export const ByDialect = (): MethodDecorator & ClassDecorator => SetMetadata(SCOPE, 'by-dialect');

/** The door is open to everybody (health, metrics, error pages). */
export const ForEverybody = (): MethodDecorator & ClassDecorator => SetMetadata(SCOPE, 'everybody');

export type DoorPolicy = Scope | 'any' | 'operator' | 'everybody' | 'by-dialect';

export const policyOf = (reflector: Reflector, handler: () => unknown, controller: object): DoorPolicy | undefined =>
  reflector.getAllAndOverride<DoorPolicy | undefined>(SCOPE, [handler as never, controller as never]);

/** The one reader of the request behind both transports. */
export function requestOf(context: ExecutionContext): FastifyRequest {
  if (context.getType<'http' | 'graphql'>() === 'graphql') {
    return (context.getArgByIndex(2) as { request: FastifyRequest }).request;
  }
  return context.switchToHttp().getRequest<FastifyRequest>();
}

/** Runs for REST handlers and GraphQL's root fields; the edges below those are the rooms' to check. */
@Injectable()
export class ScopeGuard implements CanActivate {
  private readonly policies = new WeakMap<object, DoorPolicy | 'closed'>();

  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditLog,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    let policy = this.policies.get(handler);
    if (!policy) {
      policy = policyOf(this.reflector, handler as never, context.getClass()) ?? 'closed';
      this.policies.set(handler, policy);
    }
    if (policy === 'everybody') return true;
    const { caller } = requestOf(context);
    if (policy === 'operator') {
      if (caller?.kind === 'operator') return true;
      throw new GatewayError('UNAUTHENTICATED', 'This needs the operator’s key (ADMIN_API_KEY).');
    }
    if (caller?.kind !== 'tenant' || policy === 'closed')
      throw new GatewayError('UNAUTHENTICATED', 'This needs a key.');
    if (policy === 'any' || policy === 'by-dialect') return true;
    try {
      requireScope(caller, policy);
    } catch (error) {
      this.audit.denied(caller, 'key.denied', 'FORBIDDEN', { resource: `scope:${policy}` });
      throw error;
    }
    return true;
  }
}

/** The tenant's caller behind a request. */
export function tenantOf({ caller }: FastifyRequest): TenantContext {
  if (caller?.kind !== 'tenant') throw new GatewayError('UNAUTHENTICATED', 'This needs a key.');
  return caller;
}

/** The tenant's caller, as the first argument of a door. */
export const Tenant = createParamDecorator((_: unknown, context: ExecutionContext) => tenantOf(requestOf(context)));

/** The operator, as the first argument of an administration door. */
export const Operator = createParamDecorator((_: unknown, context: ExecutionContext): OperatorContext => {
  const { caller } = requestOf(context);
  if (caller?.kind !== 'operator') throw new GatewayError('UNAUTHENTICATED', 'This needs the operator’s key.');
  return caller;
});
