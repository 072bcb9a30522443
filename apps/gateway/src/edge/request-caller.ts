import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, Departure, type Edge, type Leaving, type Scope, type TenantContext } from '#libs/domain';
import type { AuthenticatedKey } from '#libs/tenancy';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the key guard; absent on the few paths that need no key. */
    caller?: Caller;
  }
}

/**
 * The TenantContext of one request. Its signal is made only when somebody asks for it: most answers come from
 * memory and need none.
 */
export class RequestCaller implements TenantContext {
  readonly kind = 'tenant';
  readonly tenantId: string;
  readonly tenantSlug: string;
  readonly tenantName: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly appIds: ReadonlySet<string> | null;
  readonly requestId: string;
  readonly bypassCache: boolean;
  private departure?: Departure;

  constructor(
    key: AuthenticatedKey,
    readonly edge: Edge,
    request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {
    this.tenantId = key.tenantId;
    this.tenantSlug = key.tenantSlug;
    this.tenantName = key.tenantName;
    this.keyId = key.keyId;
    this.keyName = key.keyName;
    this.scopes = key.scopes;
    this.appIds = key.appIds;
    this.requestId = request.id;
    const cacheControl = request.headers['cache-control'];
    this.bypassCache =
      cacheControl !== undefined && /(?:^|[\s,])no-cache\b/i.test(cacheControl) && key.scopes.has('cache:bypass');
  }

  /** Aborted when the connection closes before the answer is complete. */
  get signal(): Leaving {
    if (!this.departure) {
      const departure = (this.departure = new Departure());
      const { raw } = this.reply;
      const left = (): void => {
        if (!raw.writableFinished) departure.leave();
      };
      if (raw.closed) left();
      else raw.once('close', left);
    }
    return this.departure;
  }
}
