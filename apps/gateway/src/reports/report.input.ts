import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsEnum,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { RulesBetween } from '../edge/input.js';
import { pageArgs } from '../edge/page-args.js';
import { Public } from '../edge/public-type.js';
import { InstantScalar, isInstant } from '../edge/scalars.js';
import { IfPresent, IsInstant, IsListOf, IsPlainObject, IsTimeZone } from '../edge/validators.js';
import { reportProblems } from './report-problems.js';
import { OneOf, ReportSpecInput } from './report-spec.input.js';
import { ReportFormat, ReportKind, ReportStatus, SavedS3Delivery } from './report-words.js';

/** An instant as REST brings it; GraphQL brings a Date. What is none stays as it is, for the rule to refuse. */
const AsDate = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (isInstant(value) ? new Date(value.toUpperCase()) : value));

@InputType()
export class S3DeliveryInput {
  @Public(() => String)
  @Matches(/^[a-z0-9-]{1,50}$/, { message: 'must be a region of S3, as eu-west-1' })
  region!: string;

  @Public(() => String)
  @Matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: 'must be the name of a bucket' })
  bucket!: string;

  @Public(() => String)
  @Matches(/^\S{1,500}$/, { message: 'must be given, without spaces' })
  accessKey!: string;

  @Public(() => String)
  @Matches(/^\S{1,500}$/, { message: 'must be given, without spaces' })
  secretKey!: string;
}

@InputType()
export class SftpDeliveryInput {
  @Public(() => String)
  @Matches(/^[A-Za-z0-9._-]{1,253}$/, { message: 'must be a host name or an IPv4 address' })
  host!: string;

  @Public(() => Int, { defaultValue: 22, openApi: { type: 'integer' } })
  @IfPresent()
  @IsInt({ message: 'must be a port, 1 to 65535' })
  @Min(1, { message: 'must be a port, 1 to 65535' })
  @Max(65_535, { message: 'must be a port, 1 to 65535' })
  port: number = 22;

  @Public(() => String)
  @Matches(/^\S{1,200}$/, { message: 'must be given, without spaces' })
  user!: string;
}

@InputType({
  isOneOf: true,
  description: 'Where else than to the gateway; absent: a link, which the gateway keeps. Scope reports:deliver.',
})
export class DeliveryInput {
  @Public(() => SavedS3Delivery, { nullable: true })
  @IfPresent()
  @IsEnum(SavedS3Delivery, { message: 'must be KOCHAVA_SAVED' })
  savedS3?: SavedS3Delivery;

  @Public(() => S3DeliveryInput, { nullable: true })
  @IfPresent()
  @IsPlainObject()
  @ValidateNested()
  @Type(() => S3DeliveryInput)
  s3?: S3DeliveryInput;

  @Public(() => SftpDeliveryInput, { nullable: true })
  @IfPresent()
  @IsPlainObject()
  @ValidateNested()
  @Type(() => SftpDeliveryInput)
  sftp?: SftpDeliveryInput;
}

/** What a report asks, whether for now or by a schedule. */
@InputType({ isAbstract: true })
export abstract class ReportInput {
  @Public(() => ID, { openApi: { type: 'string' } })
  @IsString({ message: 'must be an app’s id' })
  appId!: string;

  @Public(() => ReportSpecInput)
  @OneOf(() => ReportSpecInput)
  spec!: ReportSpecInput;

  @Public(() => String, { defaultValue: 'UTC', description: 'IANA: Europe/Berlin.' })
  @IfPresent()
  @IsTimeZone()
  timeZone: string = 'UTC';

  @Public(() => ReportFormat, { defaultValue: ReportFormat.CSV })
  @IfPresent()
  @IsEnum(ReportFormat, { message: 'must be CSV or JSON' })
  format: ReportFormat = ReportFormat.CSV;

  @Public(() => DeliveryInput, { nullable: true })
  @IsOptional()
  @OneOf(() => DeliveryInput)
  delivery?: DeliveryInput | null;

  @Public(() => [String], {
    nullable: true,
    description: 'Kochava mails these people its own link to the file. Scope reports:deliver.',
  })
  @IsOptional()
  @IsArray({ message: 'must be a list' })
  @IsString({ each: true, message: 'must hold texts only' })
  notify?: string[] | null;

  @Public(() => String, {
    nullable: true,
    description:
      'Same key, same request: the first answer again, for 24 hours. Same key, another request: IDEMPOTENCY_CONFLICT. At REST: the Idempotency-Key header.',
  })
  @IsOptional()
  @IsString({ message: 'must be a text' })
  idempotencyKey?: string | null;
}

@InputType()
export class RequestReportInput extends ReportInput {
  static readonly rulesBetween: RulesBetween<RequestReportInput> = reportProblems;

  @Public(() => InstantScalar, {
    nullable: true,
    description: 'Included; may be absent where the kind needs no window.',
  })
  @IsOptional()
  @AsDate()
  @IsInstant()
  start?: Date | null;

  @Public(() => InstantScalar, {
    nullable: true,
    description: 'Excluded, except that Kochava counts its whole last second or hour: docs/reports.',
  })
  @IsOptional()
  @AsDate()
  @IsInstant()
  end?: Date | null;
}

const List =
  (...rules: PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    const shape = [
      IsOptional(),
      IsArray({ message: 'must be a list' }),
      ArrayMaxSize(200, { message: 'may hold 200 values at most' }),
    ];
    for (const rule of [...shape, ...rules]) rule(target, key);
  };

@InputType({ description: 'Everything given must hold; within a list any one.' })
export class ReportFilter {
  @Field(() => [ID], { nullable: true })
  @List(IsString({ each: true, message: 'must hold texts only' }))
  appIds?: string[] | null;

  @Field(() => [ReportKind], { nullable: true })
  @List(IsListOf(ReportKind))
  kinds?: ReportKind[] | null;

  @Field(() => [ReportStatus], { nullable: true })
  @List(IsListOf(ReportStatus))
  statuses?: ReportStatus[] | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsString({ message: 'must be a schedule’s id' })
  scheduleId?: string | null;
}

@ArgsType()
export class ReportsArgs extends pageArgs(25) {
  @Field(() => ReportFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ReportFilter)
  filter?: ReportFilter | null;
}

@ArgsType()
export class ReportRowsArgs extends pageArgs(100) {}
