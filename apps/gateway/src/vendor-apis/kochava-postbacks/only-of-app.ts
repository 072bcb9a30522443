import { idOf, isObject } from '#libs/upstream-http';
import { unreadable, vendorJson } from '../vendor-json.js';

/**
 * The answer as it came. UPSTREAM_INVALID_RESPONSE where it tells of another app than the path named: the number in the
 * path was checked, and a server that goes by the postback's id alone would answer for any.
 */
export function onlyOfApp(body: Buffer, app: string): Buffer {
  const document = vendorJson(body, 'postbacks');
  const data = isObject(document) ? (document['data'] ?? []) : undefined;
  if (!Array.isArray(data)) throw unreadable('postbacks');
  if (!data.every((one: unknown) => isObject(one) && idOf(one['app_id']) === app)) {
    throw unreadable(`postbacks of app ${app}`);
  }
  return body;
}
