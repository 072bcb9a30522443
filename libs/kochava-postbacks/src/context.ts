import { destinationProblem, destinationsOf, isDestinationKey } from './destination.js';
import type { KochavaPostbackField, KochavaPostbackTemplate, KochavaPostbacksProblem } from './types.js';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

const problem = (id: string, detail: string): KochavaPostbacksProblem => ({ parameter: `context.${id}`, detail });

/** What is wrong with a context before any template is known: its shape, and every URL in it. */
export function contextShapeProblems(context: unknown): KochavaPostbacksProblem[] {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) {
    return [{ parameter: 'context', detail: 'Give an object of the template’s field ids and their values.' }];
  }
  const problems: KochavaPostbacksProblem[] = [];
  for (const [id, value] of Object.entries(context)) {
    if (FORBIDDEN.has(id) || !/^[\w.-]{1,200}$/.test(id)) problems.push(problem(id, 'This is not the id of a field.'));
    else if (!isScalar(value)) problems.push(problem(id, 'Give a string, a number or true or false, nothing nested.'));
  }
  if (problems.length > 0) return problems;
  const destinations = destinationsOf(context as Record<string, unknown>);
  for (const [id, value] of Object.entries(context)) {
    if (isDestinationKey(id) && typeof value !== 'string' && value !== null) {
      problems.push(problem(id, 'Give the https URL that Kochava shall call.'));
    }
  }
  for (const { fieldId, url } of destinations) {
    const detail = destinationProblem(url);
    if (detail) problems.push(problem(fieldId, detail));
  }
  return problems;
}

function valueProblem(field: KochavaPostbackField, value: unknown): string | undefined {
  if (isEmpty(value)) return undefined;
  if (field.options.length === 0) return undefined;
  // The template's options are numbers where stored contexts hold strings, and the other way round.
  if (field.options.some((option) => String(option.value) === String(value))) return undefined;
  const known = field.options.map((option) => `${String(option.value)} (${option.label})`).join(', ');
  return `Give one of ${known}.`;
}

/**
 * A context against its template's `context_meta`: unknown fields, required ones that are missing or emptied, selects
 * outside their options, and destinations that are no public https URL. A destination key is taken also where the
 * template does not declare it, as in the document's own examples.
 *
 * @param given what is about to be sent
 * @param stored what stands there, for an update: Kochava merges the two
 * @returns every problem; empty: it can be sent
 */
export function contextProblems(
  template: KochavaPostbackTemplate,
  given: unknown,
  stored: Readonly<Record<string, unknown>> = {},
): KochavaPostbacksProblem[] {
  const problems = contextShapeProblems(given);
  if (problems.some(({ parameter }) => parameter === 'context')) return problems;
  const context = given as Record<string, unknown>;
  const named = new Set(problems.map(({ parameter }) => parameter));
  const say = (id: string, detail: string | undefined) => {
    if (detail && !named.has(`context.${id}`)) problems.push(problem(id, detail));
  };

  const fields = new Map(template.fields.map((field) => [field.id, field]));
  for (const [id, value] of Object.entries(context)) {
    const field = fields.get(id);
    if (field) say(id, valueProblem(field, value));
    else if (!isDestinationKey(id)) {
      const known = [...fields.keys()].join(', ');
      say(id, `Template ${template.id} has no such field${known ? `; it has ${known}` : ''}.`);
    }
  }
  for (const field of template.fields) {
    const left = Object.hasOwn(context, field.id) ? context[field.id] : stored[field.id];
    if (field.required && isEmpty(left)) {
      say(field.id, `Template ${template.id} needs this field${field.name ? ` (${field.name})` : ''}.`);
    }
  }
  return problems;
}
