import { copy, idNumber, idOf, isObject, type JsonObject } from '#libs/upstream-http';
import { deepLinkProblem, pageProblem, storeProblem } from './destination.js';
import { wordsOf } from './values.js';
import { Problems } from './problems.js';
import type { KochavaSmartLinkPatch } from './request-types.js';
import { campaignRules, customParamRules, eventRules, groupRules, pathRules, priceRules } from './smart-link-rules.js';
import { pricingOf, reengagementKey } from './smart-link-wire.js';
import type { KochavaAppGroup, KochavaSmartLinkDocument } from './types.js';

type AppPatch = NonNullable<KochavaSmartLinkPatch['routesByApp']>[number];

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const appsOf = (document: JsonObject): JsonObject[] => objects(document.routes_by_app);
const isNative = (route: JsonObject): boolean => wordsOf(route.native_link) !== undefined;

/**
 * A link's document with a patch applied: everything that the patch does not name stays as Kochava wrote it, ids and
 * unknown fields included. "CAUTION: ensure the id fields, found within data, default, and routes have the original
 * values": this changes none of them. The document itself is not touched.
 *
 * @param document as `get` handed it out; never an entry of a list, whose pricing is blank
 * @param group the link's app group, where its rules for the patch's apps shall be checked too
 * @throws InvalidLinksRequest with every problem
 */
export function patchSmartLink(
  document: KochavaSmartLinkDocument,
  patch: KochavaSmartLinkPatch,
  group?: Pick<KochavaAppGroup, 'id' | 'apps'>,
): KochavaSmartLinkDocument {
  const problems = new Problems();
  const patched = copy(document);
  if (Object.values(patch).every((value) => value === undefined)) {
    problems.say('patch', 'Name at least one field to change.');
  }
  if (patch.name !== undefined) {
    problems.text('name', patch.name);
    patched.name = patch.name;
  }
  if (patch.path !== undefined) {
    pathRules(
      problems,
      patch.path,
      appsOf(document).some(({ routes }) => objects(routes).some(isNative)),
    );
    patched.path = patch.path;
  }
  if (patch.agencyNetworkId !== undefined) {
    const id = patch.agencyNetworkId;
    if (id === null || problems.id('agencyNetworkId', id))
      patched.agency_network_id = id === null ? null : idNumber(id);
  }
  if (patch.campaign !== undefined) {
    const chosen = campaignRules(problems, patch.campaign);
    patched.app_group_campaign_id = chosen?.id === undefined ? null : idNumber(chosen.id);
    patched.app_group_campaign_name = chosen?.name ?? null;
  }
  patchPrice(problems, patched, patch);
  if (patch.customParams !== undefined) {
    customParamRules(problems, patch.customParams);
    patched.custom_params = (patch.customParams ?? []).map(({ key, value }) => ({ key, value }));
  }
  if (patch.default !== undefined) patchDefault(problems, patched, patch.default);
  const apps: readonly AppPatch[] = patch.routesByApp ?? [];
  problems.say('routesByApp', patch.routesByApp === null && 'Routes stay for as long as the link does.');
  patchApps(problems, patched, apps);
  if (group) {
    const named = apps.map(({ kochavaAppId }) => ({ kochavaAppId }));
    groupRules(problems, { default: patch.default ?? undefined, routesByApp: named }, group);
  }
  problems.refuse();
  return patched;
}

function patchPrice(problems: Problems, patched: JsonObject, patch: KochavaSmartLinkPatch): void {
  if (patch.networkPricing === undefined && patch.networkPrice === undefined) return;
  const stood = pricingOf(patched);
  const pricing = patch.networkPricing === undefined ? (stood.pricing ?? null) : patch.networkPricing;
  // A price without its pricing means nothing: it goes with it.
  const kept = patch.networkPricing === null ? null : (stood.price ?? null);
  const price = patch.networkPrice === undefined ? kept : patch.networkPrice;
  priceRules(problems, pricing, price);
  patched.network_pricing = pricing?.toLowerCase() ?? null;
  patched.network_price = price;
}

function patchDefault(problems: Problems, patched: JsonObject, to: KochavaSmartLinkPatch['default']): void {
  const stood = isObject(patched.default) ? patched.default : {};
  problems.id('default.kochavaAppId', to?.kochavaAppId);
  problems.say('default.destinationUrl', pageProblem(to?.destinationUrl));
  if (problems.list.length > 0 || !to) return;
  stood.destination_url = to.destinationUrl;
  if (idOf(stood.app_id) !== to.kochavaAppId) {
    stood.app_id = idNumber(to.kochavaAppId);
    // They tell of the app that stood there.
    for (const derived of ['app_guid', 'app_name', 'app_platform']) delete stood[derived];
  }
  patched.default = stood;
}

function patchApps(problems: Problems, patched: JsonObject, apps: readonly AppPatch[]): void {
  problems.distinct(
    'routesByApp',
    apps.map(({ kochavaAppId }) => kochavaAppId),
    'App',
  );
  for (const [index, app] of apps.entries()) {
    const at = `routesByApp.${index}`;
    const stood = appsOf(patched).find(({ app_id }) => idOf(app_id) === app.kochavaAppId);
    if (!stood) {
      problems.say(`${at}.kochavaAppId`, `The link has no routes for app ${app.kochavaAppId}.`);
      continue;
    }
    if (app.events !== undefined) {
      eventRules(problems, `${at}.events`, app.events ?? []);
      stood.events = [...(app.events ?? [])];
    }
    problems.distinct(
      `${at}.routes`,
      (app.routes ?? []).map(({ id }) => id),
      'Route',
    );
    for (const [number, route] of (app.routes ?? []).entries()) {
      const found = objects(stood.routes).find(({ id }) => idOf(id) === route.id);
      if (found) patchRoute(problems, `${at}.routes.${number}`, found, route);
      else problems.say(`${at}.routes.${number}.id`, `App ${app.kochavaAppId} has no route ${route.id} in this link.`);
    }
  }
}

function patchRoute(
  problems: Problems,
  at: string,
  stood: JsonObject,
  route: NonNullable<AppPatch['routes']>[number],
): void {
  if (route.name !== undefined) {
    problems.text(`${at}.name`, route.name);
    stood.name = route.name;
  }
  if (route.destinationUrl !== undefined) {
    problems.say(`${at}.destinationUrl`, storeProblem(route.destinationUrl));
    stood.destination_url = route.destinationUrl;
  }
  if (route.reengagementUrl !== undefined) {
    const { reengagementUrl } = route;
    if (isNative(stood))
      problems.say(`${at}.reengagementUrl`, 'A native link takes the path of the SmartLink instead.');
    else if (reengagementUrl !== null) problems.say(`${at}.reengagementUrl`, deepLinkProblem(reengagementUrl));
    stood[reengagementKey(stood)] = reengagementUrl;
  }
}
