import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The caller's own X-Request-Id where it is a sane token, so that logs on both sides meet; else a new one. */
export const requestIdOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string => saneId(headers['x-request-id']);

export const saneId = (own: unknown): string =>
  typeof own === 'string' && /^[\w.:+/=@-]{1,128}$/.test(own) ? own : randomUUID();
