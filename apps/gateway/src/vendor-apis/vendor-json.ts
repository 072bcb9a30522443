import { GatewayError } from '#libs/domain';
import { parseJson } from '#libs/upstream-http';

/** A vendor's answer, to be checked or narrowed. UPSTREAM_INVALID_RESPONSE where it is no JSON. */
export function vendorJson(body: Buffer, of: string): unknown {
  try {
    return parseJson(body.toString('utf8'));
  } catch {
    throw unreadable(of);
  }
}

/** What can't be read can't be checked, and is not handed on. `of`: what was asked for. */
export const unreadable = (of: string): GatewayError =>
  new GatewayError(
    'UPSTREAM_INVALID_RESPONSE',
    `Kochava’s answer is not ${of} in its documented form: whose it is can not be checked.`,
    { vendor: 'KOCHAVA' },
  );
