import { idOf, isObject, type JsonObject, textOf } from '#libs/upstream-http';
import { dateOf, flagOf, numberOf, wordsOf } from './values.js';
import type {
  KochavaCustomParam,
  KochavaSmartLink,
  KochavaSmartLinkAppRoutes,
  KochavaSmartLinkDefault,
  KochavaSmartLinkRoute,
  KochavaTrackerNumbers,
} from './types.js';
import { Unreadable } from './unreadable.js';

/** The document's tables spell it `reenagement_url`, its samples do not. */
export const reengagementKey = (route: JsonObject): string =>
  'reenagement_url' in route && !('reengagement_url' in route) ? 'reenagement_url' : 'reengagement_url';

/** The document's tables swap the two fields, its samples do not; a number is the price wherever it stands. */
export function pricingOf(link: JsonObject): { pricing?: string; price?: number } {
  const [first, second] = [wordsOf(link.network_pricing), wordsOf(link.network_price)];
  const isNumber = (text: string | undefined): boolean => text !== undefined && Number.isFinite(Number(text));
  const [pricing, price] =
    isNumber(first) && second !== undefined && !isNumber(second) ? [second, first] : [first, second];
  if (pricing === undefined || isNumber(pricing)) return {};
  return { pricing: pricing.toLowerCase(), price: numberOf(price) };
}

function id(value: unknown, what: string): string {
  const read = idOf(value);
  if (read === undefined) throw new Unreadable(`${what} is not a whole number`);
  return read;
}

function text(value: unknown, what: string): string {
  const read = textOf(value);
  if (read === undefined) throw new Unreadable(`${what} is not a text`);
  return read;
}

function list(value: unknown, what: string): JsonObject[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw new Unreadable(`${what} is not a list of objects`);
  return value;
}

const numbers = (tracker: JsonObject): KochavaTrackerNumbers => ({
  legacyTrackerId: wordsOf(tracker.legacy_tracker_id),
  campaignId: idOf(tracker.campaign_id),
  clickCount: numberOf(tracker.click_count),
  installCount: numberOf(tracker.install_count),
});

/** PHP writes an empty list as null, and a map of keys and values where one was sent. */
function readCustomParams(value: unknown): KochavaCustomParam[] {
  if (value === undefined || value === null) return [];
  if (isObject(value)) return Object.entries(value).map(([key, inner]) => ({ key, value: textOf(inner) ?? '' }));
  return list(value, 'custom_params').map((param) => ({
    key: textOf(param.key) ?? '',
    value: textOf(param.value) ?? '',
  }));
}

function readDefault(value: unknown): KochavaSmartLinkDefault {
  if (!isObject(value)) throw new Unreadable('the default of a link is no object');
  return {
    id: idOf(value.id),
    name: wordsOf(value.name),
    kochavaAppId: id(value.app_id, 'the app_id of a default'),
    appGuid: wordsOf(value.app_guid),
    appName: wordsOf(value.app_name),
    platform: wordsOf(value.app_platform)?.toLowerCase(),
    destinationUrl: text(value.destination_url, 'the destination_url of a default'),
    ...numbers(value),
  };
}

function readRoute(route: JsonObject): KochavaSmartLinkRoute {
  const platforms = isObject(route.rules) ? route.rules.platform_in : undefined;
  return {
    id: idOf(route.id),
    name: textOf(route.name) ?? '',
    destinationUrl: text(route.destination_url, 'the destination_url of a route'),
    reengagementUrl: wordsOf(route[reengagementKey(route)]),
    platforms: (Array.isArray(platforms) ? platforms : []).map((platform) => String(platform).toLowerCase()),
    nativeLink: wordsOf(route.native_link)?.toLowerCase(),
    isDefault: flagOf(route.is_default),
    ...numbers(route),
  };
}

function readApp(app: JsonObject): KochavaSmartLinkAppRoutes {
  return {
    kochavaAppId: id(app.app_id, 'the app_id of routes'),
    appGuid: wordsOf(app.app_guid),
    appName: wordsOf(app.app_name),
    platform: wordsOf(app.app_platform)?.toLowerCase(),
    events: (Array.isArray(app.events) ? app.events : []).map((event) => textOf(event) ?? ''),
    routes: list(app.routes ?? [], 'the routes of an app').map(readRoute),
  };
}

/** One link: sections "retrieve a specific SmartLink" and "retrieve a list of SmartLinks". Throws Unreadable. */
export function readSmartLink(link: JsonObject): KochavaSmartLink {
  const { pricing, price } = pricingOf(link);
  return {
    id: id(link.id, 'the id of a link'),
    guid: text(link.guid, 'the guid of a link'),
    name: textOf(link.name) ?? '',
    subdomain: wordsOf(link.subdomain),
    path: wordsOf(link.path),
    appGroupId: id(link.app_group_id, 'the app_group_id of a link'),
    appGroupName: wordsOf(link.app_group_name),
    appGroupCampaignId: idOf(link.app_group_campaign_id),
    appGroupCampaignName: wordsOf(link.app_group_campaign_name),
    networkId: idOf(link.network_id),
    networkName: wordsOf(link.network_name),
    agencyNetworkId: link.agency_network_id === null ? null : idOf(link.agency_network_id),
    channelType: wordsOf(link.channel_type)?.toLowerCase(),
    accountName: wordsOf(link.account_name),
    networkPricing: pricing,
    networkPrice: price,
    customParams: readCustomParams(link.custom_params),
    // Left out it would say that a link is archived, which cannot be undone.
    isActive: flagOf(link.is_active) ?? true,
    clickUrl: text(link.click_url, 'the click_url of a link'),
    impressionUrl: textOf(link.impression_url) ?? '',
    default: readDefault(link.default),
    routesByApp: list(link.routes_by_app ?? [], 'routes_by_app').map(readApp),
    clickCount: numberOf(link.click_count),
    installCount: numberOf(link.install_count),
    editable: flagOf(link.editable),
    createdAt: dateOf(link.created_dttm),
    updatedAt: dateOf(link.last_updated_dttm),
  };
}
