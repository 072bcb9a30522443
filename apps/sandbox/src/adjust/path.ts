import type { Tracker } from '../world/trackers.js';
import type { App, World } from '../world/world.js';
import type { AdjustUser } from './access.js';
import type { Endpoint } from './grouping.js';
import type { Parameters } from './parameters.js';
import { badRequest, Refusal } from './refusal.js';
import type { Subject } from './request.js';

/** What stands in a path under /kpis/v1, not yet looked up. */
export interface KpiPath {
  apps: string[];
  trackers: string[];
  endpoint: Endpoint;
  format?: 'csv' | 'json';
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`Malformed path segment '${segment}'`);
  }
}

const list = (segment: string): string[] =>
  segment
    .toLowerCase()
    .split(',')
    .flatMap((item) => item.trim() || []);

/**
 * Reads `[/{apps}][/trackers/{trackers}][/events|/cohorts][.csv|.json]`, the part of the path after `/kpis/v1`. Clients that
 * have no app to name leave its segment empty or out.
 */
export function readPath(rest: string): KpiPath {
  const suffix = /\.(csv|json)$/.exec(rest)?.[1] as KpiPath['format'];
  const segments = rest
    .slice(0, suffix ? -(suffix.length + 1) : undefined)
    .split('/')
    .map(decode)
    .filter((segment) => segment !== '');
  const path: KpiPath = { apps: [], trackers: [], endpoint: 'overview', ...(suffix && { format: suffix }) };
  const last = segments.at(-1);
  if (last === 'events' || last === 'cohorts') {
    path.endpoint = last;
    segments.pop();
  }
  const trackersAt = segments.indexOf('trackers');
  if (trackersAt >= 0) {
    const [, trackers, ...more] = segments.splice(trackersAt);
    path.trackers = list(trackers ?? '');
    if (path.trackers.length === 0 || more.length > 0) throw new Refusal(404, 'Not found');
  }
  const [apps, ...more] = segments;
  if (more.length > 0) throw new Refusal(404, 'Not found');
  path.apps = list(apps ?? '');
  return path;
}

function findApp(world: World, user: AdjustUser, token: string): App {
  const app = world.apps.get(token);
  if (!app || !user.account.has(token)) throw new Refusal(404, `App '${token}' not found`);
  if (user.hiddenApps.has(token)) throw new Refusal(403, `No permission for app '${token}'`);
  return app;
}

/** Looks up what the path and `app_tokens` name; throws 400 where no app is named, 404 and 403 as the user sees them. */
export function readSubject(world: World, user: AdjustUser, path: KpiPath, parameters: Parameters): Subject {
  const tokens = [
    ...new Set(path.apps.length > 0 ? path.apps : parameters.list('app_tokens').map((token) => token.toLowerCase())),
  ];
  if (tokens.length === 0) throw badRequest('No app token given: name apps in the path or in app_tokens');
  const apps = tokens.map((token) => findApp(world, user, token));
  if (path.trackers.length > 0 && apps.length > 1)
    throw badRequest('A tracker token can only be given for a single app');
  const parents = path.trackers.map((token): Tracker => {
    const found = apps[0]?.trackers.find((tracker) => tracker.token === token);
    if (!found) throw new Refusal(404, `Tracker '${token}' not found for app '${tokens[0]}'`);
    return found;
  });
  return { endpoint: path.endpoint, apps, parents };
}
