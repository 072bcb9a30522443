import type { ServerResponse } from 'node:http';
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
  private departure?: Departure;

  constructor(
    readonly key: AuthenticatedKey,
    readonly edge: Edge,
    readonly requestId: string,
    readonly bypassCache: boolean,
    private readonly response: ServerResponse,
  ) {
    this.tenantId = key.tenantId;
    this.tenantSlug = key.tenantSlug;
    this.tenantName = key.tenantName;
    this.keyId = key.keyId;
    this.keyName = key.keyName;
    this.scopes = key.scopes;
    this.appIds = key.appIds;
  }

  /** Aborted when the connection closes before the answer is complete. */
  get signal(): Leaving {
    if (!this.departure) {
      const departure = (this.departure = new Departure());
      const { response } = this;
      const left = (): void => {
        if (!response.writableFinished) departure.leave();
      };
      if (response.closed) left();
      else response.once('close', left);
    }
    return this.departure;
  }
}
