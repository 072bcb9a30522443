import type { OpenedApp } from '#libs/tenancy';
import { GatewayError } from '#libs/domain';
import { toGatewayError } from '../edge/gateway-failure.js';
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

/** The source can't answer this; nothing was asked of it. */
export function refuseSource(report: SourceReport, message: string): void {
  report.status = 'UNSUPPORTED';
  report.error = new GatewayError('UNSUPPORTED', message, { vendor: 'ADJUST' });
}

/** The source failed; what is wrong with the question itself is thrown on. */
export function failSource(report: SourceReport, thrown: unknown): void {
  const error = toGatewayError(thrown);
  if (error.code === 'BAD_USER_INPUT' || error.code === 'INTERNAL') throw error;
  report.status = error.code === 'UNSUPPORTED' ? 'UNSUPPORTED' : 'FAILED';
  report.error = error;
}
