import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatheredRow } from './gathered-row.js';
import { GatheredRows } from './gathered-rows.js';

describe('gathered rows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gathered-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const all = async (gathered: GatheredRows): Promise<GatheredRow[]> => {
    const rows: GatheredRow[] = [];
    for await (const batch of gathered.rows()) rows.push(...batch);
    return rows;
  };

  it.each([2, 3, 50_000])('adds up by key and sorts by cells, %i keys in memory', async (most) => {
    const gathered = new GatheredRows(folder, { sums: 2, most });
    const rows: [GatheredRow['key'], GatheredRow['sums']][] = [
      [
        ['2026-05-02', 'DE', 10],
        [1, null],
      ],
      [
        ['2026-05-01', 'US', 2],
        [0.1, null],
      ],
      [
        ['2026-05-01', null, 2],
        [5, 5],
      ],
      [
        ['2026-05-01', 'US', 2],
        [0.2, 3],
      ],
      [
        ['2026-05-01', '', 2],
        [null, 0],
      ],
      [
        ['2026-05-02', 'DE', 9],
        [1, 1],
      ],
      [
        ['2026-05-01', 'U\u0000\u0001\n', 2],
        [7, 7],
      ],
      [
        ['2026-05-01', 'US', 2],
        [null, null],
      ],
    ];
    for (const [key, sums] of rows) await gathered.add(key, sums);
    expect(await all(gathered)).toEqual([
      { key: ['2026-05-01', null, 2], sums: [5, 5] },
      { key: ['2026-05-01', '', 2], sums: [null, 0] },
      { key: ['2026-05-01', 'U\u0000\u0001\n', 2], sums: [7, 7] },
      { key: ['2026-05-01', 'US', 2], sums: [0.3, 3] },
      { key: ['2026-05-02', 'DE', 9], sums: [1, 1] },
      { key: ['2026-05-02', 'DE', 10], sums: [1, null] },
    ]);
  });

  it('has one row for no dimension, and none for nothing', async () => {
    const gathered = new GatheredRows(folder, { sums: 1 });
    await gathered.add([], [1]);
    await gathered.add([], [2]);
    expect(await all(gathered)).toEqual([{ key: [], sums: [3] }]);
    expect(await all(new GatheredRows(folder, { sums: 1 }))).toEqual([]);
  });

  it('is the same from disk as from memory, and leaves no file', async () => {
    const [small, large] = [new GatheredRows(folder, { sums: 1, most: 100 }), new GatheredRows(folder, { sums: 1 })];
    for (let index = 0; index < 5_000; index++) {
      const key = [`2026-05-${10 + ((index * 7) % 20)}`, `${(index * 13) % 97}`];
      for (const gathered of [small, large]) await gathered.add(key, [index]);
    }
    expect(await readdir(folder)).toEqual([]);
    const rows = await all(small);
    expect(rows).toHaveLength(20 * 97);
    expect(rows).toEqual(await all(large));
  });

  it('can be left before and while it is read', async () => {
    const gathered = new GatheredRows(folder, { sums: 1, most: 10 });
    for (let index = 0; index < 5_000; index++) await gathered.add([`${index}`], [1]);
    for await (const batch of gathered.rows()) {
      expect(batch).toHaveLength(1_000);
      break;
    }
    await gathered.leave();
    expect(await readdir(folder)).toEqual([]);
  });
});
