import { DateTime } from 'luxon';
import { type Scope, SCOPES } from '#libs/domain';
import { checkFields, checkName, isUuid, type Problems } from './checks.js';

/** What the operator says of a key. Null is as good as absent. */
export interface ApiKeyInput {
  name: string;
  scopes: readonly string[];
  /** The only apps the key may touch; absent: every app, also those that come later. */
  appIds?: readonly string[] | null;
  /** An ISO date and time with its offset; absent: it does not expire. */
  expiresAt?: string | Date | null;
  requestsPerMinute?: number | null;
}

export interface ApiKeySettings {
  name: string;
  scopes: Scope[];
  appIds: string[] | null;
  expiresAt: Date | null;
  requestsPerMinute: number | null;
}

const MOST_APPS = 1000;
const MOST_REQUESTS_PER_MINUTE = 1_000_000;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Reads an input, noting every bad field. Whether the apps are the tenant's is for the caller to ask. */
export function readApiKeySettings(input: ApiKeyInput, problems: Problems): ApiKeySettings {
  checkFields(input, ['name', 'scopes', 'appIds', 'expiresAt', 'requestsPerMinute'], problems);
  const appIds = readAppIds(input.appIds ?? null, problems);
  return {
    name: checkName(input.name, problems),
    scopes: readScopes(input.scopes, appIds !== null, problems),
    appIds,
    expiresAt: readExpiry(input.expiresAt ?? null, problems),
    requestsPerMinute: readRate(input.requestsPerMinute ?? null, problems),
  };
}

function readScopes(value: unknown, hasAppList: boolean, problems: Problems): Scope[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.add('/scopes', `must be a list of at least one of: ${SCOPES.join(' ')}`);
    return [];
  }
  const scopes = new Set<Scope>();
  for (const [index, scope] of (value as unknown[]).entries()) {
    if (!SCOPES.includes(scope as Scope)) {
      problems.add(`/scopes/${index}`, `must be one of: ${SCOPES.join(' ')}`);
    } else if (hasAppList && (scope as Scope).startsWith('vendor:')) {
      problems.add(`/scopes/${index}`, `${scope} reaches every app of the tenant: it cannot go with appIds`);
    } else {
      scopes.add(scope as Scope);
    }
  }
  return [...scopes];
}

/** An empty list is refused: one reader takes it for no app, the next for every app. */
function readAppIds(value: unknown, problems: Problems): string[] | null {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_APPS) {
    problems.add('/appIds', `must be a list of 1 to ${MOST_APPS} ids of apps; leave it out for every app`);
    return [];
  }
  const ids = value as unknown[];
  for (const [index, id] of ids.entries()) {
    if (!isUuid(id)) problems.add(`/appIds/${index}`, NO_SUCH_APP);
  }
  return [...new Set(ids.filter(isUuid).map((id) => id.toLowerCase()))];
}

export const NO_SUCH_APP = 'is not the id of an app of this tenant';

function readExpiry(value: unknown, problems: Problems): Date | null {
  if (value === null) return null;
  const date = value instanceof Date ? value : parseDateTime(value);
  if (!date || !(date.getTime() > Date.now())) {
    problems.add('/expiresAt', 'must be a date and time in the future with its offset, such as 2030-01-31T00:00:00Z');
    return null;
  }
  return date;
}

function parseDateTime(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !DATE_TIME.test(value)) return undefined;
  const time = DateTime.fromISO(value);
  return time.isValid ? time.toJSDate() : undefined;
}

function readRate(value: unknown, problems: Problems): number | null {
  if (value === null) return null;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MOST_REQUESTS_PER_MINUTE) {
    problems.add('/requestsPerMinute', `must be a whole number from 1 to ${MOST_REQUESTS_PER_MINUTE}`);
    return null;
  }
  return value as number;
}
