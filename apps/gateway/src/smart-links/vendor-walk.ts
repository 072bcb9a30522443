import { createHash } from 'node:crypto';
import { badInput } from '#libs/domain';
import type { KochavaPage } from '#libs/kochava-links';
import type { Page } from '../edge/page.model.js';

/** "page_size: Default: 25"; Kochava documents no highest. */
export const PAGE_SIZE = 25;
/** Most pages that are asked for one answer: a key whose apps are in few of many links would ask without end. */
const MOST_PAGES = 40;
/** Most ids that a cursor remembers: it travels in URLs. In order of creation, few can come again. */
const REMEMBERED = { standing: 100, moving: 1_000 };

export interface Walk<T> {
  first: number;
  after?: string | null;
  /** All that makes this list another one than the next: a cursor is good for one list. */
  list: { sort?: string | null } & Record<string, unknown>;
  /** Asks Kochava for a page, counted from 1. */
  ask: (page: number) => Promise<KochavaPage<T>>;
  /** Those that the caller may see. */
  visible: (items: readonly T[]) => Promise<T[]>;
}

/** Where a walk goes on: the page to ask next, and what has been shown already. */
interface Position {
  page: number;
  shown: string[];
}

/**
 * Our page over Kochava's pages. What is made or renamed meanwhile moves entries from page to page; none is shown twice in
 * one walk, because the cursor knows what was shown. May answer fewer than `first`, with a next page.
 */
export async function walk<T extends { id: string }>(asked: Walk<T>): Promise<Page<T>> {
  const list = createHash('sha1').update(JSON.stringify(asked.list)).digest('base64url').slice(0, 8);
  const start = asked.after ? readCursor(asked.after, list) : { page: 1, shown: [] };
  const shown = new Set(start.shown);
  const found: { item: T; page: number }[] = [];
  let { page } = start;
  let isMore = true;
  for (; isMore && found.length <= asked.first && page < start.page + MOST_PAGES; page++) {
    const { items, mayHaveMore } = await asked.ask(page);
    for (const item of await asked.visible(items.filter(({ id }) => !shown.has(id)))) {
      shown.add(item.id);
      found.push({ item, page });
    }
    isMore = mayHaveMore;
  }
  const nodes = found.slice(0, asked.first).map(({ item }) => item);
  const next = found[asked.first];
  const position = {
    page: next?.page ?? page,
    shown: remembered(asked, [...start.shown, ...nodes.map(({ id }) => id)]),
  };
  const hasNextPage = next !== undefined || isMore;
  return {
    nodes,
    pageInfo: { hasNextPage, endCursor: nodes.length > 0 || hasNextPage ? writeCursor(position, list) : null },
  };
}

/** The first entry of a list that `isIt`, looked for as long as an answer may take. */
export async function findInPages<T>(
  ask: (page: number) => Promise<KochavaPage<T>>,
  isIt: (item: T) => boolean,
): Promise<T | undefined> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { items, mayHaveMore } = await ask(page);
    const found = items.find(isIt);
    if (found || !mayHaveMore) return found;
  }
  return undefined;
}

const remembered = ({ list: { sort } }: Pick<Walk<never>, 'list'>, ids: string[]): string[] =>
  ids.slice(-(!sort || sort.startsWith('CREATED') ? REMEMBERED.standing : REMEMBERED.moving));

/** Ids as differences: neighbours in order of creation differ by little. */
function writeCursor({ page, shown }: Position, list: string): string {
  let before = 0n;
  const steps = shown.map((id) => {
    const step = BigInt(id) - before;
    before = BigInt(id);
    return step.toString(36);
  });
  return Buffer.from([list, page, steps.join(',')].join(':')).toString('base64url');
}

const LONGEST = 30_000;

function readCursor(cursor: string, list: string): Position {
  const text = cursor.length <= LONGEST ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const parts = /^([\w-]{8}):([1-9]\d{0,6}):((?:-?[\da-z]{1,13}(?:,-?[\da-z]{1,13})*)?)$/.exec(text);
  if (!parts || parts[1] !== list) {
    const detail = parts
      ? 'is a cursor of another list: keep filter and sort as they were, or leave it out'
      : 'is not a cursor of this list: pass an endCursor as it was answered';
    throw badInput([{ pointer: '/after', detail }]);
  }
  let id = 0n;
  const shown = parts[3]!.split(',').flatMap((step) => (step === '' ? [] : String((id += fromBase36(step)))));
  return { page: Number(parts[2]), shown };
}

function fromBase36(text: string): bigint {
  const digits = [...text.replace('-', '')].reduce((sum, digit) => sum * 36n + BigInt(parseInt(digit, 36)), 0n);
  return text.startsWith('-') ? -digits : digits;
}
