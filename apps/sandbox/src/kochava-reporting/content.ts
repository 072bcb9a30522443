import type { App, World } from '../world/world.js';
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

const SPEND = ['cost', 'cost_restated'];

const zoneOf = (body: ReportingBody): string => body.text('time_zone') ?? 'UTC';

/** An app that Adjust does not know: nothing has happened in it. */
const QUIET: App = {
  token: '',
  name: '',
  store: 'ios',
  currency: 'USD',
  volume: 0,
  size: 'small',
  events: [],
  trackers: [],
  cells: [],
};

function appOf(world: World, { app }: Report): App {
  return (app.adjustToken === undefined ? undefined : world.apps.get(app.adjustToken)) ?? QUIET;
}

/** A query or an audience without a window of its own is about the last day. */
function windowOf({ window, createdAt }: Report): { start: number; end: number } {
  const created = Math.floor(createdAt / 1000);
  return window ?? { start: created - 86_400, end: created };
}

function summaryOf(world: World, report: Report, spend = false): SummaryQuestion {
  const { body } = report;
  return {
    world,
    app: appOf(world, report),
    kochava: report.app,
    account: report.key.account,
    traffic: spend ? ['network_spend_restated'] : body.list('traffic'),
    grouping: spend ? ['network', 'campaign', 'country'] : body.list('traffic_grouping'),
    hours: spend ? 24 : (body.number('time_series') ?? 24),
    zone: zoneOf(body),
    window: windowOf(report),
    filters: body.filters(),
    now: report.createdAt,
  };
}

function detailOf(world: World, report: Report): DetailQuestion {
  const { body } = report;
  const filters = body.filters();
  return {
    world,
    app: appOf(world, report),
    traffic: report.kind === 'detail' ? body.list('traffic') : ['install'],
    zone: zoneOf(body),
    window: windowOf(report),
    filters,
    events: [...body.list('event_name'), ...(filters.get('event_name') ?? [])],
    currency: body.text('currency'),
    now: report.createdAt,
  };
}

const isSpend = ({ kind, body }: Report): boolean =>
  kind === 'detail' && body.list('traffic').some((name) => SPEND.includes(name));

function tableOf(world: World, report: Report): Table {
  if (report.kind === 'summary') return summaryTable(summaryOf(world, report));
  if (isSpend(report)) return summaryTable(summaryOf(world, report, true));
  const table = detailTable(detailOf(world, report));
  // There is no SQL here: a query gets the installs, whatever it asks, and an audience the devices of everybody.
  return report.kind === 'deviceid' ? choose(table, ['install_kochava_device_id', 'install_device_version']) : table;
}

/** The report's file. */
export function contentOf(world: World, report: Report): Buffer {
  const format = report.body.text('delivery_format')?.toLowerCase() === 'json' ? 'json' : 'csv';
  return fileOf(choose(tableOf(world, report), report.body.list('columns_order')), format);
}

/** Why the report can't be made, in Kochava's words; undefined where it can. */
export function obstacleOf(world: World, report: Report, limits: ContentLimits): string | undefined {
  if (report.kind === 'summary') {
    return cardinalityOf(summaryOf(world, report)) > limits.cardinality
      ? 'Cardinality for timeframe exceeded'
      : undefined;
  }
  if (isSpend(report)) return undefined;
  return detailSize(detailOf(world, report)) > limits.rows ? 'Row limit exceeded' : undefined;
}
