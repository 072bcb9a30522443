import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';

/** One request as it arrived. */
export interface LoggedRequest {
  /** Counts from 1 since the last reset. */
  id: number;
  /** ISO 8601, of the machine's own clock. */
  time: string;
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  /** As they came, with the credential: it opens nothing but this stand-in. */
  headers: IncomingHttpHeaders;
  /** What it was answered; absent while it is under way, and where no answer came out. */
  status?: number;
  /** The caller's question was worked out, whatever became of the answer. */
  worked: boolean;
  /** The connection closed before the answer was out, whoever closed it. */
  aborted: boolean;
}

/** Keeps the latest requests, so that specs can count upstream calls and see what was sent. */
export class RequestLog {
  private readonly entries: LoggedRequest[] = [];
  private readonly open = new WeakMap<FastifyRequest, LoggedRequest>();
  private count = 0;

  constructor(
    private readonly most: number,
    private readonly isOwn: (path: string) => boolean,
  ) {}

  /** Oldest first. */
  get all(): readonly LoggedRequest[] {
    return this.entries;
  }

  clear(): void {
    this.entries.length = 0;
    this.count = 0;
  }

  watchArrivals(server: FastifyInstance): void {
    server.addHook('onRequest', async (request, reply) => {
      const url = new URL(request.url, 'http://sandbox');
      if (this.isOwn(url.pathname)) return;
      const entry: LoggedRequest = {
        id: ++this.count,
        time: new Date().toISOString(),
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        worked: false,
        aborted: false,
      };
      this.open.set(request, entry);
      this.entries.push(entry);
      if (this.entries.length > this.most) this.entries.shift();
      reply.raw.once('finish', () => (entry.status = reply.raw.statusCode));
      reply.raw.once('close', () => (entry.aborted = !reply.raw.writableFinished));
    });
  }

  /** To be called after everything that may answer before a route does. */
  watchWork(server: FastifyInstance): void {
    const reached = new WeakSet<FastifyRequest>();
    server.addHook('preHandler', async (request) => {
      reached.add(request);
    });
    server.addHook('onSend', async (request, reply, payload) => {
      const entry = this.open.get(request);
      if (entry && reached.has(request) && reply.statusCode < 400) entry.worked = true;
      return payload;
    });
  }
}
