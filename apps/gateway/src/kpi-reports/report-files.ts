import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReportModel } from '#libs/database';
import { abortSignalOf, GatewayError } from '#libs/domain';
import type { DownloadOptions } from '#libs/kochava-reporting';
import type { AskedReport } from '../reports/asked-report.js';
import type { OpenFile } from '../reports/report-makers.js';

/** Younger files may be some replica's that has not told of them yet. */
const YOUNG_MS = 3_600_000;
const NAME = /^([0-9a-f-]{36}\.\d+)\.(?:csv|json)(?:\.part)?$/;

/**
 * The files of KPI reports, in DATA_DIR/reports, which replicas share. A file bears the number of the run that made it: of
 * two that made the same report at once, its row knows one.
 */
export class ReportFiles {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'reports');
  }

  /** Writes the file of this run; there only when it is whole. Answers its size in bytes. */
  async write(row: ReportModel, text: AsyncIterable<string>, signal: AbortSignal): Promise<number> {
    const path = this.pathOf(row);
    const part = `${path}.part`;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    try {
      await pipeline(Readable.from(text), createWriteStream(part, { mode: 0o600, flush: true }), { signal });
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return (await stat(path)).size;
  }

  /** UNAVAILABLE where it is not on this disk. */
  async open(row: ReportModel, { range, signal }: DownloadOptions = {}): Promise<OpenFile> {
    const path = this.pathOf(row);
    const { size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? notHere() : error;
    });
    const startsAt = range?.from ?? 0;
    async function* body(): AsyncGenerator<Buffer> {
      yield* createReadStream(path, {
        start: startsAt,
        end: range?.to,
        signal: abortSignalOf(signal),
      }) as AsyncIterable<Buffer>;
    }
    const fileName = `report-${row.id}.${extensionOf(row)}`;
    return { body: body(), startsAt, size, ranges: true, fileName, contentType: undefined, etag: undefined };
  }

  remove(row: ReportModel): Promise<void> {
    return rm(this.pathOf(row), { force: true });
  }

  /** Removes files of reports that are gone, and of runs that came to nothing. `needed`: which of these runs are told of. */
  async tidy(needed: (runs: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const old = new Map<string, string[]>();
    for (const name of names) {
      const run = NAME.exec(name)?.[1];
      if (run === undefined) continue;
      const { mtimeMs } = await stat(join(this.folder, name)).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs < Date.now() - YOUNG_MS) old.set(run, [...(old.get(run) ?? []), name]);
    }
    const kept = await needed([...old.keys()]);
    for (const [run, files] of old) {
      const gone = files.filter((name) => !kept.has(run) || name.endsWith('.part'));
      await Promise.all(gone.map((name) => rm(join(this.folder, name), { force: true })));
    }
  }

  private pathOf(row: ReportModel): string {
    return join(this.folder, `${runOf(row)}.${extensionOf(row)}`);
  }
}

/** A row that is COMPLETED is looked at no more: the number stays that of the run that made its file. */
export const runOf = ({ id, looks }: Pick<ReportModel, 'id' | 'looks'>): string => `${id}.${looks}`;

const extensionOf = ({ request }: ReportModel): string =>
  (request as unknown as AskedReport).format === 'JSON' ? 'json' : 'csv';

function notHere(): GatewayError {
  const says =
    'The file of this report is not on the disk of the replica that answered. Replicas must share DATA_DIR; where they do, the file is lost: ask for the report again.';
  return new GatewayError('UNAVAILABLE', says);
}
