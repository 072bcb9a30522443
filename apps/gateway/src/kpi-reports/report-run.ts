import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError, type Vendor } from '#libs/domain';
import type { SourceReport } from '../kpis/kpi-source.js';
import { KpisService } from '../kpis/kpis.service.js';
import type { AskedReport } from '../reports/asked-report.js';
import type { ReportChange } from '../reports/report-store.js';
import { JobContext } from './job-context.js';
import type { ReportDays } from './report-days.js';
import { ReportFiles } from './report-files.js';
import { questionOfReport } from './report-question.js';
import { reportText } from './report-text.js';

const NAMES: Record<Vendor, string> = { ADJUST: 'Adjust', KOCHAVA: 'Kochava' };

/** One run of a KPI report: the question is asked, and its answer written into a file. */
@Injectable()
export class ReportRun {
  constructor(
    private readonly kpis: KpisService,
    private readonly contexts: JobContext,
    private readonly files: ReportFiles,
  ) {}

  /** What the row becomes. Throws what the question throws; UNAVAILABLE while a vendor makes its numbers. */
  async make(row: ReportModel, signal: AbortSignal): Promise<ReportChange> {
    const asked = row.request as unknown as AskedReport;
    const { input, days } = questionOfReport(asked, row.appId);
    const stream = await this.kpis.stream(await this.contexts.of(row, signal), input, 'ERROR');
    const { layout, reports } = stream;
    let fileSize: number;
    try {
      mustBeFresh(reports);
      fileSize = await this.files.write(row, reportText(stream, asked.format), signal);
    } finally {
      await stream.leave();
    }
    return {
      status: 'COMPLETED',
      statusDetail: detailOf(reports, days, asked.timeZone),
      failure: null,
      progress: 100,
      hasFile: true,
      fileSize,
      columns: layout.columns.map(({ name }) => name),
      completedAt: new Date(),
      nextLookAt: null,
    };
  }

  /** The file of a run that its row does not tell of. */
  async forget(row: ReportModel): Promise<void> {
    await this.files.remove(row).catch(() => undefined);
  }
}

/** Older numbers may stand in for a vendor that is down where somebody waits; a report is made once, and kept. */
function mustBeFresh(reports: readonly SourceReport[]): void {
  const stale = reports.find(({ status }) => status === 'STALE');
  if (!stale) return;
  const says = `${NAMES[stale.vendor]} does not answer now, and older numbers are none for a report.`;
  throw new GatewayError('UPSTREAM_UNAVAILABLE', says, { vendor: stale.vendor });
}

/** What is to be known of the file's numbers. */
function detailOf(reports: readonly SourceReport[], days: ReportDays, timeZone: string): string {
  const parts = ['The gateway made the file, and keeps it.'];
  if (days.changes) {
    parts.push(
      `Days begin at UTC${days.utcOffset} all the way, though the offset of ${timeZone} changes within the window.`,
    );
  }
  for (const { vendor, error, warnings } of reports) {
    if (error) parts.push(`${NAMES[vendor]} is left out: ${error.message}`);
    parts.push(...warnings.map((warning) => `${NAMES[vendor]}: ${warning}`));
  }
  return parts.join(' ');
}
