import { Readable } from 'node:stream';
import type { Attempt } from './attempt.js';
import type { Failed } from './failed.js';

export type ReplyHeaders = Record<string, string | undefined>;

/** What carries a reply: a request of undici's or of node:http's. */
export interface Carrier {
  pause(): void;
  resume(): void;
  /** Closes the connection, or sees to it that the request is never sent. */
  destroy(): void;
}

export const failTooLarge = (attempt: Attempt): Failed =>
  attempt.fail('too-large', 'The answer is larger than is read here: ask for less.');

/** The vendor's headers as strings; its cookies are for nobody here. */
function readHeaders(headers: Record<string, string | string[] | undefined>): ReplyHeaders {
  delete headers['set-cookie'];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value !== 'string') headers[name] = value?.join(', ');
  }
  return headers as ReplyHeaders;
}

/**
 * The vendor's answer to one try, as it is carried here: `head`, `data` and `end` are called by whatever carries it, a
 * failure goes to the attempt. A body is collected, or, of a stream below 400, handed on as `body` with back-pressure.
 */
export class Reply {
  status = 0;
  headers: ReplyHeaders = {};
  /** Did the body come to the end that the vendor had announced? */
  complete = false;
  /** Undecoded. Whole, or of a stream still coming. */
  body: Buffer | Readable | undefined;
  carrier?: Carrier;

  private readonly chunks: Buffer[] = [];
  private stream?: Readable;

  /** `ready` is called once: at the end of a body that is collected, or as soon as the headers of a stream are here. */
  constructor(
    private readonly attempt: Attempt,
    private readonly streams: boolean,
    private readonly maxBytes: number,
    private readonly ready: (reply: Reply) => void,
  ) {
    attempt.reply = this;
  }

  head(status: number, headers: Record<string, string | string[] | undefined>): void {
    const { attempt } = this;
    this.status = attempt.status = status;
    this.headers = readHeaders(headers);
    if (status >= 300 && status < 400) {
      attempt.fail('redirect', `The vendor answered ${status}, a redirect, which is not followed.`);
    } else if (this.streams && status < 400) {
      this.body = this.stream = new Readable({ read: () => this.carrier?.resume() });
      this.ready(this);
    } else if (Number(this.headers['content-length']) > this.maxBytes) {
      failTooLarge(attempt);
    }
  }

  data(chunk: Buffer): void {
    const { attempt, stream } = this;
    if (attempt.failed) return;
    if (stream) {
      if (!stream.push(chunk)) this.carrier?.pause();
      return;
    }
    attempt.bytes += chunk.length;
    if (attempt.bytes > this.maxBytes) failTooLarge(attempt);
    else this.chunks.push(chunk);
  }

  end(): void {
    if (this.attempt.failed) return;
    this.complete = true;
    if (this.stream) return void this.stream.push(null);
    this.body = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    this.ready(this);
  }

  destroy(): void {
    this.carrier?.destroy();
    this.stream?.destroy();
  }
}
