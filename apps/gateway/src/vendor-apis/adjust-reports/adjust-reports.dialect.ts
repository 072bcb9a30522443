import type { GatewayError } from '#libs/domain';
import type { Dialect } from '../dialect.js';
import { headerValues } from '../presented-keys.js';

/** Adjust's Report Service, at /vendor/adjust-reports. */
export const ADJUST_REPORTS: Dialect = {
  provider: 'adjust-reports',
  vendorName: 'Adjust',
  keyIn: 'head',
  takesBody: false,
  keyHint: 'as `Authorization: Bearer KEY`',
  presentedKeys: (request) => [
    ...headerValues(request, 'authorization').map((value) => value.replace(/^bearer\s+/i, '').trim()),
    ...headerValues(request, 'x-api-key'),
  ],
  // `error` too: what clients that came from the KPI Service read.
  errorOf: (error, status) => ({ status, body: { ...envelope(error, status), error: error.message } }),
  authorize: (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  // A 403 is about what the token's user may not see, in words that help the caller.
  refusesCredential: ({ status }) => status === 401,
};

/** The vendor's envelope (Report Service FACTS §8), with each wrong parameter as its validator tells it. */
function envelope(error: GatewayError, status: number) {
  const wrong = error.details.errors?.map(({ pointer, detail }) => ({
    loc: [pointer.replace(/^\//, '')],
    msg: detail,
    type: 'value_error',
  }));
  return {
    error_code: codeOf(status, wrong !== undefined),
    error_desc: error.message,
    error_desc_details: wrong ?? null,
  };
}

function codeOf(status: number, isAboutParameters: boolean): string {
  if (status === 401 || status === 403 || status === 424) return 'auth_error';
  if (status >= 500) return 'service_error';
  return isAboutParameters ? 'validation_error' : 'request_error';
}
