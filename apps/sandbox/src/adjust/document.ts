import type { EventSpec } from '../world/apps.js';
import { formatDay } from '../world/calendar.js';
import { fullName } from '../world/trackers.js';
import { splitEventKpi } from './event-kpis.js';
import { TREE_LEVELS } from './grouping.js';
import { humanName, humanPeriod } from './human-names.js';
import type { Key } from './placing.js';
import type { KpiRequest } from './request.js';
import type { Row } from './rows.js';

/** Names of the KPI columns, in the order of the values. */
export function kpiNames(request: KpiRequest): string[] {
  if (!request.humanReadable) {
    return [...request.kpis, ...request.eventKpis.map(({ event, kpi }) => `${event.token}_${kpi}`)];
  }
  const ofEvent = (event: EventSpec, kpi: string): string => `${event.name} (${event.token}) (${humanName(kpi)})`;
  return [
    ...request.kpis.map((name) => {
      const [token, kpi] = splitEventKpi(name);
      const event = request.events.find((candidate) => candidate.token === token);
      return event ? ofEvent(event, kpi) : humanName(name);
    }),
    ...request.eventKpis.map(({ event, kpi }) => ofEvent(event, kpi)),
  ];
}

/** Exactly these keys: a public client refuses an answer that has others, or lacks one of the first eight. */
function resultParameters(request: KpiRequest, rows: readonly Row[]): Record<string, unknown> {
  const { endpoint, grouping } = request;
  const trackersAt = grouping.findIndex((item) => item.dimension === 'trackers');
  const found = new Set(trackersAt < 0 ? [] : rows.flatMap((row) => row.keys[trackersAt]?.tracker ?? []));
  const withEvents =
    request.eventKpis.length > 0 || request.eventsAsked || grouping.some((item) => item.dimension === 'events');
  const events =
    request.eventKpis.length > 0 ? [...new Set(request.eventKpis.map((item) => item.event))] : request.events;
  return {
    kpis: kpiNames(request),
    start_date: formatDay(request.startDay),
    end_date: formatDay(request.endDay),
    sandbox: request.sandbox,
    ...(request.countries.length > 0 && { countries: request.countries }),
    ...(withEvents && { events: events.map(({ name, token }) => ({ name, token })) }),
    ...(trackersAt >= 0 && {
      trackers: [...found].map((tracker) => ({
        token: tracker.token,
        name: fullName(tracker),
        has_subtrackers: tracker.children.length > 0,
      })),
    }),
    grouping: grouping.map((item) => item.asked),
    attribution_type: request.attributionType,
    utc_offset: request.offset.text,
    ...(endpoint === 'cohorts' && {
      period: request.period,
      day_def: '24h',
      ...(request.cohortPeriodFilter !== undefined && { cohort_period_filter: request.cohortPeriodFilter }),
    }),
    attribution_source: request.attributionSource,
  };
}

type Node = Record<string, unknown>;

/** Hangs the rows into each other: one array per grouping, named after its dimension, and the values at the leaves. */
function nest(request: KpiRequest, rows: readonly Row[]): Node {
  const containers = request.grouping.map((item) => item.dimension);
  const root: Node = { [containers[0] as string]: [] };
  const open: Node[] = [root];
  let previous: readonly Key[] = [];
  for (const row of rows) {
    let level = 0;
    while (row.keys[level] === previous[level] && level < row.keys.length - 1) level++;
    for (; level < row.keys.length; level++) {
      const inner = containers[level + 1];
      const node: Node = {
        ...row.keys[level]?.node,
        ...(inner === undefined ? { kpi_values: row.values } : { [inner]: [] }),
      };
      ((open[level] as Node)[containers[level] as string] as Node[]).push(node);
      open[level + 1] = node;
    }
    previous = row.keys;
  }
  return root;
}

/** The JSON answer. `result_set` carries the app where one was asked; its token is the app's, never the user's. */
export function toJson(request: KpiRequest, rows: readonly Row[]): string {
  const [app, ...others] = request.apps;
  const head = app && others.length === 0 ? { token: app.token, name: app.name, currency: app.currency } : {};
  return JSON.stringify({
    result_parameters: resultParameters(request, rows),
    result_set: { ...head, ...nest(request, rows) },
  });
}

const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const COLUMNS: Record<string, readonly string[]> = {
  apps: ['app_token', 'app_name'],
  trackers: ['tracker_token', 'tracker_name'],
  networks: ['network'],
  campaigns: ['campaign'],
  adgroups: ['adgroup'],
  creatives: ['creative'],
  dates: ['date'],
  countries: ['country'],
  regions: ['region'],
  device_types: ['device_type'],
  os_names: ['os_name'],
  partners: ['partner'],
  events: ['event_token', 'event_name'],
  periods: ['period'],
};

/** The CSV answer: a byte order mark, a header row even where nothing follows, `\n` at line ends. */
export function toCsv(request: KpiRequest, rows: readonly Row[]): string {
  const isTree = request.grouping.map((item) => TREE_LEVELS[item.dimension] !== undefined);
  // One tracker_token for all levels of the tree, before the first of them: the deepest level's.
  const firstTree = request.grouping.some((item) => item.dimension === 'trackers') ? -1 : isTree.indexOf(true);
  const header = request.grouping.flatMap((item, level) => {
    const own = (COLUMNS[item.dimension] ?? []).map((name) =>
      !request.humanReadable ? name : name === 'period' ? humanPeriod(request.period) : humanName(name),
    );
    return level === firstTree ? [request.humanReadable ? humanName('tracker_token') : 'tracker_token', ...own] : own;
  });
  const lines = [[...header, ...kpiNames(request)].map(quote).join(',')];
  for (const { keys, values } of rows) {
    const cells = keys.flatMap((key, level) => {
      if (level !== firstTree) return key.cells;
      const deepest = keys.reduce((deep, other, at) => (isTree[at] && depth(other) > depth(deep) ? other : deep), key);
      return [deepest.tracker?.token ?? '', ...key.cells];
    });
    lines.push(`${cells.map(quote).join(',')},${values.join(',')}`);
  }
  return `\uFEFF${lines.join('\n')}\n`;
}

const depth = (key: Key): number => key.tracker?.level ?? 0;
