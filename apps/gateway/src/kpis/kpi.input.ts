import { ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEnum,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { Vendor } from '#libs/domain';
import { RememberInputs, type RulesBetween } from '../edge/input.js';
import { Public } from '../edge/public-type.js';
import { DayScalar } from '../edge/scalars.js';
import { IfPresent, IsDay, IsListOf, IsListOfCountries, IsPlainObject, IsUtcOffset } from '../edge/validators.js';
import { VendorEnum } from '../public-enums.js';
import { problemsBetween } from './kpi-question.js';
import {
  AdjustAttributionSource,
  AdjustAttributionType,
  AdjustReattributed,
  CohortPeriod,
  FailedSourcePolicy,
  KpiDimension,
  KpiMetric,
} from './kpi-words.js';

/** A list of names or codes, each a text of a sane length. */
export const Names =
  (most: number): PropertyDecorator =>
  (target, key) => {
    for (const rule of [
      IsOptional(),
      IsArray({ message: 'must be a list' }),
      ArrayMaxSize(most, { message: `may hold ${most} values at most` }),
      IsString({ each: true, message: 'must hold texts only' }),
      Length(1, 250, { each: true, message: 'must hold texts of 1 to 250 characters' }),
    ]) {
      rule(target, key);
    }
  };

@InputType({
  description:
    "networks and campaigns: canonical names. events: tokens or names. What a vendor can't filter exactly is refused for it (UNSUPPORTED), never approximated.",
})
export class KpiFilterInput {
  @Public(() => [String], { nullable: true, description: 'ISO 3166-1 alpha-2 codes, in any letter case. 250 at most.' })
  @IsListOfCountries()
  @Names(250)
  countries?: string[] | null;

  @Public(() => [String], {
    nullable: true,
    description:
      "Canonical names, as rows show them. A vendor's own name of a network that has a canonical one matches that vendor's rows alone.",
  })
  @Names(250)
  networks?: string[] | null;

  @Public(() => [String], { nullable: true })
  @Names(250)
  campaigns?: string[] | null;

  @Public(() => [String], {
    nullable: true,
    description:
      'Adjust: android, bada, blackberry, ios, linux, macos, server, symbian, unknown, webos, windows, windows-phone.',
  })
  @Names(50)
  osNames?: string[] | null;

  @Public(() => [String], {
    nullable: true,
    description: 'Adjust: bot, console, ipod, mac, pc, phone, server, simulator, tablet, tv, unknown.',
  })
  @Names(50)
  deviceTypes?: string[] | null;

  @Public(() => [String], { nullable: true })
  @Names(250)
  events?: string[] | null;
}

@InputType()
export class CohortInput {
  @Public(() => CohortPeriod, { defaultValue: CohortPeriod.DAY })
  @IfPresent()
  @IsEnum(CohortPeriod, { message: 'must be DAY, WEEK or MONTH' })
  period: CohortPeriod = CohortPeriod.DAY;

  @Public(() => String, {
    nullable: true,
    description: "Adjust's own form: `30`, `0-30`, `0-30,120`; 120 days, 52 weeks at most.",
  })
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 200, { message: 'must be like `30`, `0-30` or `0-30,120`' })
  range?: string | null;
}

@InputType({
  description:
    "A vendor's metric by its own name; for Adjust event KPIs too: `waus`, `token1_revenue`, `all_events|revenue`. At REST: `adjust:waus`.",
})
export class VendorMetricInput {
  @Public(() => VendorEnum)
  @IsEnum(VendorEnum, { message: 'must be ADJUST or KOCHAVA' })
  vendor!: Vendor;

  @Public(() => String)
  @IsString({ message: 'must be a text' })
  @Length(1, 200, { message: 'must be a metric’s name of 1 to 200 characters' })
  name!: string;
}

@InputType({ description: 'What only Adjust can be asked.' })
export class AdjustKpiOptions {
  @Public(() => String, { nullable: true, description: 'One app: drill down under this tracker.' })
  @IsOptional()
  @IsString({ message: 'must be a tracker token' })
  @Length(1, 40, { message: 'must be a tracker token' })
  trackerToken?: string | null;

  @Public(() => [String], { nullable: true, description: 'Several apps: only these trackers and what is under them.' })
  @Names(250)
  trackerFilter?: string[] | null;

  @Public(() => Boolean, { nullable: true })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  sandbox?: boolean | null;

  @Public(() => AdjustReattributed, { nullable: true })
  @IsOptional()
  @IsEnum(AdjustReattributed, { message: 'must be ALL, INSTALLED or REATTRIBUTED' })
  reattributed?: AdjustReattributed | null;

  @Public(() => AdjustAttributionType, { nullable: true })
  @IsOptional()
  @IsEnum(AdjustAttributionType, { message: 'must be CLICK, IMPRESSION or ALL' })
  attributionType?: AdjustAttributionType | null;

  @Public(() => AdjustAttributionSource, { nullable: true })
  @IsOptional()
  @IsEnum(AdjustAttributionSource, { message: 'must be FIRST or DYNAMIC' })
  attributionSource?: AdjustAttributionSource | null;
}

@InputType()
@RememberInputs()
export class AppKpiInput {
  static readonly rulesBetween: RulesBetween<AppKpiInput> = problemsBetween;

  @Public(() => DayScalar, { description: 'First and last day, both included.' })
  @IsDay()
  from!: string;

  @Public(() => DayScalar)
  @IsDay()
  to!: string;

  @Public(() => [KpiMetric], { defaultValue: [] })
  @IfPresent()
  @ArrayUnique({ message: 'holds a metric twice' })
  @IsListOf(KpiMetric)
  @IsArray({ message: 'must be a list' })
  metrics: KpiMetric[] = [];

  @Public(() => [VendorMetricInput], { defaultValue: [] })
  @IfPresent()
  @ValidateNested({ each: true })
  @IsPlainObject({ each: true, message: 'must hold objects of vendor and name' })
  @ArrayMaxSize(100, { message: 'may hold 100 metrics at most' })
  @IsArray({ message: 'must be a list' })
  @Type(() => VendorMetricInput)
  vendorMetrics: VendorMetricInput[] = [];

  @Public(() => [KpiDimension], { defaultValue: [] })
  @IfPresent()
  @ArrayUnique({ message: 'holds a dimension twice' })
  @IsListOf(KpiDimension)
  @IsArray({ message: 'must be a list' })
  groupBy: KpiDimension[] = [];

  @Public(() => KpiFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @IsPlainObject()
  @Type(() => KpiFilterInput)
  filter?: KpiFilterInput | null;

  @Public(() => [VendorEnum], { nullable: true })
  @IsOptional()
  @ArrayUnique({ message: 'holds a vendor twice' })
  @IsListOf(VendorEnum)
  @IsArray({ message: 'must be a list' })
  vendors?: Vendor[] | null;

  @Public(() => String, { defaultValue: '+00:00' })
  @IfPresent()
  @IsUtcOffset()
  utcOffset: string = '+00:00';

  @Public(() => CohortInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @IsPlainObject()
  @Type(() => CohortInput)
  cohort?: CohortInput | null;

  @Public(() => AdjustKpiOptions, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @IsPlainObject()
  @Type(() => AdjustKpiOptions)
  adjust?: AdjustKpiOptions | null;

  @Public(() => Int, {
    defaultValue: 10,
    openApi: { type: 'integer', minimum: 0, maximum: 30 },
    description: 'How long to wait for a vendor that answers asynchronously; past it its source is PENDING.',
  })
  @IfPresent()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0, { message: 'must be 0 to 30 seconds' })
  @Max(30, { message: 'must be 0 to 30 seconds' })
  waitSeconds: number = 10;

  @Public(() => FailedSourcePolicy, { defaultValue: FailedSourcePolicy.PARTIAL })
  @IfPresent()
  @IsEnum(FailedSourcePolicy, { message: 'must be PARTIAL or ERROR' })
  onFailedSource: FailedSourcePolicy = FailedSourcePolicy.PARTIAL;
}

@InputType({ description: 'As AppKpiInput, over several apps; without appIds: every app that the key may read.' })
@RememberInputs()
export class KpiQueryInput extends AppKpiInput {
  @Public(() => [ID], { nullable: true, openApi: { type: 'array', items: { type: 'string' } } })
  @Names(1000)
  @ArrayMinSize(1, { message: 'name one at least, or leave it out' })
  appIds?: string[] | null;
}
