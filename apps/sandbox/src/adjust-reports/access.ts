import type { IncomingHttpHeaders } from 'node:http';
import type { AdjustUser } from '../adjust/access.js';
import { USERS } from '../adjust/access.js';
import type { App, World } from '../world/world.js';
import { ReportRefusal, requestError } from './refusal.js';

/** The token of a `Bearer`; no other scheme and no place in the query is taken (FACTS §1). */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

/** The dashboard user of the request: the same token as at the KPI Service. */
export function authenticate(headers: IncomingHttpHeaders): AdjustUser {
  const token = bearerOf(headers);
  const user = USERS.find((candidate) => candidate.token === token);
  if (!user) {
    throw new ReportRefusal(401, 'auth_error', token === undefined ? 'No API token given' : 'Invalid API token');
  }
  return user;
}

/** Every app that this user sees, in the account's order. */
export function visibleApps(world: World, user: AdjustUser): App[] {
  return [...user.account].flatMap((token) => (user.hiddenApps.has(token) ? [] : (world.apps.get(token) ?? [])));
}

/** The apps with these tokens; a token that the user does not see is refused. No token: all that the user sees. */
export function appsOf(world: World, user: AdjustUser, tokens: readonly string[] | undefined): App[] {
  const visible = visibleApps(world, user);
  if (tokens === undefined) return visible;
  const byToken = new Map(visible.map((app) => [app.token, app]));
  const wrong = tokens.filter((token) => !byToken.has(token));
  if (wrong.length > 0) throw requestError(`Invalid app tokens: ${wrong.join(', ')}`);
  return [...new Set(tokens)].flatMap((token) => byToken.get(token) ?? []);
}
