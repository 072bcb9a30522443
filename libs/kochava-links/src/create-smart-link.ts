import { idNumber, type JsonObject, writeJson } from '#libs/upstream-http';
import { deepLinkProblem, pageProblem, storeProblem } from './destination.js';
import { Problems } from './problems.js';
import type {
  KochavaLinksProblem,
  NewKochavaAppRoutes,
  NewKochavaRoute,
  NewKochavaSmartLink,
} from './request-types.js';
import {
  campaignRules,
  customParamRules,
  eventRules,
  groupRules,
  pathRules,
  priceRules,
  routePlatform,
} from './smart-link-rules.js';
import { KOCHAVA_CHANNEL_TYPES, KOCHAVA_NATIVE_LINKS, KOCHAVA_ROUTE_PLATFORMS, type KochavaAppGroup } from './types.js';

function routeRules(problems: Problems, at: string, route: NewKochavaRoute): void {
  const { platforms, nativeLink, reengagementUrl } = route;
  problems.text(`${at}.name`, route.name);
  problems.say(`${at}.destinationUrl`, storeProblem(route.destinationUrl));
  for (const [index, platform] of (platforms ?? []).entries()) {
    problems.oneOf(`${at}.platforms.${index}`, platform, KOCHAVA_ROUTE_PLATFORMS);
  }
  if (nativeLink) {
    problems.oneOf(`${at}.nativeLink`, nativeLink, KOCHAVA_NATIVE_LINKS);
    if (reengagementUrl)
      problems.say(`${at}.reengagementUrl`, 'A native link takes the path of the SmartLink instead.');
    const other = (platforms ?? []).find((platform) => platform.toLowerCase() !== nativeLink.toLowerCase());
    problems.say(`${at}.platforms`, other !== undefined && `A native link for ${nativeLink} is for no other platform.`);
  } else {
    problems.say(`${at}.platforms`, !platforms?.length && 'Name the platform of the route, or make it a native link.');
    if (reengagementUrl) problems.say(`${at}.reengagementUrl`, deepLinkProblem(reengagementUrl));
  }
}

function appRules(problems: Problems, at: string, app: NewKochavaAppRoutes): void {
  problems.id(`${at}.kochavaAppId`, app.kochavaAppId);
  eventRules(problems, `${at}.events`, app.events);
  problems.say(`${at}.routes`, app.routes.length === 0 && 'Name at least one route.');
  for (const [index, route] of app.routes.entries()) routeRules(problems, `${at}.routes.${index}`, route);
}

/**
 * What is wrong with a new link; empty: it can be sent. With its group, also what the group rules out.
 */
export function smartLinkProblems(
  request: NewKochavaSmartLink,
  group?: Pick<KochavaAppGroup, 'id' | 'apps'>,
): KochavaLinksProblem[] {
  const problems = new Problems();
  problems.id('appGroupId', request.appGroupId);
  problems.text('name', request.name);
  if (request.subdomain && !/^[a-z0-9](?:[\w-]{0,61}[a-z0-9])?$/i.test(request.subdomain)) {
    problems.say('subdomain', 'Give one of the subdomains of the app group, without its domain.');
  }
  const isNative = request.routesByApp.some(({ routes }) => routes.some(({ nativeLink }) => nativeLink));
  pathRules(problems, request.path ?? null, isNative);
  problems.id('networkId', request.networkId);
  if (request.agencyNetworkId) problems.id('agencyNetworkId', request.agencyNetworkId);
  campaignRules(problems, request.campaign);
  priceRules(problems, request.networkPricing ?? null, request.networkPrice ?? null);
  if (request.channelType) problems.oneOf('channelType', request.channelType, KOCHAVA_CHANNEL_TYPES);
  customParamRules(problems, request.customParams ?? null);
  problems.id('default.kochavaAppId', request.default.kochavaAppId);
  problems.say('default.destinationUrl', pageProblem(request.default.destinationUrl));
  for (const [index, app] of request.routesByApp.entries()) appRules(problems, `routesByApp.${index}`, app);
  problems.distinct(
    'routesByApp',
    request.routesByApp.map(({ kochavaAppId }) => kochavaAppId),
    'App',
  );
  if (group) groupRules(problems, request, group);
  return problems.list;
}

function routeBody(route: NewKochavaRoute): JsonObject {
  const { name, destinationUrl, reengagementUrl, platforms, nativeLink } = route;
  return {
    name,
    destination_url: destinationUrl,
    ...(reengagementUrl && { reengagement_url: reengagementUrl }),
    // A native route has no rules in the document: Kochava makes them.
    ...(nativeLink
      ? { native_link: nativeLink.toLowerCase() }
      : { rules: { platform_in: (platforms ?? []).map((platform) => routePlatform(platform)) } }),
  };
}

/** The body of a create. Throws InvalidLinksRequest. */
export function createSmartLinkBody(request: NewKochavaSmartLink): string {
  const problems = new Problems();
  problems.list.push(...smartLinkProblems(request));
  problems.refuse();
  const { campaign, customParams } = request;
  return writeJson({
    app_group_id: idNumber(request.appGroupId),
    ...(request.subdomain && { subdomain: request.subdomain }),
    ...(request.path && { path: request.path }),
    network_id: idNumber(request.networkId),
    agency_network_id: request.agencyNetworkId ? idNumber(request.agencyNetworkId) : null,
    app_group_campaign_id: campaign.id ? idNumber(campaign.id) : null,
    app_group_campaign_name: campaign.name ?? null,
    ...(request.networkPricing && {
      network_pricing: request.networkPricing.toLowerCase(),
      network_price: request.networkPrice ?? 0,
    }),
    custom_params: (customParams ?? []).map(({ key, value }) => ({ key, value })),
    name: request.name,
    ...(request.channelType && { channel_type: request.channelType.toLowerCase() }),
    default: {
      app_id: idNumber(request.default.kochavaAppId),
      destination_url: request.default.destinationUrl,
    },
    routes_by_app: request.routesByApp.map((app) => ({
      app_id: idNumber(app.kochavaAppId),
      events: [...app.events],
      routes: app.routes.map(routeBody),
    })),
  });
}
