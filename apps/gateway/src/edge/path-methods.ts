import type { FastifyInstance } from 'fastify';

/** Asked of every path by browsers and proxies, and answered by no door of ours. */
const NOT_OURS = new Set(['OPTIONS', 'TRACE']);

/** Which methods a path has, for 405: Fastify's router tells a missing method and a missing path the same way. */
export class PathMethods {
  private readonly routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** Sees the routes that are registered after it. */
  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url, method }) => {
      const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      for (const one of [method].flat()) if (!NOT_OURS.has(one)) route.methods.add(one);
      this.routes.set(url, route);
    });
  }

  /** In alphabetical order; empty: there is nothing at this path. */
  of(path: string): string[] {
    const found = [...this.routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function patternOf(url: string): RegExp {
  const literal = url.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll(/:\w+/g, '[^/]+')}$`);
}
