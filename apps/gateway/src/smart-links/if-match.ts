import { createHash } from 'node:crypto';
import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { requestOf } from '../edge/needs-scope.js';
import type { SmartLink } from './smart-link.model.js';

/** The `If-Match` header, as an argument of a REST door that writes. */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => requestOf(context).headers['if-match'],
);

export const TakesIfMatch = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag of GET /v1/smart-links/{id}: refused with CONFLICT when the link changed since.',
    }),
  );

/** What moves by itself, and what Kochava does not tell each time: no change of the link. */
const LEFT_OUT = new Set(['clickCount', 'installCount', 'agencyNetworkId', 'channelType']);

/** A link's version: the same for as long as nobody changes it, however often it is clicked. */
export function versionOf(link: SmartLink): string {
  const text = JSON.stringify(link, (name, value: unknown) => (LEFT_OUT.has(name) ? undefined : value));
  return createHash('sha1').update(text).digest('base64url');
}

/** Does the header name this version? A GET's ETag ends with it. */
export const matches = (header: string, version: string): boolean =>
  header.split(',').some((tag) => {
    const text = tag.trim();
    return text === '*' || text.endsWith(`.${version}"`);
  });
