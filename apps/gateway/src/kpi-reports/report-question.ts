import { badInput, GatewayError } from '#libs/domain';
import type { KpiQueryInput } from '../kpis/kpi.input.js';
import type { AskedReport } from '../reports/asked-report.js';
import { daysOf, type ReportDays } from './report-days.js';
import { placeOf } from './report-problems.js';

/** As long as a question may wait: nobody is at the other end. */
const WAIT_SECONDS = 30;

/** The KPI question that a report of an app asks, and the days that it is about. BAD_USER_INPUT for a window that is none. */
export function questionOfReport(asked: AskedReport, appId: string): { input: KpiQueryInput; days: ReportDays } {
  const days = daysOf(asked);
  const { from, to, utcOffset } = days;
  const input: KpiQueryInput = {
    metrics: [],
    vendorMetrics: [],
    groupBy: [],
    ...asked.spec.kpi,
    from,
    to,
    utcOffset,
    appIds: [appId],
    waitSeconds: WAIT_SECONDS,
    onFailedSource: 'ERROR',
  };
  return { input, days };
}

/** What is wrong with a KPI question, by where it stands in what was asked here. Anything else as it is. */
export async function asReportProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT' || !error.details.errors) throw error;
    throw badInput(error.details.errors.map((one) => ({ ...one, pointer: placeOf(one.pointer) })));
  }
}
