import { hashText, tokenOf } from './dice.js';

/** Depth in the tracker tree: 1 network, 2 campaign, 3 adgroup, 4 creative. */
export type TrackerLevel = 1 | 2 | 3 | 4;

export interface Tracker {
  /** Six characters, unique in the world. */
  token: string;
  /** Its own name, without those above it. */
  name: string;
  level: TrackerLevel;
  parent?: Tracker;
  children: Tracker[];
  /** Position in its app's tree, parents before children: the order of rows. */
  order: number;
  network: NetworkSpec;
  /** What the dice of its own qualities start from. */
  bits: number;
}

export interface NetworkSpec {
  name: string;
  /** Who sells it; several networks may belong to one partner. */
  partner: { id: number; name: string };
  /** Part of an app's users that came through it. */
  share: number;
  /** How the network is paid. Organic is not. */
  pricing?: 'cpc' | 'cpi' | 'cpm';
  /** Names per level below the network; fewer than three levels end the tree early. */
  levels: readonly (readonly string[])[];
  stores?: readonly ('ios' | 'android')[];
}

/**
 * The networks of a large app. One name holds a comma and one campaign quotes and an umlaut, because CSV has to survive them;
 * Organic and E-Mail end early, because trackers without sub-trackers exist.
 */
export const LARGE_APP_NETWORKS: readonly NetworkSpec[] = [
  { name: 'Organic', partner: { id: 0, name: 'Organic' }, share: 0.34, levels: [] },
  {
    name: 'Google Ads ACI',
    partner: { id: 254, name: 'Google Ads' },
    share: 0.19,
    pricing: 'cpi',
    levels: [
      ['UAC Installs', 'UAC Purchases', 'UAC Pre-Registration'],
      ['Search', 'Display'],
      ['Text A', 'Video 15s'],
    ],
  },
  {
    name: 'Facebook Installs',
    partner: { id: 34, name: 'Facebook' },
    share: 0.15,
    pricing: 'cpm',
    levels: [
      ['Spring Launch', 'Lookalike 1%', 'Retargeting'],
      ['Women 25-44', 'Men 25-44'],
      ['Carousel', 'Reel'],
    ],
  },
  {
    name: 'Instagram Installs',
    partner: { id: 34, name: 'Facebook' },
    share: 0.08,
    pricing: 'cpm',
    levels: [
      ['Spring Launch', 'Creators'],
      ['18-24', '25-34'],
      ['Story', 'Reel'],
    ],
  },
  {
    name: 'Apple Search Ads',
    partner: { id: 257, name: 'Apple Search Ads' },
    share: 0.08,
    pricing: 'cpc',
    levels: [
      ['Brand', 'Generic', 'Competitors'],
      ['Exact', 'Broad'],
      ['orbit runner', 'space game'],
    ],
    stores: ['ios'],
  },
  {
    name: 'Unity Ads',
    partner: { id: 190, name: 'Unity Ads' },
    share: 0.08,
    pricing: 'cpi',
    levels: [
      ['ROAS D7', 'Retention D1'],
      ['Tier 1', 'Tier 2'],
      ['Playable', 'Video 30s'],
    ],
  },
  {
    name: 'Smith, Jones & Co',
    partner: { id: 1207, name: 'Smith, Jones & Co' },
    share: 0.05,
    pricing: 'cpc',
    levels: [
      ['Rückkehr "Herbst"', 'Newsletter'],
      ['Banner', 'Native'],
      ['Blue', 'Red'],
    ],
  },
  { name: 'E-Mail', partner: { id: 1, name: 'Own channels' }, share: 0.03, levels: [['Welcome', 'Win-back']] },
];

export const SMALL_APP_NETWORKS: readonly NetworkSpec[] = [
  { name: 'Organic', partner: { id: 0, name: 'Organic' }, share: 0.6, levels: [] },
  {
    name: 'Google Ads ACI',
    partner: { id: 254, name: 'Google Ads' },
    share: 0.3,
    pricing: 'cpi',
    levels: [['UAC Installs'], ['Search'], ['Text A']],
  },
  { name: 'Unity Ads', partner: { id: 190, name: 'Unity Ads' }, share: 0.1, pricing: 'cpi', levels: [['ROAS D7']] },
];

/** The tracker tree of one app, flat, parents before their children. Tokens depend on the names alone, never on the seed. */
export function growTrackers(appToken: string, networks: readonly NetworkSpec[]): Tracker[] {
  const all: Tracker[] = [];
  const grow = (network: NetworkSpec, name: string, path: string, level: TrackerLevel, parent?: Tracker): void => {
    const token = tokenOf(path, 6);
    const bits = hashText(token);
    const tracker: Tracker = { token, name, level, parent, children: [], order: all.length, network, bits };
    all.push(tracker);
    parent?.children.push(tracker);
    for (const child of network.levels[level - 1] ?? []) {
      grow(network, child, `${path}::${child}`, (level + 1) as TrackerLevel, tracker);
    }
  };
  for (const network of networks) grow(network, network.name, `${appToken}/${network.name}`, 1);
  return all;
}

/** The tracker itself or the one above it that stands on this level; undefined where its tree ends above the level. */
export function atLevel(tracker: Tracker, level: number): Tracker | undefined {
  let node: Tracker | undefined = tracker;
  while (node && node.level > level) node = node.parent;
  return node?.level === level ? node : undefined;
}

/** As the dashboard writes it: `Facebook Installs::Spring Launch`. */
export function fullName(tracker: Tracker): string {
  return tracker.parent ? `${fullName(tracker.parent)}::${tracker.name}` : tracker.name;
}

export function isUnder(tracker: Tracker, ancestor: Tracker): boolean {
  let node: Tracker | undefined = tracker;
  while (node && node !== ancestor) node = node.parent;
  return node === ancestor;
}
