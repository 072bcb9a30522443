import { badInput, type FieldError, GatewayError } from '#libs/domain';
import {
  contextProblems,
  contextShapeProblems,
  destinationsOf,
  InvalidPostbacksRequest,
  type KochavaPostback,
  type KochavaPostbackChanges,
  type KochavaPostbacksProblem,
  type KochavaPostbackTemplate,
  type NewKochavaPostback,
  postbackIdentity,
} from '#libs/kochava-postbacks';
import { hostAllowed, type Limits } from '#libs/tenancy';

type Context = Record<string, unknown>;

/** What needs no vendor's answer, of a create. BAD_USER_INPUT names every field. */
export function checkNew(wanted: NewKochavaPostback, limits: Limits): void {
  const { type, filter, context } = wanted;
  refuse([
    ...(type === 'event' && filter === undefined
      ? [{ pointer: '/filter', detail: 'must name the event that the postback fires on' }]
      : []),
    ...(type !== 'event' && filter !== undefined ? [ONLY_EVENTS] : []),
    ...contextErrors(context, limits),
  ]);
}

/** What needs no vendor's answer, of an update. BAD_USER_INPUT names every field. */
export function checkChanges(changes: KochavaPostbackChanges, limits: Limits): void {
  if (Object.keys(changes).length === 0) {
    throw badInput([{ pointer: '', detail: 'must change something: title, active, filter or context' }]);
  }
  if (changes.context !== undefined) refuse(contextErrors(changes.context, limits));
}

/** A new postback's context against its template; BAD_USER_INPUT for a template that the app can't have. */
export function checkAgainstTemplate(wanted: NewKochavaPostback, template: KochavaPostbackTemplate | undefined): void {
  if (!template) {
    throw badInput([{ pointer: '/templateId', detail: 'is no template of this app: choose one of postbackTemplates' }]);
  }
  refuse(contextProblems(template, wanted.context).map(fieldError));
}

/** What `changes` would make of the postback that stands: its filter, its merged context, where it would send to. */
export function checkMerged(
  before: KochavaPostback,
  changes: KochavaPostbackChanges,
  template: KochavaPostbackTemplate | undefined,
  limits: Limits,
): void {
  const errors: FieldError[] = [];
  if (changes.filter !== undefined && before.type !== 'event') errors.push(ONLY_EVENTS);
  if (changes.context !== undefined) {
    if (template) errors.push(...contextProblems(template, changes.context, before.context).map(fieldError));
    else
      errors.push({
        pointer: '/context',
        detail: `can't be changed: the app no longer has template ${before.templateId}`,
      });
  }
  if (changes.active ?? before.active) errors.push(...staysErrors(before, changes.context ?? {}, limits));
  refuse(errors);
}

/** What is active sends, also to a host that was taken off the list since. `context` takes the place of what it names. */
export function staysErrors(
  before: KochavaPostback,
  context: Readonly<Record<string, unknown>>,
  limits: Limits,
): FieldError[] {
  const stays = Object.entries(before.context).filter(([id]) => !Object.hasOwn(context, id));
  return hostErrors(Object.fromEntries(stays), limits, ', where it sends now: change it, or set active to false');
}

/** CONFLICT where the app has such a postback already: Kochava keeps one per template, type and filter. */
export function checkUnique(
  wanted: Pick<NewKochavaPostback, 'templateId' | 'type' | 'filter'>,
  others: readonly KochavaPostback[],
): void {
  const identity = postbackIdentity(wanted);
  const twin = others.find((other) => postbackIdentity(other) === identity);
  if (twin) throw taken(wanted, ` (postback ${twin.id})`);
}

/** In our words: Kochava's speak of an install postback whatever the type. */
export function taken(
  { templateId, type, filter }: Pick<KochavaPostback, 'templateId' | 'type' | 'filter'>,
  which: string,
  details: GatewayError['details'] = {},
): GatewayError {
  const what = `${type} postback of template ${templateId}${filter === undefined ? '' : ` for ${JSON.stringify(filter)}`}`;
  return new GatewayError('CONFLICT', `The app has an ${what} already${which}. Change that one instead.`, {
    vendor: 'KOCHAVA',
    ...details,
  });
}

/** The client's own refusals, should a rule be missing above, name fields too. */
export function asInputError(error: unknown): unknown {
  return error instanceof InvalidPostbacksRequest ? badInput(error.problems.map(fieldError)) : error;
}

/** Does the postback stand as it was asked for? Numbers and their texts are the same to Kochava. */
export function holds(
  postback: KochavaPostback,
  { title, active, filter, context = {} }: KochavaPostbackChanges,
): boolean {
  return (
    (title === undefined || postback.title === title) &&
    (active === undefined || postback.active === active) &&
    (filter === undefined || postback.filter === filter) &&
    Object.entries(context).every(([id, value]) => sameValue(postback.context[id], value))
  );
}

const sameValue = (stored: unknown, asked: unknown): boolean => String(stored ?? '') === String(asked ?? '');

const ONLY_EVENTS: FieldError = { pointer: '/filter', detail: 'belongs to EVENT postbacks alone' };

/** What needs no template: the shape of a context, and where it would send to. */
export function contextErrors(context: unknown, limits: Limits): FieldError[] {
  const problems = contextShapeProblems(context);
  if (problems.length > 0) return problems.map(fieldError);
  return hostErrors(context as Context, limits, '');
}

function hostErrors(context: Context, limits: Limits, more: string): FieldError[] {
  return destinationsOf(context).flatMap(({ fieldId, url }) => {
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    if (hostAllowed(limits, host)) return [];
    const detail = `is outside the hosts that this tenant's data may go to${more}`;
    return [{ pointer: `/context/${escaped(fieldId)}`, detail }];
  });
}

/** `context.cpi_url` is `/context/cpi_url`; a field id may hold dots of its own. */
function fieldError({ parameter, detail }: KochavaPostbacksProblem): FieldError {
  if (parameter === 'changes') return { pointer: '', detail };
  const id = /^context\.(.*)$/s.exec(parameter)?.[1];
  return { pointer: id === undefined ? `/${parameter}` : `/context/${escaped(id)}`, detail };
}

const LONGEST_SHOWN = 200;
const escaped = (name: string): string => name.slice(0, LONGEST_SHOWN).replaceAll('~', '~0').replaceAll('/', '~1');

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw badInput(errors);
}
