import { type DynamicModule, Module } from '@nestjs/common';
import { KochavaSchedules } from './kochava-schedules.js';
import { RestSchedules } from './rest-schedules.js';
import { ScheduleAtKochava } from './schedule-at-kochava.js';
import { ScheduleFollower } from './schedule-follower.js';
import { ScheduleIntake } from './schedule-intake.js';
import { ScheduleMakers } from './schedule-makers.js';
import { ScheduleRuns } from './schedule-runs.js';
import { ScheduleSender } from './schedule-sender.js';
import { ScheduleStanding } from './schedule-standing.js';
import { ScheduleStore } from './schedule-store.js';
import { ScheduleWritesService } from './schedule-writes.service.js';
import { SchedulesController } from './schedules.controller.js';
import { AppSchedulesResolver, ReportScheduleResolver, SchedulesResolver } from './schedules.resolver.js';
import { SchedulesService } from './schedules.service.js';

@Module({})
export class SchedulesModule {
  /** `reports`: the module of what schedules make. */
  static forRoot(reports: DynamicModule): DynamicModule {
    return {
      module: SchedulesModule,
      imports: [reports],
      controllers: [SchedulesController],
      providers: [
        ScheduleStore,
        ScheduleAtKochava,
        ScheduleSender,
        ScheduleIntake,
        ScheduleStanding,
        KochavaSchedules,
        ScheduleMakers,
        ScheduleRuns,
        ScheduleFollower,
        SchedulesService,
        ScheduleWritesService,
        RestSchedules,
        SchedulesResolver,
        AppSchedulesResolver,
        ReportScheduleResolver,
      ],
      exports: [ScheduleStore, ScheduleMakers, ScheduleWritesService, ScheduleFollower],
    };
  }
}
