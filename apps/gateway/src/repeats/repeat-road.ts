import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ApiKeys } from '#libs/tenancy';
import { toGatewayError } from '../edge/gateway-failure.js';
import { ProblemFilter } from '../edge/problem-filter.js';
import { RequestCaller } from '../edge/request-caller.js';
import { saneId } from '../edge/request-id.js';
import { Answered } from '../operations/answered.js';
import { Lifecycle } from '../operations/lifecycle.js';
import type { RepeatedAnswer } from './repeat.js';
import { type KnownHead, type KnownRequest, Repeats } from './repeats.js';

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As its caller gave it. */
  readonly id: string | undefined;
  readonly startedAt: number;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Requests that came before, byte for byte, go past the router, hooks, guards and pipes, whose way costs more than all
 * the rest of a small answer: what those found out of the same text is known. What may have changed since is looked at
 * each time: the key, by its check and as the same object with the same scopes, apps and limits, and what the room asks.
 * Anything unusual takes the long road, and nothing has been done then.
 */
@Injectable()
export class RepeatRoad {
  constructor(
    private readonly repeats: Repeats,
    private readonly apiKeys: ApiKeys,
    private readonly lifecycle: Lifecycle,
    private readonly filter: ProblemFilter,
    private readonly answered: Answered,
  ) {}

  /** Stands before whoever listens to the server's requests now. */
  before(server: Server): void {
    const others = server.listeners('request') as Listener[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      const pass = (): void => {
        for (const other of others) other.call(server, request, response);
      };
      if (!this.takes(request, response, pass)) pass();
    });
  }

  /** False: the long road is to take it. `pass`: the same, said later. */
  private takes(request: IncomingMessage, response: ServerResponse, pass: () => void): boolean {
    const { method } = request;
    if (this.lifecycle.draining || (method !== 'GET' && method !== 'POST')) return false;
    const found = this.repeats.find(request);
    // Before the body is waited for: whom a key does not open to is told so at once.
    if (!found || !this.isKeyOf(found.head)) return false;
    const { head, id } = found;
    const asked: Asked = { request, response, id, startedAt: performance.now() };
    if (method === 'GET') {
      const known = head.bodies.get('');
      return known !== undefined && this.answers(head, known, asked);
    }
    request.once('readable', () => {
      const bytes = request.read() as Buffer | null;
      // A body that comes in several pieces is put together on the long road.
      const known = bytes === null ? undefined : head.bodies.get(bytes.toString('latin1'));
      if (known && this.answers(head, known, asked)) {
        request.resume();
        return;
      }
      if (bytes !== null) request.unshift(bytes);
      pass();
    });
    return true;
  }

  /** Is the key what it was, to the last of its scopes? */
  private isKeyOf({ presented, key }: KnownHead): boolean {
    const checked = this.apiKeys.authenticate(presented);
    if (!(checked instanceof Promise)) return checked.ok && checked.key === key;
    // The long road waits for the same look-up, and tells what comes of it.
    checked.catch(() => undefined);
    return false;
  }

  /** False: it is not to be answered here. */
  private answers(head: KnownHead, known: KnownRequest, { request, response, id, startedAt }: Asked): boolean {
    const requestId = saneId(id);
    const caller = new RequestCaller(head.key, head.edge, requestId, head.bypassCache, response);
    const note = (status: number): void => {
      // Nobody was answered: the long road says nothing of it either.
      if (response.destroyed) return;
      const ms = performance.now() - startedAt;
      const as = { method: request.method!, route: head.route, status };
      if (status !== 200) this.answered.note(as, ms, requestId, caller);
      else (head.noteGood ??= this.answered.notesOf(as, caller))(ms, requestId);
    };
    const send = ({ body, head: own }: RepeatedAnswer): void => {
      const length = Buffer.byteLength(body);
      const lines = [...known.head, ...own, 'x-request-id', requestId, 'content-length', String(length)];
      response.writeHead(200, lines);
      // What has a byte for each character needs no encoding.
      response.end(body, length === body.length ? 'latin1' : 'utf8');
      note(200);
    };
    const fail = (thrown: unknown): void => {
      const path = request.url!.split('?', 1)[0]!;
      const about = { id: requestId, path, door: head.route };
      this.filter.writeRaw(toGatewayError(thrown), about, known.head, response);
      note(response.statusCode);
    };
    try {
      const answer = known.repeat(caller);
      if (answer === undefined) return false;
      if (answer instanceof Promise) answer.then(send, fail).catch(fail);
      else send(answer);
    } catch (error) {
      fail(error);
    }
    return true;
  }
}
