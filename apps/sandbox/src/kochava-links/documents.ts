import { hashText } from '../world/dice.js';
import type { Campaign, Group, Link, Tracker } from './records.js';
import { networkName } from './partners.js';

const total = (trackers: readonly Tracker[], field: 'clicks' | 'installs'): number =>
  trackers.reduce((sum, tracker) => sum + tracker[field], 0);

export const trackersOf = (link: Link): Tracker[] => [link.catchAll, ...link.apps.flatMap(({ routes }) => routes)];

/** One for each app and campaign: what the routes of an app report under. */
const campaignId = (link: Link, appId: number): number =>
  13_033_000_000 + (hashText(`${link.campaign.id}/${appId}`) % 900_000);

export function urlsOf(link: Link): { click_url: string; impression_url: string } {
  const host = `https://${link.subdomain === undefined ? '' : `${link.subdomain}.`}smart.link`;
  const query = link.params
    .map(({ key, value }) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&');
  const tail = `${link.guid}${query && `?${query}`}`;
  return { click_url: `${host}/${tail}`, impression_url: `${host}/imp/${tail}` };
}

/** As the answer to a create, to a change, to a read, or within a list. */
export function linkDocument(link: Link, answerTo: 'create' | 'update' | 'get' | 'list') {
  const counts = (tracker: Tracker) =>
    answerTo === 'create' ? {} : { click_count: tracker.clicks, install_count: tracker.installs };
  const { catchAll } = link;
  const isList = answerTo === 'list';
  const trackers = trackersOf(link);
  return {
    id: link.id,
    guid: link.guid,
    ...(link.subdomain !== undefined && { subdomain: link.subdomain }),
    app_group_id: link.group.id,
    app_group_campaign_id: link.campaign.id,
    app_group_campaign_name: link.campaign.name,
    // Blank in lists, also where the link has a price.
    network_pricing: isList ? '' : link.pricing,
    network_price: isList ? 0 : link.price,
    ...(link.subdomain !== undefined && { path: link.path }),
    network_id: link.networkId,
    ...((answerTo === 'create' || answerTo === 'update') && { agency_network_id: link.agencyId }),
    custom_params: link.params,
    is_active: link.isActive,
    name: link.name,
    ...(answerTo === 'create' && link.channelType !== undefined && { channel_type: link.channelType }),
    ...urlsOf(link),
    app_group_name: link.group.name,
    network_name: networkName(link.networkId),
    account_name: link.group.account.name,
    default: {
      id: catchAll.id,
      name: catchAll.name,
      app_id: catchAll.app.id,
      destination_url: catchAll.destination,
      app_guid: catchAll.app.guid,
      legacy_tracker_id: catchAll.legacyId,
      campaign_id: campaignId(link, catchAll.app.id),
      app_name: catchAll.app.name,
      app_platform: catchAll.app.platform,
      ...counts(catchAll),
    },
    routes_by_app: link.apps.map(({ app, events, routes }) => ({
      app_id: app.id,
      app_guid: app.guid,
      app_name: app.name,
      app_platform: app.platform,
      events,
      routes: routes.map((route, index) => ({
        id: route.id,
        name: route.name,
        destination_url: route.destination,
        ...(route.reengagement && { reengagement_url: route.reengagement }),
        legacy_tracker_id: route.legacyId,
        campaign_id: campaignId(link, app.id),
        ...counts(route),
        rules: { platform_in: route.platforms },
        ...(route.nativeLink && { native_link: route.nativeLink }),
        is_default: index === 0,
      })),
    })),
    created_dttm: link.created,
    last_updated_dttm: link.updated,
    ...(answerTo !== 'create' && {
      click_count: total(trackers, 'clicks'),
      install_count: total(trackers, 'installs'),
    }),
    editable: link.isActive,
  };
}

export const groupDocument = (group: Group) => ({
  id: group.id,
  name: group.name,
  account_id: group.account.id,
  apps: group.apps.map(({ id, name, platform }) => ({ app_id: id, name, platform, eligible_for_smartlinks: true })),
  created_dttm: group.created,
  last_updated_dttm: group.updated,
  is_active: group.isActive,
  eligible_for_smartlinks: true,
});

export const groupInList = (group: Group, smartlinkCount: number, canCreate: boolean) => ({
  id: group.id,
  name: group.name,
  apps: group.apps.map(({ id, name, platform }) => ({ app_id: id, name, platform })),
  app_count: group.apps.length,
  smartlink_count: smartlinkCount,
  // As the document's sample: lists don't tell.
  created_dttm: 0,
  can_create_smartlinks: canCreate,
});

/** The answer to a create names `is_deleted`, every other `is_active`. */
export const campaignDocument = (campaign: Campaign, isCreate = false) => ({
  id: campaign.id,
  app_group_id: campaign.group.id,
  name: campaign.name,
  created_dttm: campaign.created,
  last_updated_dttm: campaign.updated,
  ...(isCreate ? { is_deleted: campaign.isDeleted } : { is_active: !campaign.isDeleted }),
});
