import { appOfRow } from './app-of-row.js';
import { planOf, type AnswerPlan, type Question } from './head.js';
import type { AdjustApp, AdjustCell, AdjustKpiAnswer, AdjustKpiRow } from './types.js';
import { Unreadable } from './unreadable.js';
import { appToken, cellOf, isContainer, isObject, valueText, type WireObject } from './wire.js';

/** Takes each leaf: its cells (an array that is used again for the next) and its values as they came. */
export type Emit = (cells: readonly AdjustCell[], values: readonly unknown[]) => void;

const say = (groupings: readonly string[]) => groupings.join(', ') || 'nothing';

/**
 * Walks what is under a node, `depth` levels down. The cells of the levels above are in `path`. Throws Unreadable where
 * the nesting is not the one that was asked for.
 */
export function walk(node: WireObject, depth: number, path: AdjustCell[], plan: AnswerPlan, emit: Emit): void {
  const { levels, head, names } = plan;
  const here = levels[depth];
  const asked = () => `${say(head.columns)} was asked for`;
  for (const key in node) {
    if (isContainer(key, node[key]) && !here?.containers.includes(key)) {
      throw new Unreadable(`it is grouped by ${say([...head.columns.slice(0, depth), key])} where ${asked()}`);
    }
  }
  if (!here) {
    const values = node.kpi_values;
    if (!Array.isArray(values)) throw new Unreadable(`a group has no kpi_values`);
    if (values.length !== head.kpis.length) {
      throw new Unreadable(`a row has ${values.length} kpi_values for ${head.kpis.length} KPIs`);
    }
    emit(path, values);
    return;
  }
  if (node.kpi_values !== undefined) {
    throw new Unreadable(`it is grouped by ${say(head.columns.slice(0, depth))} where ${asked()}`);
  }
  const key = here.containers.find((name) => Array.isArray(node[name]));
  if (key === undefined) throw new Unreadable(`a group has no ${here.containers[0]} where ${asked()}`);
  const children = node[key] as unknown[];
  if (here.grouping === 'apps' && names.onlyApp !== undefined) onlyOne(children);
  for (const child of children) {
    if (!isObject(child)) throw new Unreadable(`${key} holds something that is no object`);
    path[depth] = cellOf(child, here, names);
    walk(child, depth + 1, path, plan, emit);
  }
  path.length = depth;
}

/** The app of the whole answer, where it has one. */
export function appOf(resultSet: WireObject, plan: AnswerPlan): AdjustApp | undefined {
  if (plan.names.onlyApp === undefined) return undefined;
  const { name, currency } = resultSet;
  const token = appToken(resultSet.token, plan.names);
  return {
    token,
    name: typeof name === 'string' ? name : token,
    currency: typeof currency === 'string' ? currency : '',
  };
}

/**
 * Walks a whole `result_set`: `{token, name, currency, <grouping>[]}` for one app, `{apps: []}` for several; for one app
 * both are read, whatever was asked. Answers with the app of the whole answer, where it has one.
 */
export function walkResultSet(resultSet: unknown, plan: AnswerPlan, emit: Emit): AdjustApp | undefined {
  if (!isObject(resultSet)) throw new Unreadable('it has no result_set');
  const first = plan.levels[0]?.grouping;
  const apps = resultSet.apps ?? resultSet.app;
  if (plan.names.onlyApp === undefined || (first === 'apps') === Array.isArray(apps)) {
    walk(resultSet, 0, [], plan, emit);
    return appOf(resultSet, plan);
  }
  if (first === 'apps') {
    const app = appOf(resultSet, plan);
    walk(resultSet, 1, [{ name: app?.name ?? '', id: app?.token, currency: app?.currency }], plan, emit);
    return app;
  }
  const only = onlyOne(apps as unknown[]);
  if (!only) return appOf(resultSet, plan);
  walk(only, 0, [], plan, emit);
  return appOf(only, plan);
}

function onlyOne(apps: unknown[]): WireObject | undefined {
  if (apps.length > 1 || !apps.every(isObject)) throw new Unreadable('it holds an app that was not asked for');
  return apps[0] as WireObject | undefined;
}

const numberOf = (value: unknown) => (value === null ? null : Number(valueText(value)));

/** A whole answer, decoded. Throws Unreadable. */
export function readAnswer(document: unknown, question: Question): AdjustKpiAnswer {
  if (!isObject(document)) throw new Unreadable('it is no object');
  if (document.error != null) throw new Unreadable('it holds an error beside its rows');
  const plan = planOf(document.result_parameters, question);
  const rows: AdjustKpiRow[] = [];
  const column = plan.head.columns.indexOf('apps');
  const app = walkResultSet(document.result_set, plan, (cells, values) => {
    rows.push({ app: undefined, cells: cells.slice(), values: values.map(numberOf) });
  });
  // After the walk: the answer's app is known only then, and rows of one app share one object.
  let last: AdjustCell | undefined;
  let shared = app;
  for (const row of rows) {
    const cell = row.cells[column];
    if (cell !== last) shared = appOfRow(row.cells, column, app);
    last = cell;
    row.app = shared;
  }
  return { ...plan.head, rows };
}
