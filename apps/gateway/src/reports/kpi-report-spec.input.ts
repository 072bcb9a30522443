import { InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsOptional, ValidateNested } from 'class-validator';
import type { Vendor } from '#libs/domain';
import { Public } from '../edge/public-type.js';
import { IfPresent, IsListOf, IsPlainObject } from '../edge/validators.js';
import { AdjustKpiOptions, CohortInput, KpiFilterInput, VendorMetricInput } from '../kpis/kpi.input.js';
import { KpiDimension, KpiMetric } from '../kpis/kpi-words.js';
import { VendorEnum } from '../public-enums.js';

@InputType()
export class KpiReportSpecInput {
  @Public(() => [KpiMetric], { defaultValue: [] })
  @IfPresent()
  @ArrayUnique({ message: 'holds a metric twice' })
  @IsListOf(KpiMetric)
  @IsArray({ message: 'must be a list' })
  metrics: (keyof typeof KpiMetric)[] = [];

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
  groupBy: (keyof typeof KpiDimension)[] = [];

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
}
