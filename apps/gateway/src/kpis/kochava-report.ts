import type { OpenedApps } from '#libs/tenancy';
import type { FoundSummaries } from './kochava-summaries.js';
import { counterName, type KochavaPlan } from './kochava-plan.js';
import type { KpiQuestion } from './kpi-question.js';
import type { SourceReport } from './kpi-source.js';

const COST_WARNING =
  'COST is what Kochava says was spent on clicks and on impressions: spend on installs, or by other models, is not in it.';
/** Of an answer where Kochava's rows stand alone. */
export const CURRENCY_WARNING = 'Kochava’s summaries do not say which currency their money is in: `currency` is null.';
const REENGAGEMENT_WARNING =
  'REATTRIBUTIONS are Kochava’s reengagements: every return through an ad, not those of lapsed users alone.';

/** A report about `opened`; apps that were asked for and have no guid of Kochava's are named. */
export function newKochavaReport(question: KpiQuestion, { opened: apps, nameless }: OpenedApps): SourceReport {
  return {
    vendor: 'KOCHAVA',
    service: 'KOCHAVA_SUMMARY',
    apps,
    status: 'FRESH',
    fetchedAt: null,
    currencies: [],
    warnings: nameless.map(({ name }) => `${name} has no Kochava guid: its numbers are not here.`),
    settings: { utcOffset: question.utcOffset, from: question.from, to: question.to },
    metricNames: [],
    unsupported: [],
    error: null,
    reports: [],
  };
}

/** Tells what `plan` decided about the numbers. */
export function describeKochavaPlan(report: SourceReport, question: KpiQuestion, plan: KochavaPlan): void {
  const { traffic, grouping, timeSeries, start, end } = plan.asked;
  report.settings = {
    ...report.settings,
    traffic,
    grouping,
    timeSeries,
    timeZone: 'UTC',
    window: { start, end },
    filteredHere: plan.filters.map(({ grouping: by, keep }) => ({ by, names: [...keep] })),
  };
  report.metricNames = question.metrics.flatMap((metric, index) => {
    const vendorName = counterName(plan.metrics[index]);
    return vendorName === undefined ? [] : [{ metric, vendorName }];
  });
  report.unsupported = [...plan.unsupported];
  if (plan.readsCost) report.warnings.push(COST_WARNING);
  if (plan.money) report.warnings.push(CURRENCY_WARNING);
  if (question.metrics.includes('REATTRIBUTIONS')) report.warnings.push(REENGAGEMENT_WARNING);
}

/** Tells which reports the numbers are, or will be, read from, and how old they are. */
export function describeSummaries(report: SourceReport, { status, reports, failure }: FoundSummaries): void {
  report.status = status;
  report.reports = reports.map(({ row }) => row.id);
  if (status === 'PENDING') {
    const there = reports.filter(({ row }) => row.status === 'COMPLETED').length;
    const all = report.apps.length;
    report.warnings.push(
      `${all - there} of ${all} reports are being made at Kochava: ask the same again, and they are joined. Until all are there, nothing is told of any.`,
    );
    return;
  }
  // The oldest: no number is older than that.
  const made = reports.flatMap(({ row }) => row.completedAt?.getTime() ?? []);
  report.fetchedAt = made.length > 0 ? new Date(Math.min(...made)) : null;
  if (failure) report.warnings.push(`Kochava does not answer now (${failure.code}): these numbers are older.`);
}

export function describeColumns(report: SourceReport, unknown: ReadonlySet<string>): void {
  if (unknown.size === 0) return;
  const names = [...unknown].map((name) => JSON.stringify(name)).join(', ');
  report.warnings.push(
    `Kochava’s reports have columns that the gateway does not know: ${names}. They are in the reports’ rows; KOCHAVA_SUMMARY_COLUMNS can say what they mean.`,
  );
}
