/** Ids are Kochava's numbers as text, to the last digit. */
export interface KochavaAppGroup {
  id: string;
  name: string;
  accountId?: string;
  apps: KochavaAppGroupApp[];
  /** Told for single groups only. */
  isActive?: boolean;
  /** Told in lists only, as are the next three. */
  smartLinkCount?: number;
  appCount?: number;
  canCreateSmartLinks?: boolean;
  eligibleForSmartLinks?: boolean;
  createdAt?: Date;
  updatedAt?: Date;
}

export interface KochavaAppGroupApp {
  kochavaAppId: string;
  name: string;
  /** Lower case: `ios`, `android`, `web` and the rest of Kochava's list. */
  platform: string;
  eligibleForSmartLinks?: boolean;
}

export interface KochavaSubdomain {
  commonSubdomain: string;
  linkDomain: string;
  isDefault: boolean;
  apps: { kochavaAppId: string; fallbackUrl?: string }[];
}

export interface KochavaAppGroupCampaign {
  id: string;
  appGroupId: string;
  name: string;
  isActive: boolean;
  createdAt?: Date;
  updatedAt?: Date;
}

export interface KochavaAdvertiser {
  id: string;
  name: string;
  hasWriteAccess: boolean;
}

/** An agency, or a media partner. */
export interface KochavaPartner {
  id: string;
  name: string;
  /** `acl`. */
  accessLevel?: number;
  /** Absolute: Kochava's relative ones are taken from the base URL. */
  logoUrl?: string;
}

export const KOCHAVA_PRICINGS = ['cpc', 'cpi', 'cpm', 'cpa'] as const;
export type KochavaPricing = (typeof KOCHAVA_PRICINGS)[number];
export const KOCHAVA_CHANNEL_TYPES = ['owned', 'paid'] as const;
export type KochavaChannelType = (typeof KOCHAVA_CHANNEL_TYPES)[number];
export const KOCHAVA_NATIVE_LINKS = ['ios', 'android'] as const;
export type KochavaNativeLink = (typeof KOCHAVA_NATIVE_LINKS)[number];
/** What a route can be for: "Options" of routes_by_app > routes > rules > platform_in, as they are sent. */
export const KOCHAVA_ROUTE_PLATFORMS = ['Android', 'iOS', 'Web', 'Kindle', 'Macosx', 'Windows'] as const;
export type KochavaRoutePlatform = (typeof KOCHAVA_ROUTE_PLATFORMS)[number];
/** Network id of no media partner at all. */
export const KOCHAVA_NO_NETWORK = '3881';

export interface KochavaSmartLink {
  id: string;
  guid: string;
  name: string;
  subdomain?: string;
  path?: string;
  appGroupId: string;
  appGroupName?: string;
  appGroupCampaignId?: string;
  appGroupCampaignName?: string;
  networkId?: string;
  networkName?: string;
  /** Told only when a link is made or changed; null: none. */
  agencyNetworkId?: string | null;
  /** Lower case. Told only when a link is made or changed. */
  channelType?: string;
  accountName?: string;
  /** Lower case. Empty in lists, where Kochava leaves it out. */
  networkPricing?: string;
  /** Absent without a pricing: lists say 0 for every link. */
  networkPrice?: number;
  customParams: KochavaCustomParam[];
  isActive: boolean;
  clickUrl: string;
  impressionUrl: string;
  default: KochavaSmartLinkDefault;
  routesByApp: KochavaSmartLinkAppRoutes[];
  clickCount?: number;
  installCount?: number;
  editable?: boolean;
  createdAt?: Date;
  updatedAt?: Date;
}

export interface KochavaCustomParam {
  key: string;
  value: string;
}

/** The catch-all. */
export interface KochavaSmartLinkDefault extends KochavaTrackerNumbers {
  id?: string;
  name?: string;
  kochavaAppId: string;
  appGuid?: string;
  appName?: string;
  platform?: string;
  destinationUrl: string;
}

export interface KochavaSmartLinkAppRoutes {
  kochavaAppId: string;
  appGuid?: string;
  appName?: string;
  /** Lower case. */
  platform?: string;
  events: string[];
  routes: KochavaSmartLinkRoute[];
}

export interface KochavaSmartLinkRoute extends KochavaTrackerNumbers {
  id?: string;
  name: string;
  destinationUrl: string;
  reengagementUrl?: string;
  /** Lower case. */
  platforms: string[];
  /** Lower case. */
  nativeLink?: string;
  isDefault?: boolean;
}

/** What the rows of a report name a tracker by, and its counts where they are told. */
export interface KochavaTrackerNumbers {
  legacyTrackerId?: string;
  campaignId?: string;
  clickCount?: number;
  installCount?: number;
}

/**
 * Kochava's own JSON of one link, as `get`, `create` and `update` of SmartLinks hand it out. To change a link, give it
 * to `patchSmartLink` and send back what that returns.
 */
export type KochavaSmartLinkDocument = Record<string, unknown>;

export interface KochavaSmartLinkAnswer {
  link: KochavaSmartLink;
  document: KochavaSmartLinkDocument;
}

/** Kochava tells no total. */
export interface KochavaPage<T> {
  items: T[];
  /** The page is full: there may be another, which may be empty. */
  mayHaveMore: boolean;
}
