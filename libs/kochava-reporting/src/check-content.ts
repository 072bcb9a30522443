import { IANAZone } from 'luxon';
import type { DetailContent, Filtering, ReportContent, SummaryContent } from './types.js';
import {
  DETAIL_FILTERS,
  DETAIL_TRAFFIC,
  GROUPINGS,
  INCLUDING,
  SUMMARY_FILTERS,
  SUMMARY_TRAFFIC,
  TIME_SERIES,
} from './vocabulary.js';

/** What is wrong with one field: `parameter` is its path in the request, `detail` goes on from it as a sentence. */
export interface Problem {
  parameter: string;
  detail: string;
}

// Control characters: a guid or name with a line break in it is a mistake.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;
export const isOneLine = (text: string | undefined): boolean =>
  text !== undefined && text.trim() !== '' && !CONTROL.test(text);

const list = (names: readonly (string | number)[]): string => names.join(', ');

function among(parameter: string, values: readonly string[], known: readonly string[]): Problem[] {
  return values.flatMap((value, index) =>
    known.includes(value) ? [] : [{ parameter: `${parameter}[${index}]`, detail: `must be one of ${list(known)}` }],
  );
}

/** What is wrong with what a report holds, kind by kind. */
export function contentProblems(content: ReportContent): Problem[] {
  switch (content.kind) {
    case 'summary':
      return summaryProblems(content);
    case 'detail':
      return detailProblems(content);
    case 'written':
      return [];
    case 'custom':
      return content.sql.trim() === '' ? [{ parameter: 'content.sql', detail: 'must be a query' }] : [];
    case 'deviceid':
      // "This can be passed under 'analytics' field or by just the id on 'filter_set_id'."
      return [
        ...(isOneLine(content.filterSetId) || content.analytics
          ? []
          : [{ parameter: 'content', detail: 'must name a filter set or hold analytics: who is in the audience?' }]),
        ...listsProblems(content.filtering ?? {}),
      ];
    case 'audience': {
      const problems: Problem[] = [];
      // "Either filter_set_id or sql_kquery is required."
      if (!isOneLine(content.filterSetId) && !content.sql?.trim()) {
        problems.push({ parameter: 'content', detail: 'must name a filter set or hold SQL: who is in the audience?' });
      }
      if (!isOneLine(content.activationPartnerId)) {
        problems.push({ parameter: 'content.activationPartnerId', detail: 'must be given' });
      }
      return problems;
    }
  }
}

function summaryProblems(content: SummaryContent): Problem[] {
  const problems = sharedProblems(content, SUMMARY_TRAFFIC);
  if (content.grouping.length === 0) {
    problems.push({ parameter: 'content.grouping', detail: 'must name at least one column to group by' });
  }
  problems.push(...among('content.grouping', content.grouping, GROUPINGS));
  if (!TIME_SERIES.includes(content.timeSeries)) {
    problems.push({ parameter: 'content.timeSeries', detail: `must be one of ${list(TIME_SERIES)} (hours)` });
  }
  const { filters, excludes } = SUMMARY_FILTERS;
  problems.push(...filterProblems(content.filtering ?? {}, filters, excludes, 'a summary'));
  return problems;
}

function detailProblems(content: DetailContent): Problem[] {
  const problems = [...sharedProblems(content, DETAIL_TRAFFIC), ...currencyProblems(content)];
  // What may be filtered and chosen depends on the traffic.
  if (content.traffic.length === 0) return problems;
  const rules = content.traffic.flatMap((traffic) => DETAIL_FILTERS[traffic] ?? []);
  const inAll = (of: 'filters' | 'excludes'): string[] =>
    (rules[0]?.[of] ?? []).filter((name) => rules.every((rule) => rule[of].includes(name)));
  const [filters, excludes] = [inAll('filters'), inAll('excludes')];
  const what = `detail of ${list(content.traffic)}`;
  problems.push(...filterProblems(content.filtering ?? {}, filters, excludes, what));
  if (content.eventNames) {
    if (!filters.includes('event_name')) {
      problems.push({ parameter: 'content.eventNames', detail: `can't be chosen for ${what}` });
    }
    problems.push(...eventNameProblems('content.eventNames', content.eventNames));
  }
  return problems;
}

function currencyProblems(content: DetailContent): Problem[] {
  const problems: Problem[] = [];
  if (content.currency !== undefined) {
    // "Two columns will be added to the Event Detail report displaying the currency type and value."
    if (!content.traffic.every((traffic) => traffic === 'event')) {
      problems.push({ parameter: 'content.currency', detail: 'can be chosen for detail of event alone' });
    }
    if (!/^[A-Z]{3}$/.test(content.currency)) {
      problems.push({ parameter: 'content.currency', detail: 'must be a code of three letters: EUR' });
    }
  }
  return problems;
}

function sharedProblems(content: SummaryContent | DetailContent, known: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (content.traffic.length === 0) {
    problems.push({ parameter: 'content.traffic', detail: `must name at least one of ${list(known)}` });
  }
  problems.push(...among('content.traffic', content.traffic, known));
  if (!IANAZone.isValidZone(content.timeZone)) {
    problems.push({ parameter: 'content.timeZone', detail: 'is not a time zone: write it as Europe/Berlin or UTC' });
  }
  problems.push(...among('content.including', content.including ?? [], INCLUDING));
  if (content.columnsOrder) problems.push(...columnProblems(content.columnsOrder));
  return problems;
}

function columnProblems(columns: readonly string[]): Problem[] {
  const parameter = 'content.columnsOrder';
  if (columns.length === 0) return [{ parameter, detail: 'must name at least one column' }];
  if (columns.length > 1 && columns.some((name) => name === 'all' || name === 'default')) {
    return [{ parameter, detail: 'must hold nothing beside "all" or "default"' }];
  }
  return columns.flatMap((name, index) =>
    isOneLine(name) ? [] : [{ parameter: `${parameter}[${index}]`, detail: 'must be the name of a column' }],
  );
}

/** "Event_name (as long as not starting with _)". */
const eventNameProblems = (parameter: string, names: readonly string[]): Problem[] =>
  names.flatMap((name, index) =>
    name.startsWith('_')
      ? [{ parameter: `${parameter}[${index}]`, detail: "starts with _: Kochava's own events are in no report" }]
      : [],
  );

/** `{name: [values]}` and nothing else: what comes from JSON has no type. */
function listsProblems(filtering: Filtering): Problem[] {
  return Object.entries(filtering).flatMap(([name, values]: [string, unknown]) =>
    Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string' && value !== '')
      ? []
      : [{ parameter: `content.filtering.${name}`, detail: 'must be a list of texts, not empty' }],
  );
}

function filterProblems(
  filtering: Filtering,
  filters: readonly string[],
  excludes: readonly string[],
  what: string,
): Problem[] {
  const known = [...filters, ...excludes.map((name) => `exclude_${name}`)];
  const unknown = Object.keys(filtering)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      parameter: `content.filtering.${name}`,
      detail:
        known.length > 0 ? `can't filter ${what}; these can: ${list(known)}` : `can't filter ${what}; nothing can`,
    }));
  const named = Array.isArray(filtering.event_name) ? (filtering.event_name as unknown[]) : [];
  const names = named.filter((name): name is string => typeof name === 'string');
  return [...unknown, ...listsProblems(filtering), ...eventNameProblems('content.filtering.event_name', names)];
}
