import type { World } from '../world/world.js';
import type { ReportingBody } from './body.js';
import { detailSize, detailTable, type DetailQuestion } from './detail.js';
import type { Report } from './reports.js';
import { cardinalityOf, summaryTable, type SummaryQuestion } from './summary.js';
import { choose, fileOf, type Table } from './table.js';

export interface ContentLimits {
  /** More rows of a detail report are "Row limit exceeded". */
  rows: number;
  /** More groups times stretches of time of a summary are "Cardinality for timeframe exceeded". */
  cardinality: number;
}

const EMPTY: Table = { columns: [], rows: [] };
const SPEND = ['cost', 'cost_restated'];

const zoneOf = (body: ReportingBody): string => body.text('time_zone') ?? 'UTC';

function appOf(world: World, report: Report) {
  return report.app.adjustToken === undefined ? undefined : world.apps.get(report.app.adjustToken);
}

function summaryOf(
  world: World,
  report: Report,
  hours: number,
  traffic: string[],
  grouping: string[],
): SummaryQuestion | undefined {
  const app = appOf(world, report);
  const { body, window } = report;
  if (!app || !window) return undefined;
  const [zone, filters] = [zoneOf(body), body.filters()];
  const { account } = report.key;
  return {
    world,
    app,
    kochava: report.app,
    account,
    traffic,
    grouping,
    hours,
    zone,
    window,
    filters,
    now: report.createdAt,
  };
}

function detailOf(world: World, report: Report, traffic: string[]): DetailQuestion | undefined {
  const app = appOf(world, report);
  const { body } = report;
  if (!app) return undefined;
  const created = Math.floor(report.createdAt / 1000);
  // A query or an audience without a window of its own: the last day.
  const window = report.window ?? { start: created - 86_400, end: created };
  const filters = body.filters();
  const events = [...body.list('event_name'), ...(filters.get('event_name') ?? [])];
  const currency = body.text('currency');
  return { world, app, traffic, zone: zoneOf(body), window, filters, events, currency, now: report.createdAt };
}

function tableOf(world: World, report: Report): Table {
  const { body, kind } = report;
  const traffic = body.list('traffic');
  if (kind === 'summary') {
    const question = summaryOf(world, report, body.number('time_series') ?? 24, traffic, body.list('traffic_grouping'));
    return question ? summaryTable(question) : EMPTY;
  }
  if (kind === 'detail' && traffic.some((name) => SPEND.includes(name))) {
    const question = summaryOf(world, report, 24, ['network_spend_restated'], ['network', 'campaign', 'country']);
    return question ? summaryTable(question) : EMPTY;
  }
  const question = detailOf(world, report, kind === 'detail' ? traffic : ['install']);
  if (!question) return EMPTY;
  const table = detailTable(question);
  // There is no SQL here: a query gets the installs, whatever it asks, and an audience the devices of everybody.
  return kind === 'deviceid' ? choose(table, ['install_kochava_device_id', 'install_device_version']) : table;
}

/** The report's file. */
export function contentOf(world: World, report: Report): Buffer {
  const format = report.body.text('delivery_format')?.toLowerCase() === 'json' ? 'json' : 'csv';
  return fileOf(choose(tableOf(world, report), report.body.list('columns_order')), format);
}

/** Why the report can't be made, in Kochava's words; undefined where it can. */
export function obstacleOf(world: World, report: Report, limits: ContentLimits): string | undefined {
  const { body, kind } = report;
  const traffic = body.list('traffic');
  if (kind === 'summary') {
    const question = summaryOf(world, report, body.number('time_series') ?? 24, traffic, body.list('traffic_grouping'));
    if (question && cardinalityOf(question) > limits.cardinality) return 'Cardinality for timeframe exceeded';
    return undefined;
  }
  if (traffic.some((name) => SPEND.includes(name))) return undefined;
  const question = detailOf(world, report, kind === 'detail' ? traffic : ['install']);
  return question && detailSize(question) > limits.rows ? 'Row limit exceeded' : undefined;
}
