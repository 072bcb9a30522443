import { Injectable } from '@nestjs/common';
import type { Leaving } from '#libs/domain';
import type { ReportModel } from '#libs/database';
import { SharedCalls } from '../vendor-reads/shared-calls.js';
import { ReportLinks } from './report-links.js';

/** A file of more is read by everybody for himself. */
const SMALL = 1024 * 1024;
const MOST_BYTES = 16 * 1024 * 1024;
/** A page's questions come together; a report's columns are read when it is made, its rows by whoever waited for it. */
const KEPT_MS = 15_000;

/** A file whose beginning was read: all of it, or with a rest, which goes to the first who takes it. */
interface BegunFile {
  readonly head: readonly Buffer[];
  readonly rest?: AsyncIterator<Buffer>;
  readonly stop: AbortController;
  taken?: boolean;
}

/** Reports' files, read once for all who want the same small one within some seconds. What Kochava made does not change. */
@Injectable()
export class SmallFiles {
  private readonly underWay = new SharedCalls();
  private readonly kept = new Map<string, Buffer>();
  private bytes = 0;

  constructor(private readonly links: ReportLinks) {}

  /** The file from its beginning, as it lies there. Throws as ReportLinks does; `signal` is this caller's alone. */
  async open(row: ReportModel, signal?: Leaving): Promise<AsyncIterable<Buffer>> {
    const kept = this.kept.get(row.id);
    if (kept) return piecesOf([kept]);
    const file = await this.underWay.join(row.id, signal, (all) => this.begin(row, all));
    if (!file.rest) return piecesOf(file.head);
    if (file.taken) return (await this.links.open(row, { signal })).body;
    file.taken = true;
    if (signal?.aborted) file.stop.abort();
    signal?.addEventListener('abort', () => file.stop.abort(), { once: true });
    return piecesOf(file.head, file.rest);
  }

  private async begin(row: ReportModel, signal: Leaving): Promise<BegunFile> {
    const stop = new AbortController();
    signal.addEventListener('abort', () => stop.abort(), { once: true });
    const { body, size } = await this.links.open(row, { signal: stop.signal });
    const pieces = body[Symbol.asyncIterator]();
    const head: Buffer[] = [];
    for (let length = 0; (size ?? 0) <= SMALL && length <= SMALL; length += head.at(-1)!.length) {
      const next = await pieces.next();
      if (next.done) return { head: [this.keep(row.id, Buffer.concat(head))], stop };
      head.push(next.value);
    }
    return { head, rest: pieces, stop };
  }

  private keep(id: string, file: Buffer): Buffer {
    if (this.bytes + file.length > MOST_BYTES) return file;
    this.kept.set(id, file);
    this.bytes += file.length;
    setTimeout(() => {
      this.kept.delete(id);
      this.bytes -= file.length;
    }, KEPT_MS).unref();
    return file;
  }
}

async function* piecesOf(head: readonly Buffer[], rest?: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* head;
    for (let next = await rest?.next(); next && !next.done; next = await rest!.next()) yield next.value;
  } finally {
    await rest?.return?.();
  }
}
