import { UpstreamError } from '#libs/upstream-http';
import type { CallSignal, UpstreamAnswer, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import type { DownloadGuard } from './download-guard.js';
import { VENDOR } from './failure.js';

export interface DownloadOptions {
  /** Bytes of the file as it lies there; `to` is counted in. A host may answer with the whole file: see `startsAt`. */
  range?: { from: number; to?: number };
  signal?: CallSignal;
  /** Milliseconds for the whole download; default one hour. */
  deadlineMs?: number;
}

/** A report's file while it comes. */
export interface Download {
  /** As it lies there: perhaps compressed (see readableFile), never as a coding of the transport. */
  body: AsyncIterable<Buffer>;
  /** Byte of the file that `body` begins with: 0, unless the host gave the range that was asked for. */
  startsAt: number;
  /** Bytes of the whole file, where the host tells. */
  size: number | undefined;
  contentType: string | undefined;
  /** Changes when the file does. */
  etag: string | undefined;
  /** Does the host give ranges? */
  ranges: boolean;
}

const HOUR_MS = 3_600_000;

/** Nothing but the link opens the file. */
const nobody = (host: string): VendorCredential => ({
  id: `link:${host}`,
  secret: () => Promise.resolve({ reveal: () => '' }),
});

function refusal(answer: UpstreamAnswer) {
  // S3 answers a link that has expired, or whose file is gone, with 403 and XML.
  if (answer.status === 403)
    return { failure: 'forbidden' as const, message: "The report's link is not valid any more." };
  if (answer.status === 404 || answer.status === 410) {
    return { failure: 'not-found' as const, message: "The report's file is not there any more." };
  }
  if (answer.status === 416)
    return { failure: 'rejected' as const, message: "The report's file is shorter than that." };
  return undefined;
}

/** Did the download fail because the link is old? Then progress is asked for another. */
export const isExpiredLink = (error: unknown): boolean =>
  error instanceof UpstreamError && error.operation === 'download' && error.status === 403;

/** Fetches the files that Kochava's links lead to. */
export class ReportDownloads {
  readonly #http: UpstreamHttp;
  readonly #guard: DownloadGuard;

  constructor(http: UpstreamHttp, guard: DownloadGuard) {
    this.#http = http;
    this.#guard = guard;
  }

  /**
   * "Report Download Options": Kochava's S3 gives the file to who has the link. Goes where the guard admits, and follows no
   * redirect. Throws UpstreamError, `blocked` for a link that leads elsewhere; what breaks later is thrown by the body. No
   * error holds the link.
   */
  async download(link: string, options: DownloadOptions = {}): Promise<Download> {
    const { url, lookup } = await this.#guard.admit(link);
    const { range } = options;
    const { status, headers, body } = await this.#http.stream({
      vendor: VENDOR,
      operation: 'download',
      method: 'GET',
      baseUrl: url.origin,
      path: url.pathname + url.search,
      lookup,
      // The transport's compression would make a range of the file one of something else, and its size untrue.
      headers: { 'accept-encoding': 'identity', ...(range && { range: `bytes=${range.from}-${range.to ?? ''}` }) },
      credential: nobody(url.host),
      authorize: () => ({}),
      safeToRepeat: true,
      refusal,
      maxBytes: Number.MAX_SAFE_INTEGER,
      deadlineMs: options.deadlineMs ?? HOUR_MS,
      ...(options.signal && { signal: options.signal }),
    });
    const part = status === 206 ? /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') : null;
    if (status === 206 && (!part || !range || Number(part[1]) !== range.from)) {
      await body[Symbol.asyncIterator]().return?.();
      const message = "The host of the report's file answered with another part of it than was asked for.";
      throw new UpstreamError('malformed', message, { vendor: VENDOR, operation: 'download', sent: true, status });
    }
    const size = Number(part ? part[2] : headers['content-length']);
    return {
      body,
      startsAt: part ? Number(part[1]) : 0,
      size: Number.isSafeInteger(size) ? size : undefined,
      contentType: headers['content-type'],
      etag: headers.etag,
      ranges: part !== null || headers['accept-ranges'] === 'bytes',
    };
  }
}
