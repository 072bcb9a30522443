import { badInput } from '#libs/domain';
import { CONTROL_CHARACTER, isUuid } from './checks.js';

export interface PageInput {
  /** 1 to 200; default 25. */
  first?: number | null;
  /** The `endCursor` of the page before. */
  after?: string | null;
}

export interface Page<T> {
  nodes: T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The checked bounds of a page: how many, and the keyset position after which it begins. */
export function readPage(input: PageInput, keyset: 'name' | 'time'): { first: number; after?: [string, string] } {
  const first = input.first ?? 25;
  if (!Number.isInteger(first) || first < 1 || first > 200) {
    throw badInput([{ pointer: '/first', detail: 'must be a whole number from 1 to 200' }]);
  }
  if (input.after === undefined || input.after === null) return { first };
  const after = decodeCursor(input.after, keyset);
  if (!after) throw badInput([{ pointer: '/after', detail: 'must be an endCursor that this list has answered' }]);
  return { first, after };
}

/** A page from one row more than was asked for, which tells whether there is a next one. */
export function toPage<R, T>(
  rows: R[],
  first: number,
  position: (row: R) => [string, string],
  toNode: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, first);
  const last = shown.at(-1);
  return {
    nodes: shown.map(toNode),
    pageInfo: { hasNextPage: rows.length > first, endCursor: last === undefined ? null : encodeCursor(position(last)) },
  };
}

const encodeCursor = (position: [string, string]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

function decodeCursor(text: string, keyset: 'name' | 'time'): [string, string] | undefined {
  if (typeof text !== 'string' || text.length > 2000) return undefined;
  try {
    const position: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(position) || position.length !== 2) return undefined;
    const [key, id] = position as unknown[];
    if (typeof key !== 'string' || typeof id !== 'string' || CONTROL_CHARACTER.test(key)) return undefined;
    if (keyset === 'time' && !isMoment(key)) return undefined;
    return isUuid(id) ? [key, id] : undefined;
  } catch {
    return undefined;
  }
}

const isMoment = (text: string): boolean => {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
};
