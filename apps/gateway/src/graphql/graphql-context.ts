import type { FastifyReply, FastifyRequest } from 'fastify';

/** What resolvers, guards and parameters are given of the request around them. */
export interface GraphqlContext {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Parts of the answer that are JSON already, where the answer can take such. */
  texts?: string[];
}
