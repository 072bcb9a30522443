import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';
import type { Dialect } from './dialect.js';
import { dialectOfRoute } from './dialects.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** At a vendor's door that takes bodies: the body as text. */
    doorBody?: string;
  }
}

const LARGEST = 1_048_576;
/** Bytes of a body that is read before its sender is known. */
const LARGEST_WITH_KEY = 65_536;

/** What is done with a body that was read. */
interface Hooks {
  /** Called where the key stands in the body. */
  checkKey: (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>;
  /** Writes what went wrong. */
  refuse: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
  /** Default: as dialects.ts has it. */
  dialectAt?: (route: string) => Pick<Dialect, 'takesBody' | 'keyIn'> | undefined;
}

/**
 * Reads bodies at the vendors' doors as text: their clients send JSON without a content type, with a wrong one, and with
 * GET, all of which Fastify refuses or ignores. For routes that are registered after it.
 */
export function registerDoorBodies(
  fastify: FastifyInstance,
  { checkKey, refuse, dialectAt = dialectOfRoute }: Hooks,
): void {
  fastify.addHook('onRoute', (route) => {
    const dialect = dialectAt(route.url);
    if (!dialect?.takesBody) return;
    const keyInBody = dialect.keyIn === 'body';
    const read = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      request.doorBody = await textOf(request, keyInBody ? LARGEST_WITH_KEY : LARGEST);
      if (keyInBody) await checkKey(request, reply);
      // It has been read: Fastify has nothing to parse.
      const { headers } = request.raw;
      delete headers['content-type'];
      delete headers['transfer-encoding'];
      headers['content-length'] = '0';
    };
    route.preParsing = (request, answer, _, done) => {
      const reply = answer as FastifyReply;
      read(request, reply).then(
        () => done(),
        (error: unknown) => {
          // Of what was not read, the rest may be long.
          if (!request.raw.readableEnded) reply.header('Connection', 'close');
          refuse(error, request, reply);
        },
      );
    };
  });
}

async function textOf({ raw }: FastifyRequest, largest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Left open: a stream that is destroyed takes the connection with it, and the refusal.
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > largest) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new GatewayError('BAD_USER_INPUT', 'The body broke off.', { cause });
  }
  if (bytes > largest) {
    raw.resume();
    throw new GatewayError('PAYLOAD_TOO_LARGE', `The body is larger than the ${largest} bytes that are taken here.`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
