import type { JsonObject } from '#libs/upstream-http';
import type { OutgoingCall } from '../asked-call.js';
import type { Pairs } from '../door-request.js';
import { narrowedList } from './narrowed-list.js';

/** What a server answers that holds `ids`, page by page. */
const answerOf = (ids: readonly number[], query: OutgoingCall['query'] = []): Buffer => {
  const { page, page_size: size } = Object.fromEntries(query as Pairs);
  const data = ids.slice((Number(page) - 1) * Number(size), Number(page) * Number(size)).map((id) => ({ id }));
  return Buffer.from(JSON.stringify({ status: 200, is_agency: true, data }));
};

const numbers = (to: number): number[] => Array.from({ length: to }, (_, index) => index + 1);

async function narrowed(ids: readonly number[], isVisible: (id: number) => boolean, query: Pairs) {
  const asked: OutgoingCall['query'][] = [];
  const visible = async (items: readonly JsonObject[]) => items.filter(({ id }) => isVisible(Number(id)));
  const { query: first, rewrite } = narrowedList(query, 'links', visible);
  const answer = await rewrite!(answerOf(ids, first), async (next) => {
    asked.push(next);
    return answerOf(ids, next);
  });
  const { data, ...envelope } = JSON.parse(answer.toString()) as { data: { id: number }[] };
  return { ids: data.map(({ id }) => id), envelope, asked: 1 + asked.length };
}

describe('narrowedList', () => {
  const isTenth = (id: number): boolean => id % 10 === 0;

  it('counts pages in what is visible', async () => {
    expect(await narrowed(numbers(100), isTenth, [['page_size', '3']])).toMatchObject({ ids: [10, 20, 30], asked: 2 });
    expect(
      await narrowed(numbers(100), isTenth, [
        ['page', '4'],
        ['Page_Size', '3'],
      ]),
    ).toMatchObject({ ids: [100] });
    expect(
      await narrowed(numbers(100), isTenth, [
        ['page', '5'],
        ['page_size', '3'],
      ]),
    ).toMatchObject({ ids: [] });
  });

  it('keeps the envelope, and asks no further than it must', async () => {
    const { envelope, asked, ids } = await narrowed(numbers(1000), () => true, []);
    expect([envelope, asked, ids]).toEqual([{ status: 200, is_agency: true }, 1, numbers(25)]);
  });

  it('shows nothing twice that moved from page to page meanwhile', async () => {
    const ids = [...numbers(25), 25, 26];
    expect((await narrowed(ids, (id) => id > 23, [])).ids).toEqual([24, 25, 26]);
  });

  it('refuses to look through more than 5000 entries', async () => {
    await expect(narrowed(numbers(5001), () => false, [])).rejects.toThrow('more than 5000 were looked through');
    expect((await narrowed(numbers(4999), (id) => id === 4999, [])).ids).toEqual([4999]);
  });

  it.each(['0', '-1', '1.5', '', 'x', '1000000'])('refuses page %j', (page) => {
    expect(() => narrowedList([['page', page]], 'links', async () => [])).toThrow(
      'page: must be a whole number from 1',
    );
  });
});
