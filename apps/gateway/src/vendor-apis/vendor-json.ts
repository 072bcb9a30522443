import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';
import { GatewayError } from '#libs/domain';

/** `{...}` of a vendor's answer, its numbers as they were written. */
export type VendorObject = Record<string, unknown>;

export const isVendorObject = (value: unknown): value is VendorObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);

/** A vendor's answer, to be narrowed and written again without a lost digit. UPSTREAM_INVALID_RESPONSE where it is no JSON. */
export function vendorJson(body: Buffer, of: string): unknown {
  try {
    return parse(body.toString('utf8').replace(/^\uFEFF/, ''), undefined, {
      parseNumber: (digits) => new LosslessNumber(digits),
      onDuplicateKey: ({ newValue }) => newValue,
    });
  } catch {
    throw unreadable(of);
  }
}

export const vendorBytes = (document: unknown): Buffer => Buffer.from(stringify(document) ?? 'null');

/** A number or a text as text; undefined for anything else. */
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : isLosslessNumber(value) ? value.toString() : undefined;

/** What can't be read can't be checked, and is not handed on. `of`: what was asked for, as Kochava's document names it. */
export const unreadable = (of: string): GatewayError =>
  new GatewayError(
    'UPSTREAM_INVALID_RESPONSE',
    `Kochava’s answer is not ${of} in its documented form: whose it is can not be checked.`,
    { vendor: 'KOCHAVA' },
  );
