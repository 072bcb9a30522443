import type { FastifyRequest } from 'fastify';
import { ADJUST } from './adjust/adjust.dialect.js';
import { ADJUST_REPORTS } from './adjust-reports/adjust-reports.dialect.js';
import type { Dialect } from './dialect.js';
import { KOCHAVA_LINKS } from './kochava-links/links.dialect.js';
import { KOCHAVA_POSTBACKS } from './kochava-postbacks/postbacks.dialect.js';
import { KOCHAVA_REPORTING } from './kochava-reporting/reporting.dialect.js';

/** The doors by the beginning of their paths. */
const DOORS: ReadonlyMap<string, Dialect> = new Map([
  ['/vendor/adjust', ADJUST],
  ['/vendor/adjust-reports', ADJUST_REPORTS],
  ['/vendor/kochava-reporting', KOCHAVA_REPORTING],
  ['/vendor/kochava', KOCHAVA_POSTBACKS],
  ['/vendor/kochava-links', KOCHAVA_LINKS],
  // For clients that can be given a host only.
  ['/kpis', ADJUST],
]);

const BEGINNING = /^\/(?:vendor\/)?[^/?#]*/;

/** By routes' patterns, of which there are so many and no more. */
const known = new Map<string, Dialect | undefined>();

/** The dialect of a route's pattern; undefined: it is no vendor's door. */
export function dialectOfRoute(route: string): Dialect | undefined {
  if (!known.has(route)) known.set(route, dialectAt(route));
  return known.get(route);
}

/** The dialect of the door that a request came to, also where it leads nowhere there. Fastify makes `route` at each look. */
export function dialectOf(request: FastifyRequest, route = request.routeOptions?.url): Dialect | undefined {
  return route === undefined ? dialectAt(request.url) : dialectOfRoute(route);
}

const dialectAt = (path: string): Dialect | undefined => DOORS.get(BEGINNING.exec(path)?.[0] ?? '');
