import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Chores } from '../jobs/chores.js';
import { SummaryReports } from './summary-reports.js';

const EVERY_MS = 3_600_000;
/** Longer than any of them is read again, and shorter than Kochava keeps their files (ten days). */
const KEPT_MS = 7 * 86_400_000;

/** Lets go of the summaries that KPI questions asked for, a week after they have come to their end. */
@Injectable()
export class SummaryTidy implements OnModuleInit {
  constructor(
    private readonly reports: SummaryReports,
    private readonly chores: Chores,
  ) {}

  onModuleInit(): void {
    this.chores.register({ name: 'tidying summaries', everyMs: EVERY_MS, work: () => this.tidy() });
  }

  /** Throws where the database is away: it keeps them. */
  async tidy(): Promise<void> {
    await this.reports.forget(new Date(Date.now() - KEPT_MS));
  }
}
