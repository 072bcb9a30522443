import { DateTime } from 'luxon';
import { countActivity } from '../world/activity.js';
import type { Bucket } from '../world/calendar.js';
import type { CounterName } from '../world/counters.js';
import { dice, hashText } from '../world/dice.js';
import { atLevel, fullName } from '../world/trackers.js';
import type { App, Cell, World } from '../world/world.js';

/** A network's name at Kochava, where it is not Adjust's. */
const NAMES: Record<string, string> = { 'Google Ads ACI': 'Google AdWords' };

/** What Kochava knows of a cell. Ids of networks are small numbers, those of trackers the tracker's own token. */
export interface Place {
  network: string;
  network_name: string;
  campaign: string;
  campaign_name: string;
  site: string;
  creative: string;
  tracker: string;
  tracker_name: string;
  country: string;
}

export const networkId = (name: string): string => String(100 + (hashText(`kochava/${name}`) % 9000));

export function placeOf({ tracker, country }: Cell): Place {
  const { name } = tracker.network;
  const campaign = atLevel(tracker, 2);
  return {
    network: networkId(name),
    network_name: NAMES[name] ?? name,
    campaign: campaign?.token ?? '',
    campaign_name: campaign?.name ?? '',
    site: atLevel(tracker, 3)?.name ?? '',
    creative: atLevel(tracker, 4)?.name ?? '',
    tracker: tracker.token,
    tracker_name: fullName(tracker),
    country: country.code.toUpperCase(),
  };
}

const seen = new WeakMap<World, Map<string, readonly Cell[]>>();

/**
 * An app's cells as Kochava sees them: up to 4 percent more or less of each network than Adjust has. The cells are weighed
 * anew rather than their counts changed, so that sums agree however they are grouped.
 */
export function cellsOf(world: World, app: App): readonly Cell[] {
  let apps = seen.get(world);
  if (!apps) seen.set(world, (apps = new Map<string, readonly Cell[]>()));
  let cells = apps.get(app.token);
  if (!cells) {
    cells = app.cells.map((cell) => ({
      ...cell,
      weight: cell.weight * (0.96 + 0.08 * dice(hashText(`kochava/${cell.tracker.network.name}`))),
    }));
    apps.set(app.token, cells);
  }
  return cells;
}

export type Filters = ReadonlyMap<string, readonly string[]>;

/** Does a cell pass the filters? `network` and its `exclude_network`; names match without case, networks by id or name. */
export function passes(place: Place, filters: Filters): boolean {
  for (const [filter, values] of filters) {
    const name = filter.replace(/^exclude_/, '');
    if (!(name in place)) continue;
    const own = [place[name as keyof Place], place[`${name}_name` as keyof Place]].map((value) => value?.toLowerCase());
    const matches = values.some((value) => own.includes(value.toLowerCase()));
    if (matches === filter.startsWith('exclude_')) return false;
  }
  return true;
}

/** Counts per bucket, cell and counter: `sums[(bucket * cells.length + group) * counters.length + counter]`. */
export function count(
  world: World,
  cells: readonly Cell[],
  groups: { of: Int32Array; count: number },
  buckets: readonly Bucket[],
  counters: readonly CounterName[],
  now: number,
): Float64Array {
  const placing = { cells, own: groups.of, reattributed: groups.of, groups: groups.count };
  const slice = { sandbox: false, users: ['installed', 'reattributed'] as const, channels: ['click'] as const, now };
  // Kochava, unlike the KPI Service, does tell what was spent.
  return countActivity({ ...world, fillsCost: true }, placing, buckets, counters, slice);
}

/** The window cut into stretches of so many hours by the zone's clock; `label` is the start of the whole stretch. */
export function bucketsOf(window: { start: number; end: number }, hours: number, zone: string): Bucket[] {
  const [from, to] = [window.start * 1000, (window.end + 1) * 1000];
  const first = DateTime.fromMillis(from, { zone });
  let at = first.startOf('day');
  if (hours < 24) at = at.plus({ hours: Math.floor(first.hour / hours) * hours });
  const buckets: Bucket[] = [];
  while (at.toMillis() < to) {
    const next = hours % 24 === 0 ? at.plus({ days: hours / 24 }) : at.plus({ hours });
    if (next.toMillis() > from) {
      buckets.push({ label: stamp(at), from: Math.max(from, at.toMillis()), to: Math.min(to, next.toMillis()) });
    }
    at = next;
  }
  return buckets;
}

/** `YYYY-MM-DD HH:MM:SS`, by the clock of the time's zone. */
export const stamp = (at: DateTime): string => at.toFormat('yyyy-MM-dd HH:mm:ss');
export const stampUtc = (milliseconds: number): string => stamp(DateTime.fromMillis(milliseconds, { zone: 'utc' }));
