import { dice, hashText } from '../world/dice.js';
import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import {
  KOCHAVA_DEMO_ACCOUNT,
  KOCHAVA_FOREIGN_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID as ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS as IOS,
  KOCHAVA_ORBIT_RUNNER_WEB as WEB,
} from '../world/kochava.js';
import { createLink } from './create-link.js';
import type { Campaign, Group } from './records.js';
import type { LinksStore } from './store.js';

const FIRST = 1_759_276_800;
const DAY = 86_400;
const STORES: Record<string, string> = {
  ios: 'https://apps.apple.com/us/app/orbit-runner/id123456789',
  android: 'https://play.google.com/store/apps/details?id=games.orbit.runner',
  web: 'https://www.orbitrunner.example/',
};
const PLATFORMS: Record<string, string> = { ios: 'iOS', android: 'Android', web: 'Web' };

function addGroup(
  store: LinksStore,
  name: string,
  account: KochavaAccount,
  apps: KochavaApp[],
  subdomains: string[],
): Group {
  const created = FIRST + store.groups.length * DAY;
  const id = store.nextId('group');
  const group: Group = { id, name, account, apps, isActive: true, subdomains, created, updated: created };
  store.groups.push(group);
  return group;
}

function addCampaign(store: LinksStore, group: Group, name: string, isDeleted = false): Campaign {
  const created = group.created + store.campaigns.length * 3600;
  const campaign = { id: store.nextId('campaign'), group, name, isDeleted, created, updated: created };
  store.campaigns.push(campaign);
  return campaign;
}

function addLink(store: LinksStore, campaign: Campaign, name: string, networkId: number, native = false): void {
  const { group } = campaign;
  const index = store.links.length;
  const link = createLink(
    store,
    group,
    {
      app_group_id: group.id,
      network_id: networkId,
      app_group_campaign_id: campaign.id,
      network_pricing: networkId === 3881 ? '' : 'cpi',
      network_price: networkId === 3881 ? 0 : 0.5 + (index % 8) / 4,
      custom_params: [{ key: 'utm_campaign', value: campaign.name.toLowerCase().replaceAll(' ', '-') }],
      name,
      channel_type: networkId === 3881 ? 'owned' : 'paid',
      ...(native && { path: 'orbitrunner://open' }),
      default: { app_id: group.apps.at(-1)?.id, destination_url: 'https://www.orbitrunner.example/' },
      routes_by_app: group.apps.map((app) => ({
        app_id: app.id,
        events: app.platform === 'web' ? ['Trial Page Visit'] : ['_Install', 'Purchase'],
        routes: [
          {
            name: `${name}, ${app.name}`,
            destination_url: STORES[app.platform],
            ...(native && app.platform !== 'web'
              ? { native_link: app.platform }
              : { rules: { platform_in: [PLATFORMS[app.platform]] } }),
            ...(!native && app.platform !== 'web' && { reengagement_url: 'orbitrunner://open' }),
          },
        ],
      })),
    },
    group.created + (index + 1) * DAY,
  );
  for (const tracker of [link.catchAll, ...link.apps.flatMap(({ routes }) => routes)]) {
    tracker.clicks = Math.floor(4000 * dice(hashText(tracker.legacyId)));
    tracker.installs = Math.floor(tracker.clicks * 0.2 * dice(hashText(tracker.legacyId, 1)));
  }
}

/** What is there when the stand-in starts: enough for two pages of links, an archived one and one deleted campaign. */
export function seed(store: LinksStore): void {
  const orbit = addGroup(
    store,
    'Orbit Runner',
    KOCHAVA_DEMO_ACCOUNT,
    [IOS, ANDROID, WEB],
    ['orbitrunner', 'orbitplay'],
  );
  // The small apps' platforms alternate: neighbours make a group without a collision.
  const small = KOCHAVA_DEMO_ACCOUNT.apps.slice(3);
  for (let index = 0; index < 24; index += 2) {
    const pair = small.slice(index, index + 2);
    addGroup(store, `${pair[0]?.name} and ${pair[1]?.name}`, KOCHAVA_DEMO_ACCOUNT, pair, [`pair${index / 2 + 1}`]);
  }
  const tidal = addGroup(
    store,
    'Tidal',
    KOCHAVA_FOREIGN_ACCOUNT,
    [...KOCHAVA_FOREIGN_ACCOUNT.apps.slice(0, 2)],
    ['tidal'],
  );

  const spring = addCampaign(store, orbit, 'Spring Launch');
  const creators = addCampaign(store, orbit, 'Creators');
  addCampaign(store, orbit, 'Beta Invites', true);
  addLink(store, spring, 'Orbit Runner, everywhere', 3881, true);
  for (const [index, network] of [34, 47, 41, 254, 190, 122, 131, 166].entries()) {
    for (const [number, campaign] of [spring, creators, creators].entries()) {
      addLink(store, campaign, `${campaign.name} ${index + 1}${'abc'[number]}`, network);
    }
  }
  for (const place of ['Newsletter', 'Street posters', 'Trade fair', 'Podcast']) addLink(store, creators, place, 3881);
  addLink(store, addCampaign(store, tidal, 'Spring Tide'), 'Tidal, everywhere', 3881);
  const archived = store.links.find(({ name }) => name === 'Trade fair');
  if (archived) archived.isActive = false;
}
