import type { FastifyRequest } from 'fastify';

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

/** The router has decoded the path before, so no part of it can be malformed. */
export function doorRequest(request: FastifyRequest): DoorRequest {
  const [, ...segments] = request.url.split('?', 1)[0]!.split('/').map(decodeURIComponent);
  return {
    method: request.method,
    segments: segments[0] === 'vendor' ? segments.slice(2) : segments,
    query: queryOf(request),
    accept: (request.headers.accept ?? '').toLowerCase(),
    body: request.doorBody ?? '',
  };
}
