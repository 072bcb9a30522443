import type { FastifyRequest } from 'fastify';
import type { FieldError } from '#libs/domain';
import { gatherProblems } from '../edge/input.js';
import type { TableOptions } from '../edge/table-lines.js';
import { type TableFormat, formatOf } from '../edge/tabular.js';
import type { RawQuery } from './kpi-params.js';

/** How an answer is to be written. */
export interface KpiForm extends TableOptions {
  format: TableFormat;
  totals: boolean;
}

/** The parameters that say how the answer is written, next to what it holds. */
export const FORM_PARAMS: Readonly<Record<string, string>> = {
  totals: 'true: one row for everything beside the rows; JSON only.',
  format: 'json, csv or ndjson; absent: by Accept.',
  bom: 'true: a byte order mark before the CSV, for Excel.',
  human_readable: 'true: CSV headings in English.',
  raw: 'true: text cells as they are, also those that a spreadsheet would run as a formula.',
};

/** Reads FORM_PARAMS, noting every one that is wrong; 406 is thrown at once. */
export function readForm(query: RawQuery, request: FastifyRequest, problems: FieldError[]): KpiForm {
  const text = (name: string): string | undefined => {
    const value = query[name];
    if (!Array.isArray(value)) return value || undefined;
    problems.push({ pointer: `/${name}`, detail: 'stands there more than once' });
    return undefined;
  };
  const flag = (name: string): boolean => {
    const value = text(name)?.toLowerCase();
    if (value === undefined || value === 'true' || value === 'false') return value === 'true';
    problems.push({ pointer: `/${name}`, detail: 'must be true or false' });
    return false;
  };
  const asked = text('format');
  const format = gatherProblems(problems, () => formatOf(request, asked)) ?? 'json';
  const form = {
    format,
    totals: flag('totals'),
    bom: flag('bom'),
    humanReadable: flag('human_readable'),
    raw: flag('raw'),
  };
  if (form.totals && format !== 'json') problems.push({ pointer: '/totals', detail: 'are told in JSON only' });
  return form;
}
