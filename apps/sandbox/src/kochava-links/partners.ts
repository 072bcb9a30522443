/** An agency or a media partner. */
export interface Partner {
  id: number;
  name: string;
  acl: number;
  logo_url: string;
}

export const NO_NETWORK = 3881;

const logo = (name: string): string => `/logo/${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}.png`;

const UNIVERSAL: readonly (readonly [number, string])[] = [
  [NO_NETWORK, 'SmartLinks'],
  [34, 'Facebook'],
  [41, 'Snapchat'],
  [47, 'TikTok for Business'],
  [58, 'Pinterest'],
  [62, 'X Ads'],
  [71, 'Reddit Ads'],
  [77, 'Amazon DSP'],
  [83, 'Microsoft Advertising'],
  [122, 'InMobi'],
  [131, 'AppLovin'],
  [144, 'ironSource'],
  [158, 'Liftoff'],
  [166, 'Moloco'],
  [173, 'Digital Turbine'],
  [190, 'Unity Ads'],
  [204, 'Mintegral'],
  [219, 'Chartboost'],
  [254, 'Google Ads'],
  [257, 'Apple Search Ads'],
  [263, 'Vungle'],
  [771, 'The Trade Desk'],
];

/** Integrated for everybody. */
export const NETWORKS: readonly Partner[] = UNIVERSAL.map(([id, name]) => ({ id, name, acl: 5, logo_url: logo(name) }));

/** Private networks, each with the app that has it. */
export const PRIVATE_NETWORKS: readonly (Partner & { app_id: number })[] = [
  { id: 5101, name: 'Orbit Newsletter', acl: 2, logo_url: '', app_id: 24171 },
  { id: 5102, name: 'Orbit Street Posters', acl: 2, logo_url: '', app_id: 26538 },
  { id: 5103, name: 'Smith, Jones & Co', acl: 2, logo_url: '', app_id: 24171 },
  { id: 5901, name: 'Tidal Partners', acl: 2, logo_url: '', app_id: 90100 },
];

export const AGENCIES: readonly Partner[] = [
  { id: 234, name: 'Northwind Growth', acl: 4, logo_url: logo('Northwind Growth') },
  { id: 235, name: 'Blue Lantern Media', acl: 4, logo_url: logo('Blue Lantern Media') },
  { id: 312, name: 'Mobile & More', acl: 4, logo_url: logo('Mobile & More') },
  { id: 100000, name: 'Agentur Süd', acl: 4, logo_url: '/logo/agentur_sued.png' },
];

/** The name of a network; undefined for one that does not exist. */
export const networkName = (id: unknown): string | undefined =>
  [...NETWORKS, ...PRIVATE_NETWORKS].find((network) => network.id === id)?.name;
export const agencyName = (id: unknown): string | undefined => AGENCIES.find((agency) => agency.id === id)?.name;
