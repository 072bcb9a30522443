import type { OutgoingCall } from './asked-call.js';
import type { JsonFields } from './json-fields.js';

/** A call that asks for JSON, and sends `fields` as such where there are any. */
export const jsonCall = (
  method: OutgoingCall['method'],
  path: string,
  fields?: JsonFields,
): Pick<OutgoingCall, 'method' | 'path' | 'headers' | 'body'> => ({
  method,
  path,
  headers: { accept: 'application/json', ...(fields && { 'content-type': 'application/json' }) },
  body: fields && JSON.stringify(fields),
});
