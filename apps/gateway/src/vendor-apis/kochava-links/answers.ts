import { idOf, isObject, type JsonObject, writeJson } from '#libs/upstream-http';
import { unreadable, vendorJson } from '../vendor-json.js';

/** What an answer holds, which is bare or stands in the envelope (FACTS §5.30). UPSTREAM_INVALID_RESPONSE where it is no JSON. */
export function dataIn(body: Buffer, of: string): unknown {
  const document = vendorJson(body, of);
  return isObject(document) && 'data' in document ? document['data'] : document;
}

/** As `dataIn`, of a list. */
export function listIn(body: Buffer, of: string): JsonObject[] {
  const data = dataIn(body, of);
  if (!Array.isArray(data) || !data.every(isObject)) throw unreadable(of);
  return data;
}

/** The answer with another list in its place; as it came where `list` has all of it. */
export function withList(body: Buffer, of: string, list: readonly JsonObject[]): Buffer {
  const document = vendorJson(body, of);
  const narrowed = isObject(document) ? { ...document, data: list } : list;
  return Buffer.from(writeJson(narrowed));
}

/** Kochava's numbers of the apps that a group holds; empty, and so nobody's, where they can't be read. */
export const appsInGroup = (group: unknown): string[] => (isObject(group) ? numbersIn(group['apps']) : []);

/** As `appsInGroup`, of a link: the catch-all's too. */
export const appsInLink = (link: unknown): string[] =>
  isObject(link) ? [...numbersIn([link['default']]), ...numbersIn(link['routes_by_app'])] : [];

const numbersIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.flatMap((item) => (isObject(item) ? (idOf(item['app_id']) ?? []) : [])) : [];
