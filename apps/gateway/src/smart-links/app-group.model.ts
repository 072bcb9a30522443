import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type {
  KochavaAppGroup,
  KochavaAppGroupApp,
  KochavaAppGroupCampaign,
  KochavaSubdomain,
} from '#libs/kochava-links';
import { App } from '../apps/app.model.js';
import { PageInfo } from '../edge/page.model.js';
import { Public } from '../edge/public-type.js';
import { InstantScalar } from '../edge/scalars.js';
import { PlatformEnum } from '../public-enums.js';
import { wordOf } from './smart-link.words.js';

const NUMBER = { openApi: { type: 'string' } };
const COUNT = { nullable: true, openApi: { type: 'number' } };

@ObjectType()
export class AppGroupApp {
  @Public(() => ID, NUMBER)
  kochavaAppId!: string;

  @Public(() => String)
  name!: string;

  @Public(() => PlatformEnum)
  platform!: keyof typeof PlatformEnum;

  @Public(() => Boolean, { nullable: true })
  eligibleForSmartLinks!: boolean | null;

  @Field(() => App, {
    nullable: true,
    description: 'Scope apps:read. Null where the tenant has no such app, or the key may not touch it.',
  })
  @ApiProperty({ type: () => App, nullable: true, description: 'Null, too, where the key lacks the scope apps:read.' })
  app?: App | null;
}

@ObjectType({
  description:
    'Scope smartlinks:read. A key with an app list reads a group that holds one of its apps, and changes one only when every app in it is its own.',
})
export class AppGroup {
  @Public(() => ID, NUMBER)
  id!: string;

  @Public(() => String)
  name!: string;

  @Public(() => ID, { nullable: true, ...NUMBER })
  accountId!: string | null;

  @Public(() => [AppGroupApp])
  apps!: AppGroupApp[];

  @Public(() => Boolean, {
    nullable: true,
    description: 'Null in lists: Kochava tells it for single groups only.',
  })
  isActive!: boolean | null;

  @Public(() => Float, COUNT)
  smartLinkCount!: number | null;

  @Public(() => Float, COUNT)
  appCount!: number | null;

  @Public(() => Boolean, { nullable: true })
  eligibleForSmartLinks!: boolean | null;

  @Public(() => Boolean, { nullable: true })
  canCreateSmartLinks!: boolean | null;

  @Public(() => InstantScalar, { nullable: true })
  createdAt!: string | null;

  @Public(() => InstantScalar, { nullable: true })
  updatedAt!: string | null;
}

@ObjectType()
export class AppGroupConnection {
  @Field(() => [AppGroup])
  nodes!: AppGroup[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType()
export class SubdomainApp {
  @Public(() => ID, NUMBER)
  kochavaAppId!: string;

  @Public(() => String, { nullable: true })
  fallbackUrl!: string | null;
}

@ObjectType({ description: 'Scope smartlinks:read.' })
export class Subdomain {
  @Public(() => String)
  commonSubdomain!: string;

  @Public(() => String)
  linkDomain!: string;

  @Public(() => Boolean)
  isDefault!: boolean;

  @Public(() => [SubdomainApp])
  apps!: SubdomainApp[];
}

@ObjectType({ description: 'Scope smartlinks:read.' })
export class AppGroupCampaign {
  @Public(() => ID, NUMBER)
  id!: string;

  @Public(() => ID, NUMBER)
  appGroupId!: string;

  @Public(() => String)
  name!: string;

  @Public(() => Boolean)
  isActive!: boolean;

  @Public(() => InstantScalar, { nullable: true })
  createdAt!: string | null;

  @Public(() => InstantScalar, { nullable: true })
  updatedAt!: string | null;
}

export const instant = (date: Date | undefined): string | null => date?.toISOString() ?? null;

/** A platform that Kochava has added since is UNKNOWN. */
export const platformOf = (said: string | undefined): keyof typeof PlatformEnum =>
  wordOf(PlatformEnum, said) ?? 'UNKNOWN';

export function appGroupOf(group: KochavaAppGroup): AppGroup {
  return {
    id: group.id,
    name: group.name,
    accountId: group.accountId ?? null,
    apps: group.apps.map(appOfGroup),
    isActive: group.isActive ?? null,
    smartLinkCount: group.smartLinkCount ?? null,
    appCount: group.appCount ?? null,
    eligibleForSmartLinks: group.eligibleForSmartLinks ?? null,
    canCreateSmartLinks: group.canCreateSmartLinks ?? null,
    createdAt: instant(group.createdAt),
    updatedAt: instant(group.updatedAt),
  };
}

const appOfGroup = ({ kochavaAppId, name, platform, eligibleForSmartLinks }: KochavaAppGroupApp): AppGroupApp => ({
  kochavaAppId,
  name,
  platform: platformOf(platform),
  eligibleForSmartLinks: eligibleForSmartLinks ?? null,
});

export const subdomainOf = ({ commonSubdomain, linkDomain, isDefault, apps }: KochavaSubdomain): Subdomain => ({
  commonSubdomain,
  linkDomain,
  isDefault,
  apps: apps.map(({ kochavaAppId, fallbackUrl }) => ({ kochavaAppId, fallbackUrl: fallbackUrl ?? null })),
});

export const campaignOf = (campaign: KochavaAppGroupCampaign): AppGroupCampaign => ({
  id: campaign.id,
  appGroupId: campaign.appGroupId,
  name: campaign.name,
  isActive: campaign.isActive,
  createdAt: instant(campaign.createdAt),
  updatedAt: instant(campaign.updatedAt),
});
