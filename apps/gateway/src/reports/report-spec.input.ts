import { ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { AsSent } from '../edge/as-sent.js';
import { Public } from '../edge/public-type.js';
import { JsonScalar } from '../edge/scalars.js';
import { IfPresent, IsListOf, IsPlainObject } from '../edge/validators.js';
import { KpiReportSpecInput } from './kpi-report-spec.input.js';
import { DetailTraffic, SummaryTraffic } from './report-words.js';

const rules =
  (...all: PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    for (const rule of all) rule(target, key);
  };

const Texts = (): PropertyDecorator =>
  rules(
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(1000, { message: 'may hold 1000 values at most' }),
    IsString({ each: true, message: 'must hold texts only' }),
    Length(1, 500, { each: true, message: 'must hold texts of 1 to 500 characters' }),
  );
const Text = (most = 500): PropertyDecorator =>
  rules(Length(1, most, { message: `must be 1 to ${most} characters` }), IsString({ message: 'must be a text' }));
const JsonObject = (): PropertyDecorator => rules(IsPlainObject(), AsSent());

const FILTERS =
  'Kochava keeps a row when any side of an attribution matches: filters can not be used as a censor. /docs and docs/reports.md say it with examples. An object of lists: `{"network": ["…"], "exclude_country": ["…"]}`.';

@InputType({
  description:
    "Kochava's filters keep a row when any side of an attribution matches: they cannot be treated like a censor. docs/reports says it with examples.",
})
export class SummaryReportInput {
  @Public(() => [SummaryTraffic])
  @IsListOf(SummaryTraffic)
  @Texts()
  traffic!: SummaryTraffic[];

  @Public(() => [String], { description: 'network, campaign, site, tracker, creative, country, … One at least.' })
  @Texts()
  grouping!: string[];

  @Public(() => Int, {
    defaultValue: 24,
    description: 'Hours in a bucket: 1, 4, 24, 168 or 720.',
    openApi: { type: 'integer' },
  })
  @IfPresent()
  @IsInt({ message: 'must be a whole number of hours' })
  timeSeries: number = 24;

  @Public(() => JsonScalar, { nullable: true, description: FILTERS })
  @IsOptional()
  @JsonObject()
  filtering?: unknown;

  @Public(() => [String], { nullable: true, description: 'What the report also holds: `unattributed_traffic`, …' })
  @IsOptional()
  @Texts()
  including?: string[] | null;

  @Public(() => [String], { nullable: true, description: 'Columns in this order, or `all` alone.' })
  @IsOptional()
  @Texts()
  columnsOrder?: string[] | null;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @Text()
  reportName?: string | null;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @Text()
  templateName?: string | null;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @Text()
  customReportName?: string | null;

  @Public(() => String, { nullable: true })
  @IsOptional()
  @Text()
  deliveryReceipt?: string | null;
}

@InputType()
export class DetailReportInput {
  @Public(() => [DetailTraffic])
  @IsListOf(DetailTraffic)
  @Texts()
  traffic!: DetailTraffic[];

  @Public(() => JsonScalar, { nullable: true, description: FILTERS })
  @IsOptional()
  @JsonObject()
  filtering?: unknown;

  @Public(() => [String], { nullable: true, description: 'What the report also holds: `custom_parameters`, …' })
  @IsOptional()
  @Texts()
  including?: string[] | null;

  @Public(() => [String], {
    nullable: true,
    description: 'Columns in this order; `default` alone: as designed in Kochava’s own interface.',
  })
  @IsOptional()
  @Texts()
  columnsOrder?: string[] | null;

  @Public(() => [String], { nullable: true, description: 'Only these events; none that starts with `_`.' })
  @IsOptional()
  @Texts()
  eventNames?: string[] | null;

  @Public(() => String, { nullable: true, description: 'Event detail only: adds two columns.' })
  @IsOptional()
  @Text(10)
  currency?: string | null;
}

@InputType()
export class QueryReportInput {
  @Public(() => String)
  @Text(200_000)
  sql!: string;

  @Public(() => Boolean, { defaultValue: false })
  @IfPresent()
  @IsBoolean({ message: 'must be true or false' })
  standardSql: boolean = false;
}

@InputType()
export class AudienceExportInput {
  @Public(() => String, { nullable: true })
  @IsOptional()
  @Text()
  reportName?: string | null;

  @Public(() => ID, { nullable: true, description: 'This, or analytics.', openApi: { type: 'string' } })
  @IsOptional()
  @Text()
  filterSetId?: string | null;

  @Public(() => JsonScalar, { nullable: true })
  @IsOptional()
  @JsonObject()
  analytics?: unknown;

  @Public(() => ID, { nullable: true, openApi: { type: 'string' } })
  @IsOptional()
  @Text()
  activationPartnerId?: string | null;

  @Public(() => JsonScalar, { nullable: true, description: '`{"timerange": ["month to date"]}`' })
  @IsOptional()
  @JsonObject()
  filtering?: unknown;
}

@InputType()
export class AudienceActivationInput {
  @Public(() => String, { nullable: true, description: 'The audience’s name at the partner.' })
  @IsOptional()
  @Text()
  reportName?: string | null;

  @Public(() => ID, { nullable: true, description: 'This, or sql.', openApi: { type: 'string' } })
  @IsOptional()
  @Text()
  filterSetId?: string | null;

  @Public(() => String, { nullable: true, description: 'Scope reports:sql too: SQL reads every app of the account.' })
  @IsOptional()
  @Text(200_000)
  sql?: string | null;

  @Public(() => ID, { openApi: { type: 'string' } })
  @Text()
  activationPartnerId!: string;

  @Public(() => ID, { nullable: true, openApi: { type: 'string' } })
  @IsOptional()
  @Text()
  partnerAudienceId?: string | null;

  @Public(() => ID, {
    nullable: true,
    description: "ad_account_id: kept where the partner's credentials change.",
    openApi: { type: 'string' },
  })
  @IsOptional()
  @Text()
  adAccountId?: string | null;
}

/** GraphQL's @oneOf, for bodies that did not pass GraphQL. */
@ValidatorConstraint({ name: 'exactlyOne' })
export class ExactlyOne implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.values(value).filter((part) => part !== undefined && part !== null).length === 1;
  }

  defaultMessage({ value }: ValidationArguments): string {
    const named = typeof value === 'object' && value !== null && !Array.isArray(value);
    return named ? 'must hold exactly one of its fields' : 'must be an object';
  }
}

const Part = (type: () => new () => object): PropertyDecorator =>
  rules(IfPresent(), IsPlainObject(), ValidateNested(), Type(type));

@InputType({
  isOneOf: true,
  description: 'Exactly one of these; the same for a report asked for now and for a scheduled one.',
})
export class ReportSpecInput {
  @Public(() => SummaryReportInput, { nullable: true })
  @Part(() => SummaryReportInput)
  summary?: SummaryReportInput;

  @Public(() => DetailReportInput, { nullable: true })
  @Part(() => DetailReportInput)
  detail?: DetailReportInput;

  @Public(() => QueryReportInput, {
    nullable: true,
    description: 'Scope reports:sql: SQL reads every app of the account, so a key with an app list is refused.',
  })
  @Part(() => QueryReportInput)
  query?: QueryReportInput;

  @Public(() => AudienceExportInput, {
    nullable: true,
    description: 'Scope audiences:write, as for audienceActivation; a key with an app list is refused.',
  })
  @Part(() => AudienceExportInput)
  audienceExport?: AudienceExportInput;

  @Public(() => AudienceActivationInput, { nullable: true })
  @Part(() => AudienceActivationInput)
  audienceActivation?: AudienceActivationInput;

  @Public(() => KpiReportSpecInput, {
    nullable: true,
    description: 'The gateway runs the KPI query itself and keeps the file: what Adjust has no reports for.',
  })
  @Part(() => KpiReportSpecInput)
  kpi?: KpiReportSpecInput;
}

/** Beside a field that is @oneOf. */
export const OneOf = (type: () => new () => object): PropertyDecorator =>
  rules(Validate(ExactlyOne), ValidateNested(), Type(type));
