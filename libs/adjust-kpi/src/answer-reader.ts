import { appOfRow } from './app-of-row.js';
import { planOf, type AnswerPlan, type Question } from './head.js';
import type { AdjustApp, AdjustCell, AdjustKpiAnswer, AdjustKpiRow } from './types.js';
import { Unreadable } from './unreadable.js';
import { appToken, cellOf, isContainer, isObject, valueText, type WireObject } from './wire.js';

/** Takes each leaf: its cells (an array that is used again for the next) and its values as they came. */
export type Emit = (cells: readonly AdjustCell[], values: readonly unknown[]) => void;

function notAsked(plan: AnswerPlan, found: string): Unreadable {
  return new Unreadable(`${found} where ${plan.head.columns.join(', ')} was asked for`);
}

const grouped = (groupings: readonly string[]) => `it is grouped by ${groupings.join(', ') || 'nothing'}`;

/**
 * Walks what is under a node, `depth` levels down. The cells of the levels above are in `path`. Throws Unreadable where
 * the nesting is not the one that was asked for.
 */
export function walk(node: WireObject, depth: number, path: AdjustCell[], plan: AnswerPlan, emit: Emit): void {
  const { levels, head, names } = plan;
  const here = levels[depth];
  for (const key in node) {
    if (isContainer(key, node[key]) && !here?.containers.includes(key)) {
      throw notAsked(plan, grouped([...head.columns.slice(0, depth), key]));
    }
  }
  if (!here) {
    const values = node.kpi_values;
    if (!Array.isArray(values)) throw new Unreadable('a group has no kpi_values');
    if (values.length !== head.kpis.length) {
      throw new Unreadable(`a row has ${values.length} kpi_values for ${head.kpis.length} KPIs`);
    }
    emit(path, values);
    return;
  }
  if (node.kpi_values !== undefined) throw notAsked(plan, grouped(head.columns.slice(0, depth)));
  const key = here.containers.find((name) => Array.isArray(node[name]));
  if (key === undefined) throw notAsked(plan, `a group has no ${here.containers[0]}`);
  const children = node[key] as unknown[];
  if (here.grouping === 'apps' && names.onlyApp !== undefined) onlyOne(children);
  for (const child of children) {
    if (!isObject(child)) throw new Unreadable(`${key} holds something that is no object`);
    path[depth] = cellOf(child, here, names);
    walk(child, depth + 1, path, plan, emit);
  }
}

function onlyOne(apps: unknown[]): WireObject | undefined {
  if (apps.length > 1 || !apps.every(isObject)) throw new Unreadable('it holds an app that was not asked for');
  return apps[0];
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

/** Where the rows of a `result_set` begin. */
export interface Root {
  /** The app of the whole answer, where it has one. */
  app: AdjustApp | undefined;
  walk: (emit: Emit) => void;
}

/**
 * `{token, name, currency, <grouping>[]}` for one app, `{apps: []}` for several; for one app both are read, whatever was
 * asked.
 */
export function rootOf(resultSet: unknown, plan: AnswerPlan): Root {
  if (!isObject(resultSet)) throw new Unreadable('it has no result_set');
  const root = (node: WireObject, depth: number, path: AdjustCell[]): Root => ({
    app: appOf(node, plan),
    walk: (emit) => walk(node, depth, path, plan, emit),
  });
  const byApps = plan.levels[0]?.grouping === 'apps';
  const apps = resultSet.apps ?? resultSet.app;
  if (plan.names.onlyApp === undefined || byApps === Array.isArray(apps)) return root(resultSet, 0, []);
  if (byApps) {
    const app = appOf(resultSet, plan)!;
    return root(resultSet, 1, [{ name: app.name, id: app.token, currency: app.currency }]);
  }
  const only = onlyOne(apps as unknown[]);
  return only ? root(only, 0, []) : { app: appOf(resultSet, plan), walk: () => undefined };
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return value === null ? null : Number(valueText(value));
}

/** A whole answer, decoded. Throws Unreadable. */
export function readAnswer(document: unknown, question: Question): AdjustKpiAnswer {
  if (!isObject(document)) throw new Unreadable('it is no object');
  if (document.error != null) throw new Unreadable('it holds an error beside its rows');
  const plan = planOf(document.result_parameters, question);
  const root = rootOf(document.result_set, plan);
  const rows: AdjustKpiRow[] = [];
  const appColumn = plan.head.columns.indexOf('apps');
  // Rows of one app share one object.
  let { app } = root;
  let last: AdjustCell | undefined;
  root.walk((cells, values) => {
    if (appColumn >= 0 && cells[appColumn] !== last) {
      last = cells[appColumn];
      app = appOfRow(cells, appColumn, root.app);
    }
    rows.push({ app, cells: cells.slice(), values: values.map(numberOf) });
  });
  return { ...plan.head, rows };
}
