import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatheredRow } from './gathered-row.js';
import { HeldRows } from './held-rows.js';
import type { KpiCells } from './kpi-layout.js';
import { HeldRun, linesOfRun, mergedRows, RunReader } from './row-runs.js';

export interface GatheredRowsOptions {
  /** Sums of each row. */
  sums: number;
  /** Keys held in memory; beyond them rows lie on disk. Default 100,000. */
  most?: number;
}

const MOST_HELD = 100_000;
/** Of all that the keys are made of: names of campaigns may be long. */
const MOST_LETTERS = 8_000_000;

/**
 * Adds rows up by their keys, in memory that does not grow with them: what is too much is sorted and written to `folder`,
 * and merged as it is read. The files have no name from the moment they are opened, so that nothing is left of them,
 * whoever dies when.
 */
export class GatheredRows {
  private readonly held: HeldRows;
  private readonly runs: FileHandle[] = [];
  private readonly most: number;

  constructor(
    private readonly folder: string,
    private readonly options: GatheredRowsOptions,
  ) {
    this.most = options.most ?? MOST_HELD;
    this.held = new HeldRows(options.sums);
  }

  /** Null adds nothing. A promise is to be awaited before the next row; `key` and `sums` stay the caller's. */
  add(key: KpiCells, sums: readonly (number | null)[]): void | Promise<void> {
    this.held.add(key, sums);
    if (this.held.count >= this.most || this.held.letters >= MOST_LETTERS) return this.spill();
  }

  /** Every key once, sorted by its cells from the first on: null, numbers, texts. To be read once; then it has left. */
  async *rows(): AsyncGenerator<GatheredRow[]> {
    try {
      if (this.runs.length === 0) yield* this.held.sorted();
      else
        yield* mergedRows([
          ...this.runs.map((run) => new RunReader(run, this.options.sums)),
          new HeldRun(this.held.sorted()),
        ]);
    } finally {
      await this.leave();
    }
  }

  /** For rows that will not be read; harmless where they were. */
  async leave(): Promise<void> {
    this.held.clear();
    await Promise.all(this.runs.splice(0).map((run) => run.close()));
  }

  private async spill(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, `gathered-${randomUUID()}`);
    const run = await open(path, 'wx+', 0o600);
    this.runs.push(run);
    await rm(path);
    for (const rows of this.held.sorted()) await run.appendFile(linesOfRun(rows));
    this.held.clear();
  }
}
