import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, badInput } from '#libs/domain';
import { toGatewayError } from './gateway-failure.js';

export type TableFormat = 'json' | 'csv' | 'ndjson';
export type Cell = string | number | boolean | null;

export interface TableOptions {
  /** A byte order mark before the CSV, for Excel. */
  bom: boolean;
  /** CSV headings in English. */
  humanReadable: boolean;
  /** Text cells as they are, also those that a spreadsheet would run as a formula. */
  raw: boolean;
}

export interface Table {
  columns: readonly { readonly name: string }[];
  batches: AsyncIterable<readonly (readonly Cell[])[]>;
}

const MEDIA: Record<TableFormat, string> = {
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
  const pieces = format === 'csv' ? csvPieces(table, options) : ndjsonPieces(table, reply.request.id);
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
    try {
      yield Buffer.from(body);
      for (let next = await rest; !next.done; next = await pieces.next()) yield Buffer.from(next.value);
    } finally {
      await pieces.return(undefined);
    }
  }
  await reply.send(Readable.from(bytes(), { objectMode: false }));
}

/** A table that is not whole by then is sent as it comes, without an ETag. */
const WHOLE_WITHIN_MS = 25;

/** `tagged`: the part of the body that says the same when the answer is the same. */
export function sendWithETag(reply: FastifyReply, body: string, tagged: string): void {
  const tag = `W/"${createHash('sha1').update(tagged).digest('base64url')}"`;
  reply.header('ETag', tag);
  const known = reply.request.headers['if-none-match'];
  const same =
    known !== undefined &&
    known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag.slice(2));
  if (same) reply.code(304).send();
  else reply.send(body);
}

const PIECE_LENGTH = 32 * 1024;

async function* csvPieces(table: Table, options: TableOptions): AsyncGenerator<string> {
  const heading = (name: string): string => csvText(options.humanReadable ? inEnglish(name) : name, options.raw);
  let piece = `${options.bom ? '\uFEFF' : ''}${table.columns.map(({ name }) => heading(name)).join(',')}\n`;
  for await (const batch of table.batches) {
    for (const row of batch) {
      let line = '';
      for (let index = 0; index < row.length; index++) {
        const cell = row[index];
        if (index > 0) line += ',';
        if (typeof cell === 'string') line += csvText(cell, options.raw);
        else if (cell !== null && cell !== undefined) line += cell;
      }
      piece += `${line}\n`;
      if (piece.length >= PIECE_LENGTH) {
        yield piece;
        piece = '';
      }
    }
    // A slow vendor's rows do not wait for a piece to fill.
    if (piece) yield piece;
    piece = '';
  }
  if (piece) yield piece;
}

async function* ndjsonPieces(table: Table, requestId: string): AsyncGenerator<string> {
  const keys = table.columns.map(({ name }) => `${JSON.stringify(name)}:`);
  let piece = '';
  let sent = false;
  try {
    for await (const batch of table.batches) {
      for (const row of batch) {
        let line = '{';
        for (let index = 0; index < row.length; index++) {
          const cell = row[index];
          line +=
            (index > 0 ? ',' : '') +
            keys[index] +
            (typeof cell === 'string' ? JSON.stringify(cell) : String(cell ?? null));
        }
        piece += `${line}}\n`;
        if (piece.length >= PIECE_LENGTH) {
          sent = true;
          yield piece;
          piece = '';
        }
      }
      if (piece) {
        sent = true;
        yield piece;
        piece = '';
      }
    }
  } catch (thrown) {
    if (!sent) throw thrown;
    const error = toGatewayError(thrown);
    yield `${piece}${JSON.stringify({ error: { code: error.code, detail: error.message, requestId } })}\n`;
    throw thrown;
  }
  if (piece) yield piece;
}

/** What a spreadsheet takes for the start of a formula. Numbers are numbers here, so a text of this kind is none. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180. A text that a spreadsheet would run is made inert by an apostrophe before it. */
function csvText(text: string, raw: boolean): string {
  const safe = !raw && FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const WORDS: Record<string, string> = {
  os_name: 'OS Name',
  id: 'ID',
  ctr: 'CTR',
  ecpi: 'eCPI',
  roas: 'ROAS',
  daus: 'Daily Active Users',
  waus: 'Weekly Active Users',
  maus: 'Monthly Active Users',
};

function inEnglish(name: string): string {
  if (WORDS[name]) return WORDS[name];
  return name
    .split('_')
    .map((word) => WORDS[word] ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
