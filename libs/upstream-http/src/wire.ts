import { Axios, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Attempt } from './attempt.js';
import type { Authorized, UpstreamCall } from './call.js';
import { type Failed } from './failed.js';

/** One request on its way through axios to the adapter below. A class, because axios copies plain objects. */
class Exchange {
  constructor(
    readonly attempt: Attempt,
    readonly call: UpstreamCall,
    readonly authorized: Authorized,
  ) {}
}

interface Origin {
  tls: boolean;
  host: string;
  port: string | undefined;
  prefix: string;
}

const HEADERS = { accept: '*/*', 'accept-encoding': 'gzip, br', 'user-agent': 'mmp-gateway' };

// A free socket is closed by us before most vendors close it: a request on a socket that is just being closed is lost.
const KEPT_ALIVE = { keepAlive: true, timeout: 15_000, maxSockets: 1024, maxFreeSockets: 256 };
// What must not be sent twice gets a connection of its own, so that this cannot put its outcome in doubt.
const FRESH = { keepAlive: false, maxSockets: 1024 };

const pairs = (query: readonly (readonly [string, string])[] | undefined): string =>
  query?.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&') ?? '';

function pathOf(prefix: string, call: UpstreamCall, authorized: Authorized): string {
  const path = prefix + call.path;
  const query = [pairs(call.query), pairs(authorized.query)].filter(Boolean).join('&');
  return query ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path;
}

function headersOf(call: UpstreamCall, authorized: Authorized, body: string | Buffer | undefined) {
  const headers: Record<string, string | number> = { ...HEADERS, ...call.headers, ...authorized.headers };
  // Node frames a body by itself for POST, PUT and PATCH only; Kochava reads bodies of GET and DELETE.
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
  return headers;
}

/** What a network error means; of the error itself only its code is kept, never a text that may hold an address. */
function failRequest(attempt: Attempt, error: NodeJS.ErrnoException): void {
  const code = error.code ?? 'no code';
  if (attempt.status !== undefined) attempt.fail('truncated', `The answer broke off in its body (${code}).`);
  else if (code === 'HPE_HEADER_OVERFLOW') attempt.fail('too-large', 'The headers of the answer are too large.');
  else if (code.startsWith('HPE_')) attempt.fail('malformed', `What came back is not HTTP (${code}).`);
  else
    attempt.fail('connection', `${attempt.sent ? 'The connection broke' : 'No connection could be made'} (${code}).`);
}

/**
 * The way out, on axios: its dispatch, with an adapter of our own. For a small answer the stock adapter costs more than
 * the whole rest of the call; it also rejects with errors that hold headers and bodies.
 */
export class Wire {
  private readonly origins = new Map<string, Origin>();
  private readonly http = { keptAlive: new HttpAgent(KEPT_ALIVE), fresh: new HttpAgent(FRESH) };
  private readonly https = { keptAlive: new HttpsAgent(KEPT_ALIVE), fresh: new HttpsAgent(FRESH) };
  private readonly axios = new Axios({ adapter: (config) => this.adapter(config) });

  /** Sends one request. Resolves with the answer as soon as its headers are here, its body unread and undecoded. */
  async open(attempt: Attempt, call: UpstreamCall, authorized: Authorized): Promise<IncomingMessage | Failed> {
    const answer = await this.axios.request<IncomingMessage | Failed>({
      data: new Exchange(attempt, call, authorized),
    });
    return answer.data;
  }

  close(): void {
    for (const agents of [this.http, this.https]) {
      agents.keptAlive.destroy();
      agents.fresh.destroy();
    }
  }

  private async adapter(config: InternalAxiosRequestConfig<Exchange>): Promise<AxiosResponse> {
    const { attempt, call, authorized } = config.data!;
    const data = await attempt.step<IncomingMessage>((resolve) => this.send(attempt, call, authorized, resolve));
    // Status and headers stay with the message: axios would copy them for nothing.
    return { data, status: 0, statusText: '', headers: undefined as never, config };
  }

  private send(
    attempt: Attempt,
    call: UpstreamCall,
    authorized: Authorized,
    resolve: (response: IncomingMessage) => void,
  ): void {
    const origin = this.originOf(call.baseUrl);
    if (!origin) return void attempt.fail('blocked', 'The base URL of this vendor is not an HTTP address.');
    const agents = origin.tls ? this.https : this.http;
    const body = authorized.body ?? call.body;
    const options: RequestOptions = {
      host: origin.host,
      port: origin.port,
      method: call.method,
      path: pathOf(origin.prefix, call, authorized),
      headers: headersOf(call, authorized, body),
      ...(call.lookup && { lookup: call.lookup }),
      agent: call.safeToRepeat ? agents.keptAlive : agents.fresh,
    };
    let request;
    try {
      request = origin.tls ? httpsRequest(options) : httpRequest(options);
    } catch {
      attempt.fail('blocked', 'Not sent: the path or a header holds characters that HTTP does not allow.');
      return;
    }
    attempt.request = request;
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once(origin.tls ? 'secureConnect' : 'connect', () => (attempt.sent = true));
      else attempt.sent = true;
    });
    request.on('error', (error) => failRequest(attempt, error));
    request.on('response', (response) => {
      attempt.sent = true;
      attempt.status = response.statusCode;
      response.on('error', (error) => failRequest(attempt, error));
      resolve(response);
    });
    request.end(body);
  }

  private originOf(baseUrl: string): Origin | undefined {
    let origin = this.origins.get(baseUrl);
    if (!origin && URL.canParse(baseUrl)) {
      const url = new URL(baseUrl);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
      origin = {
        tls: url.protocol === 'https:',
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || undefined,
        prefix: url.pathname.replace(/\/$/, ''),
      };
      // Download links bring hosts of their own.
      if (this.origins.size >= 100) this.origins.clear();
      this.origins.set(baseUrl, origin);
    }
    return origin;
  }
}
