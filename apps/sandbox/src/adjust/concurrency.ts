import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Counts the requests under way per user token, from their arrival until the answer is out or the caller gone. */
export function limitConcurrency(
  server: FastifyInstance,
  most: number,
  tokenOf: (request: FastifyRequest) => string | undefined,
  tooMany: (most: number) => Error,
): void {
  const underWay = new Map<string, number>();
  server.addHook('onRequest', async (request, reply) => {
    const token = tokenOf(request);
    if (token === undefined) return;
    const before = underWay.get(token) ?? 0;
    if (before >= most) throw tooMany(most);
    underWay.set(token, before + 1);
    reply.raw.once('close', () => {
      const left = (underWay.get(token) ?? 1) - 1;
      if (left > 0) underWay.set(token, left);
      else underWay.delete(token);
    });
  });
}
