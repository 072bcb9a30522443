import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';
import { dialectOfRoute } from './dialects.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** At a vendor's door: the body as text. */
    doorBody?: string;
  }
}

const LARGEST = 1_048_576;
/** Bytes of a body that is read before its sender is known. */
const LARGEST_WITH_KEY = 65_536;

/**
 * Reads bodies at the vendors' doors as text: their clients send JSON without a content type, with a wrong one, and with
 * GET, all of which Fastify refuses or ignores. `checkKey` is called where the key stands in the body; `refuse` writes
 * what either throws.
 */
export function registerDoorBodies(
  fastify: FastifyInstance,
  checkKey: (request: FastifyRequest, reply: never) => void | Promise<void>,
  refuse: (error: unknown, request: FastifyRequest, reply: never) => void,
): void {
  fastify.addHook('onRoute', (route) => {
    const dialect = dialectOfRoute(route.url);
    if (!dialect?.takesBody) return;
    const keyInBody = dialect.keyIn === 'body';
    route.preParsing = (request, reply, _, done) => {
      const read = async (): Promise<void> => {
        request.doorBody = await textOf(request, keyInBody ? LARGEST_WITH_KEY : LARGEST);
        if (keyInBody) await checkKey(request, reply as never);
      };
      read().then(
        () => {
          // It has been read: Fastify has nothing to parse.
          const { headers } = request.raw;
          delete headers['content-type'];
          delete headers['transfer-encoding'];
          headers['content-length'] = '0';
          done();
        },
        (error: unknown) => refuse(error, request, reply as never),
      );
    };
  });
}

async function textOf({ raw }: FastifyRequest, largest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largest) throw new GatewayError('PAYLOAD_TOO_LARGE', `The body is larger than ${largest} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
