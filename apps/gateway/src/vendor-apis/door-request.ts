import type { FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';

export type Pairs = readonly (readonly [string, string])[];

/** What stands in the query string, decoded, in order; empty parts (`?&a=1`) are nothing. */
export function queryOf({ url }: Pick<FastifyRequest, 'url'>): Pairs {
  const at = url.indexOf('?');
  return at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))];
}

/** A query as the audit keeps it: by name, since some names tell of a secret. */
export function auditedQuery(query: Pairs): Record<string, string | string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of query) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}

/** A request under a vendor's door, decoded once: what is checked is what is forwarded. */
export interface DoorRequest {
  readonly method: string;
  /** Behind `/vendor/{name}`, each decoded; empty ones are there too. */
  readonly segments: readonly string[];
  readonly query: Pairs;
  /** In lower case; empty where there is none. */
  readonly accept: string;
  /** Where the dialect takes one: as it came. */
  readonly body: string;
}

/**
 * BAD_USER_INPUT for a target that the router read in part alone: it ends a path at `#`, and leaves out what stands before
 * the path in a whole address. All else it has decoded before, so that no part can be malformed.
 */
export function doorRequest(request: FastifyRequest): DoorRequest {
  const path = request.url.split('?', 1)[0]!;
  if (!path.startsWith('/') || path.includes('#')) {
    throw new GatewayError('BAD_USER_INPUT', 'The request’s target must be a path that begins with / and holds no #.');
  }
  const [, ...segments] = path.split('/').map(decodeURIComponent);
  return {
    method: request.method,
    segments: segments[0] === 'vendor' ? segments.slice(2) : segments,
    query: queryOf(request),
    accept: (request.headers.accept ?? '').toLowerCase(),
    body: request.doorBody ?? '',
  };
}
