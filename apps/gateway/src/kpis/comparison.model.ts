import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { App } from '../apps/app.model.js';
import { KpiSource } from './kpi.model.js';
import { KpiMetric } from './kpi-words.js';

@ObjectType()
export class KpiComparisonRow {
  @Field(() => KpiMetric)
  metric!: KpiMetric;

  @Field(() => App, { nullable: true, description: 'Scope apps:read.' })
  app?: App | null;

  @Field(() => String, { nullable: true, description: 'As KpiRow.time.' })
  time?: string | null;

  @Field(() => String, { nullable: true })
  country?: string | null;

  @Field(() => String, { nullable: true, description: 'Canonical: by the aliases of the tenant at both vendors.' })
  network?: string | null;

  @Field(() => String, { nullable: true })
  campaign?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Adjust's, where the metric is an amount or has one in it. Kochava tells no currency: its amount stands beside Adjust's where that is of one currency; where it is of several, each is a row of its own, and Kochava's a row without a currency. Amounts of two currencies are never added or compared.",
  })
  currency?: string | null;

  @Field(() => Float, { nullable: true, description: 'Null where this vendor has no such row, or lacks the metric.' })
  adjust?: number | null;

  @Field(() => Float, { nullable: true, description: 'Null where this vendor has no such row, or lacks the metric.' })
  kochava?: number | null;

  @Field(() => Float, { nullable: true, description: 'kochava - adjust; null with one side missing' })
  delta?: number | null;

  @Field(() => Float, { nullable: true, description: '100 * delta / adjust; null when adjust is 0 or missing' })
  deltaPercent?: number | null;

  @Field(() => Boolean, { nullable: true, description: "Null when it can't be told." })
  withinTolerance?: boolean | null;
}

@ObjectType({ description: 'Adjust and Kochava on the same question, row against row.' })
export class KpiComparison {
  @Field(() => Int, { description: 'Of all rows, also those beyond the first 10,000.' })
  rowCount!: number;

  @Field(() => Boolean)
  truncated!: boolean;

  @Field(() => [KpiSource], {
    description:
      'Where the numbers came from. A source that is PENDING or FAILED has no rows here: its side is null in all of them.',
  })
  sources!: KpiSource[];
}

const FLAT_ROWS = {
  type: 'array',
  items: { type: 'object', additionalProperties: true },
} as const;

/** REST's answer, in which a row is flat. */
export class KpiComparisonFlat {
  @ApiProperty({
    ...FLAT_ROWS,
    description:
      'The dimensions in the order asked (`app_id`, `app_name`; `hour`, `date`, `week` or `month`; `country`, `network`, `campaign`), `metric`, `currency` where one of the metrics is an amount, `adjust`, `kochava`, `delta`, `delta_percent`, `within_tolerance`. Sorted by the dimensions, time first.',
  })
  rows!: Record<string, string | number | boolean | null>[];

  @ApiProperty({ ...FLAT_ROWS, description: 'One row for each metric, and currency, over everything.' })
  totals!: Record<string, string | number | boolean | null>[];

  @ApiProperty({ type: () => [KpiSource] })
  sources!: KpiSource[];

  @ApiProperty({ type: 'integer' })
  rowCount!: number;
}
