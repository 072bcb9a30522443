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

/** Sends vendor data as JSON. `version`: as `sendWithETag` takes it. */
export function sendVendorJson(reply: FastifyReply, read: VendorRead, answer: unknown, version?: string): void {
  const body = JSON.stringify(answer);
  sendVendorBody(reply, read, 'application/json; charset=utf-8', body, version);
}

/** Sends vendor data with what lets a caller keep it: ETag and 304, Cache-Control, Vary, Cache-Status. */
export function sendVendorBody(
  reply: FastifyReply,
  read: VendorRead,
  type: string,
  body: string | Buffer,
  version?: string,
): void {
  reply.header('Cache-Control', 'private, no-cache');
  reply.header('Vary', 'Authorization, X-API-Key, Accept');
  reply.header('Cache-Status', cacheStatus(read));
  reply.type(type);
  sendWithETag(reply, body, body, version);
}
