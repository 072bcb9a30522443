import { enumOf, publicEnum } from '../edge/public-type.js';

export const AdPricing = publicEnum('AdPricing', enumOf(['CPC', 'CPI', 'CPM', 'CPA']));
export type AdPricing = keyof typeof AdPricing;

export const ChannelType = publicEnum('ChannelType', enumOf(['OWNED', 'PAID']));
export type ChannelType = keyof typeof ChannelType;

export const RoutePlatform = publicEnum(
  'RoutePlatform',
  enumOf(['ANDROID', 'IOS', 'WEB', 'KINDLE', 'MACOSX', 'WINDOWS']),
  'What a route can be for; other platforms of a group are left out of routes by Kochava.',
);
export type RoutePlatform = keyof typeof RoutePlatform;

export const NativeLink = publicEnum('NativeLink', enumOf(['IOS', 'ANDROID']));
export type NativeLink = keyof typeof NativeLink;

export const QrFormat = publicEnum('QrFormat', enumOf(['PNG', 'JPG', 'SVG']));
export type QrFormat = keyof typeof QrFormat;

export const SmartLinkSort = publicEnum(
  'SmartLinkSort',
  enumOf(['NAME_ASC', 'NAME_DESC', 'CREATED_ASC', 'CREATED_DESC', 'UPDATED_ASC', 'UPDATED_DESC']),
);
export type SmartLinkSort = keyof typeof SmartLinkSort;

export const AppGroupSort = publicEnum(
  'AppGroupSort',
  enumOf([
    'NAME_ASC',
    'NAME_DESC',
    'SMARTLINK_COUNT_ASC',
    'SMARTLINK_COUNT_DESC',
    'APP_COUNT_ASC',
    'APP_COUNT_DESC',
    'CREATED_ASC',
    'CREATED_DESC',
  ]),
);
export type AppGroupSort = keyof typeof AppGroupSort;

/** Kochava's word as ours; null for none, and for one that it has added since. */
export function wordOf<T extends string>(words: Readonly<Record<T, T>>, said: string | null | undefined): T | null {
  const word = (said ?? '').toUpperCase();
  return Object.hasOwn(words, word) ? (word as T) : null;
}
