import type { CounterName } from '../world/counters.js';
import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import type { App, World } from '../world/world.js';
import type { Filters, Place } from './counts.js';
import { bucketsOf, cellsOf, count, passes, placeOf, stampUtc } from './counts.js';
import type { Table } from './table.js';

export interface SummaryQuestion {
  world: World;
  app: App;
  kochava: KochavaApp;
  account: KochavaAccount;
  traffic: readonly string[];
  grouping: readonly string[];
  hours: number;
  zone: string;
  window: { start: number; end: number };
  filters: Filters;
  /** Milliseconds: nothing has happened after it. */
  now: number;
}

interface Metric {
  column: string;
  counters: readonly CounterName[];
  /** Part of the counters' sum; default all of it. */
  part?: number;
  money?: boolean;
}

const metric = (column: string, counter: CounterName, part?: number): Metric => ({
  column,
  counters: [counter],
  ...(part !== undefined && { part }),
});
const money = (column: string, ...counters: CounterName[]): Metric => ({ column, counters, money: true });

/** The counters of section "Requesting a New Summary Report"; how their columns are called is documented nowhere. */
const METRICS: Record<string, readonly Metric[]> = {
  click: [
    metric('clicks', 'clicks'),
    metric('duplicate_clicks', 'clicks', 0.04),
    metric('clicks_matched_to_impressions', 'clicks', 0.11),
    money('amount_spent_on_clicks', 'click_cost'),
  ],
  impression: [metric('impressions', 'impressions'), money('amount_spent_on_impressions', 'impression_cost')],
  install: [
    metric('installs', 'installs'),
    metric('installs_matched_to_impressions', 'installs', 0.09),
    metric('installs_matched_to_clicks', 'installs', 0.52),
  ],
  event: [
    metric('events', 'event:*:events'),
    metric('revenue_generating_events', 'event:*:revenue_events'),
    money('revenue', 'event:*:revenue'),
  ],
  reengagement: [metric('reengagements', 'reattributions')],
  skadnetwork: [
    metric('skadnetwork', 'limit_ad_tracking_installs'),
    metric('skadnetwork_matched_to_impressions', 'limit_ad_tracking_installs', 0.1),
    metric('skadnetwork_matched_to_clicks', 'limit_ad_tracking_installs', 0.4),
  ],
  trafficverif: [
    metric('clicks_verified_ok', 'clicks', 0.97),
    metric('clicks_verified_not_ok', 'clicks', 0.03),
    metric('impressions_verified_ok', 'impressions', 0.98),
    metric('impressions_verified_not_ok', 'impressions', 0.02),
  ],
  network_spend_restated: [money('network_spend_restated', 'click_cost', 'impression_cost', 'install_cost')],
};

/** Groupings that have a name beside the id. */
const NAMED = new Set(['network', 'campaign', 'tracker']);

/** What the groupings of the SKAdNetwork sample hold: an app has one value of most. */
function constantOf(name: string, place: Place, { kochava, account }: SummaryQuestion): string {
  const values: Record<string, string> = {
    ko_account_name: account.name,
    ko_account_id: String(account.id),
    ko_app_name: kochava.name,
    ko_app_id: String(kochava.id),
    ko_app_guid: kochava.guid,
    ko_media_partner_name: place.network_name,
    ko_media_partner_id: place.network,
    campaign_name: place.campaign_name,
    sk_campaign_id: place.campaign,
    sk_ad_network_id: `${place.network}.skadnetwork`,
  };
  return values[name] ?? '';
}

const columnsOf = (grouping: string): string[] => (NAMED.has(grouping) ? [grouping, `${grouping}_name`] : [grouping]);

/** The rows that a summary would have at most, before any is counted. */
export const cardinalityOf = (question: SummaryQuestion): number =>
  groupsOf(question).values.length * bucketsOf(question.window, question.hours, question.zone).length;

function groupsOf(question: SummaryQuestion) {
  const cells = cellsOf(question.world, question.app);
  const columns = question.grouping.flatMap(columnsOf);
  const known = new Map<string, number>();
  const values: string[][] = [];
  const of = Int32Array.from(cells, (cell) => {
    const place = placeOf(cell);
    if (!passes(place, question.filters)) return -1;
    const own = columns.map((name) => (name in place ? place[name as keyof Place] : constantOf(name, place, question)));
    const key = JSON.stringify(own);
    let group = known.get(key);
    if (group === undefined) {
      known.set(key, (group = values.length));
      values.push(own);
    }
    return group;
  });
  return { cells, columns, of, values };
}

/** Counters by bucket and group; groups without anything are left out. */
export function summaryTable(question: SummaryQuestion): Table {
  const { cells, columns, of, values } = groupsOf(question);
  const metrics = question.traffic.flatMap((traffic) => METRICS[traffic] ?? []);
  const counters = [...new Set(metrics.flatMap((one) => one.counters))];
  const buckets = bucketsOf(question.window, question.hours, question.zone);
  const sums = count(question.world, cells, { of, count: values.length }, buckets, counters, question.now);
  const rows: string[][] = [];
  for (const [b, bucket] of buckets.entries()) {
    for (const [g, group] of values.entries()) {
      const base = (b * values.length + g) * counters.length;
      const numbers = metrics.map((one) => {
        const sum = one.counters.reduce((all, name) => all + (sums[base + counters.indexOf(name)] ?? 0), 0);
        if (one.money) return (sum / 1e6).toFixed(2);
        return String(one.part === undefined ? sum : Math.floor(sum * one.part));
      });
      if (numbers.some((value) => Number(value) !== 0)) {
        rows.push([bucket.label, stampUtc(bucket.from), ...group, ...numbers]);
      }
    }
  }
  return { columns: ['date_adjusted', 'date_utc', ...columns, ...metrics.map((one) => one.column)], rows };
}
