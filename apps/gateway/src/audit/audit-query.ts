import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { type FieldError, GatewayError, badInput } from '#libs/domain';
import { wordIn } from '../edge/any-case.js';
import { readInput } from '../edge/input.js';
import type { TableOptions } from '../edge/table-lines.js';
import { AuditOutcomeEnum, VendorEnum } from '../public-enums.js';
import { AuditEventsArgs } from './audit.input.js';

export type RawQuery = Readonly<Record<string, string | string[] | undefined>>;

type Values = readonly string[];
interface Param {
  /** Where the value goes in AuditEventsArgs. */
  field: string;
  read: (values: Values) => unknown;
  /** May stand in the URL more than once. */
  repeated?: boolean;
  description: string;
}

const only = (values: Values): string => values[0] ?? '';
const split = (values: Values): string[] =>
  values.flatMap((value) => value.split(',').map((part) => part.trim())).filter((part) => part !== '');
const codes =
  (words: object) =>
  (values: Values): string[] =>
    split(values).map((value) => wordIn(words, value));
/** The `+` of an offset that was not encoded comes as a space. */
const instant = (values: Values): string => only(values).replace(/ (?=\d\d:\d\d$)/, '+');

const PARAMS: Readonly<Record<string, Param>> = {
  first: {
    field: 'first',
    read: (values) => (/^\d{1,9}$/.test(only(values)) ? Number(only(values)) : only(values)),
    description: '1 to 200; default 50. CSV and NDJSON hold every event where it is absent.',
  },
  after: { field: 'after', read: only, description: 'The endCursor of the page before.' },
  from: { field: 'filter.from', read: instant, description: 'Included: 2026-01-31T13:00:00Z.' },
  to: { field: 'filter.to', read: instant, description: 'Excluded.' },
  actions: { field: 'filter.actions', read: split, repeated: true, description: 'Comma separated: kpis.read, …' },
  outcomes: {
    field: 'filter.outcomes',
    read: codes(AuditOutcomeEnum),
    repeated: true,
    description: 'Comma separated: succeeded, denied, failed, unknown.',
  },
  vendors: {
    field: 'filter.vendors',
    read: codes(VendorEnum),
    repeated: true,
    description: 'Comma separated: adjust, kochava.',
  },
  app: { field: 'filter.appIds', read: split, repeated: true, description: 'Ids of apps, comma separated.' },
  key_names: {
    field: 'filter.keyNames',
    read: (values) => values,
    repeated: true,
    description: 'Names of keys; repeat the parameter, because names hold commas.',
  },
  resource: { field: 'filter.resource', read: only, description: 'The whole of it: credential:adjust.' },
};

const FORM: Readonly<Record<string, string>> = {
  format: 'json, csv or ndjson; absent: by Accept.',
  bom: 'true: a byte order mark before the CSV, for Excel.',
  human_readable: 'true: CSV headings in English.',
  raw: 'true: text cells as they are, also those that a spreadsheet would run as a formula.',
};

export interface AuditQuestion {
  args: AuditEventsArgs;
  /** Was `first` asked for? A table holds every event otherwise. */
  bounded: boolean;
  format: string | undefined;
  table: TableOptions;
}

/** What a query string asks. BAD_USER_INPUT names each parameter as it stands in the URL. */
export function readAuditQuery(query: RawQuery): AuditQuestion {
  const problems: FieldError[] = [];
  const filter: Record<string, unknown> = {};
  const plain: Record<string, unknown> = { filter };
  const form: Record<string, string> = {};
  for (const [name, raw] of Object.entries(query)) {
    const param = Object.hasOwn(PARAMS, name) ? PARAMS[name] : undefined;
    if (!param && !Object.hasOwn(FORM, name)) {
      problems.push({ pointer: `/${name}`, detail: 'is not a parameter here' });
      continue;
    }
    const values = (Array.isArray(raw) ? raw : [raw ?? '']).filter((value) => value !== '');
    if (values.length === 0) continue;
    if (values.length > 1 && !param?.repeated) {
      problems.push({ pointer: `/${name}`, detail: 'stands there more than once' });
    } else if (!param) {
      form[name] = only(values);
    } else if (param.field.startsWith('filter.')) {
      filter[param.field.slice('filter.'.length)] = param.read(values);
    } else {
      plain[param.field] = param.read(values);
    }
  }
  const flag = (name: string): boolean => {
    const value = form[name]?.toLowerCase() ?? 'false';
    if (value !== 'true' && value !== 'false') problems.push({ pointer: `/${name}`, detail: 'must be true or false' });
    return value === 'true';
  };
  const table = { bom: flag('bom'), humanReadable: flag('human_readable'), raw: flag('raw') };
  const args = collecting(problems, () => readInput(AuditEventsArgs, plain));
  if (problems.length > 0 || !args) throw badInput(problems);
  return { args, bounded: plain['first'] !== undefined, format: form['format'], table };
}

function collecting<T>(problems: FieldError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GatewayError) || !error.details.errors) throw error;
    for (const { pointer, detail } of error.details.errors) {
      const [name] = Object.entries(PARAMS).find(([, { field }]) => pointer === `/${field.replace('.', '/')}`) ?? [];
      problems.push({ pointer: name ? `/${name}` : pointer, detail });
    }
    return undefined;
  }
}

/** All of them, for OpenAPI. */
export const AuditQueryParams = (): MethodDecorator =>
  applyDecorators(
    ...Object.entries(PARAMS).map(([name, { description, repeated }]) =>
      ApiQuery({
        name,
        description,
        required: false,
        schema: repeated && name === 'key_names' ? { type: 'array', items: { type: 'string' } } : { type: 'string' },
      }),
    ),
    ...Object.entries(FORM).map(([name, description]) =>
      ApiQuery({ name, description, required: false, schema: { type: 'string' } }),
    ),
  );
