import type { ServerResponse } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';
import { Log } from '../operations/log.js';
import type { Dialect } from '../vendor-apis/dialect.js';
import { dialectOf } from '../vendor-apis/dialects.js';
import { toGatewayError } from './gateway-failure.js';
import { ErrorPages, problemOf, retryAfterOf, statusOf } from './problem.js';

/** An error as it is answered; names of headers are in lower case. */
export interface WrittenProblem {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** The one writer of errors. At GraphQL it only translates: Apollo's formatError writes them. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly pages: ErrorPages,
    private readonly log: Log,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): unknown {
    const error = toGatewayError(thrown);
    if (host.getType<'http' | 'graphql'>() === 'graphql') return error;
    const http = host.switchToHttp();
    this.write(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
    return undefined;
  }

  /** Writes `error` as the answer to `request`, in the form of the door it came to. */
  write(error: GatewayError, request: FastifyRequest, reply: FastifyReply): void {
    const path = request.url.split('?', 1)[0] ?? '/';
    // By its pattern where it has one: the path of a file's link is as good as the file.
    this.note(error, request.id, request.routeOptions?.url ?? path);
    if (reply.raw.headersSent) {
      // A stream that broke: the connection is torn down, so that half an answer is never taken for a whole one.
      reply.raw.destroy();
      return;
    }
    // The route, where there is one: a path may be spelled in more ways than one.
    const door = request.routeOptions?.url ?? path;
    const dialect = dialectOf(request);
    const { status, headers, body } = dialect
      ? inDialect(error, dialect, request)
      : this.written(error, request.id, path, door);
    reply.code(status).headers(headers).send(body);
  }

  /** As `write`, past the router; `head`: of an answer to the same request, names and values in turn. */
  writeRaw(
    error: GatewayError,
    { id, path, door }: { id: string; path: string; door: string },
    head: readonly string[],
    response: ServerResponse,
  ): void {
    this.note(error, id, door);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, headers, body } = this.written(error, id, path, door);
    for (let index = 0; index < head.length; index += 2) response.setHeader(head[index]!, head[index + 1]!);
    // As Fastify, which says so of every text.
    const type = headers['content-type']!.replace(/json$/, 'json; charset=utf-8');
    const own = { 'content-type': type, 'x-request-id': id, 'content-length': Buffer.byteLength(body) };
    response.writeHead(status, { ...headers, ...own }).end(body);
  }

  /** `door`: the route's pattern, or the path where there is no route. */
  written(error: GatewayError, requestId: string, path: string, door: string): WrittenProblem {
    const status = statusOf(error);
    const headers: Record<string, string> = {};
    if (status === 401 && /^\/v1(?:\/|$)/.test(door))
      headers['www-authenticate'] = 'Basic realm="mmp-gateway", charset="UTF-8"';
    const problem = problemOf(error, requestId, path, this.pages);
    if (problem.retryAfterSeconds !== undefined) headers['retry-after'] = String(problem.retryAfterSeconds);
    if (door === '/graphql') {
      headers['content-type'] = 'application/json; charset=utf-8';
      const { title: _, status: __, detail, instance: ___, ...extensions } = problem;
      return { status, headers, body: JSON.stringify({ errors: [{ message: detail, extensions }] }) };
    }
    headers['content-type'] = 'application/problem+json';
    return { status, headers, body: JSON.stringify(problem) };
  }

  note(error: GatewayError, requestId: string, door: string): void {
    // A path that leads nowhere may hold a key, or a link's token.
    const where = door.replaceAll(/[^/]{41,}/g, '…');
    if (error.code === 'INTERNAL')
      this.log.error('internal error', { requestId, where, cause: error.details.cause ?? error });
    else this.log.debug('refused', { requestId, where, code: error.code });
  }
}

function inDialect(error: GatewayError, dialect: Dialect, request: FastifyRequest): WrittenProblem {
  const { status, body } = dialect.errorOf(error, statusOf(error), request);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  // As bytes: Fastify adds a charset to a text, and clients compare the whole content type.
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}
