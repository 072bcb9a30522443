import type { FastifyRequest } from 'fastify';
import type { Dialect } from '../dialect.js';
import { queryOf } from '../door-request.js';
import { headerValues } from '../presented-keys.js';

/** The parameter that holds the key, in any case (S3:47). */
export const USER_TOKEN = 'user_token';

/** Adjust's KPI Service, at /vendor/adjust and, for clients that can be given a host only, at /kpis. */
export const ADJUST: Dialect = {
  provider: 'adjust',
  vendorName: 'Adjust',
  keyIn: 'head',
  takesBody: false,
  keyHint: 'as `user_token=KEY` or `Authorization: Token token=KEY`',
  presentedKeys: (request) => [
    ...headerValues(request, 'authorization').map(fromAuthorization),
    ...headerValues(request, 'x-api-key'),
    ...userTokens(request),
  ],
  // FACTS §1.6: JSON for every error, also of CSV requests.
  errorOf: (error, status) => ({ status, body: { error: error.message } }),
  authorize: (secret) => ({ headers: { authorization: `Token token=${secret}` } }),
  // A 403 is about an app, a KPI or a period that the token's user may not see, in words that help the caller.
  refusesCredential: ({ status }) => status === 401,
};

/** FACTS §1.1: `Token token=X`, `Token token="X"`, `Token X`, `Bearer X`, and X alone; of another scheme it is none. */
function fromAuthorization(value: string): string {
  const scheme = /^(?:token|bearer)\s+(?:token\s*=\s*)?/i.exec(value)?.[0] ?? '';
  const key = value.slice(scheme.length).replace(/^"(.*)"$/, '$1');
  return /\s/.test(key) ? '' : key;
}

const userTokens = (request: FastifyRequest): string[] =>
  queryOf(request).flatMap(([name, value]) => (name.trim().toLowerCase() === USER_TOKEN ? [value.trim()] : []));
