import { appOf, type Emit, rootOf, walk } from './answer-reader.js';
import { planOf, type AnswerPlan, type Question } from './head.js';
import type { JsonCursor } from './json-cursor.js';
import { RowBuilder } from './row-batch.js';
import type { AdjustApp, AdjustCell } from './types.js';
import { AdjustSaysNo, Unreadable } from './unreadable.js';
import { cellOf, isContainer, isNamed, isObject, type WireObject } from './wire.js';

/** What is known of an answer before its rows. */
export interface ReadPlan extends AnswerPlan {
  /** The app of the whole answer, where it has one. */
  readonly app: AdjustApp | undefined;
}

/**
 * Takes `{"result_parameters": {...}, "result_set": {... "dates": [`, up to where the first node begins. Undefined: the
 * order is another, and the answer has to be seen whole.
 */
export function openAnswer(cursor: JsonCursor, question: Question): ReadPlan | undefined {
  cursor.take('{');
  let plan: AnswerPlan | undefined;
  let no: unknown;
  do {
    if (cursor.peekIs('}')) break;
    const key = cursor.key();
    if (key === 'result_set') return plan && no == null ? openResultSet(cursor, plan) : undefined;
    const value = cursor.value();
    if (key === 'result_parameters') plan = planOf(value, question);
    if (key === 'error') no = value;
  } while (cursor.take(',}') === ',');
  if (no != null) throw new AdjustSaysNo(typeof no === 'string' ? no : JSON.stringify(no));
  throw new Unreadable('it has no result_set');
}

function openResultSet(cursor: JsonCursor, plan: AnswerPlan): ReadPlan | undefined {
  if (!cursor.peekIs('{')) return undefined;
  cursor.take('{');
  const first = plan.levels[0]!;
  const byApps = first.grouping === 'apps';
  const fields: WireObject = {};
  while (!cursor.peekIs('}')) {
    const key = cursor.key();
    if (cursor.peekIs('[')) {
      const named = byApps || plan.names.onlyApp === undefined || ('name' in fields && 'currency' in fields);
      if (!named || !first.containers.includes(key)) return undefined;
      cursor.take('[');
      return { ...plan, app: byApps ? undefined : appOf(fields, plan) };
    }
    fields[key] = cursor.value();
    if (cursor.take(',}') === '}') return undefined;
  }
  return undefined;
}

/**
 * Takes a node up to where its rows begin; undefined: it has to be seen whole. `first`: it is the first of its container.
 */
export function openNode(cursor: JsonCursor, plan: ReadPlan, level: number, first: boolean): AdjustCell | undefined {
  const { levels, names } = plan;
  const here = levels[level]!;
  const below = levels[level + 1];
  if (!first && here.grouping === 'apps' && names.onlyApp !== undefined) {
    throw new Unreadable('it holds an app that was not asked for');
  }
  cursor.take('{');
  const fields: WireObject = {};
  while (!cursor.peekIs('}')) {
    const key = cursor.key();
    if (cursor.peekIs('[')) {
      const begins = below ? below.containers.includes(key) : key === 'kpi_values';
      if (!begins || !isNamed(fields, here)) return undefined;
      cursor.take('[');
      return cellOf(fields, here, names);
    }
    fields[key] = cursor.value();
    if (cursor.take(',}') === '}') break;
  }
  return undefined;
}

/** Walks a decoded node and what is in it; `path`: the cells of the levels above. */
export function walkNode(node: unknown, path: AdjustCell[], plan: ReadPlan, emit: Emit): void {
  const here = plan.levels[path.length]!;
  if (!isObject(node)) throw new Unreadable(`${here.containers[0]} holds something that is no object`);
  path.push(cellOf(node, here, plan.names));
  walk(node, path.length, path, plan, emit);
}

/** Takes what follows a container inside its node: `}`, or fields of no interest before it. */
export function closeNode(cursor: JsonCursor): void {
  while (cursor.take(',}') === ',') {
    const key = cursor.key();
    const value = cursor.value();
    if (key === 'kpi_values' || isContainer(key, value)) throw new Unreadable('a group holds rows of two kinds');
  }
}

/** Takes what follows the rows: the ends of `result_set` and of the answer. */
export function closeAnswer(cursor: JsonCursor): void {
  closeNode(cursor);
  while (cursor.take(',}') === ',') {
    const key = cursor.key();
    const value = cursor.value();
    if (key === 'result_set' || key === 'result_parameters') throw new Unreadable(`it has a second ${key}`);
    if (key === 'error' && value != null) throw new Unreadable('it holds an error beside its rows');
  }
}

/** A decoded answer, whatever its order. */
export function readAll(document: unknown, question: Question): { plan: ReadPlan; rows: RowBuilder } {
  if (!isObject(document)) throw new Unreadable('it is no object');
  if (document.error != null) throw new Unreadable('it holds an error beside its rows');
  const plan = planOf(document.result_parameters, question);
  const rows = new RowBuilder();
  const root = rootOf(document.result_set, plan);
  root.walk((cells, values) => rows.add(cells, values));
  return { plan: { ...plan, app: root.app }, rows };
}
