import { nothingHere } from '../unmodelled.js';

/** What stands in a path of the KPI Service, not yet looked up (FACTS §1.1). */
export interface KpiPath {
  /** As they were written; empty where clients left them out. */
  apps: readonly string[];
  trackers: readonly string[];
  endpoint: 'overview' | 'events' | 'cohorts';
  /** `.csv`, `.json` or nothing. */
  suffix: string;
}

const TRACKER = /^[\w-]{1,100}$/;

/** Items of a comma-separated list; spaces and empty items occur. */
export const itemsOf = (list: string): string[] => list.split(',').flatMap((item) => item.trim() || []);

/** `kpis`, `v1`, then `[{apps}][/trackers/{trackers}][/events|/cohorts]`, a suffix at the end of the last. */
export const isKpiPath = ([first, second = '']: readonly string[]): boolean =>
  first === 'kpis' && /^v1(?:\.csv|\.json)?$/.test(second);

/** NOT_FOUND for what is no endpoint of the KPI Service. `segments`: those for which `isKpiPath` is true. */
export function readKpiPath(segments: readonly string[]): KpiPath {
  const last = segments.at(-1)!;
  const suffix = /\.(?:csv|json)$/.exec(last)?.[0] ?? '';
  const [, version, ...named] = [...segments.slice(0, -1), last.slice(0, last.length - suffix.length)];
  if (version !== 'v1') throw nothingHere();
  // Clients that have no app to name leave its segment empty.
  const rest = named.filter((segment) => segment !== '');
  const end = rest.at(-1);
  const endpoint = end === 'events' || end === 'cohorts' ? end : 'overview';
  if (endpoint !== 'overview') rest.pop();
  const at = rest.indexOf('trackers');
  const trackers = at < 0 ? [] : readTrackers(rest.splice(at));
  if (rest.length > 1) throw nothingHere();
  return { apps: itemsOf(rest[0] ?? ''), trackers, endpoint, suffix };
}

function readTrackers([, list = '', ...more]: string[]): string[] {
  const trackers = itemsOf(list);
  if (trackers.length === 0 || more.length > 0 || !trackers.every((tracker) => TRACKER.test(tracker)))
    throw nothingHere();
  return trackers;
}

/** The path that is sent, made of what was read; without `appTokens` the query names them. Commas stay literal. */
export function writeKpiPath({ trackers, endpoint, suffix }: KpiPath, appTokens: readonly string[]): string {
  const list = (items: readonly string[]): string => items.map(encodeURIComponent).join(',');
  const parts = [
    ...(appTokens.length > 0 ? [list(appTokens)] : []),
    ...(trackers.length > 0 ? ['trackers', list(trackers)] : []),
    ...(endpoint === 'overview' ? [] : [endpoint]),
  ];
  return `${['/kpis/v1', ...parts].join('/')}${suffix}`;
}
