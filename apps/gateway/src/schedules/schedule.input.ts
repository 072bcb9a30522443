import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsEnum, IsInt, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';
import type { RulesBetween } from '../edge/input.js';
import { pageArgs } from '../edge/page-args.js';
import { Public } from '../edge/public-type.js';
import { IfPresent, IsPlainObject } from '../edge/validators.js';
import { ReportInput } from '../reports/report.input.js';
import { Frequency } from './schedule.model.js';
import { scheduleProblems } from './schedule-problems.js';

const INTEGER = { type: 'integer' };
const whole = { message: 'must be a whole number' };

@InputType()
export class CadenceInput {
  @Public(() => Frequency)
  @IsEnum(Frequency, { message: `must be one of ${Object.keys(Frequency).join(', ')}` })
  frequency!: Frequency;

  @Public(() => Int, { openApi: INTEGER })
  @IsInt(whole)
  runOn!: number;

  @Public(() => Int, { defaultValue: 0, openApi: INTEGER })
  @IfPresent()
  @IsInt(whole)
  delay: number = 0;

  @Public(() => Int, { nullable: true, description: 'Absent: one whole period.', openApi: INTEGER })
  @IsOptional()
  @IsInt(whole)
  previousTime?: number | null;
}

@InputType()
export class CreateScheduleInput extends ReportInput {
  static readonly rulesBetween: RulesBetween<CreateScheduleInput> = scheduleProblems;

  @Public(() => CadenceInput)
  @IsPlainObject()
  @ValidateNested()
  @Type(() => CadenceInput)
  cadence!: CadenceInput;
}

/** `PATCH /v1/schedules/{id}` */
export class UpdateScheduleBody {
  @Public(() => [String], { description: 'Who is mailed from now on. Scope reports:deliver.' })
  @IsArray({ message: 'must be a list' })
  @IsString({ each: true, message: 'must hold texts only' })
  notify!: string[];
}

@ArgsType()
export class SchedulePageArgs extends pageArgs(25) {}

@ArgsType()
export class SchedulesArgs extends SchedulePageArgs {
  @Field(() => [ID], { nullable: true })
  @IsOptional()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(200, { message: 'may hold 200 values at most' })
  @IsString({ each: true, message: 'must hold texts only' })
  appIds?: string[] | null;
}

/** `GET /v1/schedules?…` */
export class SchedulesQuery extends SchedulePageArgs {
  @ApiPropertyOptional({ type: String, description: 'Ids of apps, comma separated.' })
  @IfPresent()
  @Transform(({ value }: { value: unknown }) =>
    [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',').map((one) => one.trim()) : part)),
  )
  @IsString({ each: true, message: 'must hold ids of apps' })
  app?: string[];
}

@ArgsType()
export class WindowsArgs {
  @Field(() => Int, { defaultValue: 3, description: '1 to 100.' })
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 3 })
  @IfPresent()
  @Type(() => Number)
  @IsInt({ message: 'must be a whole number from 1 to 100' })
  @Min(1, { message: 'must be 1 to 100' })
  @Max(100, { message: 'must be 1 to 100' })
  count: number = 3;
}
