import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Attempt } from './attempt.js';
import { Failed } from './failed.js';

/** What a decoder's error says about the body. */
export function failDecoding(attempt: Attempt, error: NodeJS.ErrnoException): Failed {
  if (error.code === 'ERR_BUFFER_TOO_LARGE') return failTooLarge(attempt);
  // What zlib calls an unexpected end of file, for gzip and deflate, and for brotli.
  if (error.code === 'Z_BUF_ERROR') return attempt.fail('truncated', 'The compressed body breaks off.');
  return attempt.fail('malformed', 'The body is not compressed as its header says.');
}

export const failTooLarge = (attempt: Attempt): Failed =>
  attempt.fail('too-large', 'The answer is larger than is read here: ask for less.');

/** The coding of a body; undefined for none. */
export function codingOf(response: IncomingMessage): string | undefined {
  const coding = response.headers['content-encoding']?.trim().toLowerCase();
  return coding === 'identity' || coding === '' ? undefined : coding?.replace(/^x-/, '');
}

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
};

/** The body as it comes, read whole. */
function readRaw(attempt: Attempt, response: IncomingMessage, maxBytes: number): Promise<Buffer | Failed> {
  return attempt.step<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => {
      attempt.bytes += chunk.length;
      if (attempt.bytes > maxBytes) failTooLarge(attempt);
      else chunks.push(chunk);
    });
    response.on('end', () => {
      if (response.complete) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      else attempt.fail('truncated', 'The answer breaks off in its body.');
    });
  });
}

/** The whole body, decoded. `maxBytes` bounds what comes over the wire and what it decodes to. */
export async function readWhole(
  attempt: Attempt,
  response: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | Failed> {
  if (Number(response.headers['content-length']) > maxBytes) return failTooLarge(attempt);
  const raw = await readRaw(attempt, response, maxBytes);
  const coding = codingOf(response);
  if (raw instanceof Failed || coding === undefined || raw.length === 0) return raw;
  const decode = DECODERS[coding];
  if (!decode) return attempt.fail('malformed', 'The body is compressed in a way that was not asked for.');
  try {
    return await decode(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    return failDecoding(attempt, error as NodeJS.ErrnoException);
  }
}
