import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { Chores } from '../jobs/chores.js';
import { ReportFiles, runOf } from './report-files.js';

const EVERY_MS = 900_000;
const AT_ONCE = 1_000;

/** Removes files whose reports went with their tenant or app, now and then. */
@Injectable()
export class ReportFilesTidy implements OnModuleInit {
  constructor(
    private readonly files: ReportFiles,
    private readonly prisma: PrismaService,
    private readonly chores: Chores,
  ) {}

  onModuleInit(): void {
    this.chores.register({ name: 'tidying files of reports', everyMs: EVERY_MS, work: () => this.tidy() });
  }

  /** Throws where the database is away: every file stays. */
  async tidy(): Promise<void> {
    await this.files.tidy((runs) => this.needed(runs));
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
