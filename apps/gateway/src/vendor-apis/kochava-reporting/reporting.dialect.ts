import type { FastifyRequest } from 'fastify';
import type { GatewayError } from '#libs/domain';
import { reportingRefusal } from '#libs/kochava-reporting';
import type { Dialect } from '../dialect.js';
import { headerValues } from '../presented-keys.js';
import { ReportingBody } from './reporting-body.js';

/** Kochava's Reporting API, at /vendor/kochava-reporting. */
export const KOCHAVA_REPORTING: Dialect = {
  provider: 'kochava-reporting',
  vendorName: 'Kochava',
  keyIn: 'body',
  takesBody: true,
  keyHint: 'as `api_key` in the JSON body',
  presentedKeys: (request) => [
    ReportingBody.of(request).apiKey ?? '',
    ...headerValues(request, 'authorization').map((value) => value.replace(/^bearer\s+/i, '').trim()),
    ...headerValues(request, 'x-api-key'),
  ],
  // FACTS §2.3: HTTP 200 even for errors.
  errorOf: (error, _, request) => ({ status: 200, body: errorBody(sentenceOf(error), request) }),
  authorize: (secret, body = '{}') => ({
    body: JSON.stringify({ api_key: secret, ...(JSON.parse(body) as object) }),
  }),
  refusesCredential: (answer) => {
    try {
      return reportingRefusal('any', false)(answer)?.failure === 'credential';
    } catch {
      return false;
    }
  },
};

/** FACTS §2.3, §5.2: progress in lower case and by two names; a list of apps is a list also when it fails. */
function errorBody(error: string, { url }: FastifyRequest): unknown {
  const path = url.split('?', 1)[0]!.toLowerCase();
  if (path.endsWith('/progress')) return { status: 'error', status_detail: error, error };
  return path.endsWith('/getapps') ? [{ status: 'Error', error }] : { status: 'Error', error };
}

const CREDENTIAL_REFUSED =
  'Kochava does not accept this tenant’s credential. ' +
  'The operator sets another with PUT /v1/admin/tenants/{slug}/credentials/kochava-reporting.';

/** In Kochava's words where it has some: clients look for "API KEY" to tell a bad key from a bad request. */
function sentenceOf({ code, message, details }: GatewayError): string {
  if (code === 'UNAUTHENTICATED') return `Error request parameters: Error. Invalid reporting API Key. ${message}`;
  // Kochava's own words would be taken for the caller's key.
  if (code === 'CREDENTIAL_REJECTED') return CREDENTIAL_REFUSED;
  if (code !== 'BAD_USER_INPUT') return message;
  if (!details.errors) return `Error request parameters: ${message}`;
  const told = details.errors.map(({ pointer, detail }) => `${fieldAt(pointer)} ${detail}`).join('; ');
  return `Error request parameters ${told}${told.endsWith('.') ? '' : '.'}`;
}

/** Kochava's name of the field that a pointer into our own input leads to. */
function fieldAt(pointer: string): string {
  const path = pointer.split('/').slice(1);
  if (path[0] === 'delivery') return 'delivery_method';
  const name = path.filter((part) => !/^\d+$/.test(part)).at(-1) ?? 'body';
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
