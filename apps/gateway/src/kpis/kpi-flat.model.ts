import { ApiProperty } from '@nestjs/swagger';
import { KpiSource } from './kpi.model.js';

/** REST's answer, in which a row is flat: one of the two places where REST and GraphQL differ in shape. */
export class KpiFlatResult {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description:
      '`vendor`, then the dimensions in the order asked (an id after its name), `currency` where a metric is money, then the metrics.',
  })
  rows!: Record<string, string | number | null>[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    required: false,
    description: 'With `totals=true`.',
  })
  totals?: Record<string, string | number | null>[];

  @ApiProperty({ type: () => [KpiSource] })
  sources!: KpiSource[];

  @ApiProperty({ type: 'integer' })
  rowCount!: number;
}
