import type { Authorized, UpstreamCall } from './call.js';

/** Where a call goes, taken from its base URL once. */
export interface Origin {
  /** Scheme, host and port. */
  url: string;
  tls: boolean;
  host: string;
  port: string | undefined;
  prefix: string;
}

/** One request as it is to be written, its credential included. */
export interface Outgoing {
  origin: Origin;
  method: UpstreamCall['method'];
  path: string;
  /** Names in lower case, each followed by its value. */
  headers: string[];
  body: string | Buffer | undefined;
}

const HEADERS = { accept: '*/*', 'accept-encoding': 'gzip, br', 'user-agent': 'mmp-gateway' };

const encode = (query: readonly (readonly [string, string])[]): string => {
  let text = '';
  for (const [name, value] of query) text += `&${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return text;
};

function pathOf(prefix: string, call: UpstreamCall, authorized: Authorized): string {
  const path = prefix + call.path;
  let query = '';
  if (typeof call.query === 'string') query = call.query && `&${call.query}`;
  else if (call.query) query = encode(call.query);
  if (authorized.query) query += encode(authorized.query);
  if (!query) return path;
  return path.includes('?') ? path + query : `${path}?${query.slice(1)}`;
}

function addHeaders(list: string[], headers: Record<string, string> | undefined): void {
  for (const written in headers) {
    const name = written.toLowerCase();
    // The first to name a header has it: what is named twice would be sent twice.
    let i = 0;
    while (i < list.length && list[i] !== name) i += 2;
    if (i === list.length) list.push(name, headers[written]!);
  }
}

function headersOf(call: UpstreamCall, authorized: Authorized): string[] {
  const list: string[] = [];
  addHeaders(list, authorized.headers);
  addHeaders(list, call.headers);
  addHeaders(list, HEADERS);
  return list;
}

/** Undefined where the base URL is not an HTTP address. */
function readOrigin(baseUrl: string): Origin | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  return {
    url: url.origin,
    tls: url.protocol === 'https:',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || undefined,
    prefix: url.pathname.replace(/\/$/, ''),
  };
}

/** Writes requests, remembering what their base URLs come to. */
export class Writer {
  private readonly origins = new Map<string, Origin>();

  /** Undefined where the base URL is not an HTTP address. */
  write(call: UpstreamCall, authorized: Authorized): Outgoing | undefined {
    const origin = this.originOf(call.baseUrl);
    return (
      origin && {
        origin,
        method: call.method,
        path: pathOf(origin.prefix, call, authorized),
        headers: headersOf(call, authorized),
        body: authorized.body ?? call.body,
      }
    );
  }

  private originOf(baseUrl: string): Origin | undefined {
    let origin = this.origins.get(baseUrl);
    if (!origin && (origin = readOrigin(baseUrl))) {
      // Download links bring hosts of their own.
      if (this.origins.size >= 100) this.origins.clear();
      this.origins.set(baseUrl, origin);
    }
    return origin;
  }
}
