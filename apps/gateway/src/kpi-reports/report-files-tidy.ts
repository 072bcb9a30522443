import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { Log } from '../operations/log.js';
import { ReportFiles, runOf } from './report-files.js';

const EVERY_MS = 900_000;
const AT_ONCE = 1_000;

/** Removes files whose reports went with their tenant or app, now and then. */
@Injectable()
export class ReportFilesTidy implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly files: ReportFiles,
    private readonly prisma: PrismaService,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tidy(), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** A database that is away keeps every file. */
  async tidy(): Promise<void> {
    try {
      await this.files.tidy((runs) => this.needed(runs));
    } catch (cause) {
      this.log.warn('files of reports could not be tidied', { reason: String(cause) });
    }
  }

  private async needed(runs: readonly string[]): Promise<Set<string>> {
    const kept = new Set<string>();
    for (let from = 0; from < runs.length; from += AT_ONCE) {
      const ids = runs.slice(from, from + AT_ONCE).map((run) => run.slice(0, run.indexOf('.')));
      const where = { id: { in: ids }, status: { in: ['COMPLETED', 'IN_PROGRESS'] } };
      const rows = await this.prisma.report.findMany({ where, select: { id: true, looks: true } });
      for (const row of rows) kept.add(runOf(row));
    }
    return kept;
  }
}
