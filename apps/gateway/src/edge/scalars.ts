import { GraphQLScalarType, type ValueNode } from 'graphql';
import { GraphQLDateTime, GraphQLJSON, GraphQLLocalDate } from 'graphql-scalars';
import { publicScalar } from './public-type.js';

/** `2026-01-31` and a day that the calendar has. */
export function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  // Postgres counts years from 1.
  if (value.startsWith('0000')) return false;
  const day = new Date(value);
  // Date takes 30 February for 2 March.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** ISO 8601 with a zone, on a day and at a time that exist. */
export function isInstant(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    INSTANT.test(value) &&
    isDay(value.slice(0, 10)) &&
    !Number.isNaN(Date.parse(value.toUpperCase()))
  );
}

/** YYYY-MM-DD, kept as text: a day has no zone. */
export const DayScalar = new GraphQLScalarType<string, string>({
  ...GraphQLLocalDate.toConfig(),
  name: 'Date',
  description: 'YYYY-MM-DD. Strict.',
  extensions: {},
  specifiedByURL: null,
  parseValue: (value) => day(value),
  parseLiteral: (node) => day('value' in node ? node.value : undefined),
  serialize: (value) => String(value),
});

function day(value: unknown): string {
  if (!isDay(value)) throw new TypeError('must be a day of the calendar, as YYYY-MM-DD');
  return value;
}

/** An instant; told as UTC. */
export const InstantScalar = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTime.toConfig(),
  name: 'DateTime',
  description: 'ISO 8601 with a zone, told as UTC. Strict: 2026-02-30 is refused.',
  extensions: {},
  specifiedByURL: null,
  parseValue: (value) => instant(value),
  parseLiteral: (node: ValueNode) => instant('value' in node ? node.value : undefined),
  serialize: (value) => new Date(value as Date | string).toISOString(),
});

function instant(value: unknown): Date {
  if (!isInstant(value)) throw new TypeError('must be an ISO 8601 instant with a zone, like 2026-01-31T13:00:00Z');
  return new Date(value.toUpperCase());
}

export const JsonScalar = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  name: 'JSON',
  description: undefined,
  extensions: {},
  specifiedByURL: null,
});

publicScalar(DayScalar, { type: 'string', format: 'date' });
publicScalar(InstantScalar, { type: 'string', format: 'date-time' });
publicScalar(JsonScalar, { type: 'object', additionalProperties: true });
