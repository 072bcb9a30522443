import type { TenantContext } from '#libs/domain';

/** What many rows of one answer lead to, made once: a TenantContext is one caller's, for one request. */
export class OncePerRequest<T> {
  private readonly made = new WeakMap<TenantContext, Map<string, Promise<T>>>();

  get(tenant: TenantContext, key: string, make: () => Promise<T>): Promise<T> {
    let ofRequest = this.made.get(tenant);
    if (!ofRequest) this.made.set(tenant, (ofRequest = new Map()));
    let found = ofRequest.get(key);
    if (!found) ofRequest.set(key, (found = make()));
    return found;
  }
}
