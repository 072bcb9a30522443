import { UpstreamError, UpstreamHttp } from '#libs/upstream-http';
import type { UpstreamAttempt, VendorCredential } from '#libs/upstream-http';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const closers: (() => void | Promise<void>)[] = [];

/** Stops everything that the functions below have started. For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server of one's own on the loopback, for answers that the sandbox does not give. */
export async function serve(handle: RequestListener): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      handle(request, response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** A Kochava that answers every request with this. */
export const answering = (body: unknown, status = 200) =>
  serve((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });

export function upstream(): { http: UpstreamHttp; attempts: UpstreamAttempt[] } {
  const attempts: UpstreamAttempt[] = [];
  const http = new UpstreamHttp({
    tryTimeoutMs: 5000,
    retry: { attempts: 3, baseMs: 2, maxMs: 10 },
    observe: (attempt) => attempts.push(attempt),
  });
  closers.push(() => http.close());
  return { http, attempts };
}

export const credentialOf = (secret: string): VendorCredential => ({
  id: 'tenant-1',
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
