import type { FieldError } from '#libs/domain';
import { badInput, GatewayError } from '#libs/domain';
import type { KpiQueryInput } from '../kpis/kpi.input.js';
import type { AskedReport } from '../reports/asked-report.js';
import { daysOf, type ReportDays } from './report-days.js';

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

const PLACES: Record<string, string> = { from: '/start', to: '/end', utcOffset: '/timeZone', appIds: '/appId' };

/** What is wrong with a KPI question, by where it stands in what was asked here. Anything else as it is. */
export async function asReportProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT' || !error.details.errors) throw error;
    throw badInput(error.details.errors.map(placed));
  }
}

function placed({ pointer, detail }: FieldError): FieldError {
  const [, field = ''] = pointer.split('/');
  return { pointer: PLACES[field] ?? `/spec/kpi${pointer}`, detail };
}

/** The gateway keeps the file, and mails nobody. BAD_USER_INPUT where something else is asked. */
export function refuseDelivery({ delivery, notify }: Pick<AskedReport, 'delivery' | 'notify'>): FieldError[] {
  const problems: FieldError[] = [];
  const detail = 'has no meaning for a KPI report: the gateway keeps its file, and mails nobody';
  if (delivery) problems.push({ pointer: '/delivery', detail });
  if (notify) problems.push({ pointer: '/notify', detail });
  return problems;
}
