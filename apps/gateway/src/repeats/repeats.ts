import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable, Optional } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedKey } from '#libs/tenancy';
import { presentedKey } from '../edge/presented-key.js';
import { RequestCaller } from '../edge/request-caller.js';
import { OF_EACH, type Repeat } from './repeat.js';

/** What is known of requests with the same head. */
export interface KnownHead {
  readonly bypassCache: boolean;
  /** The key as it was presented, and whose it was: one that has changed since is another object. */
  readonly presented: string;
  readonly key: AuthenticatedKey;
  readonly edge: RequestCaller['edge'];
  readonly route: string;
  /** Set at the first that is repeated. */
  noteGood?: (ms: number, requestId: string) => void;
  /** By the requests' bodies, a character for each byte; '' where there is none. */
  readonly bodies: Map<string, KnownRequest>;
}

export interface KnownRequest {
  readonly repeat: Repeat;
  /** The answer's head, names and values in turn, without those that tell of one answer alone. */
  readonly head: readonly string[];
}

/** Bodies of one head. */
export const MOST_BODIES = 32;
/** Bytes of a request's body, and characters of its head. */
const LONGEST_BODY = 8_192;
const LONGEST_HEAD = 8_192;
/** Characters of all heads and bodies; one key may send as many different ones as it likes. */
const MOST_KEPT = 32 * 1024 * 1024;
/** What hangs on each head and each body, which may be an answer, counts as so many more, whatever it is. */
const OF_HEAD = 2_048;
const OF_BODY = 6_144;

/** Headers of a request that make no difference to its answer, and are mostly of one request alone. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['x-request-id', 'traceparent', 'tracestate']);

/** The last request of a connection whose head was known: the next one mostly has the same. */
interface Met extends Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'> {
  readonly text: string;
  readonly id: string | undefined;
}

/** Requests that were answered, by every byte of theirs that makes a difference: dashboards ask the same all day. */
@Injectable()
export class Repeats {
  /** The one used longest ago goes first. */
  private readonly heads = new Map<string, KnownHead>();
  private readonly met = new WeakMap<Socket, Met>();
  private kept = 0;

  constructor(@Optional() private readonly most = MOST_KEPT) {}

  /** What is known of the head of `request`, and the id that its caller gave it. */
  find(request: IncomingMessage): { head: KnownHead; id: string | undefined } | undefined {
    const last = this.met.get(request.socket);
    const same = last && hasHeadOf(last, request) ? last : undefined;
    const { text, id } = same ?? headOf(request);
    const head = this.heads.get(text);
    if (!head) return undefined;
    this.heads.delete(text);
    this.heads.set(text, head);
    if (!same) {
      const { method, url, rawHeaders } = request;
      this.met.set(request.socket, { method, url, rawHeaders, text, id });
    }
    return { head, id };
  }

  /** Takes a request that was answered, where its room has something to offer for the next. */
  keep(request: FastifyRequest, reply: FastifyReply): void {
    const { repeat, caller } = request;
    // What a key has left of its limit is counted, and told, on the long road.
    if (!repeat || reply.statusCode !== 200 || !(caller instanceof RequestCaller) || caller.key.requestsPerMinute)
      return;
    const { text } = headOf(request.raw);
    const { headers, method } = request;
    const hasBody = method === 'POST';
    const body = hasBody ? bytesOf(request.sentText) : '';
    const presented = presentedKey(headers, request.raw.rawHeaders);
    const isLong = text.length > LONGEST_HEAD || body === undefined || body.length > LONGEST_BODY;
    // Whether an answer is the one that a caller has already is found out on the long road.
    if (isLong || typeof presented !== 'object' || headers['if-none-match'] !== undefined) return;
    // With its length before it, a body that is there to its last byte is told from one that still comes.
    if (headers['transfer-encoding'] !== undefined || hasBody !== (headers['content-length'] !== undefined)) return;
    if (!hasBody && method !== 'GET') return;
    const { key, edge, bypassCache } = caller;
    const bodies = this.bodiesOf(text, key);
    const head = Object.entries(reply.getHeaders()).filter(([name]) => !OF_EACH.has(name));
    bodies.set(body, { repeat, head: head.flatMap(([name, value]) => [name, String(value)]) });
    const route = request.routeOptions.url!;
    this.put(text, { presented: presented.key, key, edge, bypassCache, route, bodies });
  }

  private bodiesOf(text: string, key: AuthenticatedKey): Map<string, KnownRequest> {
    const known = this.heads.get(text);
    this.forget(text);
    return known?.key === key && known.bodies.size < MOST_BODIES ? known.bodies : new Map();
  }

  private put(text: string, head: KnownHead): void {
    this.heads.set(text, head);
    this.kept += weightOf(text, head);
    for (const oldest of this.heads.keys()) {
      if (this.kept <= this.most) return;
      this.forget(oldest);
    }
  }

  private forget(text: string): void {
    const known = this.heads.get(text);
    if (!known) return;
    this.heads.delete(text);
    this.kept -= weightOf(text, known);
  }
}

const weightOf = (text: string, { bodies }: KnownHead): number =>
  [...bodies.keys()].reduce((sum, body) => sum + body.length + OF_BODY, text.length + OF_HEAD);

const bytesOf = (text: string | undefined): string | undefined => text && Buffer.from(text).toString('latin1');

/** Each text that came is another, and is only found to be the same; one made of them all would have to be read through. */
function hasHeadOf(last: Met, { method, url, rawHeaders }: IncomingMessage): boolean {
  if (last.method !== method || last.url !== url || last.rawHeaders.length !== rawHeaders.length) return false;
  for (let index = 0; index < rawHeaders.length; index++) {
    if (last.rawHeaders[index] !== rawHeaders[index]) return false;
  }
  return true;
}

/** The head of a request without what makes no difference, and the id that its caller gave it. */
export function headOf({ method, url, rawHeaders }: IncomingMessage): { text: string; id: string | undefined } {
  let text = `${method} ${url}`;
  let id: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    if (!WITHOUT_EFFECT.has(name)) text += `\n${name}:${rawHeaders[index + 1]}`;
    else if (name === 'x-request-id') id = id === undefined ? rawHeaders[index + 1] : '';
  }
  return { text, id };
}
