import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { type AppRecord } from '#libs/tenancy';
import { Public } from '../edge/public-type.js';
import { IfPresent } from '../edge/validators.js';
import { PageInfo } from '../edge/page.model.js';
import { PlatformEnum } from '../public-enums.js';

@ObjectType()
export class AdjustApp {
  @Public(() => String)
  token!: string;
}

@ObjectType({
  description: 'Kochava knows an app by a guid (Reporting API) and by a number (Postbacks and Links APIs).',
})
export class KochavaApp {
  @Public(() => String, { nullable: true })
  guid!: string | null;

  @Public(() => ID, { nullable: true, openApi: { type: 'string' } })
  appId!: string | null;

  @Public(() => String, { nullable: true })
  accountName!: string | null;
}

@ObjectType({ description: 'Scope apps:read.' })
export class App {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Public(() => String)
  name!: string;

  @Public(() => PlatformEnum)
  platform!: keyof typeof PlatformEnum;

  @Public(() => AdjustApp, { nullable: true })
  adjust!: AdjustApp | null;

  @Public(() => KochavaApp, { nullable: true })
  kochava!: KochavaApp | null;
}

/** An app as it is shown: the vendors' names for it, null where it has none there. */
export function appOf(record: AppRecord): App {
  const { kochavaGuid, kochavaAppId, kochavaAccountName } = record;
  return {
    id: record.id,
    name: record.name,
    platform: record.platform,
    adjust: record.adjustToken ? { token: record.adjustToken } : null,
    kochava:
      kochavaGuid || kochavaAppId ? { guid: kochavaGuid, appId: kochavaAppId, accountName: kochavaAccountName } : null,
  };
}

@ObjectType()
export class AppConnection {
  @Field(() => [App])
  nodes!: App[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int)
  totalCount!: number;
}

@ArgsType()
export class AppsArgs {
  @Public(() => Int, {
    defaultValue: 25,
    description: '1 to 200.',
    openApi: { type: 'integer', minimum: 1, maximum: 200 },
  })
  @IfPresent()
  @Type(() => Number)
  @IsInt({ message: 'must be a whole number from 1 to 200' })
  @Min(1, { message: 'must be 1 to 200' })
  @Max(200, { message: 'must be 1 to 200' })
  first: number = 25;

  @Public(() => String, { nullable: true, description: 'The endCursor of the page before.' })
  @IsOptional()
  @IsString({ message: 'must be the endCursor of the page before' })
  after?: string | null;

  @Public(() => String, { nullable: true, description: 'Part of an app’s name, in any letter case.' })
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 200, { message: 'must be 1 to 200 characters' })
  search?: string | null;
}
