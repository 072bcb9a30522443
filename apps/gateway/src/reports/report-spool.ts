import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file that nobody has read for so long goes. */
const KEPT_MS = 3_600_000;

/**
 * Files that can't be read from their middle where they lie, unpacked once into DATA_DIR/spool, so that a page leads
 * straight to its place. Each process has those that it was asked for; they go an hour after their last page.
 */
export class ReportSpool {
  private readonly folder: string;
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'spool');
  }

  /** The file of `id` from `offset` on; `fetch` gives it whole, where it is not here yet. */
  async read(id: string, offset: number, fetch: () => Promise<AsyncIterable<Buffer>>): Promise<AsyncIterable<Buffer>> {
    const path = join(this.folder, id);
    const now = new Date();
    // It also says that somebody still reads it.
    const isHere = await utimes(path, now, now).then(
      () => true,
      () => false,
    );
    if (!isHere) await this.fill(id, path, fetch);
    return createReadStream(path, { start: offset });
  }

  /** Those who ask for the same file at the same time wait for one. */
  private fill(id: string, path: string, fetch: () => Promise<AsyncIterable<Buffer>>): Promise<void> {
    const before = this.underWay.get(id);
    if (before) return before;
    const filling = this.write(path, fetch).finally(() => this.underWay.delete(id));
    this.underWay.set(id, filling);
    return filling;
  }

  private async write(path: string, fetch: () => Promise<AsyncIterable<Buffer>>): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.tidy();
    const part = `${path}.${randomUUID()}.part`;
    try {
      await pipeline(await fetch(), createWriteStream(part, { mode: 0o600 }));
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  private async tidy(): Promise<void> {
    const oldest = Date.now() - KEPT_MS;
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs < oldest) await rm(path, { force: true });
    }
  }
}
