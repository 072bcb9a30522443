import { PostbacksRefusal } from './refusal.js';
import type { Template } from './templates.js';

export type Body = Record<string, unknown>;
const TYPES = ['install', 'event', 'click'];

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

const MALFORMED = 'The request data has malformed syntax. The request should not be repeated without modifications.';

/** A JSON object, whatever content type it came with. */
export function readBody(raw: unknown): Body {
  let body: unknown;
  try {
    body = JSON.parse(String(raw ?? ''));
  } catch {
    throw new PostbacksRefusal(400, MALFORMED);
  }
  if (!isObject(body)) throw new PostbacksRefusal(400, MALFORMED);
  return body;
}

/** The fields that a create and an update share, each where it is given. */
export function fieldProblems(body: Body): string[] {
  const problems: string[] = [];
  if ('title' in body && (typeof body.title !== 'string' || body.title.trim() === ''))
    problems.push('title must be a string');
  if ('active' in body && typeof body.active !== 'boolean') problems.push('active must be a boolean');
  if ('filter_str' in body && body.filter_str !== null && typeof body.filter_str !== 'string') {
    problems.push('filter_str must be a string');
  }
  if ('context' in body && !isObject(body.context)) problems.push('context must be an object');
  return problems;
}

export function createProblems(body: Body): string[] {
  const problems = ['app_id', 'template_id'].flatMap((field) =>
    Number.isSafeInteger(body[field]) ? [] : [`${field} must be an integer`],
  );
  if (!TYPES.includes(body.type as string)) problems.push(`type must be one of ${TYPES.join(', ')}`);
  if (!('title' in body)) problems.push('title is required');
  if (!('context' in body)) problems.push('context is required');
  return [...problems, ...fieldProblems(body)];
}

/** A whole context, after a merge, against the template. Keys that the template does not have are remarked on. */
export function checkContext(template: Template, context: Body): { problems: string[]; warnings: string[] } {
  const problems: string[] = [];
  for (const { input } of template.context_meta) {
    const value = context[input.id];
    if (isEmpty(value)) {
      if (input.required === true || input.required === 'true') problems.push(`context.${input.id} is required`);
    } else if (typeof value === 'object') problems.push(`context.${input.id} must be a string or a number`);
    else if (input.options && !input.options.some((option) => String(option.value) === String(value))) {
      problems.push(`context.${input.id} is not one of the options`);
    } else if (/mostback_url$/.test(input.id) && !/^https?:\/\/\S+$/.test(String(value))) {
      problems.push(`context.${input.id} must be a URL`);
    }
  }
  const known = new Set(template.context_meta.map(({ input }) => input.id));
  const warnings = Object.keys(context)
    .filter((key) => !known.has(key))
    .map((key) => `context.${key} is not a field of template ${template.id}`);
  return { problems, warnings };
}
