import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createRawServer, type AddressInfo, type Server as RawServer, type Socket } from 'node:net';
import type { UpstreamCall } from '../src/call.js';
import { UpstreamError } from '../src/upstream-error.js';
import { UpstreamHttp, type UpstreamHttpOptions } from '../src/upstream-http.js';
import type { UpstreamAttempt } from '../src/observation.js';

export const SECRET = 's3cr3t/"value+1';

export interface Loopback {
  baseUrl: string;
  requests: IncomingMessage[];
  sockets: Set<Socket>;
}

export interface Rig {
  http: UpstreamHttp;
  attempts: UpstreamAttempt[];
}

const closers: (() => void | Promise<void>)[] = [];

/** Stops everything that the functions below have started. For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

async function listen<T extends Server | RawServer>(server: T): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A vendor on the loopback; `handle` gets the number of the request too, from 1. */
export async function vendor(handle: (...args: [...Parameters<RequestListener>, number]) => void): Promise<Loopback> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(request);
    handle(request, response, requests.length);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const baseUrl = await listen(server);
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return { baseUrl, requests, sockets };
}

/** A vendor that answers each request with these bytes, and then closes the connection or leaves it open. */
export async function rawVendor(bytes: string, then: 'end' | 'destroy' | 'stay' = 'end'): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(bytes, () => {
        if (then === 'end') socket.end();
        if (then === 'destroy') socket.resetAndDestroy();
      });
    });
  });
  const baseUrl = await listen(server);
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return baseUrl;
}

/** A port where nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = createRawServer();
  const baseUrl = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return baseUrl;
}

export function rig(options: Partial<UpstreamHttpOptions> = {}): Rig {
  const attempts: UpstreamAttempt[] = [];
  const http = new UpstreamHttp({
    tryTimeoutMs: 5000,
    retry: { attempts: 3, baseMs: 2, maxMs: 10 },
    observe: (attempt) => attempts.push(attempt),
    ...options,
  });
  closers.push(() => http.close());
  return { http, attempts };
}

export function callTo(baseUrl: string, over: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    vendor: 'vendor',
    operation: 'read',
    method: 'GET',
    baseUrl,
    path: '/things',
    credential: { id: 'tenant-1', secret: () => Promise.resolve({ reveal: () => SECRET }) },
    authorize: (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
    safeToRepeat: true,
    refusal: () => undefined,
    ...over,
  };
}

/** What the promise is rejected with, which must be an UpstreamError that gives nothing away. */
export async function failureOf(promise: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await promise.then(
    (value) => {
      throw new Error(`Expected a failure, got ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw error;
  const everything = [error.message, error.stack, JSON.stringify(error), ...Object.values(error).map(String)].join(
    '\n',
  );
  for (const form of [SECRET, encodeURIComponent(SECRET), JSON.stringify(SECRET).slice(1, -1)]) {
    if (everything.includes(form)) throw new Error(`The error shows the secret: ${everything}`);
  }
  if (error.cause !== undefined) throw new Error('The error has a cause.');
  return error;
}

/** Resolves once `condition` holds; fails the spec by its time limit if it never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
