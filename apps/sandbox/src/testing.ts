import { DEMO_USER } from './adjust/access.js';
import type { Sandbox } from './sandbox.js';

/** The JSON answer of the KPI Service, as far as specs look into it. */
export interface KpiAnswer {
  result_parameters: Record<string, unknown> & { kpis: string[]; grouping: string[] };
  result_set: Record<string, unknown>;
  error?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON, where it is some. */
  json: KpiAnswer;
}

/** A GET as the demo's user, unless the headers say otherwise. */
export async function ask(sandbox: Sandbox, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${sandbox.url}${path}`, {
    headers: { authorization: `Token token=${DEMO_USER.token}`, ...headers },
  });
  // Not text(): it swallows the byte order mark.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : {}) as KpiAnswer,
  };
}

/** Every `kpi_values` of an answer, wherever it hangs. */
export function leaves(node: unknown): number[][] {
  if (Array.isArray(node)) return node.flatMap(leaves);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === 'kpi_values' ? [value as number[]] : leaves(value)));
}

const MONEY = /revenue$|_cost$|^cost$|revenue_total/;

/** Column sums of all leaves by KPI. Money is in whole cents a row, so that adding cents keeps it exact. */
export function totals(answer: KpiAnswer): Record<string, number> {
  const { kpis } = answer.result_parameters;
  const sums: Record<string, number> = Object.fromEntries(kpis.map((kpi) => [kpi, 0]));
  for (const values of leaves(answer.result_set)) {
    for (const [index, value] of values.entries()) {
      const kpi = kpis[index] as string;
      sums[kpi] = (sums[kpi] ?? 0) + (MONEY.test(kpi) ? Math.round(value * 100) : value);
    }
  }
  return sums;
}

/** The JSON answer of the Report Service, as far as specs look into it. */
export interface Report {
  rows: (Record<string, string> & { attr_dependency: Record<string, string> })[];
  totals: Record<string, number>;
  data_warnings: Record<string, string>[];
  error_code?: string;
  error_desc?: string;
  error_desc_details?: { loc: string[]; type: string }[] | null;
}

export interface ReportAnswer {
  status: number;
  headers: Headers;
  text: string;
  json: Report;
}

/** GET of a path under /reports-service, as the demo's user unless the headers say otherwise. */
export async function askReports(
  sandbox: Sandbox,
  path: string,
  headers: Record<string, string> = {},
): Promise<ReportAnswer> {
  const answer = await ask(sandbox, `/reports-service${path}`, {
    authorization: `Bearer ${DEMO_USER.token}`,
    ...headers,
  });
  return { ...answer, json: answer.json as unknown as Report };
}
