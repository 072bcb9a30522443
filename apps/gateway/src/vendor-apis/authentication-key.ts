import type { GatewayError } from '#libs/domain';
import type { Dialect } from './dialect.js';
import { headerValues } from './presented-keys.js';

const HEADER = 'authentication-key';

/** What Kochava's two APIs with a key in a header have in common (FACTS §3, §4). */
export const AUTHENTICATION_KEY = {
  vendorName: 'Kochava',
  keyIn: 'head',
  takesBody: true,
  keyHint: 'as `Authentication-Key: KEY`',
  presentedKeys: (request) => [...headerValues(request, HEADER), ...headerValues(request, 'x-api-key')],
  authorize: (secret) => ({ headers: { [HEADER]: secret } }),
  // A 403 is about an app or an account that the credential may not touch, in words that help the caller.
  refusesCredential: ({ status }) => status === 401,
} as const satisfies Partial<Dialect>;

/** An error of the gateway's own, as the sentences of a list. */
export const sentencesOf = ({ message, details: { errors } }: GatewayError): string[] =>
  errors?.map(({ pointer, detail }) => `${pointer.slice(1) || 'body'}: ${detail}`) ?? [message];
