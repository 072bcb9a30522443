import { ADJUST_KPIS, parseEventKpi } from './kpis.js';
import type { Learned } from './learned.js';
import type { AdjustEvent, AdjustGrouping, AdjustKpiHead, AdjustKpiQuery, AdjustTracker } from './types.js';
import { Unreadable } from './unreadable.js';
import { isObject, levelsOf, type Names, type WireLevel, type WireObject } from './wire.js';

/** What was asked, as far as an answer is held against it. */
export interface Question {
  readonly query: AdjustKpiQuery;
  readonly grouping: readonly AdjustGrouping[];
  /** What its answers before have taught, where it is asked again. */
  readonly learned?: Learned;
}

/** `result_parameters` understood: what both readers of rows start from. */
export interface AnswerPlan {
  readonly head: AdjustKpiHead;
  readonly names: Names;
  readonly levels: readonly WireLevel[];
}

function listOf(parameters: WireObject, field: string): WireObject[] {
  const list = parameters[field];
  if (list === undefined || list === null) return [];
  // `events` and `trackers` may also echo a filter: a list of bare tokens.
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).filter((item) => typeof item.token === 'string');
}

function named(item: WireObject): AdjustEvent {
  const token = item.token as string;
  return { token, name: typeof item.name === 'string' ? item.name : token };
}

/** Reads `result_parameters`. Throws Unreadable where the KPIs are not those that were asked for. */
export function planOf(parameters: unknown, { query, grouping }: Question): AnswerPlan {
  if (!isObject(parameters)) throw new Unreadable('it has no result_parameters');
  const { trackers: _trackers, events: _events, ...rest } = parameters;
  const events = listOf(parameters, 'events').map(named);
  const trackers: AdjustTracker[] = listOf(parameters, 'trackers').map((item) => ({
    ...named(item),
    hasSubtrackers: item.has_subtrackers === true,
  }));
  const kpis = checkedKpis(parameters.kpis, query, events);
  return {
    head: { kpis, columns: [...grouping], events, trackers, parameters: rest },
    names: {
      onlyApp: query.appTokens.length === 1 ? query.appTokens[0] : undefined,
      appTokens: new Set(query.appTokens),
      trackers: new Map(trackers.map((one) => [one.token, one.name])),
      events: new Map(events.map((one) => [one.token, one.name])),
    },
    levels: levelsOf(grouping),
  };
}

/** Values are read by the vendor's list, so its order is free; a name too many or too few is an answer to something else. */
function checkedKpis(found: unknown, query: AdjustKpiQuery, events: readonly AdjustEvent[]): string[] {
  if (!Array.isArray(found) || found.length === 0 || !found.every((name) => typeof name === 'string')) {
    throw new Unreadable('result_parameters has no list of kpis');
  }
  const eventKpis = (query.eventKpis ?? []).map((text) => parseEventKpi(text)).filter((one) => one !== undefined);
  const expected = new Set(query.kpis);
  const everyEvents: string[] = [];
  for (const { token, kpis } of eventKpis) {
    const tokens = token === 'all' ? events.map((event) => event.token) : [token];
    for (const one of tokens) for (const kpi of kpis) expected.add(`${one}_${kpi}`);
    if (token === 'all') everyEvents.push(...kpis);
  }
  const unasked = (name: string) =>
    !expected.has(name) &&
    // Without `events` in result_parameters it can't be told which `all` stands for.
    !(events.length === 0 && everyEvents.includes(parseEventKpi(name)?.kpis[0] ?? '')) &&
    // Only event KPIs were asked: the vendor may put its default list before them.
    !(query.kpis.length === 0 && ADJUST_KPIS.get(name)?.endpoints.includes('overview'));
  const given = new Set(found);
  const problem =
    given.size < found.length || found.some((name) => unasked(name)) || [...expected].some((name) => !given.has(name));
  if (problem) {
    throw new Unreadable(
      `it has the KPIs ${found.join(', ').slice(0, 300)} where ${[...expected].join(', ')} were asked for`,
    );
  }
  return found;
}
