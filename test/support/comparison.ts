import { rawGet } from './raw-get.js';
import { useReports } from './reports.js';

export type ComparisonRow = Record<string, string | number | boolean | null>;
export interface ComparisonSource {
  vendor: string;
  status: string;
  warnings: string[];
  unsupported: string[];
  error: { code: string; message: string } | null;
}

const DAYS = { from: '2026-05-01', to: '2026-05-07' };
const FIELDS =
  'metric app { id name } time country network campaign currency adjust kochava delta deltaPercent withinTolerance';
const QUERY = `query ($input: KpiComparisonInput!) { kpiComparison(input: $input) {
  rowCount truncated rows { ${FIELDS} } totals { ${FIELDS} } sources { vendor status warnings error { code } } } }`;

/** The installs of a week, unless told otherwise, at a door of numbers. */
export const comparisonPath = (params: Record<string, string>, door = '/v1/kpis/comparison'): string =>
  `${door}?${new URLSearchParams({ ...DAYS, metrics: 'installs', wait_seconds: '30', ...params })}`;

/** A gateway whose tenant has both vendors; Kochava's reports are there as soon as they are asked for. */
export function useComparison() {
  const gateway = useReports({ sandbox: { kochavaReporting: { times: { queuedMs: 0, runningMs: 0 } } } });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  return {
    gateway,
    /** Of the tenant, with every scope. */
    get key() {
      return key;
    },
    get: async (params: Record<string, string>, as = key) => {
      const ask = () => gateway.http('get', comparisonPath(params), as);
      let { status, body, headers, text } = await ask();
      // On a busy machine a report may take longer than a caller may wait: ask again, as callers do.
      while (
        body.code === 'UNAVAILABLE' ||
        body.sources?.some((source: ComparisonSource) => source.status === 'PENDING')
      )
        ({ status, body, headers, text } = await ask());
      const { rows, totals, sources } = body as Record<string, unknown>;
      return {
        ...{ status, body, headers, text },
        rows: rows as ComparisonRow[],
        totals: totals as ComparisonRow[],
        sources: sources as ComparisonSource[],
      };
    },
    raw: (params: Record<string, string>, onData?: Parameters<typeof rawGet>[2]) =>
      rawGet(gateway.url + comparisonPath(params), { authorization: `Bearer ${key}` }, onData),
    graphql: (input: object, as = key, query = QUERY) =>
      gateway.graphql(as, query, { input: { ...DAYS, metrics: ['INSTALLS'], waitSeconds: 30, ...input } }),
  };
}
