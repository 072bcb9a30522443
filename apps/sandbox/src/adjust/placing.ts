import type { Placing } from '../world/activity.js';
import type { Tracker } from '../world/trackers.js';
import { atLevel, fullName, isUnder } from '../world/trackers.js';
import type { Cell } from '../world/world.js';
import type { Dimension } from './grouping.js';
import { isOfCells, TREE_LEVELS } from './grouping.js';
import type { KpiRequest } from './request.js';

/** One value of a dimension: what identifies a node in JSON, and the cells of a row in CSV. */
export interface Key {
  /** Where it stands among the others of its dimension. */
  order: number;
  /** Fields of the JSON node. */
  node: Record<string, string>;
  /** Values of the CSV columns that this dimension has of its own. */
  cells: readonly string[];
  /** The tracker behind a node of the tracker tree. */
  tracker?: Tracker;
}

/** Groups of cells: which cells fall in which, and the keys of each in the order of the cell-bound groupings. */
export interface Groups {
  placing: Placing;
  keys: readonly (readonly Key[])[];
}

/** Orders trackers over several apps: no app has more trackers than this. */
const TRACKERS_PER_APP = 1000;

/** Makes the key of a cell in one dimension; the same object for the same value, so that keys compare by identity. */
class Keys {
  private readonly known = new Map<string, Key>();

  constructor(private readonly request: KpiRequest) {}

  private once(id: string, make: () => Omit<Key, 'order'> & { order?: number }): Key {
    let key = this.known.get(id);
    if (!key) this.known.set(id, (key = { order: this.known.size, ...make() }));
    return key;
  }

  private trackerOrder(cell: Cell, tracker: Tracker): number {
    return this.request.apps.indexOf(cell.app) * TRACKERS_PER_APP + tracker.order;
  }

  /** `trackers` goes one level under the tracker in the path; a tracker without sub-trackers stands for itself. */
  private levelUnderParent(tracker: Tracker): number {
    const parent = this.request.parents.find((candidate) => isUnder(tracker, candidate));
    return parent ? parent.level + 1 : 1;
  }

  of(dimension: Dimension, cell: Cell, tracker: Tracker): Key {
    const { country, profile, app } = cell;
    const named = (field: string, value: string): Key =>
      this.once(`${dimension}/${value}`, () => ({ node: { [field]: value }, cells: [value] }));
    switch (dimension) {
      case 'apps':
        return this.once(`app/${app.token}`, () => ({
          order: this.request.apps.indexOf(app),
          node: { token: app.token, name: app.name, currency: app.currency },
          cells: [app.token, app.name],
        }));
      case 'trackers': {
        const found = atLevel(tracker, this.levelUnderParent(tracker)) ?? tracker;
        return this.once(`tracker/${found.token}`, () => ({
          order: this.trackerOrder(cell, found),
          node: { token: found.token },
          cells: [found.token, fullName(found)],
          tracker: found,
        }));
      }
      case 'countries':
        return named('country', country.code);
      case 'regions':
        return named('region', country.region);
      case 'device_types':
        return named('device_type', profile.deviceType);
      case 'os_names':
        return named('os_name', profile.osName);
      case 'partners':
        return named('partner', tracker.network.partner.name);
      default: {
        const found = atLevel(tracker, TREE_LEVELS[dimension] ?? 1);
        // Below the end of its tree a tracker has no name, as Organic has no campaign.
        const name = found ? found.name : 'unknown';
        const shown = found ?? tracker;
        return this.once(`${dimension}/${shown.token}`, () => ({
          order: this.trackerOrder(cell, shown),
          node: { token: shown.token, name },
          cells: [name],
          tracker: shown,
        }));
      }
    }
  }
}

/** Whether a filter keeps the activity of this cell when it is counted under this tracker. */
function keeps(request: KpiRequest, cell: Cell, tracker: Tracker): boolean {
  const { country, profile } = cell;
  const under = (trackers: readonly Tracker[]): boolean =>
    trackers.length === 0 || trackers.some((candidate) => isUnder(tracker, candidate));
  const within = <T>(values: readonly T[], value: T): boolean => values.length === 0 || values.includes(value);
  return (
    under(request.parents) &&
    under(request.trackerFilter) &&
    within(request.countries, country.code) &&
    within(request.osNames, profile.osName) &&
    within(request.deviceTypes, profile.deviceType) &&
    within(request.regions.include, country.region) &&
    !request.regions.exclude.includes(country.region) &&
    within(request.partnerIds, tracker.network.partner.id)
  );
}

/** Sorts the cells of the asked apps into groups. With `attribution_source=first` reattributed users go to their first tracker. */
export function placeCells(request: KpiRequest): Groups {
  const cells = request.apps.flatMap((app) => app.cells);
  const dimensions = request.grouping.filter(isOfCells).map((grouping) => grouping.dimension);
  const keys = new Keys(request);
  const groups = new Map<string, { index: number; keys: Key[] }>();
  const place = (cell: Cell, tracker: Tracker): number => {
    if (!keeps(request, cell, tracker)) return -1;
    const path = dimensions.map((dimension) => keys.of(dimension, cell, tracker));
    const id = path.map((key) => `${key.order}`).join('/');
    let group = groups.get(id);
    if (!group) groups.set(id, (group = { index: groups.size, keys: path }));
    return group.index;
  };
  const own = Int32Array.from(cells, (cell) => place(cell, cell.tracker));
  const first = request.attributionSource === 'first';
  const reattributed = first ? Int32Array.from(cells, (cell) => place(cell, cell.firstTracker)) : own;
  const kept = cells.flatMap((_, i) => ((own[i] as number) >= 0 || (reattributed[i] as number) >= 0 ? [i] : []));
  return {
    placing: {
      cells: kept.map((i) => cells[i] as Cell),
      own: Int32Array.from(kept, (i) => own[i] as number),
      reattributed: Int32Array.from(kept, (i) => reattributed[i] as number),
      groups: groups.size,
    },
    keys: [...groups.values()].map((group) => group.keys),
  };
}
