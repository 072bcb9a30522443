import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { AuditOutcome } from '#libs/audit';
import type { Edge, ErrorCode, Vendor } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { PageInfo } from '../edge/page.model.js';
import { Public } from '../edge/public-type.js';
import { InstantScalar, JsonScalar } from '../edge/scalars.js';
import { AuditOutcomeEnum, EdgeEnum, ErrorCodeEnum, VendorEnum } from '../public-enums.js';

@ObjectType({ description: 'Scope audit:read.' })
export class AuditEvent {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Public(() => InstantScalar)
  at!: Date;

  @Public(() => ID, { nullable: true, openApi: { type: 'string' } })
  keyId!: string | null;

  @Public(() => String)
  keyName!: string;

  @Public(() => EdgeEnum)
  edge!: Edge;

  @Public(() => String)
  action!: string;

  @Public(() => App, { nullable: true, description: 'Scope apps:read.' })
  app!: App | null;

  @Public(() => String, { nullable: true })
  resource!: string | null;

  @Public(() => VendorEnum, { nullable: true })
  vendor!: Vendor | null;

  @Public(() => AuditOutcomeEnum)
  outcome!: AuditOutcome;

  @Public(() => ErrorCodeEnum, { nullable: true })
  code!: ErrorCode | null;

  @Public(() => Int, { nullable: true, openApi: { type: 'integer' } })
  upstreamStatus!: number | null;

  @Public(() => Int, { nullable: true, openApi: { type: 'integer' } })
  durationMs!: number | null;

  @Public(() => String)
  requestId!: string;

  @Public(() => JsonScalar, {
    nullable: true,
    description: 'What was asked, and what stood there before and after, every secret replaced by its fingerprint.',
  })
  request!: unknown;

  @Public(() => JsonScalar, { nullable: true })
  before!: unknown;

  @Public(() => JsonScalar, { nullable: true })
  after!: unknown;
}

/** As REST tells it: the app's id stands there whatever the key may know of apps. */
export class AuditEventRow extends AuditEvent {
  @ApiProperty({ type: String, nullable: true })
  appId!: string | null;
}

@ObjectType()
export class AuditEventConnection {
  @Field(() => [AuditEvent])
  nodes!: AuditEvent[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
