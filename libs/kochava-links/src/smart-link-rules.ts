import { deepLinkProblem } from './destination.js';
import type { Problems } from './problems.js';
import type { KochavaCampaignChoice, NewKochavaSmartLink } from './request-types.js';
import {
  KOCHAVA_PRICINGS,
  KOCHAVA_ROUTE_PLATFORMS,
  type KochavaAppGroup,
  type KochavaCustomParam,
  type KochavaRoutePlatform,
} from './types.js';

/** The spelling that Kochava takes in `platform_in`; undefined for a platform that has no routes. */
export const routePlatform = (name: string): KochavaRoutePlatform | undefined =>
  KOCHAVA_ROUTE_PLATFORMS.find((platform) => platform.toLowerCase() === name.toLowerCase());

/** The campaign, where it is one: by its id or by its name. */
export function campaignRules(
  problems: Problems,
  campaign: KochavaCampaignChoice | null | undefined,
): KochavaCampaignChoice | undefined {
  const { id, name } = (campaign ?? {}) as { id?: string | null; name?: string | null };
  const [hasId, hasName] = [id !== undefined && id !== null, name !== undefined && name !== null];
  if (hasId === hasName) {
    problems.say('campaign', 'Give the id of a campaign or the name of a new one, not both.');
    return undefined;
  }
  if (hasId) return problems.id('campaign.id', id) ? { id } : undefined;
  problems.text('campaign.name', name);
  return { name: name ?? '' };
}

/** @param pricing what holds in the end, null for none */
export function priceRules(problems: Problems, pricing: string | null, price: number | null): void {
  if (pricing !== null) problems.oneOf('networkPricing', pricing, KOCHAVA_PRICINGS);
  if (price === null) return;
  if (!Number.isFinite(price) || price < 0) problems.say('networkPrice', 'Give a price of 0 or more.');
  else if (price > 0 && pricing === null) {
    problems.say('networkPrice', `A price needs a networkPricing: one of ${KOCHAVA_PRICINGS.join(', ')}.`);
  }
}

export function customParamRules(problems: Problems, params: readonly KochavaCustomParam[] | null): void {
  if (params === null) return;
  for (const [index, { key, value }] of params.entries()) {
    problems.text(`customParams.${index}.key`, key);
    if (typeof value !== 'string') problems.say(`customParams.${index}.value`, 'Give a text.');
  }
  problems.distinct(
    'customParams',
    params.map(({ key }) => key),
    'The key',
  );
}

export function eventRules(problems: Problems, parameter: string, events: readonly string[]): void {
  for (const [index, event] of events.entries()) problems.text(`${parameter}.${index}`, event);
  problems.distinct(parameter, events, 'The event');
}

/** "The path value will be applied to any routes that contain native_link." */
export function pathRules(problems: Problems, path: string | null, hasNativeLink: boolean): void {
  if (path === null) return;
  if (!hasNativeLink)
    problems.say('path', 'Only a link with native links has a path; set reengagementUrl of its routes.');
  else problems.say('path', deepLinkProblem(path));
}

/**
 * What a link asks of its app group: "Apps included must belong to the App Group", and "the platform designated should
 * match that of the conversion app". For a new link, or for the apps that a patch names.
 *
 * @returns every problem by the request's own paths
 */
export function groupRules(
  problems: Problems,
  request: {
    default?: { kochavaAppId: string };
    routesByApp?: readonly {
      kochavaAppId: string;
      routes?: readonly Partial<
        Pick<NewKochavaSmartLink['routesByApp'][number]['routes'][number], 'platforms' | 'nativeLink'>
      >[];
    }[];
  },
  group: Pick<KochavaAppGroup, 'id' | 'apps'>,
): void {
  const platforms = new Map(group.apps.map((app) => [app.kochavaAppId, app.platform]));
  const inGroup = (parameter: string, appId: string): string | undefined => {
    const platform = platforms.get(appId);
    if (platform === undefined) problems.say(parameter, `App ${appId} is not in app group ${group.id}.`);
    return platform;
  };
  if (request.default) inGroup('default.kochavaAppId', request.default.kochavaAppId);
  for (const [index, app] of (request.routesByApp ?? []).entries()) {
    const at = `routesByApp.${index}`;
    const platform = inGroup(`${at}.kochavaAppId`, app.kochavaAppId);
    if (platform === undefined) continue;
    if (routePlatform(platform) === undefined) {
      const options = KOCHAVA_ROUTE_PLATFORMS.join(', ');
      problems.say(`${at}.kochavaAppId`, `An app for ${platform} has no routes; only ${options} have.`);
      continue;
    }
    for (const [number, route] of (app.routes ?? []).entries()) {
      const foreign = (route.platforms ?? []).find((name) => name.toLowerCase() !== platform);
      problems.say(
        `${at}.routes.${number}.platforms`,
        foreign !== undefined && `This app is for ${platform}, not for ${foreign}.`,
      );
      const native = route.nativeLink ?? platform;
      problems.say(
        `${at}.routes.${number}.nativeLink`,
        native.toLowerCase() !== platform && `This app is for ${platform}.`,
      );
    }
  }
}
