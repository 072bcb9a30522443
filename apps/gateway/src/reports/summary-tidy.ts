import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Log } from '../operations/log.js';
import { SummaryReports } from './summary-reports.js';

const EVERY_MS = 3_600_000;
/** Longer than any of them is read again, and shorter than Kochava keeps their files (ten days). */
const KEPT_MS = 7 * 86_400_000;

/** Lets go of the summaries that KPI questions asked for, a week after they have come to their end. */
@Injectable()
export class SummaryTidy implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly reports: SummaryReports,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tidy(), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** A database that is away keeps them. */
  async tidy(): Promise<void> {
    try {
      await this.reports.forget(new Date(Date.now() - KEPT_MS));
    } catch (cause) {
      this.log.warn('summaries could not be tidied', { reason: String(cause) });
    }
  }
}
