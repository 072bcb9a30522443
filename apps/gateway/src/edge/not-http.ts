import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { GatewayError } from '#libs/domain';
import { type ErrorPages, problemOf } from './problem.js';

/** Bytes of a request line that Node takes, headers included. */
const LONGEST_HEAD = 16_384;

type ClientError = Error & { code?: string; rawPacket?: Buffer };

/** Answers bytes that are no HTTP request, which reach neither a route nor a hook; then the connection is closed. */
export function answerNotHttp(error: ClientError, socket: Socket, pages: ErrorPages, requestId: string): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy(error);
  const [status, detail] = wordsFor(error);
  const refusal = new GatewayError('BAD_USER_INPUT', detail, { status });
  const body = JSON.stringify(problemOf(refusal, requestId, '', pages));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function wordsFor({ code, rawPacket }: ClientError): [number, string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request took too long to arrive.'];
  if (code !== 'HPE_HEADER_OVERFLOW') return [400, 'This is not an HTTP request.'];
  const lineEnd = rawPacket?.indexOf('\r\n') ?? -1;
  return lineEnd < 0 || lineEnd > LONGEST_HEAD / 2
    ? [414, 'The URL is too long. Send the question as JSON: POST /v1/kpis/query.']
    : [431, 'The headers are too large.'];
}
