import { brokenFile } from './broken-file.js';
import type { RowBatch } from './row-batch.js';
import type { GroupingPlace, SummaryColumns, SummaryPlaces, SummaryWish } from './summary-columns.js';

/** One value of a grouping; equal ones are mostly the same object, so that what is made of them can be kept. */
export interface SummaryGroup {
  readonly name: string | null;
  readonly id: string | null;
}

/** One group of a summary in one stretch of time. */
export interface SummaryRow {
  /** When the stretch begins, milliseconds since 1970: the report must have been asked for in UTC. */
  readonly time: number;
  /** In the order in which they were asked for; null where the file has an empty field. */
  readonly groups: readonly SummaryGroup[];
  /** In the order in which they were asked for; null where the file has an empty field. */
  readonly counters: readonly (number | null)[];
}

/** What a report was asked for. */
export interface SummaryAsked extends SummaryWish {
  /** Milliseconds since 1970: its window, of which `until` is the first instant that is not in it. */
  readonly from: number;
  readonly until: number;
}

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?(?:Z|UTC))?)?$/i;
/** Times and groups that are kept read: they come again and again. */
const MOST_KEPT = 10_000;

/**
 * The rows of a summary's file, typed. Throws UpstreamError `malformed` where the file lacks a column that was asked for, or
 * holds what is no number, no time, or a time outside the window: it names the column and the row, never the value.
 * `onPlaces` is told what the columns are before the first row.
 */
export async function* readSummary(
  batches: AsyncIterable<RowBatch>,
  columns: SummaryColumns,
  asked: SummaryAsked,
  onPlaces?: (places: SummaryPlaces) => void,
): AsyncGenerator<SummaryRow[]> {
  let known: readonly string[] | undefined;
  let places: SummaryPlaces | undefined;
  const times = new Map<string, number>();
  const groupsOf = asked.groupings.map(() => new Map<string, SummaryGroup>());
  let count = 0;
  for await (const batch of batches) {
    if (!places || known !== batch.columns) {
      places = columns.find(batch.columns, asked);
      known = batch.columns;
      onPlaces?.(places);
    }
    const { time, groupings, counters } = places;
    const wrong = (place: number, what: string) =>
      brokenFile(`column ${JSON.stringify(batch.columns[place])} of row ${count} holds ${what}`);
    const timeAt = (value: unknown): number => {
      const text = textOf(value) ?? '';
      let instant = times.get(text);
      if (instant === undefined) {
        instant = instantOf(text);
        if (Number.isNaN(instant)) throw wrong(time, 'what is no time');
        // A file of another window is not the answer: leaving its rows out would pass as days on which nothing happened.
        if (instant < asked.from || instant >= asked.until) throw wrong(time, 'a time that was not asked for');
        if (times.size >= MOST_KEPT) times.clear();
        times.set(text, instant);
      }
      return instant;
    };
    const numberAt = (place: number, value: unknown): number | null => {
      const text = textOf(value);
      if (text === null) return null;
      if (!NUMBER.test(text)) throw wrong(place, 'what is no number');
      return Number(text);
    };
    const made: SummaryRow[] = [];
    for (const row of batch.rows) {
      count++;
      made.push({
        time: timeAt(row[time]),
        groups: groupings.map((place, index) => groupAt(row, place, groupsOf[index]!)),
        counters: counters.map((place) => numberAt(place, row[place])),
      });
    }
    if (made.length > 0) yield made;
  }
}

function groupAt(row: readonly unknown[], place: GroupingPlace, kept: Map<string, SummaryGroup>): SummaryGroup {
  const name = place.name === undefined ? null : textOf(row[place.name]);
  const id = place.id === undefined ? null : textOf(row[place.id]);
  const text = id ?? name ?? '';
  const known = kept.get(text);
  if (known && known.name === name && known.id === id) return known;
  const group = { name, id };
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, group);
  return group;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = (typeof value === 'string' ? value : String(value)).trim();
  return text === '' ? null : text;
}

/** NaN for what is no time. */
function instantOf(text: string): number {
  const [whole, day, hours = '00', minutes = '00', seconds = '00'] = TIME.exec(text) ?? [];
  return whole === undefined ? NaN : Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
}
