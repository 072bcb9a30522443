import type { Placing } from '../world/activity.js';
import type { Tracker } from '../world/trackers.js';
import type { Cell } from '../world/world.js';
import { CELL_DIMENSIONS, DEPENDENCIES } from './dimensions.js';
import type { ReportRequest } from './request.js';

/** Cells that a row adds up, of one currency. */
export interface CellGroup {
  /** Values of the asked dimensions that the cell decides, by name. */
  values: Readonly<Record<string, string>>;
  /** `attr_dependency` of the row: the first cell's, where several ids hide behind one name. */
  dependency: Readonly<Record<string, string>>;
  currency: string;
}

function describe(request: ReportRequest, cell: Cell, tracker: Tracker): CellGroup {
  const cellDimensions = request.dimensions.filter((name) => name in CELL_DIMENSIONS);
  const of = (valueOf: (cell: Cell, tracker: Tracker) => string): string => valueOf(cell, tracker);
  return {
    values: Object.fromEntries(
      cellDimensions.map((name) => [name, of(CELL_DIMENSIONS[name] as Parameters<typeof of>[0])]),
    ),
    dependency: Object.fromEntries(
      cellDimensions.flatMap((name) =>
        Object.entries(DEPENDENCIES[name] ?? {}).map(([field, valueOf]) => [field, of(valueOf)]),
      ),
    ),
    currency: cell.app.currency,
  };
}

/** Sorts the cells that the filters keep into groups. With `attribution_source=first` reattributed users go to their first tracker. */
export function groupCells(request: ReportRequest): { placing: Placing; groups: readonly CellGroup[] } {
  const cells = request.apps.flatMap((app) => app.cells);
  const indexes = new Map<string, number>();
  const groups: CellGroup[] = [];
  const place = (cell: Cell, tracker: Tracker): number => {
    if (!request.filters.keeps(cell, tracker)) return -1;
    const group = describe(request, cell, tracker);
    const key = JSON.stringify([group.values, group.currency]);
    let index = indexes.get(key);
    if (index === undefined) {
      indexes.set(key, (index = groups.length));
      groups.push(group);
    }
    return index;
  };
  const own = cells.map((cell) => place(cell, cell.tracker));
  const reattributed = request.firstSource ? cells.map((cell) => place(cell, cell.firstTracker)) : own;
  const kept = cells.flatMap((_, i) => ((own[i] as number) >= 0 || (reattributed[i] as number) >= 0 ? [i] : []));
  return {
    placing: {
      cells: kept.map((i) => cells[i] as Cell),
      own: Int32Array.from(kept, (i) => own[i] as number),
      reattributed: Int32Array.from(kept, (i) => reattributed[i] as number),
      groups: groups.length,
    },
    groups,
  };
}
