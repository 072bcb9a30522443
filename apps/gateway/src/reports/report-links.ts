import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError } from '#libs/domain';
import {
  type Download,
  type DownloadOptions,
  isExpiredLink,
  linkFileName,
  ReportDownloads,
} from '#libs/kochava-reporting';
import { UpstreamError } from '#libs/upstream-http';
import { KnownLinks } from './known-links.js';
import { ReportAtKochava } from './report-at-kochava.js';
import { goneTo } from './report-progress.js';
import { ReportStore } from './report-store.js';
import { isLive } from './report-words.js';

/** Reports that Kochava is asked about at the same time. */
const AT_ONCE = 8;

/** Opens reports' files, by the links that are known; where there is none, or it is old, another is asked for. */
@Injectable()
export class ReportLinks {
  constructor(
    private readonly vendor: ReportAtKochava,
    private readonly downloads: ReportDownloads,
    private readonly known: KnownLinks,
    private readonly store: ReportStore,
  ) {}

  /** NOT_READY while it is under way, CONFLICT where it has come to nothing, UNSUPPORTED where the file went elsewhere. */
  async open(row: ReportModel, options: DownloadOptions = {}): Promise<Download & { fileName: string }> {
    mustHaveFile(row);
    const known = this.known.of(row.id);
    if (known !== undefined) {
      try {
        return await this.fetch(row, known, options);
      } catch (error) {
        if (!isExpiredLink(error)) throw error;
      }
    }
    return this.fetch(row, await this.ask(row), options);
  }

  /**
   * Asks Kochava about each, so that every row whose file is gone says so: whoever needs them all asks for all of those
   * again at once. What else goes wrong is told when they are opened.
   */
  async noteGone(rows: readonly ReportModel[]): Promise<void> {
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      await Promise.allSettled(rows.slice(at, at + AT_ONCE).map((row) => this.ask(row)));
    }
  }

  private async fetch(row: ReportModel, link: string, options: DownloadOptions) {
    const download = await this.downloads.download(link, options);
    return { ...download, fileName: linkFileName(link) ?? `report-${row.id}` };
  }

  /** GoneFile, and the row says so from then on, where Kochava does not have it any more. */
  private async ask(row: ReportModel): Promise<string> {
    const told = await this.vendor.progress(row).catch((error: unknown) => {
      if (error instanceof UpstreamError && error.failure === 'not-found') return undefined;
      throw error;
    });
    if (told?.link !== undefined) return told.link;
    if (told && (told.state === 'queued' || told.state === 'running')) {
      const says = `Kochava says that the report is ${told.status} again. Ask for it later.`;
      throw new GatewayError('NOT_READY', says, { vendor: 'KOCHAVA', retryAfterSeconds: 5 });
    }
    await this.store.change(row.id, ['COMPLETED'], { hasFile: false, statusDetail: GONE });
    throw new GoneFile(GONE);
  }
}

const GONE = 'Kochava no longer has this report’s file. Ask for the report again.';

/** A report that was made and that Kochava has let go of. */
export class GoneFile extends GatewayError {
  constructor(message: string) {
    super('UPSTREAM_REJECTED', message, { vendor: 'KOCHAVA' });
  }
}

/** NOT_READY, CONFLICT or UNSUPPORTED where there is no file. */
export function mustHaveFile(row: ReportModel): void {
  const { status } = row;
  if (isLive(row)) {
    const progress = row.progress === null ? '' : `, ${row.progress} %`;
    const says = `The report is not there yet (${status}${progress}). Ask again when its status is COMPLETED.`;
    throw new GatewayError('NOT_READY', says, { retryAfterSeconds: 5 });
  }
  if (status !== 'COMPLETED') {
    throw new GatewayError('CONFLICT', `The report is ${status}: there is no file. ${row.statusDetail ?? ''}`.trim());
  }
  if (!row.hasFile) {
    throw new GatewayError('UNSUPPORTED', goneTo(row) ?? row.statusDetail ?? GONE);
  }
}
