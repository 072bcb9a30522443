import { checkReport } from '#libs/kochava-reporting';
import type { IsGood, RulesBetween } from '../edge/input.js';
import { kpiReportProblems } from '../kpi-reports/report-problems.js';
import { type AskedReport, askedOf, upstreamRequestOf, windowErrors } from './asked-report.js';
import { kochavaProblems } from './report-checks.js';
import type { ReportInput, RequestReportInput } from './report.input.js';

/** What is wrong between the fields of a report, of whatever kind. */
export const reportProblems: RulesBetween<RequestReportInput> = (input, isGood) => {
  if (!hasKind(input)) {
    return windowErrors({ start: input.start?.toISOString(), end: input.end?.toISOString() });
  }
  const { kind, keys, asked } = askedOf(input);
  if (kind === 'KPI') return kpiReportProblems(asked, isGood);
  const sound = withoutGaps(asked, isGood);
  const problems = kochavaProblems(sound, () => checkReport(upstreamRequestOf(sound, SOME_APP, keys)));
  // Some filters and some SQL need no window.
  const [field] = Object.keys(sound.spec);
  const needsWindow = isGood(`/spec/${field}/filtering`, `/spec/${field}/sql`);
  return problems.filter(({ pointer }) => needsWindow || asked.start !== undefined || pointer !== '/start');
};

/** Which app it is about is not known yet. */
export const SOME_APP = 'app';

/** Does the spec hold one part, good or bad in itself? */
export const hasKind = ({ spec }: Pick<ReportInput, 'spec'>): boolean =>
  Object.values((spec as object | undefined) ?? {}).some((part) => part !== undefined && part !== null);

/** Kochava's rules look at fields that a request must hold: what was left out as bad is empty to them. */
export function withoutGaps<A extends Pick<AskedReport, 'spec' | 'delivery'>>(asked: A, isGood: IsGood): A {
  const { summary, detail, query, ...others } = asked.spec;
  return {
    ...asked,
    delivery: isGood('/delivery') ? asked.delivery : undefined,
    spec: {
      ...others,
      ...(summary && { summary: { ...{ traffic: [], grouping: [] }, ...summary } }),
      ...(detail && { detail: { ...{ traffic: [] }, ...detail } }),
      ...(query && { query: { ...{ sql: '' }, ...query } }),
    },
  };
}
