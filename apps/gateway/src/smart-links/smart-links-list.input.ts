import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
import { Transform, Type } from 'class-transformer';
import { ArrayMinSize, IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { pageArgs } from '../edge/page-args.js';
import { IfPresent, IsPlainObject } from '../edge/validators.js';
import {
  Flag,
  PageQuery,
  QueryFlag,
  QueryList,
  QueryText,
  QueryWord,
  Search,
  VendorId,
  VendorIds,
  Word,
} from './links-rules.js';
import { QrFormat, SmartLinkSort } from './smart-link.words.js';

const SEARCH = 'Part of a link’s name or URL, or of the name of its partner or agency.';

@InputType({ description: 'Everything given must hold.' })
export class SmartLinkFilter {
  @Field(() => [ID], { nullable: true })
  @IsOptional()
  @ArrayMinSize(1, { message: 'must name at least one app group, or be left out' })
  @VendorIds()
  appGroupIds?: string[] | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @VendorId()
  advertiserAccountId?: string | null;

  @Field(() => Boolean, { nullable: true })
  @Flag()
  isActive?: boolean | null;

  @Field(() => String, { nullable: true, description: SEARCH })
  @Search()
  search?: string | null;

  @Field(() => SmartLinkSort, { nullable: true, description: 'Absent: CREATED_ASC.' })
  @IsOptional()
  @Word(SmartLinkSort)
  sort?: SmartLinkSort | null;
}

@ArgsType()
export class SmartLinksArgs extends pageArgs(25) {
  @Field(() => SmartLinkFilter, { nullable: true })
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Type(() => SmartLinkFilter)
  filter?: SmartLinkFilter | null;
}

/** GET /v1/smart-links. */
export class SmartLinksQuery extends PageQuery {
  @QueryList('Numbers of app groups, comma separated.')
  @ArrayMinSize(1, { message: 'must name at least one app group, or be left out' })
  @VendorIds()
  app_group_ids?: string[];

  @QueryText('Number of an advertiser’s account.')
  @VendorId()
  advertiser_account_id?: string;

  @QueryFlag('Archived ones, or those that are not.')
  is_active?: boolean;

  @QueryText(SEARCH)
  @Search()
  search?: string;

  @QueryWord(SmartLinkSort, 'Default CREATED_ASC.')
  sort?: SmartLinkSort;
}

export const linksArgs = ({ first, after, ...query }: SmartLinksQuery): SmartLinksArgs => ({
  first,
  after,
  filter: {
    appGroupIds: query.app_group_ids,
    advertiserAccountId: query.advertiser_account_id,
    isActive: query.is_active,
    search: query.search,
    sort: query.sort,
  },
});

const QR_SIZE = 'must be 0, a multiplier from -1 to -50, or 1 to 2048 pixels';
const QR_SIZE_DESCRIPTION =
  '0: as small as can be; below 0: a multiplier, to -50; above: pixels, to 2048. SVG takes multipliers alone.';

@ArgsType()
export class QrArgs {
  @Field(() => QrFormat, { defaultValue: QrFormat.PNG })
  @IfPresent()
  @Word(QrFormat)
  format: QrFormat = 'PNG';

  @Field(() => Int, { defaultValue: 0, description: QR_SIZE_DESCRIPTION })
  @IfPresent()
  @IsInt({ message: QR_SIZE })
  @Min(-50, { message: QR_SIZE })
  @Max(2048, { message: QR_SIZE })
  size: number = 0;
}

/** GET /v1/smart-links/{id}/qr. */
export class QrQuery {
  @QueryWord(QrFormat, 'Default PNG.')
  format: QrFormat = 'PNG';

  @QueryText(QR_SIZE_DESCRIPTION)
  @Transform(({ value }: { value: unknown }) => (/^-?\d{1,5}$/.test(String(value)) ? Number(value) : value))
  @IsInt({ message: QR_SIZE })
  @Min(-50, { message: QR_SIZE })
  @Max(2048, { message: QR_SIZE })
  size: number = 0;
}
