import { badInput, GatewayError } from '#libs/domain';
import { idOf, type JsonObject } from '#libs/upstream-http';
import type { OutgoingCall } from '../asked-call.js';
import type { Pairs } from '../door-request.js';
import { listIn, withList } from './answers.js';

/** "page_size: Default: 25"; Kochava documents no highest, and a page that is shorter than asked for is the last one. */
const PAGE_SIZE = 25;
/** Most pages that are asked for one answer. */
const MOST_PAGES = 200;

/**
 * A list as if there were nothing in it but what is `visible`: pages are counted in those alone, so that a caller who asks
 * page by page finds every one once, and a short page is the last one here too. Kochava is asked from its first page on.
 */
export function narrowedList(
  query: Pairs,
  of: string,
  visible: (items: readonly JsonObject[]) => Promise<JsonObject[]>,
): Pick<OutgoingCall, 'query' | 'rewrite'> {
  const [page, size] = [numberIn(query, 'page', 1), numberIn(query, 'page_size', PAGE_SIZE)];
  const others = query.filter(([name]) => !['page', 'page_size'].includes(nameOf(name)));
  const pageAt = (number: number): Pairs => [...others, ['page', String(number)], ['page_size', String(PAGE_SIZE)]];
  return {
    query: pageAt(1),
    rewrite: async (body, ask) => {
      // What is made or renamed meanwhile moves entries from page to page.
      const found = new Map<string, JsonObject>();
      let items = listIn(body, of);
      for (let number = 1; ; number++) {
        for (const item of await visible(items)) found.set(idOf(item['id']) ?? '', item);
        if (items.length < PAGE_SIZE || found.size >= page * size) break;
        if (number === MOST_PAGES) throw tooMany(of);
        items = listIn(await ask(pageAt(number + 1)), of);
      }
      return withList(body, of, [...found.values()].slice((page - 1) * size, page * size));
    },
  };
}

const nameOf = (name: string): string => name.trim().toLowerCase();

function numberIn(query: Pairs, name: string, otherwise: number): number {
  const value = query.find(([key]) => nameOf(key) === name)?.[1];
  if (value === undefined) return otherwise;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw badInput([{ pointer: `/${name}`, detail: 'must be a whole number from 1' }]);
  return Number(value);
}

const tooMany = (of: string): GatewayError =>
  new GatewayError(
    'QUERY_TOO_COMPLEX',
    `This key’s apps are in few of the ${of}: more than ${MOST_PAGES * PAGE_SIZE} were looked through. Narrow the list with a filter.`,
  );
