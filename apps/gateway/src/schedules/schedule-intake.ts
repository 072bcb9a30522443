import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { AppDirectory } from '#libs/tenancy';
import { Intake } from '../reports/intake.js';
import { type Asked, ScheduleMakers, type SchedulePlan } from './schedule-makers.js';
import { ScheduleStore } from './schedule-store.js';

@Injectable()
export class ScheduleIntake extends Intake<Asked, SchedulePlan, ScheduleModel> {
  constructor(directory: AppDirectory, store: ScheduleStore, makers: ScheduleMakers) {
    super('schedule', directory, store, makers);
  }
}
