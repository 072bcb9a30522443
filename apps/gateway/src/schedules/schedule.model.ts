import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { ScheduleModel } from '#libs/database';
import { type Vendor, VENDORS } from '#libs/domain';
import { FREQUENCIES } from '#libs/kochava-reporting';
import { App } from '../apps/app.model.js';
import { PageInfo } from '../edge/page.model.js';
import { enumOf, Public, publicEnum } from '../edge/public-type.js';
import { InstantScalar, JsonScalar } from '../edge/scalars.js';
import { VendorEnum } from '../public-enums.js';
import { ReportKind } from '../reports/report-words.js';
import { type AskedSchedule, cadenceOf, lengthOf } from './asked-schedule.js';

export const Frequency = publicEnum(
  'Frequency',
  enumOf(FREQUENCIES.map((name) => name.toUpperCase() as Uppercase<typeof name>)),
);
export type Frequency = keyof typeof Frequency;

export const ScheduleStatus = publicEnum('ScheduleStatus', enumOf(['SUBMITTING', 'UNCONFIRMED', 'ACTIVE', 'DELETED']));
export type ScheduleStatus = keyof typeof ScheduleStatus;

const INTEGER = { type: 'integer' };

@ObjectType({ description: 'end is excluded.' })
export class ScheduleWindow {
  @Public(() => InstantScalar)
  runAt!: string;

  @Public(() => InstantScalar)
  start!: string;

  @Public(() => InstantScalar)
  end!: string;
}

@ObjectType({ description: 'Scope schedules:read.' })
export class Schedule {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Public(() => [VendorEnum])
  vendors!: Vendor[];

  @Field(() => App, { description: 'Scope apps:read.' })
  @ApiProperty({ type: () => App, nullable: true, description: 'Null where the key lacks the scope apps:read.' })
  app?: App | null;

  @Public(() => ReportKind)
  kind!: ReportKind;

  @Public(() => Frequency)
  frequency!: Frequency;

  @Public(() => Int, {
    description:
      'Minute of the hour, hour of the day, day of the week (Monday 1 to Sunday 7), day of the month, day of the quarter’s first month.',
    openApi: INTEGER,
  })
  runOn!: number;

  @Public(() => Int, {
    description: 'From the run back to the end of its window: minutes, hours, days, days.',
    openApi: INTEGER,
  })
  delay!: number;

  @Public(() => Int, { description: 'The window’s length: minutes, hours, days, months, quarters.', openApi: INTEGER })
  previousTime!: number;

  @Public(() => String)
  timeZone!: string;

  @Public(() => [String])
  notify!: string[];

  @Public(() => JsonScalar, { description: 'What was asked, without secrets.' })
  request!: unknown;

  @Public(() => String, { nullable: true, description: 'The vendor’s own token.' })
  upstreamToken!: string | null;

  @Public(() => ScheduleStatus)
  status!: ScheduleStatus;

  @Public(() => InstantScalar, { nullable: true })
  nextRunAt!: string | null;

  @Public(() => InstantScalar, { nullable: true })
  createdAt!: string | null;
}

/** A schedule as the rooms answer it; JSON through and through. `appId` is the gateway's own id. */
export type ScheduleOfApp = Omit<Schedule, 'app'> & { readonly appId: string };

@ObjectType()
export class ScheduleConnection {
  @Field(() => [Schedule])
  nodes!: ScheduleOfApp[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

export function scheduleOf(row: ScheduleModel): ScheduleOfApp {
  const asked = row.request as unknown as AskedSchedule;
  const { frequency, runOn, delay } = asked.cadence;
  return {
    id: row.id,
    appId: row.appId,
    vendors: asked.spec.kpi ? [...(asked.spec.kpi.vendors ?? VENDORS)] : ['KOCHAVA'],
    kind: row.kind as ReportKind,
    frequency,
    runOn,
    delay,
    previousTime: lengthOf(cadenceOf(asked)),
    timeZone: asked.timeZone,
    notify: row.notify,
    request: row.request,
    upstreamToken: row.upstreamToken,
    status: row.status as ScheduleStatus,
    nextRunAt: row.nextRunAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
