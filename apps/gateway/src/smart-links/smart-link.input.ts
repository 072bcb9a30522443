import { Float, ID, InputType } from '@nestjs/graphql';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsNumber, IsOptional, IsString, Length, Min, ValidateNested } from 'class-validator';
import { Public } from '../edge/public-type.js';
import { InstantScalar, isInstant } from '../edge/scalars.js';
import { IfPresent, IsInstant, IsPlainObject } from '../edge/validators.js';
import { Key, KEY_DESCRIPTION, Name, UrlText, VendorId, Word, Words } from './links-rules.js';
import { AdPricing, ChannelType, NativeLink, RoutePlatform } from './smart-link.words.js';

const ID_TEXT = { openApi: { type: 'string' } };
const MOST = 200;

const Part =
  (type: () => new () => object): PropertyDecorator =>
  (target, key) => {
    Type(type)(target, key);
    ValidateNested()(target, key);
    IsPlainObject({ message: 'must be an object' })(target, key);
  };
const Parts =
  (type: () => new () => object): PropertyDecorator =>
  (target, key) => {
    Type(type)(target, key);
    ValidateNested({ each: true })(target, key);
    IsPlainObject({ each: true, message: 'must hold objects' })(target, key);
    ArrayMaxSize(MOST, { message: `may hold ${MOST} at most` })(target, key);
    IsArray({ message: 'must be a list' })(target, key);
  };
const Events = (): PropertyDecorator => (target, key) => {
  Length(1, 255, { each: true, message: 'must hold names of 1 to 255 characters' })(target, key);
  ArrayMaxSize(MOST, { message: `may hold ${MOST} at most` })(target, key);
  IsArray({ message: 'must be a list' })(target, key);
};
const Price = (): PropertyDecorator => (target, key) => {
  Min(0, { message: 'must be 0 or more' })(target, key);
  IsNumber({ allowInfinity: false, allowNaN: false }, { message: 'must be a number' })(target, key);
};

@InputType()
export class SmartLinkParamInput {
  @Public(() => String)
  @Name()
  key!: string;

  @Public(() => String)
  @Length(0, 2000, { message: 'must be 2000 characters at most' })
  @IsString({ message: 'must be a text' })
  value!: string;
}

@InputType({ isOneOf: true, description: 'A campaign that exists, or the name of a new one.' })
export class SmartLinkCampaignInput {
  @Public(() => ID, { nullable: true, ...ID_TEXT })
  @IfPresent()
  @VendorId()
  id?: string;

  @Public(() => String, { nullable: true })
  @IfPresent()
  @Name()
  name?: string;
}

@InputType({ description: 'The catch-all: its app, and a web address.' })
export class SmartLinkDefaultInput {
  @Public(() => ID, ID_TEXT)
  @VendorId()
  kochavaAppId!: string;

  @Public(() => String)
  @UrlText()
  destinationUrl!: string;
}

@InputType({ description: 'With neither platforms nor nativeLink: a route for the platform of its app.' })
export class SmartLinkRouteInput {
  @Public(() => String)
  @Name()
  name!: string;

  @Public(() => String, { description: 'Where the app is not installed: a web address or a store.' })
  @UrlText()
  destinationUrl!: string;

  @Public(() => String, { nullable: true, description: 'Where it is: a deep link or a web address.' })
  @IsOptional()
  @UrlText()
  reengagementUrl?: string | null;

  @Public(() => [RoutePlatform], { nullable: true })
  @IsOptional()
  @Words(RoutePlatform)
  platforms?: RoutePlatform[] | null;

  @Public(() => NativeLink, { nullable: true })
  @IsOptional()
  @Word(NativeLink)
  nativeLink?: NativeLink | null;
}

@InputType()
export class SmartLinkAppRoutesInput {
  @Public(() => ID, ID_TEXT)
  @VendorId()
  kochavaAppId!: string;

  @Public(() => [String], { description: '_Install, and names of the app’s events.' })
  @Events()
  events!: string[];

  @Public(() => [SmartLinkRouteInput])
  @Parts(() => SmartLinkRouteInput)
  routes!: SmartLinkRouteInput[];
}

@InputType()
export class CreateSmartLinkInput {
  @Public(() => ID, ID_TEXT)
  @VendorId()
  appGroupId!: string;

  @Public(() => String)
  @Name()
  name!: string;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @Name()
  subdomain?: string | null;

  @Public(() => String, {
    nullable: true,
    description: 'With native links: where to go when the app is installed.',
  })
  @IsOptional()
  @UrlText()
  path?: string | null;

  @Public(() => ID, { ...ID_TEXT, defaultValue: '3881', description: "3881 is Kochava's 'none'." })
  @IfPresent()
  @VendorId()
  networkId: string = '3881';

  @Public(() => ID, { nullable: true, ...ID_TEXT })
  @IsOptional()
  @VendorId()
  agencyNetworkId?: string | null;

  @Public(() => SmartLinkCampaignInput)
  @Part(() => SmartLinkCampaignInput)
  campaign!: SmartLinkCampaignInput;

  @Public(() => AdPricing, { nullable: true })
  @IsOptional()
  @Word(AdPricing)
  networkPricing?: AdPricing | null;

  @Public(() => Float, { nullable: true, openApi: { type: 'number' } })
  @IsOptional()
  @Price()
  networkPrice?: number | null;

  @Public(() => ChannelType, { nullable: true })
  @IsOptional()
  @Word(ChannelType)
  channelType?: ChannelType | null;

  @Public(() => [SmartLinkParamInput], { nullable: true })
  @IsOptional()
  @Parts(() => SmartLinkParamInput)
  customParams?: SmartLinkParamInput[] | null;

  @Public(() => SmartLinkDefaultInput)
  @Part(() => SmartLinkDefaultInput)
  default!: SmartLinkDefaultInput;

  @Public(() => [SmartLinkAppRoutesInput])
  @Parts(() => SmartLinkAppRoutesInput)
  routesByApp!: SmartLinkAppRoutesInput[];

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @Key()
  idempotencyKey?: string | null;
}

@InputType()
export class UpdateSmartLinkRouteInput {
  @Public(() => ID, ID_TEXT)
  @VendorId()
  id!: string;

  @Public(() => String, { nullable: true })
  @IfPresent()
  @Name()
  name?: string;

  @Public(() => String, { nullable: true })
  @IfPresent()
  @UrlText()
  destinationUrl?: string;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @UrlText()
  reengagementUrl?: string | null;
}

@InputType({ description: 'Routes that are not named stay.' })
export class UpdateSmartLinkAppRoutesInput {
  @Public(() => ID, ID_TEXT)
  @VendorId()
  kochavaAppId!: string;

  @Public(() => [String], { nullable: true })
  @IfPresent()
  @Events()
  events?: string[];

  @Public(() => [UpdateSmartLinkRouteInput], { nullable: true })
  @IfPresent()
  @Parts(() => UpdateSmartLinkRouteInput)
  routes?: UpdateSmartLinkRouteInput[];
}

@InputType({
  description:
    "A patch: absent keeps, null clears, apps and routes that are not named stay. The vendor's own JSON is read, changed and sent back, with every field and id that we don't model.",
})
export class UpdateSmartLinkInput {
  @Public(() => String, { nullable: true })
  @IfPresent()
  @Name()
  name?: string;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @UrlText()
  path?: string | null;

  @Public(() => ID, { nullable: true, ...ID_TEXT })
  @IsOptional()
  @VendorId()
  agencyNetworkId?: string | null;

  @Public(() => SmartLinkCampaignInput, { nullable: true })
  @IfPresent()
  @Part(() => SmartLinkCampaignInput)
  campaign?: SmartLinkCampaignInput;

  @Public(() => AdPricing, { nullable: true })
  @IsOptional()
  @Word(AdPricing)
  networkPricing?: AdPricing | null;

  @Public(() => Float, { nullable: true, openApi: { type: 'number' } })
  @IsOptional()
  @Price()
  networkPrice?: number | null;

  @Public(() => [SmartLinkParamInput], { nullable: true })
  @IsOptional()
  @Parts(() => SmartLinkParamInput)
  customParams?: SmartLinkParamInput[] | null;

  @Public(() => SmartLinkDefaultInput, { nullable: true })
  @IfPresent()
  @Part(() => SmartLinkDefaultInput)
  default?: SmartLinkDefaultInput;

  @Public(() => [UpdateSmartLinkAppRoutesInput], { nullable: true })
  @IfPresent()
  @Parts(() => UpdateSmartLinkAppRoutesInput)
  routesByApp?: UpdateSmartLinkAppRoutesInput[];

  @Public(() => InstantScalar, {
    nullable: true,
    description: 'Refuses with CONFLICT when the link changed since. At REST also: If-Match, with the ETag of a GET.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (isInstant(value) ? new Date(value.toUpperCase()) : value))
  @IsInstant()
  ifUpdatedAt?: Date | null;

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @Key()
  idempotencyKey?: string | null;
}
