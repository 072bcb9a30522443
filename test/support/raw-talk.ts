import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { waitUntil } from './wait-until.js';

/** What came back over one connection, until the server closed it. */
export interface RawTalk {
  text: string;
  /** The same without what differs each time, Date and when the numbers were fetched, and its head in one order. */
  lasting: string;
}

/** Sends each piece once the one before has arrived, byte for byte; the last request has to close the connection. */
export async function rawTalk(server: Server, ...pieces: (string | Buffer)[]): Promise<RawTalk> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const closed = once(socket, 'close');
  const [other] = await accepted;
  let sent = 0;
  for (const piece of pieces) {
    socket.write(piece);
    sent += Buffer.byteLength(piece);
    if (pieces.length > 1) await waitUntil(() => other.bytesRead >= sent || socket.destroyed);
  }
  await closed;
  return { text, lasting: lastingOf(text) };
}

function lastingOf(text: string): string {
  const end = text.lastIndexOf('\r\n\r\n');
  const head = text
    .slice(0, end)
    .split('\r\n')
    .filter((line) => !line.startsWith('Date:'));
  return `${head.sort().join('\r\n')}${text.slice(end).replace(/"fetchedAt":"[^"]+"/g, '"fetchedAt":"then"')}`;
}

/** A request as it stands on the wire, whose answer closes the connection unless `headers` say otherwise. */
export function rawRequest(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): string {
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const all = Object.entries({ Host: 'gateway', ...headers, ...length, Connection: headers['Connection'] ?? 'close' });
  return `${method} ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}
