import { badInput, type FieldError } from '#libs/domain';
import { destinationProblem, destinationsOf, type KochavaPostback } from '#libs/kochava-postbacks';
import { hostAllowed, type Limits } from '#libs/tenancy';
import { contextErrors, staysErrors } from '../../postbacks/postback-checks.js';
import { isFields, type JsonFields, valueOf } from '../json-fields.js';

/** Free texts, which nothing is sent to. */
const TEXTS = new Set(['title', 'filter_str']);

/** A tenant's data go only where the tenant said, whatever field names the place. BAD_USER_INPUT names each. */
export function checkCreated(fields: JsonFields, limits: Limits): void {
  refuse(errorsIn(fields, limits));
}

/** As `checkCreated`, and what is left in place of `before` too, unless it is switched off. */
export function checkChanged(fields: JsonFields, before: KochavaPostback, limits: Limits): void {
  const context = valueOf(fields, 'context');
  refuse([
    ...errorsIn(fields, limits),
    ...(isActiveAfter(fields, before) ? staysErrors(before, isFields(context) ? context : {}, limits) : []),
  ]);
}

function errorsIn(fields: JsonFields, limits: Limits): FieldError[] {
  const context = valueOf(fields, 'context') ?? undefined;
  return [
    ...(context === undefined ? [] : contextErrors(context, limits)),
    ...Object.entries(fields).flatMap(([name, value]) => besideErrors(name, value, limits)),
  ];
}

/** Fields that are not the context hold nothing nested in the document, and an address only where one is smuggled. */
function besideErrors(name: string, value: unknown, limits: Limits): FieldError[] {
  const known = name.trim().toLowerCase();
  if (known === 'context' || TEXTS.has(known)) return [];
  const pointer = `/${name.slice(0, 50)}`;
  if (typeof value === 'object' && value !== null)
    return [{ pointer, detail: 'must be a text, a number, true or false' }];
  return destinationsOf({ [name]: value }).flatMap(({ url }) => {
    const detail = destinationProblem(url) ?? (isAllowed(url, limits) ? undefined : 'is outside the tenant’s hosts');
    return detail === undefined ? [] : [{ pointer, detail }];
  });
}

const isAllowed = (url: string, limits: Limits): boolean =>
  hostAllowed(limits, URL.canParse(url) ? new URL(url).hostname : '');

/** What Kochava would not take for a false may be a true. */
function isActiveAfter(fields: JsonFields, before: KochavaPostback): boolean {
  const active = valueOf(fields, 'active') ?? undefined;
  if (active === undefined) return before.active;
  return !/^(?:false|0)$/i.test(String(active as string | number | boolean));
}

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw badInput(errors);
}
