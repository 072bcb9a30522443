import type { ReportModel } from '#libs/database';
import type { AskedReport } from '../reports/asked-report.js';
import type { ReportFailure } from '../reports/report.model.js';
import { isLive } from '../reports/report-words.js';
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
  /** Only what is under way, or `owed`. */
  readonly bypass: boolean;
  /** Id of the report that this caller was told to come back for. */
  readonly owed?: string | undefined;
  /** Id of the report that was read, or joined, for the same the last time. */
  readonly last?: string | undefined;
}

/**
 * A report that is read again for so long, whatever the cache says: whoever did not wait for it must find it when they ask
 * again, and one that takes minutes to make must not be old when it is there.
 */
const JOINED_MS = 60_000;

/** Of reports, newest first: one that is there, else one under way, else one that came to nothing and would again. */
export function pickReport(rows: readonly ReportModel[], wanted: Wanted): ReportModel | undefined {
  const fitting = rows.filter((row) => row.upstreamApp === wanted.upstreamApp && covers(row, wanted.asked));
  const may = (row: ReportModel): boolean => (wanted.bypass ? row.id === wanted.owed : isFresh(row, wanted.freshMs));
  const there = nearest(
    fitting.filter((row) => isThere(row) && may(row)),
    wanted,
  );
  return (
    there ??
    nearest(fitting.filter(isLive), wanted) ??
    (wanted.bypass ? undefined : fitting.find((row) => failsAgain(row, wanted)))
  );
}

/** A report that is there, of whatever age. */
export const olderReport = (
  rows: readonly ReportModel[],
  wanted: Pick<Wanted, 'upstreamApp' | 'asked' | 'last'>,
): ReportModel | undefined =>
  nearest(
    rows.filter((row) => isThere(row) && row.upstreamApp === wanted.upstreamApp && covers(row, wanted.asked)),
    wanted,
  );

/**
 * The newest that was asked for the same, or was read for it before: what is made of its file may be there. Wider ones come
 * and go with what others ask, and would have to be read anew each time.
 */
const nearest = (
  fitting: readonly ReportModel[],
  { asked, last }: Pick<Wanted, 'asked' | 'last'>,
): ReportModel | undefined => fitting.find((row) => row.id === last || isSame(row, asked)) ?? fitting[0];

const MOST_NOTED = 20_000;

/** Which report was picked last for what was asked about an app. Lost when the process ends: then it is picked anew. */
export class LastPicks {
  private readonly ids = new Map<string, string>();

  of(appId: string, asked: SummaryAsked): string | undefined {
    return this.ids.get(nameOf(appId, asked));
  }

  note(appId: string, asked: SummaryAsked, reportId: string): void {
    const name = nameOf(appId, asked);
    this.ids.delete(name);
    if (this.ids.size >= MOST_NOTED) this.ids.delete(this.ids.keys().next().value!);
    this.ids.set(name, reportId);
  }

  forget(appId: string, asked: SummaryAsked): void {
    this.ids.delete(nameOf(appId, asked));
  }
}

/** Reports that callers who want fresh numbers were told to come back for: each is theirs once, when it is there. */
export class OwedReports {
  private readonly ids = new LastPicks();

  of(keyId: string, appId: string, asked: SummaryAsked): string | undefined {
    return this.ids.of(`${keyId} ${appId}`, asked);
  }

  note(keyId: string, appId: string, asked: SummaryAsked, reportId: string): void {
    this.ids.note(`${keyId} ${appId}`, asked, reportId);
  }

  settle(keyId: string, appId: string, asked: SummaryAsked): void {
    this.ids.forget(`${keyId} ${appId}`, asked);
  }
}

const nameOf = (appId: string, { traffic, grouping, timeSeries, start, end }: SummaryAsked): string =>
  [appId, traffic, grouping, timeSeries, start, end].join(' ');

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
