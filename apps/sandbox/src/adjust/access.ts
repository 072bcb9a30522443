import type { IncomingHttpHeaders } from 'node:http';
import { FOREIGN_APPS, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS, SMALL_APPS } from '../world/apps.js';
import type { Parameters } from './parameters.js';
import { Refusal } from './refusal.js';

/** A user of the dashboard: the KPI Service shows them what the dashboard would. */
export interface AdjustUser {
  token: string;
  /** Apps of the user's account; others do not exist for them. */
  account: ReadonlySet<string>;
  /** Apps of the account that custom permissions keep from them. */
  hiddenApps: ReadonlySet<string>;
  /** Custom permissions keep everything about spend and earnings from them. */
  withoutMoney: boolean;
}

/** KPIs of all resources that tell what was spent or earned. */
export const MONEY_KPI = /revenue|cost|^ecp|paid_|paying|profit|investment|lifetime|ad_rpm/;

const tokens = (apps: readonly { token: string }[]): string[] => apps.map((app) => app.token);
const account = new Set([ORBIT_RUNNER_IOS.token, ORBIT_RUNNER_ANDROID.token, ...tokens(SMALL_APPS)]);
const none: ReadonlySet<string> = new Set();

/** Sees the demo tenant's two apps and the fifty small ones. */
export const DEMO_USER: AdjustUser = { token: 'sbxu7k2mzw9a4hv8nptd', account, hiddenApps: none, withoutMoney: false };
/** Of another account: sees other apps. */
export const FOREIGN_USER: AdjustUser = {
  token: 'sbxf3q8rcy5j2wk6gtnm',
  account: new Set(tokens(FOREIGN_APPS)),
  hiddenApps: none,
  withoutMoney: false,
};
/** Of the demo's account, with permissions for Orbit Runner iOS only and for nothing about money. */
export const LIMITED_USER: AdjustUser = {
  token: 'sbxl9v4thp6z8ma2rykc',
  account,
  hiddenApps: new Set([...account].filter((token) => token !== ORBIT_RUNNER_IOS.token)),
  withoutMoney: true,
};

export const USERS: readonly AdjustUser[] = [DEMO_USER, FOREIGN_USER, LIMITED_USER];

/** `Token token=X`, with or without quotes, and the `Token X` and `Bearer X` that clients send; else `?user_token=X`. */
export function userTokenOf(headers: IncomingHttpHeaders, parameters: Parameters): string | undefined {
  const header = /^(?:Token|Bearer)\s+(?:token\s*=\s*)?"?([^"\s]+)"?\s*$/i.exec(headers.authorization ?? '');
  return header?.[1] ?? parameters.text('user_token');
}

/** The user that a request comes from; throws a 401 where there is none. */
export function authenticate(headers: IncomingHttpHeaders, parameters: Parameters): AdjustUser {
  const token = userTokenOf(headers, parameters);
  if (token === undefined) throw new Refusal(401, 'Authentication failed: no user token given');
  const user = USERS.find((candidate) => candidate.token === token);
  if (!user) throw new Refusal(401, 'Authentication failed: invalid user token');
  return user;
}
