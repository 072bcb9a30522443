import { ApiQuery } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { type FieldError, GatewayError, VENDORS, badInput } from '#libs/domain';
import { wordIn } from '../edge/any-case.js';
import { gatherProblems, readInput } from '../edge/input.js';
import { deepFreeze } from '../edge/recent.js';
import { VendorEnum } from '../public-enums.js';
import { FORM_PARAMS } from './kpi-form.js';
import { KpiQueryInput } from './kpi.input.js';
import {
  AdjustAttributionSource,
  AdjustAttributionType,
  AdjustReattributed,
  CohortPeriod,
  FailedSourcePolicy,
  KpiDimension,
  KpiMetric,
} from './kpi-words.js';

/** A query parameter's values: one for each time it stands in the URL. */
type Values = readonly string[];
type Reader = (values: Values) => unknown;

const text: Reader = (values) => only(values);
const code =
  (words: object): Reader =>
  (values) =>
    wordIn(words, only(values));
const flag: Reader = (values) => ({ true: true, false: false })[only(values).toLowerCase()] ?? only(values);
const seconds: Reader = (values) => (/^\d+$/.test(only(values)) ? Number(only(values)) : only(values));
/** A number with a fraction. */
export const decimal: Reader = (values) => (/^\d+(?:\.\d+)?$/.test(only(values)) ? Number(only(values)) : only(values));
const split = (values: Values): string[] =>
  values.flatMap((value) => value.split(',').map((part) => part.trim())).filter((part) => part !== '');
const list: Reader = split;
/** Words of an enumeration, in any letter case. */
export const codes =
  (words: object): Reader =>
  (values) =>
    split(values).map((value) => wordIn(words, value));
/** Names hold commas: each is a parameter of its own. */
const names: Reader = (values) => values.filter((value) => value !== '');
const vendorMetrics: Reader = (values) =>
  split(values).map((value) => {
    const colon = value.indexOf(':');
    return { vendor: value.slice(0, Math.max(0, colon)).toUpperCase(), name: value.slice(colon + 1) };
  });
const VENDOR_METRIC = new RegExp(`^(${VENDORS.join('|')}):.`, 'i');
function noVendorMetrics(values: Values): string | undefined {
  const bad = split(values).filter((value) => !VENDOR_METRIC.test(value));
  if (bad.length === 0) return undefined;
  const named = bad.slice(0, 10).map((value) => JSON.stringify(value));
  return `must hold only vendor:name, as adjust:waus or kochava:duplicate_clicks, not ${named.join(', ')}`;
}

export interface Param {
  /** Where the value goes in the input. */
  field: string;
  read: Reader;
  /** What is wrong with the values, where only their text in the URL can tell. */
  wrong?: (values: Values) => string | undefined;
  description: string;
  required?: boolean;
  /** Each time that it stands in the URL it holds a list. */
  list?: boolean;
  repeated?: boolean;
}

const oneOf = (words: object): string => Object.keys(words).join(', ').toLowerCase();

export type Params = Readonly<Record<string, Param>>;

/** The query parameters of GET /v1/kpis (rest.md). Enumerated values are taken in any letter case. */
export const KPI_PARAMS = {
  app: {
    field: 'appIds',
    read: list,
    list: true,
    description: 'Ids of apps, comma separated; absent: every app that the key may read.',
  },
  from: { field: 'from', read: text, required: true, description: 'First day, included: YYYY-MM-DD.' },
  to: { field: 'to', read: text, required: true, description: 'Last day, included: YYYY-MM-DD.' },
  metrics: {
    field: 'metrics',
    read: codes(KpiMetric),
    list: true,
    description: `Comma separated: ${oneOf(KpiMetric)}.`,
  },
  vendor_metrics: {
    field: 'vendorMetrics',
    read: vendorMetrics,
    list: true,
    wrong: noVendorMetrics,
    description:
      'Comma separated, each after its vendor: adjust:waus, adjust:all_events|revenue, kochava:duplicate_clicks.',
  },
  group_by: {
    field: 'groupBy',
    read: codes(KpiDimension),
    list: true,
    description: `Comma separated, in the order of the columns: ${oneOf(KpiDimension)}.`,
  },
  vendors: {
    field: 'vendors',
    read: codes(VendorEnum),
    list: true,
    description: 'Comma separated: adjust, kochava; absent: every vendor there is.',
  },
  countries: {
    field: 'filter.countries',
    read: list,
    list: true,
    description: 'ISO 3166-1 alpha-2 codes, comma separated, in any letter case.',
  },
  networks: {
    field: 'filter.networks',
    read: names,
    repeated: true,
    description:
      'Canonical network names, as rows show them: a vendor’s own name of a network that has a canonical one matches that vendor’s rows alone. Repeat the parameter, because names hold commas.',
  },
  campaigns: {
    field: 'filter.campaigns',
    read: names,
    repeated: true,
    description: 'Campaign names; repeat the parameter.',
  },
  os_names: { field: 'filter.osNames', read: list, list: true, description: 'Comma separated: android, ios, …' },
  device_types: {
    field: 'filter.deviceTypes',
    read: list,
    list: true,
    description: 'Comma separated: phone, tablet, …',
  },
  events: {
    field: 'filter.events',
    read: names,
    repeated: true,
    description: 'Event tokens or names; repeat the parameter.',
  },
  utc_offset: {
    field: 'utcOffset',
    read: (values) => only(values).replace(/^ /, '+'),
    description: 'Where days begin: -12:00 to +14:00; default +00:00.',
  },
  cohort_period: {
    field: 'cohort.period',
    read: code(CohortPeriod),
    description: `Asks for cohorts: ${oneOf(CohortPeriod)}.`,
  },
  cohort_range: {
    field: 'cohort.range',
    read: text,
    description: 'Periods after install: 30, 0-30, 0-30,120; 120 days, 52 weeks at most.',
  },
  adjust_tracker: { field: 'adjust.trackerToken', read: text, description: 'One app: drill down under this tracker.' },
  adjust_tracker_filter: {
    field: 'adjust.trackerFilter',
    read: list,
    list: true,
    description: 'Several apps: only these trackers and what is under them.',
  },
  adjust_attribution_type: {
    field: 'adjust.attributionType',
    read: code(AdjustAttributionType),
    description: `${oneOf(AdjustAttributionType)}.`,
  },
  adjust_attribution_source: {
    field: 'adjust.attributionSource',
    read: code(AdjustAttributionSource),
    description: `${oneOf(AdjustAttributionSource)}.`,
  },
  adjust_reattributed: {
    field: 'adjust.reattributed',
    read: code(AdjustReattributed),
    description: `${oneOf(AdjustReattributed)}.`,
  },
  adjust_sandbox: { field: 'adjust.sandbox', read: flag, description: 'true: Adjust’s sandbox data.' },
  wait_seconds: { field: 'waitSeconds', read: seconds, description: '0 to 30; default 10.' },
  on_failed_source: {
    field: 'onFailedSource',
    read: code(FailedSourcePolicy),
    description: 'partial or error; CSV and NDJSON fail by default, JSON does not.',
  },
} satisfies Params;

export type RawQuery = Readonly<Record<string, string | string[] | undefined>>;

/** What a door of numbers takes in its URL: `params` go into an input of `type`, `form` says how the answer is written. */
export interface QueryDoor<T extends object> {
  readonly type: new () => T;
  readonly params: Params;
  readonly form: Readonly<Record<string, string>>;
}

const KPI_DOOR: QueryDoor<KpiQueryInput> = { type: KpiQueryInput, params: KPI_PARAMS, form: FORM_PARAMS };

/** As `inputOf`, at GET /v1/kpis. */
export const kpiInputOf = (query: RawQuery, problems: FieldError[]): KpiQueryInput =>
  inputOf(KPI_DOOR, query, problems);

/** Bodies and GraphQL write the same names in another way. */
function notHere(name: string, known: object): string {
  const written = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return written !== name && Object.hasOwn(known, written)
    ? `is written ${written} in a URL`
    : 'is not a parameter here';
}

/**
 * The input that a query string asks with. BAD_USER_INPUT names each parameter as it stands in the URL, those in
 * `problems` too.
 */
export function inputOf<T extends object>(door: QueryDoor<T>, query: RawQuery, problems: FieldError[]): T {
  const plain: Record<string, unknown> = {};
  const wrongFields: FieldError[] = [];
  for (const [name, value] of Object.entries(query)) {
    const param = Object.hasOwn(door.params, name) ? door.params[name] : undefined;
    if (!param) {
      if (!Object.hasOwn(door.form, name))
        problems.push({ pointer: `/${name}`, detail: notHere(name, { ...door.params, ...door.form }) });
      continue;
    }
    const pointer = `/${param.field.replace('.', '/')}`;
    const values = Array.isArray(value) ? value : [value ?? ''];
    if (values.every((one) => one === '')) continue;
    if (values.length > 1 && !param.list && !param.repeated) {
      wrongFields.push({ pointer, detail: 'stands there more than once' });
      continue;
    }
    const wrong = param.wrong?.(values);
    if (wrong) wrongFields.push({ pointer, detail: wrong });
    else set(plain, param.field, param.read(values));
  }
  const found: FieldError[] = [];
  const reading = { problems: wrongFields, refused: problems.length > 0 };
  const input = gatherProblems(found, () => readInput(door.type, plain, reading));
  if (input && problems.length === 0) return deepFreeze(input);
  throw badInput([...problems, ...found.map((one) => inUrl(one, door.params))]);
}

/** The same error with `/filter/countries/0` told as `/countries`, and `groupBy` in its words as `group_by`. */
export function renamed(error: unknown, params: Params = KPI_PARAMS): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT' || !error.details.errors) return error;
  return badInput(error.details.errors.map((one) => inUrl(one, params)));
}

/**
 * A part of a question as a URL asks for it: `filter.osNames` is `os_names`. Words of enumerations, and what no parameter
 * asks for, stay as they are.
 */
export function partInUrl(part: string, params: Params = KPI_PARAMS): string {
  const asksFor = ({ field }: Param): boolean => field === part || field.startsWith(`${part}.`);
  return Object.entries(params).find(([, param]) => asksFor(param))?.[0] ?? part;
}

function inUrl({ pointer, detail }: FieldError, params: Params): FieldError {
  const path = pointer.slice(1).split('/');
  const isIt = ({ field }: Param): boolean => field.split('.').every((part, index) => path[index] === part);
  const [name] = Object.entries(params).find(([, param]) => isIt(param)) ?? [];
  return { pointer: name ? `/${name}` : pointer, detail: inUrlWords(detail, params) };
}

/** Names of fields that are spelled otherwise in a URL: those of one lower-case word are words of the language too. */
function inUrlWords(text: string, params: Params): string {
  return text.replaceAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => {
    const [name] = Object.entries(params).find(([, { field }]) => field.split('.').at(-1) === word) ?? [];
    return name ?? word;
  });
}

function set(target: Record<string, unknown>, field: string, value: unknown): void {
  const [first, second] = field.split('.') as [string, string | undefined];
  if (second === undefined) target[first] = value;
  else ((target[first] ??= {}) as Record<string, unknown>)[second] = value;
}

const only = (values: Values): string => values[0] ?? '';

/** All of a door's parameters, for OpenAPI. */
export const QueryParams = (
  params: Params = KPI_PARAMS,
  form: Readonly<Record<string, string>> = FORM_PARAMS,
): MethodDecorator =>
  applyDecorators(
    ...Object.entries(params).map(([name, { description, required, repeated }]) =>
      ApiQuery({
        name,
        description,
        required: required ?? false,
        schema: repeated ? { type: 'array', items: { type: 'string' } } : { type: 'string' },
      }),
    ),
    ...Object.entries(form).map(([name, description]) =>
      ApiQuery({ name, description, required: false, schema: { type: 'string' } }),
    ),
  );
