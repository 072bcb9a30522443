import type { KochavaCustomParam } from './types.js';

export interface KochavaLinksProblem {
  /** The field of the request, as a path: `routesByApp.0.routes.1.destinationUrl`. */
  parameter: string;
  /** A sentence that says what to change. */
  detail: string;
}

export const KOCHAVA_GROUP_SORTS = [
  'name_asc',
  'name_desc',
  'smartlink_count_asc',
  'smartlink_count_desc',
  'app_count_asc',
  'app_count_desc',
  'created_asc',
  'created_desc',
] as const;
export const KOCHAVA_LINK_SORTS = [
  'name_asc',
  'name_desc',
  'created_asc',
  'created_desc',
  'updated_asc',
  'updated_desc',
] as const;

export interface KochavaGroupFilter {
  isActive?: boolean;
  /** Full or part of the name of a group or of an app. */
  search?: string;
  /** In any letter case. */
  platforms?: readonly string[];
  accountId?: string;
  hasWriteAccess?: boolean;
  /** Default created_asc. */
  sort?: (typeof KOCHAVA_GROUP_SORTS)[number];
}

export interface KochavaLinkFilter {
  appGroupIds?: readonly string[];
  advertiserAccountId?: string;
  isActive?: boolean;
  /** Full or part of a link's name or URL, or of a partner's or an agency's name. */
  search?: string;
  /** Default created_asc. */
  sort?: (typeof KOCHAVA_LINK_SORTS)[number];
}

/** `page` counts from 1. `pageSize`: 1 to 200, default 25; Kochava documents no highest. */
export interface KochavaPageRequest {
  page?: number;
  pageSize?: number;
}

/** A campaign that exists, or the name of a new one: one of the two. */
export type KochavaCampaignChoice = { id: string; name?: undefined } | { id?: undefined; name: string };

export interface NewKochavaSmartLink {
  appGroupId: string;
  name: string;
  subdomain?: string | null;
  /** With native links: where to go when the app is installed. */
  path?: string | null;
  /** KOCHAVA_NO_NETWORK for none. */
  networkId: string;
  agencyNetworkId?: string | null;
  campaign: KochavaCampaignChoice;
  /** One of KOCHAVA_PRICINGS, in any letter case. */
  networkPricing?: string | null;
  networkPrice?: number | null;
  /** One of KOCHAVA_CHANNEL_TYPES, in any letter case. */
  channelType?: string | null;
  customParams?: readonly KochavaCustomParam[] | null;
  default: { kochavaAppId: string; destinationUrl: string };
  routesByApp: readonly NewKochavaAppRoutes[];
}

export interface NewKochavaAppRoutes {
  kochavaAppId: string;
  /** `_Install`, and names of the app's own events. */
  events: readonly string[];
  routes: readonly NewKochavaRoute[];
}

/** For platforms, or as a native link: one of the two. */
export interface NewKochavaRoute {
  name: string;
  destinationUrl: string;
  reengagementUrl?: string | null;
  /** Of KOCHAVA_ROUTE_PLATFORMS, in any letter case. */
  platforms?: readonly string[] | null;
  /** One of KOCHAVA_NATIVE_LINKS, in any letter case. */
  nativeLink?: string | null;
}

/** Absent keeps, null clears; apps and routes that are not named stay. */
export interface KochavaSmartLinkPatch {
  name?: string;
  path?: string | null;
  agencyNetworkId?: string | null;
  campaign?: KochavaCampaignChoice;
  networkPricing?: string | null;
  networkPrice?: number | null;
  customParams?: readonly KochavaCustomParam[] | null;
  default?: { kochavaAppId: string; destinationUrl: string };
  routesByApp?: readonly {
    kochavaAppId: string;
    events?: readonly string[];
    routes?: readonly { id: string; name?: string; destinationUrl?: string; reengagementUrl?: string | null }[];
  }[];
}
