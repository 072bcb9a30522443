import { GatewayError, type Provider } from '#libs/domain';
import type { AskedCall } from './asked-call.js';
import { auditedQuery, type DoorRequest, type Pairs } from './door-request.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** In the words for any path that leads nowhere: whoever may not know of an endpoint is told nothing of it. */
export const nothingHere = (): GatewayError => new GatewayError('NOT_FOUND', 'There is nothing at this path.');

/**
 * An endpoint of the vendor's that the gateway does not model: a GET, for scope `vendor:<provider>`. `isModelled` says of
 * a path's first segments, in lower case, that they are this door's own to read, so that no odd spelling of a checked
 * endpoint goes past its checks; NOT_FOUND for those, and for paths that a server may read in more ways than one.
 */
export function unmodelled(
  provider: Provider,
  { method, segments }: DoorRequest,
  query: Pairs,
  isModelled: (segments: readonly string[]) => boolean,
): AskedCall {
  const lower = segments.map((segment) => segment.toLowerCase());
  if (
    !READS.has(method) ||
    segments.length === 0 ||
    segments.some((segment) => !PLAIN.test(segment)) ||
    isModelled(lower)
  ) {
    throw nothingHere();
  }
  const path = `/${segments.map(encodeURIComponent).join('/')}`;
  return {
    action: 'vendor.call',
    operation: 'unmodelled',
    scope: `vendor:${provider}`,
    request: { path, query: auditedQuery(query) },
    prepare: () => ({ method: 'GET', path, query }),
  };
}

/** Neither empty nor dots alone, and nothing that ends a segment for some servers. */
const PLAIN = /^(?!\.+$)[^/\\;?#%\p{Cc}]+$/u;
