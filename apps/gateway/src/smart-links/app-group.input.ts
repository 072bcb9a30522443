import { ArgsType, Field, ID, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMinSize, IsOptional, ValidateNested } from 'class-validator';
import { pageArgs } from '../edge/page-args.js';
import { Public } from '../edge/public-type.js';
import { IsPlainObject } from '../edge/validators.js';
import { PlatformEnum } from '../public-enums.js';
import {
  Flag,
  Key,
  KEY_DESCRIPTION,
  Name,
  PageQuery,
  QueryFlag,
  QueryList,
  QueryText,
  QueryWord,
  Search,
  VendorId,
  VendorIds,
  WholeListArgs,
  Word,
  Words,
} from './links-rules.js';
import { AppGroupSort } from './smart-link.words.js';

const SEARCH = 'Part of the name of a group, or of an app in it.';

@InputType({ description: 'Everything given must hold.' })
export class AppGroupFilter {
  @Field(() => Boolean, { nullable: true })
  @Flag()
  isActive?: boolean | null;

  @Field(() => String, { nullable: true, description: SEARCH })
  @Search()
  search?: string | null;

  @Field(() => [PlatformEnum], { nullable: true })
  @IsOptional()
  @Words(PlatformEnum)
  platforms?: (keyof typeof PlatformEnum)[] | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @VendorId()
  accountId?: string | null;

  @Field(() => Boolean, { nullable: true })
  @Flag()
  hasWriteAccess?: boolean | null;

  @Field(() => AppGroupSort, { nullable: true, description: 'Absent: CREATED_ASC.' })
  @IsOptional()
  @Word(AppGroupSort)
  sort?: AppGroupSort | null;
}

@ArgsType()
export class AppGroupsArgs extends pageArgs(25) {
  @Field(() => AppGroupFilter, { nullable: true })
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Type(() => AppGroupFilter)
  filter?: AppGroupFilter | null;
}

/** GET /v1/app-groups. */
export class AppGroupsQuery extends PageQuery {
  @QueryFlag('Archived ones, or those that are not.')
  is_active?: boolean;

  @QueryText(SEARCH)
  @Search()
  search?: string;

  @QueryList('Comma separated: groups with an app for any of these.', PlatformEnum)
  @Words(PlatformEnum)
  platforms?: (keyof typeof PlatformEnum)[];

  @QueryText('Number of an advertiser’s account.')
  @VendorId()
  account_id?: string;

  @QueryFlag('Groups that the credential may change, or may not.')
  has_write_access?: boolean;

  @QueryWord(AppGroupSort, 'Default CREATED_ASC.')
  sort?: AppGroupSort;
}

export const groupsArgs = ({ first, after, ...query }: AppGroupsQuery): AppGroupsArgs => ({
  first,
  after,
  filter: {
    isActive: query.is_active,
    search: query.search,
    platforms: query.platforms,
    accountId: query.account_id,
    hasWriteAccess: query.has_write_access,
    sort: query.sort,
  },
});

/** POST /v1/app-groups, and the arguments of createAppGroup. */
@ArgsType()
export class NewAppGroup {
  @Public(() => String)
  @Name()
  name!: string;

  @Public(() => ID, { openApi: { type: 'string' }, description: 'Number of an advertiser’s account.' })
  @VendorId()
  accountId!: string;

  @Public(() => [ID], {
    openApi: { type: 'array', items: { type: 'string' } },
    description: 'Kochava’s numbers of apps: each in no other group, one for each platform.',
  })
  @ArrayMinSize(1, { message: 'must name at least one app' })
  @VendorIds()
  kochavaAppIds!: string[];

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @Key()
  idempotencyKey?: string | null;
}

/** PATCH /v1/app-groups/{id}. */
export class AppGroupChanges {
  @Public(() => String, { nullable: true })
  @IsOptional()
  @Name()
  name?: string | null;

  @Public(() => [ID], {
    nullable: true,
    openApi: { type: 'array', items: { type: 'string' } },
    description: 'Apps to add; none can be taken away.',
  })
  @IsOptional()
  @VendorIds()
  addKochavaAppIds?: string[] | null;

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @Key()
  idempotencyKey?: string | null;
}

/** A campaign's body, new or renamed. */
export class CampaignBody {
  @Public(() => String)
  @Name()
  name!: string;

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @Key()
  idempotencyKey?: string | null;
}

/** GET /v1/app-groups/{id}/campaigns. */
export class CampaignsQuery extends WholeListArgs {
  @QueryFlag('Deleted ones too.')
  include_deleted?: boolean;
}

/** GET /v1/app-groups/{id}/name-available. */
export class NamesQuery {
  @QueryText('Name of a campaign.')
  @Name()
  campaign?: string;

  @QueryText('Name of a SmartLink.')
  @Name()
  smart_link?: string;
}

/** Which of the names that were asked about are free. */
export class NamesAvailable {
  @Public(() => Boolean, { description: 'Every name that was asked about.' })
  available!: boolean;

  @Public(() => Boolean, { nullable: true, description: 'Null where it was not asked.' })
  campaign!: boolean | null;

  @Public(() => Boolean, { nullable: true, description: 'Null where it was not asked.' })
  smartLink!: boolean | null;
}
