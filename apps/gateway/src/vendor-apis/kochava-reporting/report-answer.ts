import type { TenantContext } from '#libs/domain';
import { quoteLongIntegers } from '#libs/kochava-reporting';
import type { OpenedApp } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import { CROSSING_APPS } from './crossing-apps.js';

export type WireObject = Record<string, unknown>;

/** Instead of what only the tenant and Kochava may know. */
const MASK = '[redacted]';
/** Kochava's words for reports that are about one app alone. */
const OF_ONE_APP = ['summary', 'detail'];

export const isObject = (value: unknown): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An answer's JSON, integers that a float would round as texts. It has been found to be JSON before. */
export const readAnswer = (body: Buffer): unknown => JSON.parse(quoteLongIntegers(body.toString('utf8')));

export const writeAnswer = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));

/** For an answer that is not what Kochava documents: nothing of it can be judged, so nothing of it is shown. */
export function unreadableAnswer(operation: string): UpstreamError {
  const message = `Kochava’s answer to ${operation} is not what it documents.`;
  return new UpstreamError('malformed', message, { vendor: 'kochava-reporting', operation, sent: true, status: 200 });
}

/** A field of Kochava's, whose spelling differs from page to page (`API_key`). */
export const fieldOf = (value: WireObject, name: string): unknown =>
  Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];

/** May a report or schedule of this type, which asked `request`, be shown to this key as one of `app`'s? */
export function isAbout(
  tenant: TenantContext,
  app: OpenedApp,
  reportType: unknown,
  request: WireObject | undefined,
): boolean {
  const guid = request && fieldOf(request, 'app_guid');
  if (typeof guid !== 'string' || guid.trim().toLowerCase() !== app.upstreamName.toLowerCase()) return false;
  return (
    mayRead(tenant, reportType) && (tenant.appIds === null || !CROSSING_APPS.some((name) => fieldOf(request!, name)))
  );
}

/** A key with an app list reads what is about one app alone. */
export const mayRead = ({ appIds }: TenantContext, reportType: unknown): boolean =>
  appIds === null || (typeof reportType === 'string' && OF_ONE_APP.includes(reportType.toLowerCase()));

/** `report_request` as it is told, without the credential and the keys of a bucket. The same object where it has none. */
export function withoutKeys(request: WireObject): WireObject {
  let isChanged = false;
  const told = Object.entries(request).map(([name, value]): [string, unknown] => {
    const kept = keptOf(name.toLowerCase(), value);
    isChanged ||= kept !== value;
    return [name, kept];
  });
  return isChanged ? Object.fromEntries(told) : request;
}

function keptOf(name: string, value: unknown): unknown {
  if (name === 'api_key') return MASK;
  if (name !== 'delivery_method' || !Array.isArray(value) || value.length < 4) return value;
  const isBucket = typeof value[0] === 'string' && value[0].toLowerCase() === 's3bucket';
  return isBucket ? value.map((part: unknown, index) => (index >= 3 ? MASK : part)) : value;
}
