import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatheredRow } from './gathered-row.js';
import { linesOfRun, mergedRows, RunReader } from './row-runs.js';

describe('runs of sorted rows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const merged = async (runs: GatheredRow[][][]): Promise<GatheredRow[]> => {
    const files = await Promise.all(runs.map((_, index) => open(join(folder, String(index)), 'w+')));
    for (const [index, file] of files.entries())
      for (const batch of runs[index]!) await file.appendFile(linesOfRun(batch));
    const rows: GatheredRow[] = [];
    for await (const batch of mergedRows(files.map((file) => new RunReader(file, 2)))) rows.push(...batch);
    await Promise.all(files.map((file) => file.close()));
    return rows;
  };
  const row = (key: GatheredRow['key'], ...sums: (number | null)[]): GatheredRow => ({ key, sums });

  it('come back as they were, whatever their keys hold', async () => {
    const keys: GatheredRow['key'][] = [
      [null, null, 1],
      [null, 7, 'a],\n["b'],
      [3, '', 'é\u0000😀'],
      ['10', null, null],
      ['a],\n', 'x', 'x'],
      ['a],\n', 'x', 'y'],
    ];
    const rows = keys.map((key, index) => row(key, index / 4, index % 2 ? null : index));
    expect(await merged([[rows.slice(0, 2), rows.slice(2)]])).toEqual(rows);
    expect(await merged([[], [rows]])).toEqual(rows);
  });

  it('are one, with rows of one key added up', async () => {
    const many = (from: number, step: number) =>
      Array.from({ length: 5_000 }, (_, index) => row([`d${10_000 + from + index * step}`, 'DE'], 1, null));
    const rows = await merged([[many(0, 2)], [many(1, 2)], [many(0, 1)]]);
    expect(rows).toHaveLength(10_000);
    expect(rows.map(({ key }) => key[0])).toEqual(Array.from({ length: 10_000 }, (_, index) => `d${10_000 + index}`));
    expect(rows.filter(({ sums }) => sums[0] === 2)).toHaveLength(5_000);
  });
});
