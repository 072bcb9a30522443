import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobQueue } from '../jobs/job-queue.js';
import { ReportFollower } from './report-follower.js';
import { REPORT_JOBS } from './report-sender.js';
import { ReportStore } from './report-store.js';

/** The durable jobs that follow reports. */
@Injectable()
export class ReportJobs implements OnModuleInit {
  constructor(
    private readonly jobs: JobQueue,
    private readonly follower: ReportFollower,
    private readonly store: ReportStore,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: REPORT_JOBS,
      work: (id) => this.follower.look(id),
      overdue: () => this.store.overdue(),
    });
  }
}
