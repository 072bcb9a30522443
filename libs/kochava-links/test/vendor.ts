import { UpstreamError, UpstreamHttp, type VendorCredential } from '#libs/upstream-http';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Vendor {
  baseUrl: string;
  received: Received[];
}

const closers: (() => void | Promise<void>)[] = [];

/** Stops what the functions below have started. For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** A vendor on the loopback; `answer` gets the number of the request too, from 1. */
export async function vendor(
  answer: (request: Received, response: ServerResponse, count: number) => void,
): Promise<Vendor> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      answer(one, response, received.length);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** A vendor with one answer to everything. */
export const saying = (body: string, status = 200, type = 'application/json'): Promise<Vendor> =>
  vendor((_request, response) => void response.writeHead(status, { 'content-type': type }).end(body));

export function upstream(): UpstreamHttp {
  const http = new UpstreamHttp({ tryTimeoutMs: 5000, retry: { attempts: 3, baseMs: 2, maxMs: 10 } });
  closers.push(() => http.close());
  return http;
}

export const credential = (secret: string): VendorCredential => ({
  id: `credential-of-${secret.length}`,
  secret: () => Promise.resolve({ reveal: () => secret }),
});

/** What the promise is rejected with, which must be an UpstreamError. */
export async function failureOf(promise: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await promise.then(
    (value) => new Error(`Expected a failure, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return error;
}
