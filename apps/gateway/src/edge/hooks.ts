import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GatewayError } from '#libs/domain';
import { Answered } from '../operations/answered.js';
import { sendExplorer } from '../operations/explorer.js';
import { Lifecycle } from '../operations/lifecycle.js';
import { PAGE_POLICY } from '../operations/page-policy.js';
import { checkGraphqlBody } from '../graphql/graphql-body.js';
import { Repeats } from '../repeats/repeats.js';
import { registerDoorBodies } from '../vendor-apis/door-body.js';
import { toGatewayError } from './gateway-failure.js';
import { PathMethods } from './path-methods.js';
import { KeyGuard } from './key-guard.js';
import { ProblemFilter } from './problem-filter.js';

/**
 * What a browser is told about every answer. Helmet works the same out anew for each request, at a fifth of what an
 * answer from the cache costs.
 */
const SAFETY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
};

/** What happens to every request, whatever door it came to: an id, the key, one log line and one metric. */
export function registerHooks(
  fastify: FastifyInstance,
  app: NestFastifyApplication,
  adminKey: string | undefined,
): void {
  const guard = app.get(KeyGuard);
  const filter = app.get(ProblemFilter);
  const answered = app.get(Answered);
  const repeats = app.get(Repeats);
  const lifecycle = app.get(Lifecycle);
  const methods = new PathMethods(fastify);
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('repeat', undefined);
  fastify.decorateRequest('sentText', undefined);

  // With callbacks: what is known already, as a key in use, is no promise, and most requests pass without one.
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(SAFETY_HEADERS);
    reply.header('X-Request-Id', request.id);
    const refuse = (error: unknown): void => filter.write(toGatewayError(error), request, reply);
    const pass = (): void => {
      try {
        const route = request.routeOptions.url;
        if (route?.startsWith('/docs')) reply.header('Content-Security-Policy', PAGE_POLICY);
        if (route === undefined) refuseMethod(methods.of(request.url.split('?', 1)[0]!), reply);
        if (route === '/graphql' && request.method !== 'POST') {
          if (request.method === 'GET' || request.method === 'HEAD') return void sendExplorer(request, reply);
          refuseMethod(methods.of(route), reply);
        }
      } catch (error) {
        return refuse(error);
      }
      done();
    };
    try {
      if (lifecycle.draining && !request.routeOptions.url?.startsWith('/health/')) {
        throw new GatewayError('UNAVAILABLE', 'This gateway is about to stop. Ask again.', { retryAfterSeconds: 1 });
      }
      const checked = guard.check(request, reply, adminKey);
      if (!(checked instanceof Promise)) return pass();
      checked.then(pass, refuse);
    } catch (error) {
      refuse(error);
    }
  });

  registerDoorBodies(fastify, {
    checkKey: (request, reply) => guard.atDoor(request, reply),
    refuse: (error, request, reply) => filter.write(toGatewayError(error), request, reply),
  });

  fastify.addHook('preValidation', (request, reply, done) => {
    if (request.routeOptions.url !== '/graphql') return done();
    try {
      checkGraphqlBody(request);
    } catch (error) {
      filter.write(toGatewayError(error), request, reply);
      return undefined;
    }
    return done();
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, caller } = request;
    const route = request.routeOptions.url ?? 'none';
    answered.note({ method, route, status: reply.statusCode }, reply.elapsedTime, request.id, caller);
    repeats.keep(request, reply);
    done();
  });
}

/** Nothing for a path that has no method at all: that is 404, and the router's to say. */
function refuseMethod(allowed: readonly string[], reply: FastifyReply): void {
  if (allowed.length === 0) return;
  reply.header('Allow', allowed.join(', '));
  throw new GatewayError('BAD_USER_INPUT', `This path takes ${allowed.join(', ')}.`, { status: 405 });
}
