import { tokenOf } from './dice.js';
import type { Store } from './devices.js';

export interface EventSpec {
  /** Six characters, at least one a letter. */
  token: string;
  name: string;
  /** Occurrences per session, about. */
  perSession: number;
  /** Part of the cohort's users that ever do it. */
  reach: number;
  /** Average value in hundredths of the app's currency; absent: no revenue. */
  cents?: number;
}

export interface AppSpec {
  token: string;
  name: string;
  store: Store;
  currency: string;
  /** Sessions a day, about. */
  volume: number;
  size: 'large' | 'small';
  events: readonly EventSpec[];
}

const event = (token: string, name: string, perSession: number, reach: number, cents?: number): EventSpec => ({
  token,
  name,
  perSession,
  reach,
  ...(cents === undefined ? {} : { cents }),
});

/** The demo tenant's two apps. Their tokens are the ones of the vendor's own examples. */
export const ORBIT_RUNNER_IOS: AppSpec = {
  token: '2eb2na2w54c3',
  name: 'Orbit Runner iOS',
  store: 'ios',
  currency: 'EUR',
  volume: 24_000,
  size: 'large',
  events: [
    event('rg4k2a', 'Registration', 0.05, 0.62),
    event('tc8w1p', 'Tutorial Complete', 0.04, 0.5),
    event('lv7x3u', 'Level Up', 0.55, 0.45),
    event('pu9q5c', 'Purchase', 0.02, 0.055, 699),
    event('sb3n6m', 'Subscription, monthly', 0.006, 0.018, 999),
  ],
};
export const ORBIT_RUNNER_ANDROID: AppSpec = {
  token: '44cdcdck2syc',
  name: 'Orbit Runner Android',
  store: 'android',
  currency: 'USD',
  volume: 38_000,
  size: 'large',
  events: [
    event('ra5j8d', 'Registration', 0.06, 0.58),
    event('ta2v9g', 'Tutorial Complete', 0.05, 0.47),
    event('la6z4h', 'Level Up', 0.6, 0.42),
    event('pa1y7k', 'Purchase', 0.012, 0.034, 549),
    event('sa8t2r', 'Subscription, monthly', 0.003, 0.01, 999),
  ],
};

const ADJECTIVES = ['Amber', 'Brave', 'Cosmic', 'Dapper', 'Electric', 'Frosty', 'Gentle', 'Hidden', 'Iron', 'Jolly'];
const NOUNS = ['Garden', 'Harbor', 'Island', 'Kitchen', 'Puzzle'];

function smallApp(token: string, name: string, index: number): AppSpec {
  return {
    token,
    name,
    store: index % 2 === 0 ? 'ios' : 'android',
    currency: index % 3 === 0 ? 'EUR' : 'USD',
    volume: 150 + 25 * (index % 9),
    size: 'small',
    events: [
      event(tokenOf(`${token}/registration`, 6), 'Registration', 0.08, 0.5),
      event(tokenOf(`${token}/purchase`, 6), 'Purchase', 0.03, 0.05, 399),
    ],
  };
}

/** Fifty more apps of the same account, for questions over many apps. The first token is the vendor's other example. */
export const SMALL_APPS: readonly AppSpec[] = ADJECTIVES.flatMap((adjective) =>
  NOUNS.map((noun) => `${adjective} ${noun}`),
).map((name, index) => smallApp(index === 0 ? '9xmtsnp687ek' : tokenOf(`app/${name}`, 12), name, index));

/** Apps of another account. */
export const FOREIGN_APPS: readonly AppSpec[] = ['Tidal Chess', 'Tidal Words'].map((name, index) =>
  smallApp(tokenOf(`app/${name}`, 12), name, index),
);

/** Every app of the world. */
export const ALL_APPS: readonly AppSpec[] = [ORBIT_RUNNER_IOS, ORBIT_RUNNER_ANDROID, ...SMALL_APPS, ...FOREIGN_APPS];
