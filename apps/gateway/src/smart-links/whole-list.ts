import { badInput } from '#libs/domain';
import type { Page } from '../edge/page.model.js';
import type { WholeListArgs } from './links-rules.js';

/**
 * A page of what Kochava answers whole, by rising key: what is made meanwhile shifts nothing. Keys are numbers, or all of
 * them names.
 */
export function pageOfWhole<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { first, after }: WholeListArgs,
): Page<T> {
  const from = typeof after === 'string' ? keyIn(after) : undefined;
  const rest = all
    .filter((item) => from === undefined || compare(keyOf(item), from) > 0)
    .sort((one, other) => compare(keyOf(one), keyOf(other)));
  const nodes = rest.slice(0, first);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rest.length > nodes.length,
      endCursor: last === undefined ? null : Buffer.from(`=${keyOf(last)}`).toString('base64url'),
    },
  };
}

const NUMBER = /^\d+$/;

function compare(one: string, other: string): number {
  if (NUMBER.test(one) && NUMBER.test(other)) return Number(BigInt(one) - BigInt(other));
  return one < other ? -1 : Number(one > other);
}

function keyIn(cursor: string): string {
  const text = cursor.length <= 1_000 ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
  if (!/^=./s.test(text)) {
    throw badInput([
      { pointer: '/after', detail: 'is not a cursor of this list: pass an endCursor as it was answered' },
    ]);
  }
  return text.slice(1);
}
