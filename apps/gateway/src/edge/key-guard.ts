import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog } from '#libs/audit';
import { type Edge, GatewayError } from '#libs/domain';
import { ApiKeys, type AuthenticatedKey, type KeyCheck } from '#libs/tenancy';
import { GatewayMetrics } from '../operations/gateway-metrics.js';
import { dialectOf } from '../vendor-apis/dialects.js';
import { keyAtDoor } from '../vendor-apis/presented-keys.js';
import { presentedKey } from './presented-key.js';
import { RateLimits } from './rate-limits.js';
import { RequestCaller } from './request-caller.js';
import { sameSecret } from './same-secret.js';

/** Routes that need no key, by their pattern. Everything else does: a route that is forgotten here is closed. */
const OPEN = [
  /^\/$/,
  /^\/health\//,
  /^\/metrics$/,
  /^\/openapi\.(json|yaml)$/,
  /^\/docs(\/|$)/,
  /^\/errors(\/|$)/,
  /^\/explorer\//,
  /^\/files\//,
];

/** Above these roots even a path that leads nowhere asks for a key first. */
const GUARDED_ROOT = /^\/(v1|graphql|vendor|kpis)(?:[/?]|$)/i;

/**
 * Checks the key in Fastify's onRequest hook: before the body is read, and for every GraphQL operation, `__schema` and
 * documents that do not parse included.
 */
@Injectable()
export class KeyGuard {
  /** By the routes' patterns, of which there are so many and no more. */
  private readonly openRoutes = new Map<string, boolean>();

  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly rateLimits: RateLimits,
    private readonly audit: AuditLog,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** Puts the caller on the request, or throws what the caller is told. No promise where the key is known already. */
  check(request: FastifyRequest, reply: FastifyReply, adminKey: string | undefined): void | Promise<void> {
    const route = request.routeOptions.url;
    if (route === undefined ? !GUARDED_ROOT.test(request.url) : this.isOpen(route)) return;
    if (route?.startsWith('/v1/admin') || (route === undefined && /^\/v1\/admin(?:[/?]|$)/i.test(request.url))) {
      this.admin(request, adminKey);
      return;
    }
    if (route === '/graphql' && request.method !== 'POST') return;
    const dialect = dialectOf(request, route);
    if (!dialect) return this.tenant(request, reply, route === '/graphql' ? 'GRAPHQL' : 'REST');
    // Where nothing is read of the body, the key can stand in it no more.
    if (dialect.keyIn === 'head' || route === undefined) return this.atDoor(request, reply);
  }

  /** As `check`, at a vendor's door, where its own clients put a key. */
  atDoor(request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
    return this.admit(keyAtDoor(dialectOf(request)!, request), request, reply, 'VENDOR');
  }

  private isOpen(route: string): boolean {
    let isOpen = this.openRoutes.get(route);
    if (isOpen === undefined) this.openRoutes.set(route, (isOpen = OPEN.some((pattern) => pattern.test(route))));
    return isOpen;
  }

  private admin(request: FastifyRequest, adminKey: string | undefined): void {
    const presented = presentedKey(request.headers, request.raw.rawHeaders);
    if (!adminKey) throw unauthenticated('The administration is closed: ADMIN_API_KEY is not set.');
    if (!presented || presented === 'ambiguous' || !sameSecret(presented.key, adminKey)) {
      this.metrics.refusedKey('admin');
      throw unauthenticated('This needs the operator’s key (ADMIN_API_KEY).');
    }
    refuseCrossSiteBasic(request, presented.basic);
    request.caller = { kind: 'operator', edge: 'ADMIN', requestId: request.id };
  }

  private tenant(request: FastifyRequest, reply: FastifyReply, edge: Edge): void | Promise<void> {
    const presented = presentedKey(request.headers, request.raw.rawHeaders);
    if (!presented)
      throw unauthenticated('Send a key: `Authorization: Bearer KEY`, `X-API-Key: KEY`, or as the password of Basic.');
    if (presented === 'ambiguous') throw unauthenticated('Two different keys were sent, or one key twice. Send one.');
    refuseCrossSiteBasic(request, presented.basic);
    return this.admit(presented.key, request, reply, edge);
  }

  private admit(key: string, request: FastifyRequest, reply: FastifyReply, edge: Edge): void | Promise<void> {
    const admit = (result: KeyCheck): void | Promise<void> => {
      if (!result.ok) return this.refuse(result, request, edge);
      const caller = new RequestCaller(result.key, edge, request.id, bypassesCache(request, result.key), reply.raw);
      request.caller = caller;
      const { requestsPerMinute } = result.key;
      return requestsPerMinute === null ? undefined : this.rateLimits.take(caller, requestsPerMinute, reply);
    };
    const result = this.apiKeys.authenticate(key);
    return result instanceof Promise ? result.then(admit) : admit(result);
  }

  private async refuse(
    { reason, known }: Extract<KeyCheck, { ok: false }>,
    request: FastifyRequest,
    edge: Edge,
  ): Promise<never> {
    this.metrics.refusedKey(reason);
    // A dead key that goes on asking must not write a row each time.
    if (known && (await this.rateLimits.isAmongFirst(`${known.tenantId}/${known.keyId}`))) {
      this.audit.denied({ ...known, edge, requestId: request.id }, 'key.denied', 'UNAUTHENTICATED', {
        resource: `key:${reason}`,
      });
    }
    throw unauthenticated(REASONS[reason]);
  }
}

/** `Cache-Control: no-cache`, for keys that may ask for it. */
const bypassesCache = ({ headers }: FastifyRequest, { scopes }: AuthenticatedKey): boolean =>
  /(?:^|[\s,])no-cache\b/i.test(headers['cache-control'] ?? '') && scopes.has('cache:bypass');

const REASONS = {
  malformed: 'This is not a key of this gateway: is it complete?',
  // An unknown key and a mistyped one are told apart by their checksum alone, which holds no secret.
  unknown: 'This key is not valid.',
  revoked: 'This key is not valid.',
  expired: 'This key has expired. Ask the operator for a new one.',
} as const;

const unauthenticated = (message: string): GatewayError => new GatewayError('UNAUTHENTICATED', message);

/** A browser that remembers a Basic password would send it along with a stranger's form. */
function refuseCrossSiteBasic(request: FastifyRequest, basic: boolean): void {
  if (basic && request.headers.origin && request.method !== 'GET' && request.method !== 'HEAD') {
    throw new GatewayError(
      'FORBIDDEN',
      'Basic is not taken for a write that comes from a web page. Send the key as a Bearer token.',
    );
  }
}
