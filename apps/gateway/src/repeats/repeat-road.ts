import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ApiKeys } from '#libs/tenancy';
import { toGatewayError } from '../edge/gateway-failure.js';
import { ProblemFilter } from '../edge/problem-filter.js';
import { RequestCaller } from '../edge/request-caller.js';
import { requestIdOf } from '../edge/request-id.js';
import { Answered } from '../operations/answered.js';
import { Lifecycle } from '../operations/lifecycle.js';
import type { RepeatedAnswer } from './repeat.js';
import { type KnownHead, type KnownRequest, LONGEST_BODY, Repeats, textOf } from './repeats.js';

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
    if (this.lifecycle.draining) return false;
    const { method } = request;
    if (method !== 'GET' && (method !== 'POST' || request.url !== '/graphql')) return false;
    const head = this.repeats.find(textOf(request));
    if (!head) return false;
    const startedAt = performance.now();
    if (method === 'GET') {
      const known = head.bodies.get('');
      return known !== undefined && this.answers(head, known, request, response, startedAt);
    }
    if (!(Number(request.headers['content-length']) <= LONGEST_BODY)) return false;
    request.once('readable', () => {
      const bytes = request.read() as Buffer | null;
      // A body that comes in several pieces is put together on the long road.
      const known = bytes === null ? undefined : head.bodies.get(bytes.toString('utf8'));
      if (known && this.answers(head, known, request, response, startedAt)) {
        request.resume();
        return;
      }
      if (bytes !== null) request.unshift(bytes);
      pass();
    });
    return true;
  }

  private answers(
    head: KnownHead,
    known: KnownRequest,
    request: IncomingMessage,
    response: ServerResponse,
    startedAt: number,
  ): boolean {
    const checked = this.apiKeys.authenticate(head.presented);
    if (checked instanceof Promise || !checked.ok || checked.key !== head.key) return false;
    const id = requestIdOf(request);
    const caller = new RequestCaller(checked.key, head.edge, { id, headers: request.headers }, response);
    const note = (status: number): void => {
      const ms = performance.now() - startedAt;
      this.answered.note({ method: request.method!, route: head.route, status, ms }, id, caller);
    };
    const send = ({ body, head: own }: RepeatedAnswer): void => {
      const length = String(Buffer.byteLength(body));
      response.writeHead(200, [...known.head, ...own, 'x-request-id', id, 'content-length', length]);
      response.end(body);
      note(200);
    };
    const fail = (thrown: unknown): void => {
      const path = request.url!.split('?', 1)[0]!;
      this.filter.writeRaw(toGatewayError(thrown), { id, path, door: head.route }, known.head, response);
      note(response.statusCode);
    };
    try {
      const answer = known.repeat(caller);
      if (answer instanceof Promise) answer.then(send, fail);
      else send(answer);
    } catch (error) {
      fail(error);
    }
    return true;
  }
}
