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
