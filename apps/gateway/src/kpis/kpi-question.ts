import { type FieldError, type Vendor, badInput } from '#libs/domain';
import type { RulesBetween } from '../edge/input.js';
import { deepFreeze } from '../edge/recent.js';
import { hasBegun } from './days-begun.js';
import type { AppKpiInput } from './kpi.input.js';
import { type KpiDimension, type KpiMetric, TIME_DIMENSIONS } from './kpi-words.js';

/** What a filter keeps; undefined: everything. Lists are sorted and hold each value once. */
export interface KpiFilter {
  readonly countries?: readonly string[];
  readonly networks?: readonly string[];
  readonly campaigns?: readonly string[];
  readonly osNames?: readonly string[];
  readonly deviceTypes?: readonly string[];
  readonly events?: readonly string[];
}

/** A KPI question in one form, whatever door it came through: two that mean the same are equal. */
export interface KpiQuestion {
  /** First and last day, both included. */
  readonly from: string;
  readonly to: string;
  readonly metrics: readonly KpiMetric[];
  readonly vendorMetrics: readonly { readonly vendor: Vendor; readonly name: string }[];
  readonly groupBy: readonly KpiDimension[];
  readonly filter: KpiFilter;
  readonly vendors?: readonly Vendor[];
  readonly utcOffset: string;
  readonly cohort?: { readonly period: 'DAY' | 'WEEK' | 'MONTH'; readonly range?: string };
  readonly adjust: {
    readonly trackerToken?: string;
    readonly trackerFilter?: readonly string[];
    readonly sandbox?: boolean;
    readonly reattributed?: 'ALL' | 'INSTALLED' | 'REATTRIBUTED';
    readonly attributionType?: 'CLICK' | 'IMPRESSION' | 'ALL';
    readonly attributionSource?: 'FIRST' | 'DYNAMIC';
  };
}

const DAY_MS = 86_400_000;
/** The longest range a question may span: ten years of days. */
const MOST_DAYS = 3_660;

type Asked = Partial<AppKpiInput>;

/** What is wrong between the fields of a question, all of it at once. */
export const problemsBetween: RulesBetween<Asked> = (input, isGood) => {
  const { from = '', to = '', utcOffset = '+00:00', metrics = [], vendorMetrics = [], groupBy = [] } = input;
  const { vendors, cohort, filter } = input;
  const problems: FieldError[] = [];
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  if (days < 0) problems.push({ pointer: '/to', detail: 'must not lie before `from`' });
  // An input that was sound is remembered: a day that has begun stays so.
  if (!hasBegun(from, utcOffset) && isGood('/from', '/utcOffset')) {
    problems.push({ pointer: '/from', detail: `lies in the future: ${from} has not begun at ${utcOffset}` });
  }
  if (days > MOST_DAYS) problems.push({ pointer: '/to', detail: `must lie within ${MOST_DAYS} days of \`from\`` });
  if (metrics.length + vendorMetrics.length === 0 && isGood('/metrics', '/vendorMetrics')) {
    problems.push({ pointer: '/metrics', detail: 'ask for one metric at least, here or in vendorMetrics' });
  }
  if (groupBy.filter((dimension) => TIME_DIMENSIONS.has(dimension)).length > 1) {
    problems.push({ pointer: '/groupBy', detail: 'may hold one of HOUR, DAY, WEEK and MONTH: a row has one time' });
  }
  if (groupBy.includes('COHORT_PERIOD') && !cohort && isGood('/cohort')) {
    problems.push({ pointer: '/groupBy', detail: 'COHORT_PERIOD needs `cohort`' });
  }
  if (vendors?.length === 0) problems.push({ pointer: '/vendors', detail: 'name a vendor, or leave it out' });
  for (const name of FILTERS) {
    if (filter?.[name]?.length === 0) {
      problems.push({ pointer: `/filter/${name}`, detail: 'name one at least, or leave it out' });
    }
  }
  return [...problems, ...ownMetricsProblems({ metrics, vendorMetrics, vendors })];
};

function ownMetricsProblems({ metrics = [], vendorMetrics = [], vendors }: Asked): FieldError[] {
  const names = new Set(metrics.map((metric) => metric.toLowerCase()));
  return vendorMetrics.flatMap(({ vendor, name }, index) => {
    const problems: FieldError[] = [];
    if (names.has(name)) {
      problems.push({ pointer: `/vendorMetrics/${index}/name`, detail: `${name} is asked for twice` });
    }
    names.add(name);
    if (vendors?.length && !vendors.includes(vendor)) {
      problems.push({ pointer: `/vendorMetrics/${index}/vendor`, detail: `${vendor} is not among \`vendors\`` });
    }
    return problems;
  });
}

/**
 * The question that `input` asks. What is wrong between its fields is BAD_USER_INPUT, all of it at once; each field by
 * itself has been validated already.
 */
export function questionOf(input: AppKpiInput): KpiQuestion {
  let question = Object.isFrozen(input) ? questions.get(input) : undefined;
  if (!question) questions.set(input, (question = deepFreeze(makeQuestion(input))));
  return question;
}

/** Inputs that came before are the same objects, and ask the same. */
const questions = new WeakMap<AppKpiInput, KpiQuestion>();

function makeQuestion(input: AppKpiInput): KpiQuestion {
  const problems = problemsBetween(input, () => true);
  if (problems.length > 0) throw badInput(problems);
  const { adjust, cohort } = input;
  return {
    from: input.from,
    to: input.to,
    metrics: input.metrics,
    vendorMetrics: input.vendorMetrics.map(({ vendor, name }) => ({ vendor, name })),
    groupBy: input.groupBy,
    filter: filterOf(input.filter),
    vendors: input.vendors ?? undefined,
    utcOffset: input.utcOffset === '-00:00' ? '+00:00' : input.utcOffset,
    cohort: cohort ? { period: cohort.period, range: cohort.range?.replaceAll(/\s+/g, '') } : undefined,
    adjust: {
      trackerToken: adjust?.trackerToken ?? undefined,
      trackerFilter: sorted(adjust?.trackerFilter),
      sandbox: adjust?.sandbox ?? undefined,
      reattributed: adjust?.reattributed ?? undefined,
      attributionType: adjust?.attributionType ?? undefined,
      attributionSource: adjust?.attributionSource ?? undefined,
    },
  };
}

const FILTERS = ['countries', 'networks', 'campaigns', 'osNames', 'deviceTypes', 'events'] as const;

function filterOf(input: AppKpiInput['filter']): KpiFilter {
  const filter: Record<string, readonly string[] | undefined> = {};
  for (const name of FILTERS) {
    const values = input?.[name];
    const folded = name === 'countries' || name === 'osNames' || name === 'deviceTypes';
    filter[name] = sorted(folded ? values?.map((value) => value.toLowerCase()) : values);
  }
  return filter;
}

function sorted(values: readonly string[] | null | undefined): readonly string[] | undefined {
  return values?.length ? [...new Set(values)].sort() : undefined;
}
