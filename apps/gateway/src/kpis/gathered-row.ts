import type { KpiCells } from './kpi-layout.js';

export type Cell = KpiCells[number];

/** Rows of one key, added up. A sum is null where every value of it was. */
export interface GatheredRow {
  key: KpiCells;
  sums: (number | null)[];
}

/** One row of several that may have the same key. */
export interface KeyedRow {
  readonly key: KpiCells;
  readonly sums: readonly (number | null)[];
}

/** One and another, without what binary fractions add to amounts of money. */
export function plus(one: number, other: number): number {
  const sum = one + other;
  return Number.isInteger(sum) ? sum : Math.round(sum * 1e6) / 1e6;
}

/** Adds `more` to `sums`, in place; null adds nothing. */
export function addInto(sums: (number | null)[], more: readonly (number | null)[]): void {
  for (let index = 0; index < sums.length; index++) {
    const value = more[index] ?? null;
    if (value !== null) sums[index] = plus(sums[index] ?? 0, value);
  }
}

/** Null, then numbers, then texts. */
export function compareCells(one: Cell, other: Cell): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1;
  return one < other ? -1 : 1;
}

/** By their cells, from the first on. */
export function compareKeys(one: KpiCells, other: KpiCells): number {
  for (let index = 0; index < one.length; index++) {
    const order = compareCells(one[index]!, other[index]!);
    if (order !== 0) return order;
  }
  return 0;
}
