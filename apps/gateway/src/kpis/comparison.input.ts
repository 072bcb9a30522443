import { Float, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsEnum,
  IsInt,
  IsNumber,
  IsOptional,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { RememberInputs, type RulesBetween } from '../edge/input.js';
import { Public, publicEnum } from '../edge/public-type.js';
import { DayScalar } from '../edge/scalars.js';
import { IfPresent, IsDay, IsListOf, IsPlainObject, IsUtcOffset } from '../edge/validators.js';
import { KpiFilterInput, Names } from './kpi.input.js';
import { problemsBetween } from './kpi-question.js';
import { FailedSourcePolicy, KpiMetric } from './kpi-words.js';

/** Dimensions that both vendors have. */
export const KpiComparisonDimension = publicEnum('KpiComparisonDimension', {
  APP: 'APP',
  HOUR: 'HOUR',
  DAY: 'DAY',
  WEEK: 'WEEK',
  MONTH: 'MONTH',
  COUNTRY: 'COUNTRY',
  NETWORK: 'NETWORK',
  CAMPAIGN: 'CAMPAIGN',
} as const);
export type KpiComparisonDimension = keyof typeof KpiComparisonDimension;

@InputType({ description: 'One question to both vendors; without appIds: about every app that the key may read.' })
@RememberInputs()
export class KpiComparisonInput {
  static readonly rulesBetween: RulesBetween<KpiComparisonInput> = problemsBetween;

  @Public(() => [ID], { nullable: true, openApi: { type: 'array', items: { type: 'string' } } })
  @Names(1000)
  @ArrayMinSize(1, { message: 'name one at least, or leave it out' })
  appIds?: string[] | null;

  @Public(() => DayScalar, { description: 'First and last day, both included.' })
  @IsDay()
  from!: string;

  @Public(() => DayScalar)
  @IsDay()
  to!: string;

  @Public(() => [KpiMetric], { description: 'One at least. What one vendor lacks is null on its side.' })
  @ArrayMinSize(1, { message: 'ask for one metric at least' })
  @ArrayUnique({ message: 'holds a metric twice' })
  @IsListOf(KpiMetric)
  @IsArray({ message: ({ value }) => (value === undefined ? 'ask for one metric at least' : 'must be a list') })
  metrics!: KpiMetric[];

  @Public(() => [KpiComparisonDimension], { defaultValue: [] })
  @IfPresent()
  @ArrayUnique({ message: 'holds a dimension twice' })
  @IsListOf(KpiComparisonDimension)
  @IsArray({ message: 'must be a list' })
  groupBy: KpiComparisonDimension[] = [];

  @Public(() => KpiFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @IsPlainObject()
  @Type(() => KpiFilterInput)
  filter?: KpiFilterInput | null;

  @Public(() => String, { defaultValue: '+00:00' })
  @IfPresent()
  @IsUtcOffset()
  utcOffset: string = '+00:00';

  @Public(() => Float, {
    defaultValue: 5,
    openApi: { type: 'number', minimum: 0 },
    description: 'Up to which deltaPercent, in either direction, two values count as the same.',
  })
  @IfPresent()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be a number of per cent, 0 or more' })
  @Min(0, { message: 'must be a number of per cent, 0 or more' })
  tolerancePercent: number = 5;

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
}

/** What a URL asks: GraphQL, which always tells of a failed source, has no policy here. */
export class ComparisonParams extends KpiComparisonInput {
  @IfPresent()
  @IsEnum(FailedSourcePolicy, { message: 'must be PARTIAL or ERROR' })
  onFailedSource: FailedSourcePolicy = FailedSourcePolicy.PARTIAL;
}
