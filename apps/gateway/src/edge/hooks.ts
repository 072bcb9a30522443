import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { GatewayMetrics } from '../operations/gateway-metrics.js';
import { sendExplorer } from '../operations/explorer.js';
import { Log } from '../operations/log.js';
import { toGatewayError } from './gateway-failure.js';
import { KeyGuard } from './key-guard.js';
import { ProblemFilter } from './problem-filter.js';

/** What happens to every request, whatever door it came to: an id, the key, one log line and one metric. */
export function registerHooks(
  fastify: FastifyInstance,
  app: NestFastifyApplication,
  adminKey: string | undefined,
): void {
  const guard = app.get(KeyGuard);
  const filter = app.get(ProblemFilter);
  const metrics = app.get(GatewayMetrics);
  const log = app.get(Log);
  fastify.decorateRequest('caller', undefined);

  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id);
    try {
      await guard.check(request, reply, adminKey);
      if (request.routeOptions.url === '/graphql' && request.method === 'GET') return sendExplorer(request, reply);
    } catch (error) {
      filter.write(toGatewayError(error), request, reply);
      return reply;
    }
    return undefined;
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const { caller } = request;
    log.info('request', {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      requestId: request.id,
      ...(caller?.kind === 'tenant' ? { tenant: caller.tenantSlug, key: caller.keyName } : {}),
    });
    done();
  });
}
