import { Axios, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Attempt } from './attempt.js';
import { failCarrying, failUnwritable } from './carry-error.js';
import type { Outgoing } from './outgoing.js';
import type { Reply } from './reply.js';

/** One request on its way through axios to the adapter below. A class, because axios copies plain objects. */
class Exchange {
  constructor(
    readonly attempt: Attempt,
    readonly outgoing: Outgoing,
    readonly reply: Reply,
    readonly lookup: LookupFunction | undefined,
  ) {}
}

const AGENT = { keepAlive: false, maxSockets: 1024 };

/**
 * The way out, on axios, on a connection of its own: for what must not be sent twice, so that a connection that is just
 * being closed can't put its outcome in doubt; and to hosts that a vendor named. axios' dispatch with an adapter of our
 * own: its stock one rejects with errors that hold headers and bodies.
 */
export class FreshWire {
  private readonly http = new HttpAgent(AGENT);
  private readonly https = new HttpsAgent(AGENT);
  private readonly axios = new Axios({ adapter: (config) => this.adapter(config) });

  send(attempt: Attempt, outgoing: Outgoing, reply: Reply, lookup: LookupFunction | undefined): Promise<unknown> {
    return this.axios.request({ data: new Exchange(attempt, outgoing, reply, lookup) });
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private adapter(config: InternalAxiosRequestConfig<Exchange>): Promise<AxiosResponse> {
    this.carry(config.data!);
    return Promise.resolve({ data: undefined, status: 0, statusText: '', headers: {}, config });
  }

  private carry({ attempt, outgoing, reply, lookup }: Exchange): void {
    // The try may have ended on the way through axios.
    if (attempt.failed) return;
    const { origin, method, path, body } = outgoing;
    const headers: Record<string, string | number> = {};
    for (let i = 0; i < outgoing.headers.length; i += 2) headers[outgoing.headers[i]!] = outgoing.headers[i + 1]!;
    // Node frames a body by itself for POST, PUT and PATCH only; Kochava reads bodies of GET and DELETE.
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
    const options: RequestOptions = {
      host: origin.host,
      port: origin.port,
      method,
      path,
      headers,
      agent: origin.tls ? this.https : this.http,
    };
    if (lookup) options.lookup = lookup;
    let request;
    try {
      request = origin.tls ? httpsRequest(options) : httpRequest(options);
    } catch {
      return failUnwritable(attempt);
    }
    reply.carrier = { pause: () => undefined, resume: () => undefined, destroy: () => request.destroy() };
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once(origin.tls ? 'secureConnect' : 'connect', () => (attempt.sent = true));
      else attempt.sent = true;
    });
    request.on('error', (error) => failCarrying(attempt, error));
    request.on('response', (response) => {
      attempt.sent = true;
      reply.carrier = {
        pause: () => response.pause(),
        resume: () => response.resume(),
        destroy: () => request.destroy(),
      };
      response.on('error', (error) => failCarrying(attempt, error));
      response.on('data', (chunk: Buffer) => reply.data(chunk));
      response.on('end', () => {
        if (response.complete) reply.end();
        else attempt.fail('truncated', 'The answer breaks off in its body.');
      });
      reply.head(response.statusCode ?? 0, response.headers);
    });
    request.end(body);
  }
}
