import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { AppDirectory } from '#libs/tenancy';
import { Intake } from './intake.js';
import { type Asked, ReportMakers, type ReportPlan } from './report-makers.js';
import { ReportStore } from './report-store.js';

@Injectable()
export class ReportIntake extends Intake<Asked, ReportPlan, ReportModel> {
  constructor(directory: AppDirectory, store: ReportStore, makers: ReportMakers) {
    super('report', directory, store, makers);
  }
}
