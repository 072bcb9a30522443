import { idOf, isObject, type JsonObject, textOf } from '#libs/upstream-http';
import { dateOf, flagOf, numberOf, wordsOf } from './values.js';
import type {
  KochavaAdvertiser,
  KochavaAppGroup,
  KochavaAppGroupApp,
  KochavaAppGroupCampaign,
  KochavaPartner,
  KochavaSubdomain,
} from './types.js';
import { Unreadable } from './unreadable.js';

/** Answers stand in `{status, is_agency, data}` or bare, by endpoint. Undefined: nothing but that it worked. */
export function dataOf(document: unknown): unknown {
  if (!isObject(document)) return Array.isArray(document) ? document : undefined;
  if ('data' in document && !('id' in document)) return document.data ?? undefined;
  return 'status' in document && !('id' in document) ? undefined : document;
}

export function asObject(data: unknown): JsonObject {
  if (!isObject(data)) throw new Unreadable('it holds no object');
  return data;
}

export function asList(data: unknown): JsonObject[] {
  if (!Array.isArray(data)) throw new Unreadable('it holds no list');
  if (!data.every(isObject)) throw new Unreadable('its list holds something that is no object');
  return data;
}

function id(value: unknown, what: string): string {
  const read = idOf(value);
  if (read === undefined) throw new Unreadable(`${what} is not a whole number`);
  return read;
}

const readGroupApp = (app: JsonObject): KochavaAppGroupApp => ({
  kochavaAppId: id(app.app_id, 'the app_id of a group'),
  name: textOf(app.name) ?? '',
  platform: (wordsOf(app.platform) ?? 'unknown').toLowerCase(),
  eligibleForSmartLinks: flagOf(app.eligible_for_smartlinks),
});

/** One app group, alone or in a list. Throws Unreadable. */
export const readGroup = (group: JsonObject): KochavaAppGroup => ({
  id: id(group.id, 'the id of a group'),
  name: textOf(group.name) ?? '',
  accountId: idOf(group.account_id),
  apps: asList(group.apps ?? []).map(readGroupApp),
  isActive: flagOf(group.is_active),
  smartLinkCount: numberOf(group.smartlink_count),
  appCount: numberOf(group.app_count),
  canCreateSmartLinks: flagOf(group.can_create_smartlinks),
  eligibleForSmartLinks: flagOf(group.eligible_for_smartlinks),
  createdAt: dateOf(group.created_dttm),
  updatedAt: dateOf(group.last_updated_dttm),
});

/** "retrieve a list of Subdomains". Throws Unreadable. */
export const readSubdomains = (data: unknown): KochavaSubdomain[] =>
  asList(isObject(data) ? data.subdomains : data).map((subdomain) => ({
    commonSubdomain: textOf(subdomain.common_subdomain) ?? '',
    linkDomain: textOf(subdomain.link_domain) ?? '',
    isDefault: flagOf(subdomain.default) ?? false,
    apps: asList(subdomain.apps ?? []).map((app) => ({
      kochavaAppId: id(app.app_id, 'the app_id of a subdomain'),
      fallbackUrl: wordsOf(app.fallback_url),
    })),
  }));

/** Told as `is_active` or as `is_deleted`, by endpoint. Throws Unreadable. */
export const readCampaign = (campaign: JsonObject): KochavaAppGroupCampaign => ({
  id: id(campaign.id, 'the id of a campaign'),
  appGroupId: id(campaign.app_group_id, 'the app_group_id of a campaign'),
  name: textOf(campaign.name) ?? '',
  isActive: flagOf(campaign.is_deleted) === true ? false : (flagOf(campaign.is_active) ?? true),
  createdAt: dateOf(campaign.created_dttm),
  updatedAt: dateOf(campaign.last_updated_dttm),
});

export const readAdvertiser = (advertiser: JsonObject): KochavaAdvertiser => ({
  id: id(advertiser.id, 'the id of an advertiser'),
  name: textOf(advertiser.name) ?? '',
  hasWriteAccess: flagOf(advertiser.has_write_access) ?? false,
});

/** @param baseUrl what a relative logo hangs under: `/logo/agency_a.png` */
export function readPartner(partner: JsonObject, baseUrl: string): KochavaPartner {
  const logo = wordsOf(partner.logo_url);
  const url = logo !== undefined && URL.canParse(logo, baseUrl) ? new URL(logo, baseUrl) : undefined;
  return {
    id: id(partner.id, 'the id of a partner'),
    name: textOf(partner.name) ?? '',
    accessLevel: numberOf(partner.acl),
    logoUrl: url && /^https?:$/.test(url.protocol) ? url.href : undefined,
  };
}
