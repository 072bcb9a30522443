import type { FastifyReply } from 'fastify';
import type { Page } from './page.model.js';

export interface RestList<T> {
  data: T[];
  page: { hasNextPage: boolean; endCursor: string | null };
}

/** A page as REST answers it: `data` and `page`, and a Link header to the next. */
export function restList<T>(reply: FastifyReply, { nodes, pageInfo }: Page<T>): RestList<T> {
  if (pageInfo.hasNextPage && pageInfo.endCursor) {
    const url = new URL(reply.request.url, 'http://gateway');
    url.searchParams.set('after', pageInfo.endCursor);
    reply.header('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return { data: nodes, page: { hasNextPage: pageInfo.hasNextPage, endCursor: pageInfo.endCursor } };
}
