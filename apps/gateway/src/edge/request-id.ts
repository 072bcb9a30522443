import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The caller's own X-Request-Id where it is a sane token, so that logs on both sides meet; else a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const own = request.headers['x-request-id'];
  return typeof own === 'string' && /^[\w.:+/=@-]{1,128}$/.test(own) ? own : randomUUID();
}
