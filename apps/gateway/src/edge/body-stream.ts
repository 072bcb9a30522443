import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';

/** A body on its way to the caller. The answer to a HEAD has none: Fastify would read all of it for nobody. */
export function bodyStream({ method }: Pick<FastifyRequest, 'method'>, body: AsyncIterable<Buffer>): Readable {
  const stream = Readable.from(body, { objectMode: false });
  return method === 'HEAD' ? stream.destroy() : stream;
}
