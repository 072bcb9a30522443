import { AppRegistry, type AppRecord, CredentialVault } from '#libs/tenancy';
import {
  DEMO_LINKS_KEY,
  KOCHAVA_DEMO_ACCOUNT,
  KOCHAVA_FOREIGN_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  KOCHAVA_ORBIT_RUNNER_WEB,
} from '../../apps/sandbox/src/index.js';
import { type GatewayOptions, type TestGateway, useGateway } from './gateway.js';

/** Kochava's numbers of the apps in the group Orbit Runner; the web site is no app of the tenant's. */
export const [IOS, ANDROID, WEB] = [
  KOCHAVA_ORBIT_RUNNER_IOS,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_WEB,
].map(({ id }) => String(id)) as [string, string, string];

/** The last of the account's apps are in no group. */
export const FREE_APPS = KOCHAVA_DEMO_ACCOUNT.apps.slice(-26);
export const ACCOUNT = String(KOCHAVA_DEMO_ACCOUNT.id);
/** Another advertiser's. */
export const FOREIGN_APP = String(KOCHAVA_FOREIGN_ACCOUNT.apps[0]!.id);

export interface LinksGateway extends TestGateway {
  /** Makes an app of Kochava's the tenant's. */
  adopt(number: number | string): Promise<AppRecord>;
}

/** A gateway whose tenant may manage SmartLinks; the sandbox's are as they were before each spec. */
export function useSmartLinks(options: GatewayOptions = {}): LinksGateway {
  const gateway = useGateway(options);
  beforeAll(async () => {
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-links', DEMO_LINKS_KEY.key);
  });
  beforeEach(() => gateway.sandbox.reset());
  return Object.assign(Object.create(gateway) as TestGateway, {
    adopt: async (number: number | string) => {
      const app = KOCHAVA_DEMO_ACCOUNT.apps.find(({ id }) => String(id) === String(number))!;
      const known = (await gateway.app.get(AppRegistry).list(gateway.tenant.id, { first: 200 })).nodes;
      return (
        known.find(({ kochavaAppId }) => kochavaAppId === String(number)) ??
        gateway.app.get(AppRegistry).create(gateway.tenant.id, {
          name: app.name,
          platform: app.platform.toUpperCase(),
          kochavaAppId: String(app.id),
        })
      );
    },
  });
}

/** Method and path of what reached Kochava since the last reset. */
export const sent = ({ sandbox }: TestGateway, method?: string): string[] =>
  sandbox.requests
    .filter((request) => /^\/v1\/(?:groups|links|networks|advertisers|agency)/.test(request.path))
    .filter((request) => !method || request.method === method)
    .map((request) => `${request.method} ${request.path}`);

/** A link that can be made; `more` changes it. */
export const aLink = (appGroupId: string, more: object = {}) => ({
  appGroupId,
  name: 'Winter ❄',
  campaign: { name: 'Winter Sale' },
  networkId: '34',
  networkPricing: 'CPI',
  networkPrice: 0.75,
  channelType: 'PAID',
  customParams: [{ key: 'utm_source', value: 'ü&c' }],
  default: { kochavaAppId: WEB, destinationUrl: 'https://www.orbitrunner.example/winter' },
  routesByApp: [
    {
      kochavaAppId: IOS,
      events: ['_Install'],
      routes: [{ name: 'iOS', destinationUrl: 'https://apps.apple.com/us/app/x/id1', reengagementUrl: 'orbit://w' }],
    },
    {
      kochavaAppId: ANDROID,
      events: ['Purchase'],
      routes: [{ name: 'Android', destinationUrl: 'market://details?id=x', platforms: ['ANDROID'] }],
    },
  ],
  ...more,
});

const TRACKER = 'legacyTrackerId campaignId clickCount installCount';
export const GROUP_FIELDS = `id name accountId isActive smartLinkCount appCount eligibleForSmartLinks canCreateSmartLinks
  createdAt updatedAt apps { kochavaAppId name platform eligibleForSmartLinks app { id } }`;
export const LINK_FIELDS = `id guid name subdomain path appGroupId appGroupName appGroupCampaignId appGroupCampaignName
  networkId networkName agencyNetworkId channelType accountName networkPricing networkPrice customParams { key value }
  isActive clickUrl impressionUrl clickCount installCount editable createdAt updatedAt
  default { id name kochavaAppId appGuid appName platform destinationUrl ${TRACKER} }
  routesByApp { kochavaAppId appGuid appName platform events
    routes { id name destinationUrl reengagementUrl platforms nativeLink isDefault ${TRACKER} } }`;
export const CREATE = `mutation ($input: CreateSmartLinkInput!) { createSmartLink(input: $input) { ${LINK_FIELDS} } }`;
export const UPDATE = `mutation ($id: ID!, $input: UpdateSmartLinkInput!) {
  updateSmartLink(id: $id, input: $input) { ${LINK_FIELDS} } }`;

export interface Link {
  id: string;
  name: string;
  updatedAt: string;
  default: { id: string; kochavaAppId: string; destinationUrl: string };
  routesByApp: { kochavaAppId: string; events: string[]; routes: { id: string; name: string }[] }[];
}

export const routes = (apps: object[]) => ({ routesByApp: apps });

/** The REST doors of links, for a key that may do everything; there from beforeAll on. */
export function useLinkDoors(gateway: TestGateway) {
  const ours = { key: '', group: '' };
  let count = 0;
  beforeAll(async () => {
    ours.key = await gateway.key();
    ours.group = (await gateway.http('get', '/v1/app-groups?search=orbit%20runner', ours.key)).body.data[0]
      .id as string;
  });
  const get = async (id: string) => (await gateway.http('get', `/v1/smart-links/${id}`, ours.key)).body as Link;
  const search = async (name: string) =>
    (await gateway.http('get', `/v1/smart-links?search=${encodeURIComponent(name)}`, ours.key)).body.data as Link[];
  return {
    ours,
    get,
    search,
    newKey: () => `key-${++count}`,
    post: (more: object = {}, as = ours.key) =>
      gateway.http('post', '/v1/smart-links', as).send(aLink(ours.group, more)),
    patch: (id: string, body: object, as = ours.key) => gateway.http('patch', `/v1/smart-links/${id}`, as).send(body),
    archive: (id: string, as = ours.key) => gateway.http('post', `/v1/smart-links/${id}/archive`, as).send(),
    /** With native links, a path and routes for three apps. */
    native: async () => get((await search('Orbit Runner, everywhere'))[0]!.id),
    /** What was to change something at Kochava. */
    written: () => sent(gateway).filter((one) => !one.startsWith('GET ') && !one.includes('/check')),
    lose: (method: string, path: string, when: 'before' | 'after' = 'after') =>
      gateway.sandbox.misbehave({ method, path, do: { kind: 'reset', when } }),
  };
}
