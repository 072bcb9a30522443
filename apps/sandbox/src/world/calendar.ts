export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Nothing happened before this day. */
export const FIRST_DAY = Date.UTC(2014, 0, 1);

export type TimeUnit = 'hour' | 'day' | 'week' | 'month';

/** A stretch of time that rows are counted in. `from` and `to` are instants; `to` is excluded. */
export interface Bucket {
  /** Start of the whole hour, day, week or month in the asked zone; empty where time is not grouped by. */
  label: string;
  from: number;
  to: number;
}

/** Midnight UTC of a `YYYY-MM-DD` that exists; undefined for anything else, 2026-02-30 too. */
export function parseDay(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return undefined;
  const instant = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return formatDay(instant) === text ? instant : undefined;
}

/** `YYYY-MM-DD` of an instant, read as UTC. */
export function formatDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function startOf(unit: TimeUnit, wall: number): number {
  const date = new Date(wall);
  const midnight = Math.floor(wall / DAY) * DAY;
  if (unit === 'hour') return Math.floor(wall / HOUR) * HOUR;
  if (unit === 'day') return midnight;
  // ISO weeks: getUTCDay counts from Sunday.
  if (unit === 'week') return midnight - ((date.getUTCDay() + 6) % 7) * DAY;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function startOfNext(unit: TimeUnit, start: number): number {
  if (unit === 'hour') return start + HOUR;
  if (unit === 'day') return start + DAY;
  if (unit === 'week') return start + 7 * DAY;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/**
 * Cuts the days from `firstDay` to `lastDay` (wall-clock midnights, both included) into buckets. Wall clock less `offset` is
 * UTC. The first and last bucket are as short as the range makes them, and still carry the label of the whole week or month.
 */
export function cutIntoBuckets(
  unit: TimeUnit | undefined,
  firstDay: number,
  lastDay: number,
  offset: number,
): Bucket[] {
  const end = lastDay + DAY;
  if (!unit) return [{ label: '', from: firstDay - offset, to: end - offset }];
  const buckets: Bucket[] = [];
  for (let start = startOf(unit, firstDay); start < end; start = startOfNext(unit, start)) {
    const label = unit === 'hour' ? new Date(start).toISOString().slice(0, 19) : formatDay(start);
    buckets.push({
      label,
      from: Math.max(start, firstDay) - offset,
      to: Math.min(startOfNext(unit, start), end) - offset,
    });
  }
  return buckets;
}
