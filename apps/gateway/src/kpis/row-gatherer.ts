import { join } from 'node:path';
import { GatheredRows } from './gathered-rows.js';

/** Where rows are added up that may be too many for memory: DATA_DIR/spool. */
export class RowGatherer {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'spool');
  }

  /** `sums`: how many each row has. Whoever asks reads the rows, or leaves. */
  gather(sums: number): GatheredRows {
    return new GatheredRows(this.folder, { sums });
  }
}
