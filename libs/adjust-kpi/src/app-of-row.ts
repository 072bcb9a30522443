import type { AdjustApp, AdjustCell } from './types.js';

/** The app of a row: the one in its column of apps, or else the app of the whole answer. */
export function appOfRow(
  cells: readonly AdjustCell[],
  column: number,
  whole: AdjustApp | undefined,
): AdjustApp | undefined {
  const cell = cells[column];
  return cell?.id === undefined ? whole : { token: cell.id, name: cell.name, currency: cell.currency ?? '' };
}
