import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import type {
  KochavaSmartLink,
  KochavaSmartLinkAppRoutes,
  KochavaSmartLinkDefault,
  KochavaSmartLinkRoute,
} from '#libs/kochava-links';
import { PageInfo } from '../edge/page.model.js';
import { Public } from '../edge/public-type.js';
import { InstantScalar } from '../edge/scalars.js';
import { PlatformEnum } from '../public-enums.js';
import { instant, platformOf } from './app-group.model.js';
import { AdPricing, ChannelType, NativeLink, RoutePlatform, wordOf } from './smart-link.words.js';

const NUMBER = { openApi: { type: 'string' } };
const NUMBER_OR_NULL = { nullable: true, ...NUMBER };
const COUNT = { nullable: true, openApi: { type: 'number' } };

@ObjectType()
export class SmartLinkParam {
  @Public(() => String)
  key!: string;

  @Public(() => String)
  value!: string;
}

@ObjectType({ description: 'The catch-all.' })
export class SmartLinkDefault {
  @Public(() => ID, NUMBER_OR_NULL)
  id!: string | null;

  @Public(() => String, { nullable: true })
  name!: string | null;

  @Public(() => ID, NUMBER)
  kochavaAppId!: string;

  @Public(() => String, { nullable: true })
  appGuid!: string | null;

  @Public(() => String, { nullable: true })
  appName!: string | null;

  @Public(() => PlatformEnum, { nullable: true })
  platform!: keyof typeof PlatformEnum | null;

  @Public(() => String)
  destinationUrl!: string;

  @Public(() => ID, NUMBER_OR_NULL)
  legacyTrackerId!: string | null;

  @Public(() => ID, NUMBER_OR_NULL)
  campaignId!: string | null;

  @Public(() => Float, COUNT)
  clickCount!: number | null;

  @Public(() => Float, COUNT)
  installCount!: number | null;
}

@ObjectType({ description: "legacyTrackerId and campaignId are what a report's rows name this route by." })
export class SmartLinkRoute {
  @Public(() => ID, NUMBER_OR_NULL)
  id!: string | null;

  @Public(() => String)
  name!: string;

  @Public(() => String, { description: 'Where the app is not installed.' })
  destinationUrl!: string;

  @Public(() => String, { nullable: true, description: 'Where it is.' })
  reengagementUrl!: string | null;

  @Public(() => [RoutePlatform])
  platforms!: RoutePlatform[];

  @Public(() => NativeLink, { nullable: true })
  nativeLink!: NativeLink | null;

  @Public(() => ID, NUMBER_OR_NULL)
  legacyTrackerId!: string | null;

  @Public(() => ID, NUMBER_OR_NULL)
  campaignId!: string | null;

  @Public(() => Boolean, { nullable: true })
  isDefault!: boolean | null;

  @Public(() => Float, COUNT)
  clickCount!: number | null;

  @Public(() => Float, COUNT)
  installCount!: number | null;
}

@ObjectType()
export class SmartLinkAppRoutes {
  @Public(() => ID, NUMBER)
  kochavaAppId!: string;

  @Public(() => String, { nullable: true })
  appGuid!: string | null;

  @Public(() => String, { nullable: true })
  appName!: string | null;

  @Public(() => PlatformEnum, { nullable: true })
  platform!: keyof typeof PlatformEnum | null;

  @Public(() => [String])
  events!: string[];

  @Public(() => [SmartLinkRoute])
  routes!: SmartLinkRoute[];
}

@ObjectType({
  description:
    'Scope smartlinks:read. A key with an app list reads a link that holds one of its apps, and changes one only when every app in it (the catch-all’s too) is its own.',
})
export class SmartLink {
  @Public(() => ID, NUMBER)
  id!: string;

  @Public(() => String)
  guid!: string;

  @Public(() => String)
  name!: string;

  @Public(() => String, { nullable: true })
  subdomain!: string | null;

  @Public(() => String, { nullable: true })
  path!: string | null;

  @Public(() => ID, NUMBER)
  appGroupId!: string;

  @Public(() => String, { nullable: true })
  appGroupName!: string | null;

  @Public(() => ID, NUMBER_OR_NULL)
  appGroupCampaignId!: string | null;

  @Public(() => String, { nullable: true })
  appGroupCampaignName!: string | null;

  @Public(() => ID, NUMBER_OR_NULL)
  networkId!: string | null;

  @Public(() => String, { nullable: true })
  networkName!: string | null;

  @Public(() => ID, {
    ...NUMBER_OR_NULL,
    description:
      'Kochava tells agency and channel only when a link is made or changed; null when it has not been told.',
  })
  agencyNetworkId!: string | null;

  @Public(() => ChannelType, { nullable: true })
  channelType!: ChannelType | null;

  @Public(() => String, { nullable: true })
  accountName!: string | null;

  @Public(() => AdPricing, { nullable: true, description: 'Null in lists, where Kochava leaves them empty.' })
  networkPricing!: AdPricing | null;

  @Public(() => Float, COUNT)
  networkPrice!: number | null;

  @Public(() => [SmartLinkParam])
  customParams!: SmartLinkParam[];

  @Public(() => Boolean)
  isActive!: boolean;

  @Public(() => String)
  clickUrl!: string;

  @Public(() => String)
  impressionUrl!: string;

  @Public(() => SmartLinkDefault)
  default!: SmartLinkDefault;

  @Public(() => [SmartLinkAppRoutes])
  routesByApp!: SmartLinkAppRoutes[];

  @Public(() => Float, COUNT)
  clickCount!: number | null;

  @Public(() => Float, COUNT)
  installCount!: number | null;

  @Public(() => Boolean, { nullable: true })
  editable!: boolean | null;

  @Public(() => InstantScalar, { nullable: true })
  createdAt!: string | null;

  @Public(() => InstantScalar, { nullable: true })
  updatedAt!: string | null;
}

@ObjectType()
export class SmartLinkConnection {
  @Field(() => [SmartLink])
  nodes!: SmartLink[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

/** JSON through and through. */
export function smartLinkOf(link: KochavaSmartLink): SmartLink {
  return {
    id: link.id,
    guid: link.guid,
    name: link.name,
    subdomain: link.subdomain ?? null,
    path: link.path ?? null,
    appGroupId: link.appGroupId,
    appGroupName: link.appGroupName ?? null,
    appGroupCampaignId: link.appGroupCampaignId ?? null,
    appGroupCampaignName: link.appGroupCampaignName ?? null,
    networkId: link.networkId ?? null,
    networkName: link.networkName ?? null,
    agencyNetworkId: link.agencyNetworkId ?? null,
    channelType: wordOf(ChannelType, link.channelType),
    accountName: link.accountName ?? null,
    networkPricing: wordOf(AdPricing, link.networkPricing),
    networkPrice: link.networkPrice ?? null,
    customParams: link.customParams,
    isActive: link.isActive,
    clickUrl: link.clickUrl,
    impressionUrl: link.impressionUrl,
    default: defaultOf(link.default),
    routesByApp: link.routesByApp.map(appRoutesOf),
    clickCount: link.clickCount ?? null,
    installCount: link.installCount ?? null,
    editable: link.editable ?? null,
    createdAt: instant(link.createdAt),
    updatedAt: instant(link.updatedAt),
  };
}

const defaultOf = (stands: KochavaSmartLinkDefault): SmartLinkDefault => ({
  id: stands.id ?? null,
  name: stands.name ?? null,
  kochavaAppId: stands.kochavaAppId,
  appGuid: stands.appGuid ?? null,
  appName: stands.appName ?? null,
  platform: stands.platform === undefined ? null : platformOf(stands.platform),
  destinationUrl: stands.destinationUrl,
  legacyTrackerId: stands.legacyTrackerId ?? null,
  campaignId: stands.campaignId ?? null,
  clickCount: stands.clickCount ?? null,
  installCount: stands.installCount ?? null,
});

const appRoutesOf = (app: KochavaSmartLinkAppRoutes): SmartLinkAppRoutes => ({
  kochavaAppId: app.kochavaAppId,
  appGuid: app.appGuid ?? null,
  appName: app.appName ?? null,
  platform: app.platform === undefined ? null : platformOf(app.platform),
  events: app.events,
  routes: app.routes.map(routeOf),
});

const routeOf = (route: KochavaSmartLinkRoute): SmartLinkRoute => ({
  id: route.id ?? null,
  name: route.name,
  destinationUrl: route.destinationUrl,
  reengagementUrl: route.reengagementUrl ?? null,
  platforms: route.platforms.flatMap((platform) => wordOf(RoutePlatform, platform) ?? []),
  nativeLink: wordOf(NativeLink, route.nativeLink),
  legacyTrackerId: route.legacyTrackerId ?? null,
  campaignId: route.campaignId ?? null,
  isDefault: route.isDefault ?? null,
  clickCount: route.clickCount ?? null,
  installCount: route.installCount ?? null,
});
