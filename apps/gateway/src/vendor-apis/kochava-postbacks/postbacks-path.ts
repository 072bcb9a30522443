import { VENDOR_ID } from '../json-fields.js';

/** An endpoint of the Postbacks API, and the numbers that its path names. */
export type PostbacksPath =
  | { endpoint: 'list' | 'templates' | 'incomplete'; app: string }
  | { endpoint: 'get'; app: string; id: string }
  | { endpoint: 'create' }
  | { endpoint: 'update' | 'delete'; id: string };

/** Are these segments, in lower case, among what this door reads itself? */
export const isPostbacksPath = ([first, , third]: readonly string[]): boolean =>
  first === 'postbacks' || (first === 'apps' && third === 'postbacks');

/** Undefined for what is none of the document's endpoints (S1). */
export function readPostbacksPath(method: string, segments: readonly string[]): PostbacksPath | undefined {
  const [first, second = '', third, fourth] = segments;
  if (!['POST', 'PATCH', 'DELETE'].includes(method)) {
    if (first !== 'apps' || third !== 'postbacks' || segments.length > 4 || !VENDOR_ID.test(second)) return undefined;
    if (fourth === undefined) return { endpoint: 'list', app: second };
    if (fourth === 'templates' || fourth === 'incomplete') return { endpoint: fourth, app: second };
    return VENDOR_ID.test(fourth) ? { endpoint: 'get', app: second, id: fourth } : undefined;
  }
  if (first !== 'postbacks') return undefined;
  if (method === 'POST') return segments.length === 1 ? { endpoint: 'create' } : undefined;
  if (segments.length !== 2 || !VENDOR_ID.test(second)) return undefined;
  return { endpoint: method === 'PATCH' ? 'update' : 'delete', id: second };
}
