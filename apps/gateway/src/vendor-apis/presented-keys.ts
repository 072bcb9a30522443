import type { FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';
import type { Dialect } from './dialect.js';

/** Every value of a header, also of those that Node keeps only the first of. `name` is in lower case. */
export function headerValues({ raw: { rawHeaders } }: FastifyRequest, name: string): string[] {
  return rawHeaders.flatMap((header, index) =>
    index % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[index + 1]!.trim()] : [],
  );
}

/**
 * The one key that a request at a vendor's door presents. BAD_USER_INPUT for two that differ: which of them was meant is
 * not ours to say. UNAUTHENTICATED, saying where a key goes, for none.
 */
export function keyAtDoor(dialect: Dialect, request: FastifyRequest): string {
  const keys = new Set(dialect.presentedKeys(request).filter(Boolean));
  if (keys.size > 1) {
    throw new GatewayError('BAD_USER_INPUT', `Two different keys were sent. Send one gateway key: ${dialect.keyHint}.`);
  }
  const [key] = keys;
  if (key === undefined) throw new GatewayError('UNAUTHENTICATED', `Send a gateway key: ${dialect.keyHint}.`);
  return key;
}
