import { tokenOf } from '../world/dice.js';
import { agencyName, networkName } from './partners.js';
import type { Body } from './input.js';
import { isObject, textIn } from './input.js';
import { appInGroup, chosenCampaign, destinationOf, eventsIn, paramsIn, pricingIn, takenName } from './link-rules.js';
import type { AppRoutes, Group, Link, Route } from './records.js';
import { LinksRefusal } from './refusal.js';
import type { LinksStore } from './store.js';

/** What a route can be for; apps for anything else are left out of links. */
const ROUTABLE = ['android', 'ios', 'web', 'kindle', 'macosx', 'windows'];

function newRoute(store: LinksStore, platform: string, raw: unknown): Route {
  if (!isObject(raw)) throw new LinksRefusal(400, 'routes_by_app > routes must be a list of objects');
  const native = raw.native_link;
  if (native !== undefined && native !== null && native !== platform) {
    throw new LinksRefusal(400, `native_link must be ${platform}, the platform of the App`);
  }
  const wanted = isObject(raw.rules) ? raw.rules.platform_in : undefined;
  const platforms = Array.isArray(wanted) && wanted.length > 0 ? wanted.map(String) : [platform];
  if (platforms.some((name) => name.toLowerCase() !== platform)) {
    throw new LinksRefusal(400, `platform_in should match the platform of the App, ${platform}`);
  }
  const reengagement = raw.reengagement_url ?? raw.reenagement_url;
  return {
    ...store.newTracker(),
    name: textIn(raw, 'name'),
    destination: destinationOf(platform, raw.destination_url, 'routes_by_app > routes > destination_url'),
    ...(!native && typeof reengagement === 'string' && { reengagement }),
    platforms,
    ...(native ? { nativeLink: platform } : {}),
  };
}

function newApps(store: LinksStore, group: Group, raw: unknown): AppRoutes[] {
  if (!Array.isArray(raw)) throw new LinksRefusal(400, 'routes_by_app must be a list');
  const apps = raw.map((entry: unknown): AppRoutes => {
    if (!isObject(entry)) throw new LinksRefusal(400, 'routes_by_app must be a list of objects');
    const app = appInGroup(group, entry.app_id);
    if (!Array.isArray(entry.routes)) throw new LinksRefusal(400, 'routes_by_app > routes must be a list');
    const routes = ROUTABLE.includes(app.platform)
      ? entry.routes.map((route: unknown) => newRoute(store, app.platform, route))
      : [];
    return { app, events: eventsIn(entry.events), routes };
  });
  if (new Set(apps.map(({ app }) => app)).size < apps.length) throw new LinksRefusal(400, 'An App is named twice');
  return apps.filter(({ app }) => ROUTABLE.includes(app.platform));
}

/** POST /links. A subdomain is for links with native routes; others live on smart.link itself. */
export function createLink(store: LinksStore, group: Group, body: Body, now: number): Link {
  if (!group.isActive) throw new LinksRefusal(409, 'The App Group is archived');
  const name = textIn(body, 'name');
  takenName(store, group, name);
  if (networkName(body.network_id) === undefined)
    throw new LinksRefusal(400, 'network_id is unknown; use 3881 for none');
  const agencyId = (body.agency_network_id ?? null) as number | null;
  if (agencyId !== null && agencyName(agencyId) === undefined)
    throw new LinksRefusal(400, 'agency_network_id is unknown');
  if (!isObject(body.default)) throw new LinksRefusal(400, 'default must be an object');
  const app = appInGroup(group, body.default.app_id);
  const destination = destinationOf(app.platform, body.default.destination_url, 'default > destination_url');
  const catchAll = { ...store.newTracker(), name: `Catch-all tracker for smartlink ${name}`, app, destination };
  const apps = newApps(store, group, body.routes_by_app);
  const native = apps.some(({ routes }) => routes.some(({ nativeLink }) => nativeLink));
  const subdomain = native ? (body.subdomain ?? group.subdomains[0]) : undefined;
  if (native && !group.subdomains.includes(subdomain as string)) {
    throw new LinksRefusal(400, `subdomain ${String(subdomain)} does not belong to the App Group`);
  }
  const channelType = body.channel_type;
  if (channelType !== undefined && channelType !== 'owned' && channelType !== 'paid') {
    throw new LinksRefusal(400, 'channel_type must be owned or paid');
  }
  const prices = pricingIn(body, { pricing: '', price: 0 });
  const params = paramsIn(body.custom_params);
  // Last: it may make a campaign.
  const campaign = chosenCampaign(store, group, body, now);
  const id = store.nextId('link');
  const link: Link = {
    id,
    guid: tokenOf(`smartlink/${id}`, native ? 9 : 13),
    name,
    group,
    campaign,
    networkId: body.network_id as number,
    agencyId,
    ...(channelType !== undefined && { channelType }),
    ...prices,
    params,
    ...(native && { subdomain: subdomain as string, path: (body.path ?? null) as string | null }),
    isActive: true,
    catchAll,
    apps,
    created: now,
    updated: now,
  };
  store.links.push(link);
  return link;
}
