import { DateTime } from 'luxon';
import type { CounterName } from '../world/counters.js';
import { mix } from '../world/dice.js';
import type { App, Cell, World } from '../world/world.js';
import type { Filters, Place } from './counts.js';
import { bucketsOf, cellsOf, count, passes, placeOf, stamp, stampUtc } from './counts.js';
import type { Table } from './table.js';

export interface DetailQuestion {
  world: World;
  app: App;
  traffic: readonly string[];
  zone: string;
  window: { start: number; end: number };
  filters: Filters;
  /** Names; empty: all. */
  events: readonly string[];
  currency: string | undefined;
  now: number;
}

/** One happening: where, when, and which event. */
interface Happening {
  place: Place;
  cell: Cell;
  at: number;
  id: string;
  event?: { name: string; cents: number };
}

type Columns = Record<string, (of: Happening, zone: string) => string>;

const adjusted = (of: Happening, zone: string): string => stamp(DateTime.fromMillis(of.at, { zone }));
const place =
  (name: keyof Place): Columns[string] =>
  (of) =>
    of.place[name];
const device: Columns[string] = (of) => of.cell.profile.deviceType;
const os: Columns[string] = (of) => of.cell.profile.osName;

/** Columns of clicks and impressions, by the names that clients of the API read. */
const engagement = (prefix: string): Columns => ({
  [`${prefix}_date_utc`]: (of) => stampUtc(of.at),
  [`${prefix}_date_adjusted`]: adjusted,
  [`${prefix}_network`]: place('network'),
  [`${prefix}_network_name`]: place('network_name'),
  [`${prefix}_campaign`]: place('campaign'),
  [`${prefix}_campaign_name`]: place('campaign_name'),
  [`${prefix}_site`]: place('site'),
  [`${prefix}_tracker`]: place('tracker'),
  [`${prefix}_tracker_name`]: place('tracker_name'),
  [`${prefix}_creative`]: place('creative'),
  [`${prefix}_status`]: () => 'verified',
  [`kochava_${prefix}_id`]: (of) => `KC-${of.id}`,
  [`${prefix}geo_country_code`]: place('country'),
});

const attributed = (prefix: string): Columns => ({
  [`${prefix}_matched_on`]: () => 'click',
  [`${prefix}_matched_by`]: () => 'device',
  [`${prefix}_status`]: () => 'verified',
  [`${prefix}_date_utc`]: (of) => stampUtc(of.at),
  [`${prefix}_date_adjusted`]: adjusted,
  kochava_click_id: (of) => `KC-${of.id}`,
  partner_click_id: (of) => `pc-${of.id.slice(0, 8)}`,
  click_network: place('network'),
  click_network_name: place('network_name'),
  click_country_code: place('country'),
  attribution_campaign: place('campaign'),
  attribution_campaign_name: place('campaign_name'),
  attribution_site: place('site'),
  attribution_tracker: place('tracker'),
  attribution_tracker_name: place('tracker_name'),
  attribution_creative: place('creative'),
  [`${prefix}_kochava_device_id`]: (of) => `KD${of.id}`,
  [`${prefix}_device_version`]: os,
  [`${prefix}geo_country_code`]: place('country'),
});

const EVENT: Columns = {
  timestamp_utc: (of) => stampUtc(of.at),
  timestamp_adjusted: adjusted,
  event_name: (of) => of.event?.name ?? '',
  geo_country: place('country'),
  device_type: device,
  device_os: os,
  device_id_kochava: (of) => `KD${of.id}`,
  attribution_network_id: place('network'),
  attribution_network: place('network_name'),
  attribution_campaign_id: place('campaign'),
  attribution_campaign: place('campaign_name'),
  attribution_tracker_id: place('tracker'),
  attribution_tracker: place('tracker_name'),
  attribution_site_id: place('site'),
  attribution_creative: place('creative'),
  count: () => '1',
  dimension_sum: (of) => ((of.event?.cents ?? 0) / 100).toFixed(2),
};

interface Traffic {
  columns: Columns;
  counter?: CounterName;
}

const TRAFFIC: Record<string, Traffic> = {
  click: { columns: engagement('click'), counter: 'clicks' },
  impression: { columns: engagement('impression'), counter: 'impressions' },
  install: { columns: attributed('install'), counter: 'installs' },
  event: { columns: EVENT },
  reengagement: { columns: attributed('reengagement'), counter: 'reattributions' },
  // Nobody in this world is re-engaged by an impression, and no install has more than one parent.
  reengagement_imp: { columns: attributed('reengagement') },
  influencer_imp: { columns: engagement('impression') },
  influencer_click: { columns: engagement('click') },
  fractional: { columns: attributed('install') },
};

interface Source {
  counter: CounterName;
  event?: { name: string; cents: number };
}

function sourcesOf(question: DetailQuestion, traffic: string): Source[] {
  if (traffic !== 'event') {
    const counter = TRAFFIC[traffic]?.counter;
    return counter ? [{ counter }] : [];
  }
  return question.app.events
    .filter(({ name }) => question.events.length === 0 || question.events.includes(name))
    .map(({ token, name, cents }) => ({ counter: `event:${token}:events`, event: { name, cents: cents ?? 0 } }));
}

function cellsPassing(question: DetailQuestion) {
  const cells = cellsOf(question.world, question.app).filter((cell) => passes(placeOf(cell), question.filters));
  return { cells, of: Int32Array.from(cells, (_, index) => index) };
}

/** How many rows there are. */
export function detailSize(question: DetailQuestion): number {
  const { cells } = cellsPassing(question);
  const sources = question.traffic.flatMap((traffic) => sourcesOf(question, traffic));
  const bucket = [{ label: '', from: question.window.start * 1000, to: (question.window.end + 1) * 1000 }];
  const groups = { of: new Int32Array(cells.length), count: 1 };
  const counters = sources.map(({ counter }) => counter);
  return count(question.world, cells, groups, bucket, counters, question.now).reduce((all, one) => all + one, 0);
}

const hex = (bits: number): string => mix(bits).toString(16).padStart(8, '0');

function* happenings(question: DetailQuestion, source: Source): Generator<Happening> {
  const { cells, of } = cellsPassing(question);
  const places = cells.map(placeOf);
  // A day at a time: what is counted by hour and cell for a year would not fit in memory.
  for (const day of bucketsOf(question.window, 24, question.zone)) {
    const hours = bucketsOf({ start: day.from / 1000, end: day.to / 1000 - 1 }, 1, question.zone);
    const sums = count(question.world, cells, { of, count: cells.length }, hours, [source.counter], question.now);
    for (const [h, hour] of hours.entries()) {
      for (const [c, cell] of cells.entries()) {
        const found = sums[h * cells.length + c] ?? 0;
        for (let i = 0; i < found; i++) {
          const bits = mix(cell.bits ^ hour.from) ^ Math.imul(i + 1, 0x9e3779b1);
          const at = hour.from + Math.floor(((i + 0.5) / found) * (hour.to - hour.from));
          const id = `${hex(bits)}${hex(bits ^ 0x77)}`;
          yield { place: places[c]!, cell, at, id, ...(source.event && { event: source.event }) };
        }
      }
    }
  }
}

/** One row for each happening, hour by hour. Traffic of several kinds stands in the columns of all of them. */
export function detailTable(question: DetailQuestion): Table {
  const kinds = question.traffic.map((traffic) => ({ traffic, columns: TRAFFIC[traffic]?.columns ?? {} }));
  const columns = [...new Set(kinds.flatMap((kind) => Object.keys(kind.columns)))];
  // "Two columns will be added to the Event Detail report displaying the currency type and value."
  const { currency, zone } = question;
  return {
    columns: currency ? [...columns, 'currency', 'currency_value'] : columns,
    rows: {
      *[Symbol.iterator]() {
        for (const kind of kinds) {
          for (const source of sourcesOf(question, kind.traffic)) {
            for (const one of happenings(question, source)) {
              const row = columns.map((name) => kind.columns[name]?.(one, zone) ?? '');
              yield currency ? [...row, currency, kind.columns['dimension_sum']?.(one, zone) ?? ''] : row;
            }
          }
        }
      },
    },
  };
}
