import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, badInput } from '#libs/domain';
import { toGatewayError } from './gateway-failure.js';
import { LineForm, type TableOptions } from './table-lines.js';

export type TableFormat = 'json' | 'csv' | 'ndjson';
export interface Table {
  columns: readonly { readonly name: string }[];
  /** Whole lines, several in a piece, in the form that was asked for; bytes are UTF-8. */
  lines: (form: LineForm) => AsyncGenerator<string | Buffer>;
}

export const MEDIA: Record<TableFormat, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** `?format=`, else `Accept`, else JSON. BAD_USER_INPUT (406) for a form that there is none of. */
export function formatOf(request: FastifyRequest, asked: string | undefined): TableFormat {
  if (asked !== undefined) {
    const format = asked.toLowerCase();
    if (format === 'json' || format === 'csv' || format === 'ndjson') return format;
    throw badInput([{ pointer: '/format', detail: 'must be json, csv or ndjson' }]);
  }
  const accept = request.headers.accept;
  if (!accept) return 'json';
  for (const type of preferred(accept)) {
    if (type === 'text/csv') return 'csv';
    if (type === 'application/x-ndjson' || type === 'application/ndjson') return 'ndjson';
    if (type === '*/*' || type === 'application/*' || type.endsWith('json')) return 'json';
  }
  if (accept.includes('text/html')) return 'json';
  throw new GatewayError('BAD_USER_INPUT', 'Accept application/json, text/csv or application/x-ndjson.', {
    status: 406,
  });
}

/** Media types by the caller's preference; among equals, as they stand there. */
function preferred(accept: string): string[] {
  const weighed = accept
    .toLowerCase()
    .split(',')
    .map((part) => {
      const weight = /;\s*q=([\d.]+)/.exec(part)?.[1];
      return { type: part.split(';', 1)[0]!.trim(), weight: weight === undefined ? 1 : Number(weight) };
    });
  return weighed
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ type }) => type);
}

/**
 * Sends `table` as CSV or NDJSON while it is still being read. What breaks before the first rows is an answer of its
 * own; what breaks later tears the connection down, so that half a table is never taken for a whole one. A table that
 * fits into one piece gets an ETag.
 */
export async function sendTable(
  reply: FastifyReply,
  table: Table,
  format: 'csv' | 'ndjson',
  options: TableOptions,
): Promise<void> {
  const form = new LineForm(format, table.columns, options);
  const pieces = format === 'csv' ? csvPieces(table, form) : ndjsonPieces(table, form, reply.request.id);
  const first = await pieces.next();
  const body = first.done ? '' : first.value;
  const rest = first.done ? Promise.resolve(first) : pieces.next();
  // Noted here, thrown where it is awaited.
  rest.catch(() => undefined);
  const second = await Promise.race([rest, sleep(WHOLE_WITHIN_MS, undefined, { ref: false })]);
  reply.type(MEDIA[format]);
  if (second?.done) {
    sendWithETag(reply, body, body);
    return;
  }
  async function* bytes(): AsyncGenerator<Buffer> {
    yield bytesOf(body);
    for (let next = await rest; !next.done; next = await pieces.next()) yield bytesOf(next.value);
  }
  const stream = Readable.from(bytes(), { objectMode: false });
  // Not in `bytes`, which is never begun where the caller has left by now.
  stream.once('close', () => void pieces.return(undefined).catch(() => undefined));
  await reply.send(stream);
}

const bytesOf = (piece: string | Buffer): Buffer => (typeof piece === 'string' ? Buffer.from(piece) : piece);

/** A table that is not whole by then is sent as it comes, without an ETag. */
const WHOLE_WITHIN_MS = 25;

/**
 * `tagged`: the part of the body that says the same when the answer is the same. `version`: what the tag ends with, where
 * an If-Match shall be able to tell it.
 */
export function sendWithETag(
  reply: FastifyReply,
  body: string | Buffer,
  tagged: string | Buffer,
  version?: string,
): void {
  sendTagged(reply, body, tagOf(tagged, version));
}

/** `version`: what the tag ends with, where an If-Match shall be able to tell it. */
export function tagOf(tagged: string | Buffer, version?: string): string {
  const digest = hash('sha1', tagged, 'base64url');
  return `W/"${version === undefined ? digest : `${digest}.${version}`}"`;
}

/** 304 to a caller who has `body` already. */
export function sendTagged(reply: FastifyReply, body: string | Buffer, tag: string): void {
  reply.header('ETag', tag);
  const known = reply.request.headers['if-none-match'];
  const same =
    known !== undefined &&
    known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag.slice(2));
  if (same) reply.code(304).send();
  else reply.send(body);
}

async function* csvPieces(table: Table, form: LineForm): AsyncGenerator<string | Buffer> {
  let head = form.head();
  for await (const lines of table.lines(form)) {
    if (head === '') yield lines;
    else yield typeof lines === 'string' ? head + lines : Buffer.concat([Buffer.from(head), lines]);
    head = '';
  }
  if (head) yield head;
}

/** Broken off midway, the last line says so, for a reader that does not look at the connection. */
async function* ndjsonPieces(table: Table, form: LineForm, requestId: string): AsyncGenerator<string | Buffer> {
  let sent = false;
  try {
    for await (const lines of table.lines(form)) {
      sent = true;
      yield lines;
    }
  } catch (thrown) {
    if (!sent) throw thrown;
    const error = toGatewayError(thrown);
    yield `${JSON.stringify({ error: { code: error.code, detail: error.message, requestId } })}\n`;
    throw thrown;
  }
}
