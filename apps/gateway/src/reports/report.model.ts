import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { ReportModel } from '#libs/database';
import type { ErrorCode, Vendor } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { PageInfo } from '../edge/page.model.js';
import { Public } from '../edge/public-type.js';
import { InstantScalar, JsonScalar } from '../edge/scalars.js';
import { ErrorCodeEnum, VendorEnum } from '../public-enums.js';
import { ReportKind, ReportStatus } from './report-words.js';

@ObjectType()
export class ReportFailure {
  @Public(() => ErrorCodeEnum)
  code!: ErrorCode;

  @Public(() => String, { description: 'In the vendor’s words, where it has any.' })
  message!: string;

  @Public(() => Boolean, { description: 'Might the same request succeed another time?' })
  retryable!: boolean;
}

@ObjectType({ description: 'Scope reports:read.' })
export class Report {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Public(() => [VendorEnum])
  vendors!: Vendor[];

  @Field(() => App, { description: 'Scope apps:read.' })
  @ApiProperty({ type: () => App, nullable: true, description: 'Null where the key lacks the scope apps:read.' })
  app?: App | null;

  @Public(() => ReportKind)
  kind!: ReportKind;

  @Public(() => ReportStatus)
  status!: ReportStatus;

  @Public(() => Int, { nullable: true, description: '0 to 100', openApi: { type: 'integer' } })
  progress!: number | null;

  @Public(() => String, { nullable: true })
  statusDetail!: string | null;

  @Public(() => ReportFailure, { nullable: true })
  failure!: ReportFailure | null;

  @Public(() => String, {
    nullable: true,
    description: 'The vendor’s own token; a 64-bit integer, so a string.',
  })
  upstreamToken!: string | null;

  @Public(() => JsonScalar, { description: 'What was asked, without secrets.' })
  request!: unknown;

  @Public(() => Float, { nullable: true, description: 'Bytes.', openApi: { type: 'number' } })
  fileSize!: number | null;

  @Public(() => InstantScalar, {
    nullable: true,
    description: 'Null for a report that was found at the vendor, which tells no time of creation.',
  })
  createdAt!: string | null;

  @Public(() => InstantScalar)
  updatedAt!: string;

  @Public(() => InstantScalar, { nullable: true })
  completedAt!: string | null;

  @Public(() => [String], { nullable: true, description: 'Known once the file is there.' })
  columns!: string[] | null;

  @Public(() => String, {
    nullable: true,
    description: 'The gateway’s own download: GET /v1/reports/{id}/file, under the caller’s key.',
  })
  fileUrl?: string | null;

  @ApiProperty({
    nullable: true,
    allOf: [{ $ref: '#/components/schemas/Schedule' }],
    description: 'The schedule that made it. Null also where the key lacks the scope schedules:read.',
  })
  schedule?: object | null;
}

/** A report as the rooms answer it; JSON through and through. `appId` is the gateway's own id. */
export type ReportOfApp = Omit<Report, 'app' | 'schedule' | 'fileUrl'> & {
  readonly appId: string;
  readonly hasFile: boolean;
  readonly scheduleId: string | null;
};

@ObjectType()
export class ReportConnection {
  @Field(() => [Report])
  nodes!: ReportOfApp[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType()
export class ReportRowConnection {
  @Field(() => [JsonScalar], { description: 'Objects by column.' })
  nodes!: object[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

/** A row of a report's file, by the names of its columns. */
export class ReportRow {
  [column: string]: unknown;
}

export function reportOf(row: ReportModel): ReportOfApp {
  return {
    id: row.id,
    appId: row.appId,
    vendors: row.vendors as Vendor[],
    kind: row.kind as ReportKind,
    status: row.status as ReportStatus,
    progress: row.progress,
    statusDetail: row.statusDetail,
    failure: row.failure as ReportFailure | null,
    upstreamToken: row.upstreamToken,
    request: row.request,
    fileSize: row.fileSize,
    createdAt: row.createdAt?.toISOString() ?? null,
    updatedAt: row.updatedAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
    columns: row.columns.length > 0 ? row.columns : null,
    hasFile: row.hasFile,
    scheduleId: row.scheduleId,
  };
}
