import type { FastifyInstance } from 'fastify';
import { badInput } from '#libs/domain';

/** Deeper than anything that this API takes; what walks a body must not run out of stack. */
const DEEPEST = 64;

/** JSON bodies only; `__proto__` and what is nested without end are refused. */
export function registerBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(/^application\/(?:[\w.+-]+\+)?json\b/i, { parseAs: 'string' }, (request, text, done) => {
    // A DELETE with an empty body and a JSON content type is what many clients send.
    if (text === '' && request.method === 'DELETE') return done(null, undefined);
    if (request.routeOptions.url === '/graphql') request.sentText = text as string;
    parse(request, text as string, (error, body) => {
      if (error) return done(badInput([{ pointer: '', detail: notJson(error) }]));
      if (isDeeperThan(body, DEEPEST)) {
        const detail = `is nested deeper than ${DEEPEST} levels`;
        return done(badInput([{ pointer: '', detail }]));
      }
      return done(null, body);
    });
  });
}

const notJson = ({ message }: Error): string =>
  message.includes('forbidden prototype') ? 'holds a key that is not taken: __proto__ or prototype' : 'is not JSON';

function isDeeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []));
  }
  return false;
}
