import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { ErrorCode, Vendor } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { Public } from '../edge/public-type.js';
import { InstantScalar, JsonScalar } from '../edge/scalars.js';
import { ErrorCodeEnum, VendorEnum } from '../public-enums.js';
import { Report } from '../reports/report.model.js';
import { KpiColumnKind, KpiDimension, KpiMetric, KpiService, KpiSourceStatus } from './kpi-words.js';

@ObjectType({ description: 'name is the snake_case name that CSV uses.' })
export class KpiColumn {
  @Public(() => String)
  name!: string;

  @Public(() => KpiColumnKind)
  kind!: KpiColumnKind;
}

@ObjectType({ description: '`rows` is an array of arrays, each as long as `columns`: strings, numbers and nulls.' })
export class KpiTable {
  @Public(() => [KpiColumn])
  columns!: KpiColumn[];

  @Public(() => JsonScalar, { openApi: { type: 'array', items: { type: 'array', items: {} } } })
  rows!: unknown[][];
}

@ObjectType()
export class KpiDimensionId {
  @Public(() => KpiDimension)
  dimension!: KpiDimension;

  @Public(() => String)
  id!: string;
}

@ObjectType({
  description:
    "name is snake_case: `installs`, or the vendor's own for vendorMetrics. A ratio whose divisor is 0 is null.",
})
export class KpiValue {
  @Public(() => String)
  name!: string;

  @Public(() => Float, { nullable: true, openApi: { type: 'number' } })
  value!: number | null;
}

@ObjectType({
  description: 'A row of one vendor. A dimension that was not grouped by is null. Two currencies are two rows.',
})
export class KpiRow {
  @Field(() => VendorEnum)
  vendor!: Vendor;

  @Field(() => App, { nullable: true, description: 'Scope apps:read.' })
  app?: App | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Start of the hour, day, week (Monday) or month: `2026-01-31`, or `2026-01-31T13:00:00Z`. The first may lie before `from`.',
  })
  time?: string | null;

  @Field(() => String, { nullable: true })
  country?: string | null;

  @Field(() => String, { nullable: true })
  region?: string | null;

  @Field(() => String, { nullable: true })
  network?: string | null;

  @Field(() => String, { nullable: true })
  campaign?: string | null;

  @Field(() => String, { nullable: true })
  adgroup?: string | null;

  @Field(() => String, { nullable: true })
  creative?: string | null;

  @Field(() => String, { nullable: true })
  site?: string | null;

  @Field(() => String, { nullable: true })
  tracker?: string | null;

  @Field(() => String, { nullable: true })
  partner?: string | null;

  @Field(() => String, { nullable: true })
  osName?: string | null;

  @Field(() => String, { nullable: true })
  deviceType?: string | null;

  @Field(() => String, { nullable: true })
  event?: string | null;

  @Field(() => Int, { nullable: true })
  cohortPeriod?: number | null;

  @Field(() => [KpiDimensionId], {
    description:
      "The vendor's own ids of the names above: tracker tokens, network and campaign ids, event tokens. Names change, these don't.",
  })
  dimensionIds!: KpiDimensionId[];

  @Field(() => String, { nullable: true })
  currency?: string | null;

  @Field(() => [KpiValue])
  metrics!: KpiValue[];
}

@ObjectType()
export class KpiMetricName {
  @Public(() => KpiMetric)
  metric!: KpiMetric;

  @Public(() => String)
  vendorName!: string;
}

@ObjectType()
export class SourceError {
  @Public(() => ErrorCodeEnum)
  code!: ErrorCode;

  @Public(() => String)
  message!: string;

  @Public(() => Int, { nullable: true, openApi: { type: 'integer' } })
  retryAfterSeconds!: number | null;
}

@ObjectType()
export class KpiSource {
  @Public(() => VendorEnum)
  vendor!: Vendor;

  @Public(() => KpiService)
  service!: KpiService;

  @Public(() => [App], { description: 'Scope apps:read.' })
  apps!: App[];

  @Public(() => KpiSourceStatus)
  status!: KpiSourceStatus;

  @Public(() => InstantScalar, { nullable: true })
  fetchedAt!: Date | null;

  @Public(() => [String])
  currencies!: string[];

  @Public(() => [String], {
    description:
      "The vendor's words about this answer, and ours: cost read from a service that no longer fills it, days still being restated.",
  })
  warnings!: string[];

  @Public(() => JsonScalar, {
    description: 'What decided the numbers: attribution settings, time zone, filters as they were sent.',
  })
  settings!: Record<string, unknown>;

  @Public(() => [KpiMetricName])
  metricNames!: KpiMetricName[];

  @Public(() => [String], { description: 'Metrics and dimensions that this service does not have.' })
  unsupported!: string[];

  @Public(() => SourceError, { nullable: true })
  error!: SourceError | null;

  @Public(() => [Report], {
    description:
      'The reports that the numbers were, or will be, read from, where the vendor answers asynchronously. Scope reports:read.',
  })
  reports!: Report[];
}

@ObjectType()
export class KpiResult {
  @Field(() => Int)
  rowCount!: number;

  @Field(() => Boolean)
  truncated!: boolean;

  @Field(() => [KpiSource], {
    description: 'Where the numbers came from and how fresh they are: one per vendor service that was asked.',
  })
  sources!: KpiSource[];
}
