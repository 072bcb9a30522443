import type { AppSpec } from './apps.js';
import { ALL_APPS } from './apps.js';
import type { Country } from './places.js';
import { COUNTRIES } from './places.js';
import type { DeviceProfile } from './devices.js';
import { DEVICE_PROFILES } from './devices.js';
import { dice, hashText, mix } from './dice.js';
import type { Tracker } from './trackers.js';
import { growTrackers, LARGE_APP_NETWORKS, SMALL_APP_NETWORKS } from './trackers.js';

/** The smallest part of an app that is counted: one tracker without sub-trackers, one country, one kind of device. */
export interface Cell {
  app: App;
  tracker: Tracker;
  /** Where the activity of reattributed users is counted when the install's source is asked for: their first tracker. */
  firstTracker: Tracker;
  country: Country;
  profile: DeviceProfile;
  /** Sessions a day, about. */
  weight: number;
  /** What this cell's dice start from. */
  bits: number;
}

export interface App extends AppSpec {
  trackers: readonly Tracker[];
  cells: readonly Cell[];
}

/** Everything there is to count; the same for the same seed. */
export interface World {
  seed: number;
  /** Whether ad spend is filled. The KPI Service has answered 0 for every cost KPI since 2023. */
  fillsCost: boolean;
  apps: ReadonlyMap<string, App>;
}

/** One cell in three has users: combinations without any are left out of answers, as the vendor does. */
const CELLS_WITH_USERS = 0.34;

function growCells(app: App, seed: number): Cell[] {
  const leaves = app.trackers.filter((tracker) => tracker.children.length === 0);
  const countries = app.size === 'large' ? COUNTRIES : COUNTRIES.slice(0, 4);
  const cells: Cell[] = [];
  for (const [index, tracker] of leaves.entries()) {
    const siblings = leaves.filter((leaf) => leaf.network === tracker.network).length;
    const firstTracker = leaves[(index + 1 + (seed % 5)) % leaves.length] ?? tracker;
    for (const country of countries) {
      for (const profile of DEVICE_PROFILES[app.store]) {
        const bits = hashText(`${tracker.token}/${country.code}/${profile.osName}/${profile.deviceType}`, seed);
        if (siblings > 1 && dice(bits) > CELLS_WITH_USERS) continue;
        const thinning = siblings > 1 ? siblings * CELLS_WITH_USERS : 1;
        const share = (tracker.network.share / thinning) * country.share * profile.share;
        cells.push({
          app,
          tracker,
          firstTracker,
          country,
          profile,
          weight: app.volume * share * (0.5 + dice(bits ^ 0x51)),
          bits,
        });
      }
    }
  }
  return cells;
}

function growApp(spec: AppSpec, seed: number): App {
  const networks = spec.size === 'large' ? LARGE_APP_NETWORKS : SMALL_APP_NETWORKS;
  const trackers = growTrackers(
    spec.token,
    networks.filter((network) => !network.stores || network.stores.includes(spec.store)),
  );
  const app: App = { ...spec, trackers, cells: [] };
  app.cells = growCells(app, mix(seed ^ 0x5eed));
  return app;
}

/** Grows the whole world. Names and tokens are the same for every seed; the numbers are not. */
export function growWorld(seed: number, fillsCost = false): World {
  return { seed, fillsCost, apps: new Map(ALL_APPS.map((spec) => [spec.token, growApp(spec, seed)])) };
}
