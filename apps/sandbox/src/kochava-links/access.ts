import type { IncomingHttpHeaders } from 'node:http';
import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import { KOCHAVA_DEMO_ACCOUNT, KOCHAVA_FOREIGN_ACCOUNT } from '../world/kochava.js';
import { LinksRefusal } from './refusal.js';

/** A user's API key: the accounts it reads, and those it may change. */
export interface LinksKey {
  key: string;
  isAgency: boolean;
  reads: readonly KochavaAccount[];
  writes: readonly KochavaAccount[];
}

const ofAccount = (key: string, account: KochavaAccount): LinksKey => ({
  key,
  isAgency: false,
  reads: [account],
  writes: [account],
});

export const DEMO_LINKS_KEY = ofAccount('2C7E95A1-08D4-4B6F-A3E9-51F0C6D87B24', KOCHAVA_DEMO_ACCOUNT);
/** Of another account. */
export const FOREIGN_LINKS_KEY = ofAccount('8F31B6D0-7C2A-4E95-9D48-A60E3B17C5F2', KOCHAVA_FOREIGN_ACCOUNT);
/** An agency's: reads the demo's account and changes the other one. */
export const AGENCY_LINKS_KEY: LinksKey = {
  key: 'E4D20A97-B58C-4361-8E7F-93C1D6A0F4B8',
  isAgency: true,
  reads: [KOCHAVA_DEMO_ACCOUNT, KOCHAVA_FOREIGN_ACCOUNT],
  writes: [KOCHAVA_FOREIGN_ACCOUNT],
};
const KEYS = [DEMO_LINKS_KEY, FOREIGN_LINKS_KEY, AGENCY_LINKS_KEY];

/** Asked of every call, the one for subdomains included, which the document shows without the header. */
export function authenticate(headers: IncomingHttpHeaders): LinksKey {
  const known = KEYS.find(({ key }) => key === headers['authentication-key']);
  if (!known) throw new LinksRefusal(401, 'The Authentication-Key is invalid');
  return known;
}

export const mayRead = (key: LinksKey, accountId: number): boolean => key.reads.some(({ id }) => id === accountId);
export const mayWrite = (key: LinksKey, accountId: number): boolean => key.writes.some(({ id }) => id === accountId);

export function demandWrite(key: LinksKey, accountId: number): void {
  if (!mayWrite(key, accountId)) throw new LinksRefusal(403, 'The API key has no write access to this App Group');
}

export const accountOf = (key: LinksKey, accountId: number): KochavaAccount => {
  const account = key.reads.find(({ id }) => id === accountId);
  if (!account) throw new LinksRefusal(403, `The API key has no access to account ${accountId}`);
  return account;
};

export function appIn(account: KochavaAccount, appId: unknown): KochavaApp {
  const app = account.apps.find(({ id }) => id === appId);
  if (!app) throw new LinksRefusal(400, `App ${String(appId)} does not belong to account ${account.id}`);
  return app;
}
