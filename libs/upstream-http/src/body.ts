import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Attempt } from './attempt.js';
import type { Failed } from './failed.js';
import { failTooLarge, type Reply } from './reply.js';

/** What a decoder's error says about the body. */
export function failDecoding(attempt: Attempt, error: NodeJS.ErrnoException): Failed {
  if (error.code === 'ERR_BUFFER_TOO_LARGE') return failTooLarge(attempt);
  // What zlib calls an unexpected end of file, for gzip and deflate, and for brotli.
  if (error.code === 'Z_BUF_ERROR') return attempt.fail('truncated', 'The compressed body breaks off.');
  return attempt.fail('malformed', 'The body is not compressed as its header says.');
}

/** The coding of a body; undefined for none. */
export function codingOf({ headers }: Reply): string | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase();
  return coding === 'identity' || coding === '' ? undefined : coding?.replace(/^x-/, '');
}

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
};

/** The whole body, decoded; `maxBytes` bounds what it decodes to. */
export function decodeWhole(attempt: Attempt, reply: Reply, maxBytes: number): Buffer | Promise<Buffer | Failed> {
  const raw = reply.body as Buffer;
  const coding = codingOf(reply);
  return coding === undefined || raw.length === 0 ? raw : decompress(attempt, raw, coding, maxBytes);
}

async function decompress(attempt: Attempt, raw: Buffer, coding: string, maxBytes: number): Promise<Buffer | Failed> {
  const decode = DECODERS[coding];
  if (!decode) return attempt.fail('malformed', 'The body is compressed in a way that was not asked for.');
  try {
    return await decode(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    return failDecoding(attempt, error as NodeJS.ErrnoException);
  }
}
