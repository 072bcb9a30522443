import type { IncomingHttpHeaders } from 'node:http';
import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import { KOCHAVA_ACCOUNTS, KOCHAVA_DEMO_ACCOUNT, KOCHAVA_FOREIGN_ACCOUNT } from '../world/kochava.js';
import { PostbacksRefusal } from './refusal.js';

/** A publisher's key and the account that it opens. */
export interface PostbacksKey {
  key: string;
  account: KochavaAccount;
}

/** May touch the demo tenant's apps. */
export const DEMO_POSTBACKS_KEY: PostbacksKey = {
  key: '6B1D0C57-3E0A-4F6E-9C41-7A52D8E0B9F3',
  account: KOCHAVA_DEMO_ACCOUNT,
};
/** Of another account. */
export const FOREIGN_POSTBACKS_KEY: PostbacksKey = {
  key: 'D9A4F2E8-51C7-4B03-8E6D-20F7B3C6A145',
  account: KOCHAVA_FOREIGN_ACCOUNT,
};
const KEYS = [DEMO_POSTBACKS_KEY, FOREIGN_POSTBACKS_KEY];

/** The account behind the `Authentication-Key`; a 401 where there is none. */
export function authenticate(headers: IncomingHttpHeaders): KochavaAccount {
  const key = headers['authentication-key'];
  const known = KEYS.find((candidate) => candidate.key === key);
  if (!known) throw new PostbacksRefusal(401, 'The Authentication Key sent with the request is invalid.');
  return known.account;
}

/** An app of the account. An unknown one is 404, another account's 403. */
export function appOf(account: KochavaAccount, appId: number): KochavaApp {
  const app = account.apps.find(({ id }) => id === appId);
  if (app) return app;
  if (KOCHAVA_ACCOUNTS.some(({ apps }) => apps.some(({ id }) => id === appId))) {
    throw new PostbacksRefusal(403, 'The Authentication Key is not authorized to access the requested resource.');
  }
  throw notFound();
}

export const notFound = (): PostbacksRefusal =>
  new PostbacksRefusal(404, 'The requested resource/entity was not found.');
