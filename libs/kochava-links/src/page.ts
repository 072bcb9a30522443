import type { Problems } from './problems.js';
import type { KochavaPageRequest } from './request-types.js';
import type { KochavaPage } from './types.js';

const PAGE_SIZE = 25;

/** `page` and `page_size`, always told: what Kochava's own defaults are is then of no matter. */
export function pageQuery(
  problems: Problems,
  { page = 1, pageSize = PAGE_SIZE }: KochavaPageRequest,
): [string, string][] {
  problems.say('page', !(Number.isSafeInteger(page) && page >= 1) && 'Pages count from 1.');
  problems.say('pageSize', !(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 200) && 'Give 1 to 200.');
  return [
    ['page', String(page)],
    ['page_size', String(pageSize)],
  ];
}

export function toPage<T extends { id: string }>(
  items: readonly T[],
  { pageSize = PAGE_SIZE }: KochavaPageRequest,
): KochavaPage<T> {
  return { items: [...new Map(items.map((item) => [item.id, item])).values()], mayHaveMore: items.length >= pageSize };
}
