import type { ReportModel } from '#libs/database';
import type { AskedReport } from '../reports/asked-report.js';
import type { ReportFailure } from '../reports/report.model.js';
import { LIVE, type ReportStatus } from '../reports/report-words.js';
import type { SummaryAsked } from './kochava-plan.js';

/** The report that `asked` makes, as its row keeps it. */
export const askedReportOf = ({ traffic, grouping, timeSeries, start, end }: SummaryAsked): AskedReport =>
  ({
    spec: { summary: { traffic: traffic.map((word) => word.toUpperCase()), grouping: [...grouping], timeSeries } },
    start,
    end,
    timeZone: 'UTC',
    format: 'CSV',
  }) as AskedReport;

/** What a report must be to be read for a question. */
export interface Wanted {
  readonly asked: SummaryAsked;
  /** Kochava's guid of the app. */
  readonly upstreamApp: string;
  /** Milliseconds that a report which is there is read again. */
  readonly freshMs: number;
  /** Only what is under way. */
  readonly bypass: boolean;
}

/**
 * A report that is read again for so long, whatever the cache says: whoever did not wait for it must find it when they ask
 * again, and one that takes minutes to make must not be old when it is there.
 */
const JOINED_MS = 60_000;

/** Of reports, newest first: one that is there, else one under way, else one that came to nothing and would again. */
export function pickReport(rows: readonly ReportModel[], wanted: Wanted): ReportModel | undefined {
  const fitting = rows.filter((row) => row.upstreamApp === wanted.upstreamApp && covers(row, wanted.asked));
  const there = wanted.bypass ? undefined : fitting.find((row) => isThere(row) && isFresh(row, wanted.freshMs));
  return (
    there ??
    fitting.find(({ status }) => LIVE.includes(status as ReportStatus)) ??
    (wanted.bypass ? undefined : fitting.find((row) => failsAgain(row, wanted)))
  );
}

/** The newest report that is there, of whatever age. */
export const olderReport = (
  rows: readonly ReportModel[],
  { upstreamApp, asked }: Pick<Wanted, 'upstreamApp' | 'asked'>,
): ReportModel | undefined => rows.find((row) => isThere(row) && row.upstreamApp === upstreamApp && covers(row, asked));

const isThere = ({ status, hasFile }: ReportModel): boolean => status === 'COMPLETED' && hasFile;

function isFresh({ createdAt, updatedAt }: ReportModel, freshMs: number): boolean {
  const madeIn = createdAt ? updatedAt.getTime() - createdAt.getTime() : 0;
  return Date.now() - updatedAt.getTime() < Math.max(freshMs, JOINED_MS, 2 * madeIn);
}

function failsAgain(row: ReportModel, { asked, freshMs }: Wanted): boolean {
  const failure = row.failure as ReportFailure | null;
  // What Kochava never took is asked for again: a key may have been mended.
  if (row.upstreamToken === null) return false;
  return row.status === 'FAILED' && failure?.retryable === false && isFresh(row, freshMs) && isSame(row, asked);
}

const summaryOf = ({ request }: ReportModel) => (request as unknown as AskedReport).spec.summary;

/** Does it hold what was asked, perhaps in more detail, and nothing filtered? It is added up here anyway. */
function covers(row: ReportModel, asked: SummaryAsked): boolean {
  const { start, end, timeZone, format, delivery } = row.request as unknown as AskedReport;
  const summary = summaryOf(row);
  if (!summary || start !== asked.start || end !== asked.end || timeZone !== 'UTC') return false;
  if (format !== 'CSV' || delivery) return false;
  const { traffic, grouping, timeSeries, ...more } = summary;
  if (Object.keys(more).length > 0) return false;
  const counted = new Set(traffic.map((word) => word.toLowerCase()));
  return (
    (timeSeries === 1 || timeSeries === asked.timeSeries) &&
    asked.traffic.every((word) => counted.has(word)) &&
    asked.grouping.every((word) => grouping.includes(word))
  );
}

function isSame(row: ReportModel, asked: SummaryAsked): boolean {
  const { traffic, grouping, timeSeries } = summaryOf(row)!;
  return (
    timeSeries === asked.timeSeries &&
    traffic.length === asked.traffic.length &&
    grouping.length === asked.grouping.length
  );
}
