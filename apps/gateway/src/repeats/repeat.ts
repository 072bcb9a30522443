import type { Awaitable } from '#libs/domain';
import type { RequestCaller } from '../edge/request-caller.js';

/**
 * Answers a request that came before, byte for byte: what a room offers beside its first answer. It asks and checks
 * anew whatever may have changed, and leaves out what is found out of the request's own text. Undefined: what it needs is
 * gone, and nothing has been done. It is kept long: it must hold neither the first request nor its caller.
 */
export type Repeat = (caller: RequestCaller) => Awaitable<RepeatedAnswer> | undefined;

/** An answer with status 200. */
export interface RepeatedAnswer {
  body: string;
  /** Of `OF_EACH`, those that tell of this body: names and values in turn. */
  head: readonly string[];
}

/** Characters of an answer that a Repeat may hold: it counts with what hangs on each of them. */
const LONGEST_HELD = 4_096;

export const mayStand = ({ body }: RepeatedAnswer): boolean => body.length <= LONGEST_HELD;

/** Headers that tell of one answer alone. All others are the same whenever the same is asked. */
export const OF_EACH: ReadonlySet<string> = new Set(['cache-status', 'content-length', 'etag', 'x-request-id']);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a room whose answer may be asked for again in the same words. */
    repeat?: Repeat;
    /** The body of a GraphQL request, as it came. */
    sentText?: string;
  }
}
