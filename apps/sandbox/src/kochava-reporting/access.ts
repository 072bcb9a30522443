import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import { KOCHAVA_ACCOUNTS, KOCHAVA_DEMO_ACCOUNT, KOCHAVA_FOREIGN_ACCOUNT } from '../world/kochava.js';
import type { ReportingBody } from './body.js';
import { ReportingRefusal, missing } from './refusal.js';

/** An api_key and the account whose apps it may ask about. */
export interface ReportingKey {
  key: string;
  account: KochavaAccount;
}

export const DEMO_REPORTING_KEY: ReportingKey = {
  key: '4449A6AD-4CFB-439B-9B31-EBBB73A777BD',
  account: KOCHAVA_DEMO_ACCOUNT,
};
/** Of the same account: what one key has made, the other does not list. */
export const SECOND_REPORTING_KEY: ReportingKey = {
  key: 'AAA9A6AD-4CFB-439B-9B31-EBBB73A199BD',
  account: KOCHAVA_DEMO_ACCOUNT,
};
export const FOREIGN_REPORTING_KEY: ReportingKey = {
  key: '4449C969-46C3-0F8A-6C26-DA25CAC44021',
  account: KOCHAVA_FOREIGN_ACCOUNT,
};
const KEYS = [DEMO_REPORTING_KEY, SECOND_REPORTING_KEY, FOREIGN_REPORTING_KEY];

export function keyOf(body: ReportingBody): ReportingKey {
  const value = body.text('api_key');
  if (value === undefined) throw missing('api_key');
  const key = KEYS.find((known) => known.key === value);
  if (!key) throw new ReportingRefusal('Error request parameters: Error. Invalid reporting API Key');
  return key;
}

/** The app that the body names, which must be of the key's account. */
export function appOf(body: ReportingBody, { account }: ReportingKey): KochavaApp {
  const guid = body.text('app_guid');
  if (guid === undefined) throw missing('app_guid');
  const app = account.apps.find((known) => known.guid === guid);
  if (app) return app;
  if (KOCHAVA_ACCOUNTS.some(({ apps }) => apps.some((known) => known.guid === guid))) {
    throw new ReportingRefusal('APP & API Key are invalid');
  }
  throw new ReportingRefusal('App does not exist.');
}
