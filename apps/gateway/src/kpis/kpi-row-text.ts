import { type FieldNode, GraphQLFloat, GraphQLInt, GraphQLString, Kind, type SelectionSetNode } from 'graphql';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { KpiDimension } from './kpi-words.js';

/** The JSON of rows, as one selection of GraphQL's asks for them. */
export interface RowsText {
  (rows: readonly KpiCells[], layout: KpiLayout): string;
  /** What is selected: whatever writes the same has the same. */
  readonly form: string;
}

/** One field of a row, by what it is called in the answer. */
interface Part {
  readonly key: string;
  readonly field: FieldNode;
}

/** Adds one field to a row's text. */
type Writer = (cells: KpiCells) => string;

/** Which of them a row is grouped by is its field's value; the first that has one. */
const DIMENSIONS: Readonly<Record<string, readonly KpiDimension[]>> = {
  time: ['HOUR', 'DAY', 'WEEK', 'MONTH'],
  country: ['COUNTRY'],
  region: ['REGION'],
  network: ['NETWORK'],
  campaign: ['CAMPAIGN'],
  adgroup: ['ADGROUP'],
  creative: ['CREATIVE'],
  site: ['SITE'],
  tracker: ['TRACKER'],
  partner: ['PARTNER'],
  osName: ['OS_NAME'],
  deviceType: ['DEVICE_TYPE'],
  event: ['EVENT'],
  cohortPeriod: ['COHORT_PERIOD'],
};

/**
 * Rows written as text: the objects that GraphQL would make of them, one for each row and one for each metric, are most of
 * what a large answer costs. Undefined for a selection with anything but plain fields of a row: that is GraphQL's to read.
 */
export function rowsTextOf(selection: SelectionSetNode): RowsText | undefined {
  const parts = partsOf(selection);
  const isPlain = ({ field: { name, selectionSet } }: Part): boolean =>
    name.value === 'metrics'
      ? partsOf(selectionSet!)?.every(({ field }) => ['name', 'value', '__typename'].includes(field.name.value)) ===
        true
      : ['vendor', 'currency', '__typename'].includes(name.value) || Object.hasOwn(DIMENSIONS, name.value);
  if (!parts?.every(isPlain)) return undefined;
  const textOf = (rows: readonly KpiCells[], layout: KpiLayout): string => {
    const writers = parts.map((part, index) => writerOf(part, layout, index > 0 ? ',' : '{'));
    let json = '';
    for (const cells of rows) {
      json += json ? ',' : '[';
      for (const write of writers) json += write(cells);
      json += '}';
    }
    return json ? `${json}]` : '[]';
  };
  return Object.assign(textOf, { form: JSON.stringify(namesOf(parts)) });
}

const namesOf = (parts: readonly Part[]): unknown[] =>
  parts.map(({ key, field: { name, selectionSet } }) => [
    key,
    name.value,
    ...(selectionSet ? namesOf(partsOf(selectionSet)!) : []),
  ]);

/** Undefined where GraphQL has to merge fields or to look at conditions first. */
function partsOf({ selections }: SelectionSetNode): Part[] | undefined {
  const parts: Part[] = [];
  for (const field of selections) {
    if (field.kind !== Kind.FIELD || field.directives?.length) return undefined;
    parts.push({ key: (field.alias ?? field.name).value, field });
  }
  return new Set(parts.map(({ key }) => key)).size === parts.length ? parts : undefined;
}

function writerOf({ key, field: { name, selectionSet } }: Part, layout: KpiLayout, before: string): Writer {
  const start = `${before}"${key}":`;
  if (name.value === '__typename') return () => `${start}"KpiRow"`;
  if (name.value === 'metrics') return metricsWriter(start, partsOf(selectionSet!)!, layout);
  const places =
    name.value === 'vendor'
      ? [0]
      : name.value === 'currency'
        ? [layout.currencyAt]
        : DIMENSIONS[name.value]!.map((dimension) => layout.at.get(dimension));
  const at = places.filter((place) => place !== undefined);
  const serialized = name.value === 'cohortPeriod' ? integer : text;
  if (at.length === 0) return () => `${start}null`;
  // The same day, country or network stands in many rows. A GraphQL answer has rows enough to hold them all.
  const written = new Map<KpiCells[number] | undefined, string>();
  return (cells) => {
    let value = cells[at[0]!];
    for (let next = 1; next < at.length && (value === null || value === undefined); next++) value = cells[at[next]!];
    let known = written.get(value);
    if (known === undefined) written.set(value, (known = start + serialized(value)));
    return known;
  };
}

function metricsWriter(start: string, parts: readonly Part[], layout: KpiLayout): Writer {
  const from = layout.firstMetricAt;
  // The text of all metrics, cut where a value stands.
  const between: string[] = [''];
  const places: number[] = [];
  layout.columns.slice(from).forEach((column, metric) => {
    parts.forEach(({ key, field }, index) => {
      between[between.length - 1] += `${index > 0 ? ',' : metric > 0 ? ',{' : '{'}"${key}":`;
      if (field.name.value === 'value') {
        places.push(from + metric);
        between.push('');
      } else between[between.length - 1] += JSON.stringify(field.name.value === 'name' ? column.name : 'KpiValue');
    });
    between[between.length - 1] += '}';
  });
  const head = `${start}[${between[0]}`;
  return (cells) => {
    let written = head;
    for (let index = 0; index < places.length; index++) written += float(cells[places[index]!]) + between[index + 1];
    return `${written}]`;
  };
}

const isNothing = (value: unknown): boolean => value === null || value === undefined;

const text = (value: unknown): string => (isNothing(value) ? 'null' : JSON.stringify(GraphQLString.serialize(value)));

const integer = (value: unknown): string => (isNothing(value) ? 'null' : String(GraphQLInt.serialize(value)));

const float = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value)
    ? String(value)
    : isNothing(value)
      ? 'null'
      : String(GraphQLFloat.serialize(value));
