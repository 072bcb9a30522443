import { idNumber, type JsonObject, writeJson } from '#libs/upstream-http';
import { contextShapeProblems } from './context.js';
import {
  KOCHAVA_POSTBACK_TYPES,
  type KochavaPostback,
  type KochavaPostbackChanges,
  type KochavaPostbacksProblem,
  type NewKochavaPostback,
} from './types.js';

/** Nothing was sent: these parameters break the document's rules. Holds every problem, to be mended in one go. */
export class InvalidPostbacksRequest extends Error {
  readonly problems: KochavaPostbacksProblem[];

  constructor(problems: KochavaPostbacksProblem[]) {
    super(problems.map((problem) => `${problem.parameter}: ${problem.detail}`).join(' '));
    this.name = 'InvalidPostbacksRequest';
    this.problems = problems;
  }
}

const isId = (value: unknown): boolean => typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const idProblems = (parameter: string, value: unknown): KochavaPostbacksProblem[] =>
  isId(value) ? [] : [{ parameter, detail: 'Give Kochava’s number, digits alone.' }];

/** Throws InvalidPostbacksRequest where an id is no number. */
export function checkIds(ids: Record<string, unknown>): void {
  refuseAny(Object.entries(ids).flatMap(([parameter, value]) => idProblems(parameter, value)));
}

function refuseAny(problems: KochavaPostbacksProblem[]): void {
  if (problems.length > 0) throw new InvalidPostbacksRequest(problems);
}

const titleProblems = (title: unknown): KochavaPostbacksProblem[] =>
  isText(title) ? [] : [{ parameter: 'title', detail: 'Give a title.' }];

function filterProblems(type: unknown, filter: unknown): KochavaPostbacksProblem[] {
  if (type === 'event') {
    return isText(filter) ? [] : [{ parameter: 'filter', detail: 'Name the event that the postback shall fire on.' }];
  }
  return filter === undefined ? [] : [{ parameter: 'filter', detail: 'Only a postback of type event has a filter.' }];
}

/** The body of a create, section "Create the Trigger". Throws InvalidPostbacksRequest. */
export function createBody(request: NewKochavaPostback): string {
  const { appId, type, title, templateId, filter, context, active } = request;
  refuseAny([
    ...idProblems('appId', appId),
    ...(KOCHAVA_POSTBACK_TYPES.includes(type)
      ? []
      : [{ parameter: 'type', detail: `Give one of ${KOCHAVA_POSTBACK_TYPES.join(', ')}.` }]),
    ...titleProblems(title),
    ...idProblems('templateId', templateId),
    ...filterProblems(type, filter),
    ...contextShapeProblems(context),
  ]);
  const body: JsonObject = { app_id: idNumber(appId), type, title, template_id: idNumber(templateId) };
  if (filter !== undefined) body.filter_str = filter;
  if (active !== undefined) body.active = active;
  return writeJson({ ...body, context });
}

/** The body of an update, section "Update a Trigger": what changes, and nothing else. Throws InvalidPostbacksRequest. */
export function updateBody(changes: KochavaPostbackChanges): string {
  const { title, active, filter, context } = changes;
  const body: JsonObject = {};
  const problems: KochavaPostbacksProblem[] = [];
  if (title !== undefined) {
    problems.push(...titleProblems(title));
    body.title = title;
  }
  if (active !== undefined) body.active = active;
  if (filter !== undefined) {
    problems.push(...filterProblems('event', filter));
    body.filter_str = filter;
  }
  if (context !== undefined) {
    problems.push(...contextShapeProblems(context));
    body.context = context;
  }
  if (Object.keys(body).length === 0)
    problems.push({ parameter: 'changes', detail: 'Name at least one field to change.' });
  refuseAny(problems);
  return writeJson(body);
}

/**
 * What an app may have once: section "Required Behavior and Errors", "Triggers are unique by (template_id, type,
 * filter_str)". Two postbacks of one app with the same text collide.
 */
export const postbackIdentity = (
  postback:
    | Pick<KochavaPostback, 'templateId' | 'type' | 'filter'>
    | Pick<NewKochavaPostback, 'templateId' | 'type' | 'filter'>,
): string => JSON.stringify([postback.templateId, postback.type, postback.filter ?? '']);
