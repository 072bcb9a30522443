import type { FieldError } from '#libs/domain';
import type { IsGood } from '../edge/input.js';
import { problemsBetween } from '../kpis/kpi-question.js';
import type { AskedReport } from '../reports/asked-report.js';
import { daysOf, type ReportDays, windowProblems } from './report-days.js';

/** What is wrong with a KPI report, as far as it can be told without knowing its app. */
export function kpiReportProblems(asked: AskedReport, isGood: IsGood): FieldError[] {
  const window = windowProblems({ ...asked, timeZone: isGood('/timeZone') ? asked.timeZone : undefined });
  const days = window.length === 0 ? daysOf(asked) : undefined;
  return [...refuseDelivery(asked), ...window, ...questionProblems(asked, isGood, days)];
}

/** What is wrong between the fields of its question, about whatever days. */
export function questionProblems(
  { spec }: Pick<AskedReport, 'spec'>,
  isGood: IsGood,
  { from, to, utcOffset }: Partial<ReportDays> = {},
): FieldError[] {
  const isGoodThere: IsGood = (...pointers) => isGood(...pointers.map(placeOf));
  return problemsBetween({ ...spec.kpi, from, to, utcOffset }, isGoodThere).map(({ pointer, detail }) => ({
    pointer: placeOf(pointer),
    detail,
  }));
}

const PLACES: Record<string, string> = { from: '/start', to: '/end', utcOffset: '/timeZone', appIds: '/appId' };

/** Where a field of a KPI question stands in what was asked here. */
export function placeOf(pointer: string): string {
  const [, field = ''] = pointer.split('/');
  return PLACES[field] ?? `/spec/kpi${pointer}`;
}

/** The gateway keeps the file, and mails nobody: what is wrong where something else is asked. */
export function refuseDelivery({ delivery, notify }: Pick<AskedReport, 'delivery' | 'notify'>): FieldError[] {
  const problems: FieldError[] = [];
  const detail = 'has no meaning for a KPI report: the gateway keeps its file, and mails nobody';
  if (delivery) problems.push({ pointer: '/delivery', detail });
  if (notify) problems.push({ pointer: '/notify', detail });
  return problems;
}
