import type { OpenedApp } from '#libs/tenancy';
import type { AdjustPlan } from './adjust-plan.js';
import type { KpiQuestion } from './kpi-question.js';
import type { SourceReport } from './kpi-source.js';

const COST_WARNING =
  'The KPI Service no longer fills cost: COST and what is made of it are 0 or stale. Adjust tells ad spend in its Report Service.';

/** A report about `apps`; `nameless`: names of apps that were asked for and have no Adjust token. */
export function newReport(
  question: KpiQuestion,
  apps: readonly OpenedApp[],
  nameless: readonly string[],
): SourceReport {
  return {
    vendor: 'ADJUST',
    service: 'ADJUST_KPI_SERVICE',
    apps,
    status: 'FRESH',
    fetchedAt: null,
    currencies: [],
    warnings: nameless.map((name) => `${name} has no Adjust token: its numbers are not here.`),
    settings: { utcOffset: question.utcOffset, from: question.from, to: question.to },
    metricNames: [],
    unsupported: [],
    error: null,
    reports: [],
  };
}

/** Tells what `plan` decided about the numbers. */
export function describePlan(report: SourceReport, question: KpiQuestion, plan: AdjustPlan): void {
  const { appTokens: _, kpis: __, eventKpis: ___, startDate: ____, endDate: _____, ...sent } = plan.query;
  report.settings = {
    ...report.settings,
    endpoint: plan.endpoint,
    ...Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)),
    attributionType: plan.query.attributionType ?? 'click',
    attributionSource: plan.query.attributionSource ?? 'dynamic',
    filteredHere: plan.rowFilters.map((filter) => ({ by: filter.grouping, names: [...filter.keep] })),
  };
  report.metricNames = question.metrics.map((metric, index) => {
    const source = plan.metrics[index]!;
    return { metric, vendorName: 'kpi' in source ? source.kpi : `${source.over} / ${source.under}` };
  });
  if (plan.readsCost) report.warnings.push(COST_WARNING);
}
