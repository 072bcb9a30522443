import { badInput, type FieldError } from '#libs/domain';
import { SUMMARY_COUNTERS } from '#libs/kochava-reporting';
import type { KpiQuestion } from './kpi-question.js';
import { type KpiDimension, type KpiMetric, RATIOS, TIME_DIMENSIONS } from './kpi-words.js';

/** What a summary report is asked for, in an order that is the same for the same set. */
export interface SummaryAsked {
  readonly traffic: readonly string[];
  readonly grouping: readonly string[];
  /** Hours in a bucket. */
  readonly timeSeries: 1 | 24;
  /** ISO instants at midnight UTC; the end is not in it. */
  readonly start: string;
  readonly end: string;
}

/** How a metric comes from the counters of a row; undefined: Kochava does not tell it. */
export type CounterSource = { readonly sum: readonly string[] } | RatioOf | undefined;
interface RatioOf {
  readonly over: readonly string[];
  readonly under: readonly string[];
}

/** A row is kept where its group has one of these names or ids, in lower case where `folded`. */
export interface GroupFilter {
  readonly grouping: string;
  readonly keep: ReadonlySet<string>;
  readonly folded: boolean;
}

/** What is asked of Kochava for a question, of each app, and how its rows become ours. */
export interface KochavaPlan {
  readonly asked: SummaryAsked;
  /** Counters that are read and added up. */
  readonly counters: readonly string[];
  /** One for each unified metric of the question. */
  readonly metrics: readonly CounterSource[];
  /** Kochava's own metrics, as they were asked for. */
  readonly ownMetrics: readonly string[];
  readonly filters: readonly GroupFilter[];
  readonly offsetHours: number;
  readonly money: boolean;
  readonly readsCost: boolean;
  /** Metrics of the question that Kochava does not have. */
  readonly unsupported: readonly string[];
}

/** Kochava's words, in the order in which they are sent. */
export const KOCHAVA_GROUPING: Partial<Record<KpiDimension, string>> = {
  NETWORK: 'network',
  CAMPAIGN: 'campaign',
  SITE: 'site',
  TRACKER: 'tracker',
  CREATIVE: 'creative',
  COUNTRY: 'country',
};
const GROUPING_ORDER = Object.values(KOCHAVA_GROUPING);
const HERE: ReadonlySet<KpiDimension> = new Set(['APP', ...TIME_DIMENSIONS]);

/** The counters that each metric is the sum of. */
export const KOCHAVA_COUNTERS: Partial<Record<KpiMetric, readonly string[]>> = {
  IMPRESSIONS: ['impressions'],
  CLICKS: ['clicks'],
  INSTALLS: ['installs'],
  REATTRIBUTIONS: ['reengagements'],
  EVENTS: ['events'],
  REVENUE_EVENTS: ['revenue_generating_events'],
  REVENUE: ['revenue'],
  COST: ['amount_spent_on_clicks', 'amount_spent_on_impressions'],
};

/** Dimensions that Kochava's summaries do not have. */
export const unsupportedAtKochava = (groupBy: readonly KpiDimension[]): KpiDimension[] =>
  groupBy.filter((dimension) => !KOCHAVA_GROUPING[dimension] && !HERE.has(dimension));

/** In a sentence, for readers who ask by GraphQL or by URL, where names are spelled otherwise. */
const IN_WORDS: Record<string, string> = {
  cohort: 'cohorts',
  'filter.osNames': 'a filter by OS names',
  'filter.deviceTypes': 'a filter by device types',
  'filter.events': 'a filter by events',
  'adjust.trackerToken': 'an Adjust tracker',
  'adjust.trackerFilter': 'a filter by Adjust trackers',
  'adjust.sandbox': 'Adjust’s sandbox data',
  'adjust.reattributed': 'Adjust’s reattributed users apart',
};
export const inWords = (parts: readonly string[]): string => parts.map((part) => IN_WORDS[part] ?? part).join(', ');

/** What of a question would change the numbers, and Kochava has nothing like: named as the question names it. */
export function unsupportedParts({ groupBy, cohort, filter, adjust, utcOffset }: KpiQuestion): string[] {
  const parts: [string, boolean][] = [
    ['cohort', cohort !== undefined],
    ['filter.osNames', filter.osNames !== undefined],
    ['filter.deviceTypes', filter.deviceTypes !== undefined],
    ['filter.events', filter.events !== undefined],
    ['adjust.trackerToken', adjust.trackerToken !== undefined],
    ['adjust.trackerFilter', adjust.trackerFilter !== undefined],
    ['adjust.sandbox', adjust.sandbox === true],
    ['adjust.reattributed', adjust.reattributed !== undefined && adjust.reattributed !== 'ALL'],
    [
      `days at ${utcOffset}, which is no whole hour: its summaries are by the hour at the finest`,
      minutesOf(utcOffset) % 60 !== 0,
    ],
  ];
  return [...unsupportedAtKochava(groupBy), ...parts.flatMap(([name, isThere]) => (isThere ? [name] : []))];
}

/**
 * Plans `question`, of which Kochava can answer every part, for its summary reports. Throws BAD_USER_INPUT for a metric of
 * Kochava's that there is none of.
 */
export function planForKochava(question: KpiQuestion, networkNames: (name: string) => readonly string[]): KochavaPlan {
  const metrics = question.metrics.map(sourceOf);
  const ownMetrics = ownMetricsOf(question);
  const counters = [...new Set([...metrics.flatMap(countersOf), ...ownMetrics])];
  const filters = filtersOf(question, networkNames);
  const offsetHours = minutesOf(question.utcOffset) / 60;
  const byHour = offsetHours !== 0 || question.groupBy.includes('HOUR');
  const grouping = new Set([
    // "Traffic grouping must include 'network'": added up again where nobody asked for it.
    'network',
    ...question.groupBy.flatMap((dimension) => KOCHAVA_GROUPING[dimension] ?? []),
    ...filters.map((filter) => filter.grouping),
  ]);
  return {
    asked: {
      traffic: [...new Set(counters.map((name) => SUMMARY_COUNTERS.get(name)!.traffic))].sort(),
      grouping: GROUPING_ORDER.filter((name) => grouping.has(name)),
      timeSeries: byHour ? 1 : 24,
      start: midnight(Date.parse(question.from) - offsetHours * HOUR_MS, Math.floor),
      end: midnight(Date.parse(question.to) + DAY_MS - offsetHours * HOUR_MS, Math.ceil),
    },
    counters,
    metrics,
    ownMetrics,
    filters,
    offsetHours,
    money: counters.some((name) => SUMMARY_COUNTERS.get(name)!.money),
    readsCost: KOCHAVA_COUNTERS.COST!.some((name) => counters.includes(name)),
    unsupported: question.metrics.filter((_, index) => metrics[index] === undefined),
  };
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const midnight = (instant: number, round: (days: number) => number): string =>
  new Date(round(instant / DAY_MS) * DAY_MS).toISOString();

/** `+02:30` in minutes. */
function minutesOf(utcOffset: string): number {
  const [hours = 0, minutes = 0] = utcOffset.slice(1).split(':').map(Number);
  return (utcOffset.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

function sourceOf(metric: KpiMetric): CounterSource {
  const ratio = RATIOS[metric];
  if (!ratio) {
    const sum = KOCHAVA_COUNTERS[metric];
    return sum && { sum };
  }
  const [over, under] = [KOCHAVA_COUNTERS[ratio.over], KOCHAVA_COUNTERS[ratio.under]];
  return over && under && { over, under };
}

function countersOf(source: CounterSource): readonly string[] {
  if (!source) return [];
  return 'sum' in source ? source.sum : [...source.over, ...source.under];
}

function ownMetricsOf({ vendorMetrics }: KpiQuestion): string[] {
  const problems: FieldError[] = [];
  const names: string[] = [];
  vendorMetrics.forEach(({ vendor, name }, index) => {
    if (vendor !== 'KOCHAVA') return;
    names.push(name);
    if (SUMMARY_COUNTERS.has(name)) return;
    const detail = `Kochava has no metric ${JSON.stringify(name)}; it has ${[...SUMMARY_COUNTERS.keys()].join(', ')}`;
    problems.push({ pointer: `/vendorMetrics/${index}/name`, detail });
  });
  if (problems.length > 0) throw badInput(problems);
  return names;
}

/** Kochava's own filters are no censor, says its document: everything is asked for, and what is not wanted dropped here. */
function filtersOf({ filter }: KpiQuestion, networkNames: (name: string) => readonly string[]): GroupFilter[] {
  const wanted: [string, readonly string[] | undefined][] = [
    ['country', filter.countries],
    ['network', filter.networks?.flatMap((name) => networkNames(name))],
    ['campaign', filter.campaigns],
  ];
  return wanted.flatMap(([grouping, names]) =>
    names ? [{ grouping, keep: new Set(names), folded: grouping === 'country' }] : [],
  );
}

/** How the source's metric is called in what Kochava counts: `clicks / impressions`. */
export function counterName(source: CounterSource): string | undefined {
  if (!source) return undefined;
  const sum = (names: readonly string[]): string => names.join(' + ');
  if ('sum' in source) return sum(source.sum);
  const part = (names: readonly string[]): string => (names.length > 1 ? `(${sum(names)})` : sum(names));
  return `${part(source.over)} / ${part(source.under)}`;
}
