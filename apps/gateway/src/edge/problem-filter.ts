import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';
import { Log } from '../operations/log.js';
import { dialectOf } from '../vendor-apis/dialects.js';
import { toGatewayError } from './gateway-failure.js';
import { ErrorPages, problemOf, retryAfterOf, statusOf } from './problem.js';

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
    this.note(error, request.id, path);
    if (reply.raw.headersSent) {
      // A stream that broke: the connection is torn down, so that half an answer is never taken for a whole one.
      reply.raw.destroy();
      return;
    }
    const status = statusOf(error);
    // The route, where there is one: a path may be spelled in more ways than one.
    const door = request.routeOptions?.url ?? path;
    if (status === 401 && /^\/v1(?:\/|$)/.test(door))
      reply.header('WWW-Authenticate', 'Basic realm="mmp-gateway", charset="UTF-8"');
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter));
    const dialect = dialectOf(request);
    if (dialect) {
      const { status: theirs, body } = dialect.errorOf(error, status);
      // As bytes: Fastify adds a charset to a text, and clients compare the whole content type.
      reply
        .code(theirs)
        .header('content-type', 'application/json')
        .send(Buffer.from(JSON.stringify(body)));
      return;
    }
    const problem = problemOf(error, request.id, path, this.pages);
    if (door === '/graphql') {
      const { title: _, status: __, detail, instance: ___, ...extensions } = problem;
      reply
        .code(status)
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ errors: [{ message: detail, extensions }] }));
      return;
    }
    reply.code(status).type('application/problem+json').send(JSON.stringify(problem));
  }

  note(error: GatewayError, requestId: string, where: string): void {
    if (error.code === 'INTERNAL')
      this.log.error('internal error', { requestId, where, cause: error.details.cause ?? error });
    else this.log.debug('refused', { requestId, where, code: error.code });
  }
}
