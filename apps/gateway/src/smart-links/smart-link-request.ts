import {
  KOCHAVA_ROUTE_PLATFORMS,
  type KochavaAppGroup,
  type KochavaSmartLink,
  type KochavaSmartLinkPatch,
  type NewKochavaSmartLink,
  routePlatform,
} from '#libs/kochava-links';
import type { CreateSmartLinkInput, UpdateSmartLinkInput } from './smart-link.input.js';

/** Stands where a route's platform can't be told: what is wrong with its app is said of the app. */
const [ANY_PLATFORM] = KOCHAVA_ROUTE_PLATFORMS;

/** What is asked of Kochava. A route that names neither platforms nor a native link is for the platform of its app. */
export function newLinkOf(input: CreateSmartLinkInput, group?: Pick<KochavaAppGroup, 'apps'>): NewKochavaSmartLink {
  const { idempotencyKey: _, routesByApp, campaign, ...rest } = input;
  const platforms = new Map(group?.apps.map((app) => [app.kochavaAppId, routePlatform(app.platform)]));
  return {
    ...rest,
    campaign: campaign as NewKochavaSmartLink['campaign'],
    routesByApp: routesByApp.map((app) => ({
      ...app,
      routes: app.routes.map((route) => ({
        ...route,
        platforms:
          route.nativeLink || route.platforms?.length
            ? route.platforms
            : [platforms.get(app.kochavaAppId) ?? ANY_PLATFORM],
      })),
    })),
  };
}

export function patchOf(input: UpdateSmartLinkInput): KochavaSmartLinkPatch {
  const { ifUpdatedAt: _, idempotencyKey: __, ...patch } = input;
  return patch as KochavaSmartLinkPatch;
}

/** The request as the audit shows it: what stands under `key` anywhere else is a secret, and kept as a fingerprint. */
export function shownInAudit<T extends { customParams?: readonly { key: string; value: string }[] | null }>(
  link: T,
): object {
  if (!link.customParams) return link;
  return { ...link, customParams: Object.fromEntries(link.customParams.map(({ key, value }) => [key, value])) };
}

/** Was this link made as `input` asks? */
export const isMadeAs = (link: KochavaSmartLink, input: CreateSmartLinkInput): boolean =>
  link.isActive &&
  link.appGroupId === input.appGroupId &&
  link.name === input.name &&
  (link.networkId === undefined || link.networkId === input.networkId) &&
  link.default.kochavaAppId === input.default.kochavaAppId &&
  sameUrl(link.default.destinationUrl, input.default.destinationUrl) &&
  same(link.customParams, input.customParams ?? []);

/** Does this link stand as `patch` would have it? What Kochava does not tell of a link, can't be said to hold. */
export function holds(link: KochavaSmartLink, patch: KochavaSmartLinkPatch): boolean {
  const { campaign } = patch;
  const asked: [asked: unknown, stands: () => boolean][] = [
    [patch.name, () => link.name === patch.name],
    [patch.path, () => (link.path ?? null) === patch.path],
    [patch.agencyNetworkId, () => link.agencyNetworkId === patch.agencyNetworkId],
    [campaign?.id, () => link.appGroupCampaignId === campaign?.id],
    [campaign?.name, () => link.appGroupCampaignName === campaign?.name],
    [patch.networkPricing, () => (link.networkPricing ?? null) === (patch.networkPricing?.toLowerCase() ?? null)],
    [patch.networkPrice, () => (link.networkPrice ?? 0) === (patch.networkPrice ?? 0)],
    [patch.customParams, () => same(link.customParams, patch.customParams ?? [])],
    [
      patch.default,
      () =>
        link.default.kochavaAppId === patch.default?.kochavaAppId &&
        sameUrl(link.default.destinationUrl, patch.default.destinationUrl),
    ],
  ];
  return asked.every(([value, stands]) => value === undefined || stands()) && routesHold(link, patch);
}

const routesHold = (link: KochavaSmartLink, { routesByApp = [] }: KochavaSmartLinkPatch): boolean =>
  routesByApp.every(({ kochavaAppId, events, routes = [] }) => {
    const app = link.routesByApp.find((one) => one.kochavaAppId === kochavaAppId);
    return (
      app !== undefined &&
      (events === undefined || same(app.events, events)) &&
      routes.every(({ id, name, destinationUrl, reengagementUrl }) => {
        const route = app.routes.find((one) => one.id === id);
        return (
          route !== undefined &&
          (name === undefined || route.name === name) &&
          (destinationUrl === undefined || sameUrl(route.destinationUrl, destinationUrl)) &&
          (reengagementUrl === undefined || (route.reengagementUrl ?? null) === reengagementUrl)
        );
      })
    );
  });

/** Kochava appends the click's id to destinations on the web. */
const sameUrl = (stands: string, asked: string): boolean =>
  stands === asked || stands.replace(/[?&]ko_click_id=[^&#]*$/, '') === asked;

const same = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  JSON.stringify(one.map(plain)) === JSON.stringify(other.map(plain));

/** Instances of input classes, and what was read, field by field in the same order. */
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;
