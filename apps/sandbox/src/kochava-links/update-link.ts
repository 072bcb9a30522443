import { agencyName } from './partners.js';
import type { Body } from './input.js';
import { isObject, textIn } from './input.js';
import { appInGroup, chosenCampaign, destinationOf, eventsIn, paramsIn, pricingIn, takenName } from './link-rules.js';
import type { AppRoutes, Link, Route, Tracker } from './records.js';
import { LinksRefusal } from './refusal.js';
import type { LinksStore } from './store.js';

/**
 * "Leaving the id fields blank or changing the value will cause the SmartLink to become disassociated from the underlying
 * App-specific Trackers": a new tracker takes the place of the one that was not named.
 */
const trackerNamed = <T extends Tracker>(store: LinksStore, stood: T | undefined, id: unknown): Tracker =>
  stood && stood.id === id ? stood : store.newTracker();

function updatedRoute(store: LinksStore, link: Link, entry: AppRoutes, raw: unknown): Route {
  if (!isObject(raw)) throw new LinksRefusal(400, 'routes must be a list of objects');
  const stood = entry.routes.find(({ id }) => id === raw.id);
  const { id, legacyId, clicks, installs } = trackerNamed(store, stood, raw.id);
  const reengagement = raw.reengagement_url ?? raw.reenagement_url;
  const destination = raw.destination_url ?? stood?.destination;
  return {
    id,
    legacyId,
    clicks,
    installs,
    name: 'name' in raw ? textIn(raw, 'name') : (stood?.name ?? link.name),
    destination: destinationOf(entry.app.platform, destination, 'routes > destination_url'),
    ...(!stood?.nativeLink && typeof reengagement === 'string' && { reengagement }),
    // Neither can be updated.
    platforms: stood?.platforms ?? [entry.app.platform],
    ...(stood?.nativeLink && { nativeLink: stood.nativeLink }),
  };
}

function updatedApps(store: LinksStore, link: Link, raw: unknown): AppRoutes[] {
  if (raw === undefined) return link.apps;
  if (!Array.isArray(raw)) throw new LinksRefusal(400, 'routes_by_app must be a list');
  return raw.map((entry: unknown): AppRoutes => {
    if (!isObject(entry)) throw new LinksRefusal(400, 'routes_by_app must be a list of objects');
    const stood = link.apps.find(({ app }) => app.id === entry.app_id);
    if (!stood) throw new LinksRefusal(400, `The SmartLink has no routes for App ${String(entry.app_id)}`);
    const events = 'events' in entry ? eventsIn(entry.events) : stood.events;
    if (entry.routes === undefined) return { ...stood, events };
    if (!Array.isArray(entry.routes)) throw new LinksRefusal(400, 'routes must be a list');
    return { ...stood, events, routes: entry.routes.map((route: unknown) => updatedRoute(store, link, stood, route)) };
  });
}

/**
 * PUT /links/{id}, of a link or of a whole GET response around one: what can be updated is taken, the rest is ignored.
 */
export function updateLink(store: LinksStore, link: Link, given: Body, now: number): Link {
  const body = isObject(given.data) ? given.data : given;
  if (body.id !== undefined && body.id !== link.id) throw new LinksRefusal(400, 'id is not that of the SmartLink');
  if (!link.isActive) throw new LinksRefusal(409, 'The SmartLink is archived');
  const name = 'name' in body ? textIn(body, 'name') : link.name;
  takenName(store, link.group, name, link);
  const agencyId = 'agency_network_id' in body ? (body.agency_network_id as number | null) : link.agencyId;
  if (agencyId !== null && agencyName(agencyId) === undefined)
    throw new LinksRefusal(400, 'agency_network_id is unknown');
  const prices = pricingIn(body, link);
  const params = 'custom_params' in body ? paramsIn(body.custom_params) : link.params;
  const apps = updatedApps(store, link, body.routes_by_app);
  const catchAll = { ...link.catchAll };
  if (isObject(body.default)) {
    Object.assign(catchAll, trackerNamed(store, link.catchAll, body.default.id));
    catchAll.app = appInGroup(link.group, body.default.app_id ?? link.catchAll.app.id);
    const url = body.default.destination_url ?? link.catchAll.destination;
    catchAll.destination = destinationOf(catchAll.app.platform, url, 'default > destination_url');
  }
  const campaign = chosenCampaign(store, link.group, body, now, link.campaign);
  Object.assign(link, { name, agencyId, params, apps, catchAll, campaign, ...prices, updated: now });
  if (link.subdomain !== undefined && 'path' in body) link.path = body.path as string | null;
  return link;
}
