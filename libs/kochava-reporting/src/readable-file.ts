import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { brokenFile } from './broken-file.js';

/** A report's file, ready to be read. */
export interface ReadableFile {
  body: AsyncIterable<Buffer>;
  /** It was compressed: offsets in it are no places in the file as it lies at its host. */
  compressed: boolean;
}

/** gzip, and zip, whose first bytes they are. */
const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b, 0x03, 0x04];

const startsWith = (bytes: Buffer, signature: readonly number[]): boolean =>
  signature.every((byte, index) => bytes[index] === byte);

/**
 * Unpacks a file that Kochava compressed, which it does "above 5.0 gigabytes" and says nowhere else. Told by the first
 * bytes. `body` must be the file from its beginning. Throws UpstreamError `malformed` or `truncated`.
 */
export async function readableFile(body: AsyncIterable<Buffer>): Promise<ReadableFile> {
  const chunks = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < ZIP.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = restOf(head, chunks);
  if (startsWith(head, ZIP)) {
    await chunks.return?.();
    throw brokenFile('it is a ZIP archive, which is not unpacked here: download the file itself');
  }
  return startsWith(head, GZIP) ? { body: unpacked(whole), compressed: true } : { body: whole, compressed: false };
}

async function* restOf(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = pipeline(packed, createGunzip(), () => undefined);
  try {
    for await (const chunk of unzip) yield chunk as Buffer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw brokenFile('its compressed data breaks off', 'truncated');
    throw code?.startsWith('Z_') ? brokenFile('its compressed data is damaged') : error;
  }
}

/** `body` without its first bytes: what is left to do where a host gives no ranges. */
export async function* skipBytes(body: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of body) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}
