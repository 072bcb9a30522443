import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestFactory } from '@nestjs/core';
import cors from '@fastify/cors';
import { ErrorPages } from './edge/problem.js';
import { InputPipe } from './edge/input.js';
import { ProblemFilter } from './edge/problem-filter.js';
import { registerBodies } from './edge/bodies.js';
import { registerHooks } from './edge/hooks.js';
import { answerNotHttp } from './edge/not-http.js';
import { toGatewayError } from './edge/gateway-failure.js';
import { requestIdOf } from './edge/request-id.js';
import { RepeatRoad } from './repeats/repeat-road.js';
import { GatewayModule, type GatewayParts } from './gateway.module.js';
import { registerExplorerAssets } from './operations/explorer.js';
import { registerOpenApi } from './operations/open-api.js';

/** Bytes of a request's body. */
const BODY_LIMIT = 1_048_576;

/** The whole gateway, ready to listen: what main.ts runs, and what whole-gateway specs run. */
export async function createGateway(parts: GatewayParts): Promise<NestFastifyApplication> {
  const { config, log } = parts;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: config.http.trustProxy,
    genReqId: requestIdOf,
    // The longest is the signed token of a file’s link.
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    // The hooks answer while draining: health checks as ever, all others with a problem.
    return503OnClosing: false,
    // The two ways past every hook: a path that can not be decoded, and what is no HTTP.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      reply.header('X-Request-Id', request.id);
      app.get(ProblemFilter).write(toGatewayError(error), request, reply);
    },
    clientErrorHandler: (error: Error, socket: Socket) =>
      answerNotHttp(error, socket, app.get(ErrorPages), randomUUID()),
  });
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.forRoot(parts),
    adapter,
    {
      logger: log.forNest(),
      abortOnError: false,
      bodyParser: false,
    },
  );
  const fastify = adapter.getInstance();
  if (config.http.corsOrigins.length > 0) {
    await fastify.register(cors as never, {
      origin: [...config.http.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'X-Request-Id',
        'ETag',
        'Link',
        'RateLimit',
        'RateLimit-Policy',
        'Retry-After',
        'Cache-Status',
        'Idempotency-Replayed',
      ],
    });
  }
  registerBodies(fastify as never);
  registerHooks(fastify as never, app, config.tenancy.adminKey);
  registerExplorerAssets(fastify as never);
  app.useGlobalPipes(new InputPipe());
  app.useGlobalFilters(app.get(ProblemFilter));
  registerOpenApi(app);
  await app.init();
  await fastify.ready();
  app.get(RepeatRoad).before(app.getHttpServer() as Server);
  return app;
}

/** Listens where `config` says, and answers the URL. */
export async function listen(app: NestFastifyApplication, { http }: GatewayParts['config']): Promise<string> {
  await app.listen(http.port, http.host);
  const address = app.getHttpServer().address() as { port: number };
  const host =
    http.host === '0.0.0.0' || http.host === '::'
      ? '127.0.0.1'
      : http.host.includes(':')
        ? `[${http.host}]`
        : http.host;
  const url = `http://${host}:${address.port}`;
  app.get(ErrorPages).base = http.publicUrl ?? url;
  return url;
}
