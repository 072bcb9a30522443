import type { TimeUnit } from '../world/calendar.js';
import { DAY, formatDay } from '../world/calendar.js';
import { hashText } from '../world/dice.js';
import type { Tracker } from '../world/trackers.js';
import { atLevel } from '../world/trackers.js';
import type { App, Cell } from '../world/world.js';

/** What a row says of a cell whose activity is counted under this tracker. */
type ValueOf = (cell: Cell, tracker: Tracker) => string;

const countryNames = new Intl.DisplayNames('en', { type: 'region' });
const currencyNames = new Intl.DisplayNames('en', { type: 'currency' });

export const countryName = (code: string): string => countryNames.of(code.toUpperCase()) ?? code;
export const currencyName = (code: string): string => currencyNames.of(code) ?? code;
export const storeType = ({ store }: App): string => (store === 'ios' ? 'app_store' : 'google_play');
/** As the stores write them: a number at Apple, a package at Google. */
export const storeId = ({ store, name, token }: App): string =>
  store === 'ios'
    ? `${1_000_000_000 + (hashText(token) % 899_999_999)}`
    : `com.example.${name.toLowerCase().replaceAll(' ', '')}`;
export const appNetwork = (app: App): string => `${storeType(app)}:${storeId(app)}`;

type Partner = Tracker['network']['partner'];
/** Organic users have a partner with this id (FACTS §4). */
export const partnerId = (partner: Partner): string => (partner.id === 0 ? '-300' : `${partner.id}`);
export const partnerSlug = (partner: Partner): string => partner.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
export const channelId = (partner: Partner): string => `partner_${partnerId(partner)}`;

/** Below the end of its tree a tracker has no name, as Organic has no campaign. */
const nameAt =
  (level: number): ValueOf =>
  (_cell, tracker) =>
    atLevel(tracker, level)?.name ?? 'unknown';
const idAt =
  (level: number): ValueOf =>
  (_cell, tracker) =>
    atLevel(tracker, level)?.token ?? 'unknown';

/** Dimensions that the cell decides. The networks' own levels are the links' levels here, with the trackers' tokens for ids. */
export const CELL_DIMENSIONS: Readonly<Record<string, ValueOf>> = {
  app: ({ app }) => app.name,
  app_token: ({ app }) => app.token,
  app_network: ({ app }) => appNetwork(app),
  store_id: ({ app }) => storeId(app),
  store_type: ({ app }) => storeType(app),
  currency: ({ app }) => currencyName(app.currency),
  currency_code: ({ app }) => app.currency,
  network: nameAt(1),
  campaign: nameAt(2),
  adgroup: nameAt(3),
  creative: nameAt(4),
  campaign_network: nameAt(2),
  campaign_id_network: idAt(2),
  adgroup_network: nameAt(3),
  adgroup_id_network: idAt(3),
  creative_network: nameAt(4),
  creative_id_network: idAt(4),
  source_network: () => 'unknown',
  source_id_network: () => 'unknown',
  partner_name: (_cell, { network }) => network.partner.name,
  partner_id: (_cell, { network }) => partnerId(network.partner),
  partner: (_cell, { network }) => partnerSlug(network.partner),
  channel: (_cell, { network }) => network.partner.name,
  country: ({ country }) => countryName(country.code),
  country_code: ({ country }) => country.code.toUpperCase(),
  region: ({ country }) => country.region,
  os_name: ({ profile }) => profile.osName,
  device_type: ({ profile }) => profile.deviceType,
  platform: () => 'mobile_app',
};

/** What can be filtered by and is no column. */
export const FILTER_ONLY: Readonly<Record<string, ValueOf>> = {
  channel_id: (_cell, { network }) => channelId(network.partner),
};

/** `attr_dependency`: the ids behind the names, by the dimension that brings them along (FACTS §7.1). */
export const DEPENDENCIES: Readonly<Record<string, Readonly<Record<string, ValueOf>>>> = {
  partner_name: { partner_id: CELL_DIMENSIONS.partner_id as ValueOf, partner: CELL_DIMENSIONS.partner as ValueOf },
  channel: { channel_id: FILTER_ONLY.channel_id as ValueOf },
  campaign_network: { campaign_id_network: idAt(2) },
  adgroup_network: { adgroup_id_network: idAt(3) },
  creative_network: { creative_id_network: idAt(4) },
};

const monday = (wall: number): number => wall - ((new Date(wall).getUTCDay() + 6) % 7) * DAY;

/** Dimensions of time: how a row calls the stretch that holds this wall-clock instant (FACTS §7.1). */
export const TIME_DIMENSIONS: Readonly<Record<string, (wall: number) => string>> = {
  hour: (wall) => new Date(wall).toISOString().slice(0, 19),
  day: formatDay,
  week: (wall) => `${formatDay(monday(wall))} - ${formatDay(monday(wall) + 6 * DAY)}`,
  month: (wall) => formatDay(wall).slice(0, 7),
  quarter: (wall) => `Q${Math.floor(new Date(wall).getUTCMonth() / 3) + 1} ${formatDay(wall).slice(0, 4)}`,
  year: (wall) => formatDay(wall).slice(0, 4),
};

/** The coarsest pieces that all asked dimensions of time are made of; undefined where none is asked. */
export function unitOf(dimensions: readonly string[]): TimeUnit | undefined {
  const asked = Object.keys(TIME_DIMENSIONS).filter((name) => dimensions.includes(name));
  if (asked.length === 0) return undefined;
  if (asked.includes('hour')) return 'hour';
  // Weeks cross the ends of months.
  if (asked.includes('day') || (asked.includes('week') && asked.length > 1)) return 'day';
  return asked.includes('week') ? 'week' : 'month';
}

export const isDimension = (name: string): boolean =>
  Object.hasOwn(CELL_DIMENSIONS, name) || Object.hasOwn(TIME_DIMENSIONS, name);
