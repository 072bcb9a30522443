import type { IncomingHttpHeaders } from 'node:http';

export interface PresentedKey {
  key: string;
  basic: boolean;
}

/**
 * The key a request carries: `Authorization: Bearer`, the password of `Basic`, or `X-API-Key`. Undefined: none;
 * 'ambiguous': two that differ.
 */
export function presentedKey(
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[] = [],
): PresentedKey | 'ambiguous' | undefined {
  if (isRepeated(rawHeaders, 'authorization') || isRepeated(rawHeaders, 'x-api-key')) return 'ambiguous';
  const header = headers['x-api-key'];
  const direct = typeof header === 'string' ? header.trim() : undefined;
  const authorization = fromAuthorization(headers.authorization);
  if (direct && authorization && authorization.key !== direct) return 'ambiguous';
  return authorization ?? (direct ? { key: direct, basic: false } : undefined);
}

/** Node keeps the first of two such headers; which of them was meant is not ours to say. */
function isRepeated(rawHeaders: readonly string[], name: string): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index]!;
    if (header.length === name.length && header.toLowerCase() === name) count++;
  }
  return count > 1;
}

function fromAuthorization(value: string | undefined): PresentedKey | undefined {
  if (!value) return undefined;
  const space = value.indexOf(' ');
  const scheme = value.slice(0, space).toLowerCase();
  const rest = value.slice(space + 1).trim();
  if (scheme === 'bearer') return { key: rest, basic: false };
  if (scheme !== 'basic') return undefined;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  // Any user name: Excel, Power BI and Tableau ask for one, and the key is all we need.
  return colon < 0 ? undefined : { key: pair.slice(colon + 1), basic: true };
}
