import type { KochavaAccount, KochavaApp } from '../world/kochava.js';

/** Times in epoch seconds. */
export interface Group {
  id: number;
  name: string;
  account: KochavaAccount;
  apps: KochavaApp[];
  isActive: boolean;
  subdomains: readonly string[];
  created: number;
  updated: number;
}

export interface Campaign {
  id: number;
  group: Group;
  name: string;
  isDeleted: boolean;
  created: number;
  updated: number;
}

/** What lies under a route or a catch-all. */
export interface Tracker {
  id: number;
  legacyId: string;
  clicks: number;
  installs: number;
}

export interface Route extends Tracker {
  name: string;
  destination: string;
  reengagement?: string | null;
  platforms: string[];
  nativeLink?: string;
}

export interface AppRoutes {
  app: KochavaApp;
  events: string[];
  routes: Route[];
}

export interface Link {
  id: number;
  guid: string;
  name: string;
  group: Group;
  campaign: Campaign;
  networkId: number;
  agencyId: number | null;
  channelType?: string;
  pricing: string;
  price: number;
  params: { key: string; value: string }[];
  /** With native links only. */
  subdomain?: string;
  path?: string | null;
  isActive: boolean;
  catchAll: Tracker & { name: string; app: KochavaApp; destination: string };
  apps: AppRoutes[];
  created: number;
  updated: number;
}
