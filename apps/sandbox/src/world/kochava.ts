import { FOREIGN_APPS, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS, SMALL_APPS } from './apps.js';
import { tokenOf } from './dice.js';

/** An app as Kochava knows it. */
export interface KochavaApp {
  /** Its number: the Postbacks and Links APIs, and `app_id` of the Reporting API. */
  id: number;
  /** Its guid: the Reporting API, and beside the number in links. */
  guid: string;
  name: string;
  /** As the Links API spells it: `ios`, `android`, `web`. */
  platform: string;
  /** Adjust's token of the same app; absent where Adjust does not know it. */
  adjustToken?: string;
}

/** An advertiser's account at Kochava. */
export interface KochavaAccount {
  id: number;
  name: string;
  apps: readonly KochavaApp[];
}

/** Kochava's own form: `ko`, the name in kebab case, a random tail. */
const guidOf = (name: string): string =>
  `ko${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${tokenOf(`kochava/${name}`, 8)}`;

const app = (id: number, name: string, platform: string, adjustToken?: string): KochavaApp => ({
  id,
  guid: guidOf(name),
  name,
  platform,
  ...(adjustToken !== undefined && { adjustToken }),
});

export const KOCHAVA_ORBIT_RUNNER_IOS = app(24171, ORBIT_RUNNER_IOS.name, 'ios', ORBIT_RUNNER_IOS.token);
export const KOCHAVA_ORBIT_RUNNER_ANDROID = app(
  26538,
  ORBIT_RUNNER_ANDROID.name,
  'android',
  ORBIT_RUNNER_ANDROID.token,
);
/** The game's site: SmartLinks lead there from a desktop. Adjust does not know it. */
export const KOCHAVA_ORBIT_RUNNER_WEB = app(38581, 'Orbit Runner Web', 'web');

/** The demo tenant's account: its two apps, their web site, and the fifty small apps. */
export const KOCHAVA_DEMO_ACCOUNT: KochavaAccount = {
  id: 5899,
  name: 'Orbit Games',
  apps: [
    KOCHAVA_ORBIT_RUNNER_IOS,
    KOCHAVA_ORBIT_RUNNER_ANDROID,
    KOCHAVA_ORBIT_RUNNER_WEB,
    ...SMALL_APPS.map((spec, index) => app(41_000 + index, spec.name, spec.store, spec.token)),
  ],
};
/** Another advertiser's. */
export const KOCHAVA_FOREIGN_ACCOUNT: KochavaAccount = {
  id: 10246,
  name: 'Tidal Games',
  apps: FOREIGN_APPS.map((spec, index) => app(90_100 + index, spec.name, spec.store, spec.token)),
};

export const KOCHAVA_ACCOUNTS: readonly KochavaAccount[] = [KOCHAVA_DEMO_ACCOUNT, KOCHAVA_FOREIGN_ACCOUNT];
