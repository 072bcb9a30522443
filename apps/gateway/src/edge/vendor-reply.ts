import type { FastifyReply } from 'fastify';
import { sendWithETag } from './tabular.js';

/** How an answer came from a vendor's API. */
export interface VendorRead {
  /** The API, as Cache-Status names it: `kochava-postbacks`. */
  source: string;
  status: 'FRESH' | 'CACHED' | 'STALE';
}

/** RFC 9211, one member. */
function cacheStatus({ source, status }: VendorRead): string {
  if (status === 'CACHED') return `${source}; hit`;
  return status === 'STALE' ? `${source}; hit; detail=stale` : `${source}; fwd=miss`;
}

/** Sends vendor data as JSON, with what lets a caller keep it: ETag and 304, Cache-Control, Vary, Cache-Status. */
export function sendVendorJson(reply: FastifyReply, read: VendorRead, answer: unknown): void {
  reply.header('Cache-Control', 'private, no-cache');
  reply.header('Vary', 'Authorization, X-API-Key, Accept');
  reply.header('Cache-Status', cacheStatus(read));
  reply.type('application/json; charset=utf-8');
  const body = JSON.stringify(answer);
  sendWithETag(reply, body, body);
}
