/** The endpoints that the gateway models (Report Service FACTS §2), and what each answers in. */
export const ENDPOINTS = {
  report: 'application/json',
  pivot_report: 'application/json',
  csv_report: 'text/csv',
  parquet_report: 'application/octet-stream',
  filters_data: 'application/json',
  events: 'application/json',
} as const;
export type Endpoint = keyof typeof ENDPOINTS;

/** Where the service stands at the vendor; the older address, under /control-center, is asked here too. */
export const SERVICE = 'reports-service';

/** What follows the service's own name; undefined: it is another path. */
function behindService(segments: readonly string[]): readonly string[] | undefined {
  const [first, ...rest] = segments[0] === 'control-center' ? segments.slice(1) : segments;
  return first === SERVICE ? rest : undefined;
}

/** The endpoint of a path that is spelled as the vendor spells it. */
export function endpointOf(segments: readonly string[]): Endpoint | undefined {
  const [name = '', ...more] = behindService(segments) ?? [];
  return more.length === 0 && Object.hasOwn(ENDPOINTS, name) ? (name as Endpoint) : undefined;
}

/** Is this a path under a modelled endpoint, however it goes on? `segments` are in lower case. */
export const isReportPath = (segments: readonly string[]): boolean =>
  Object.hasOwn(ENDPOINTS, behindService(segments)?.[0] ?? '');
