import { Unreadable } from './unreadable.js';
import type { AdjustCell, AdjustGrouping } from './types.js';

/**
 * How a grouping looks in `result_set`: an array under one of `containers`, of nodes that name themselves in `names` and
 * perhaps in `token`. Section "Grouping" of the document; it disagrees with itself on singular and plural, so both are
 * read. A field may have a container's name (`region`): an array is the container.
 */
export interface WireLevel {
  readonly grouping: AdjustGrouping;
  readonly containers: readonly string[];
  readonly names: readonly string[];
  readonly token: boolean;
  /** Fields that a node of this level has beside its rows; of several spellings, one. */
  readonly needs: readonly string[];
}

const level = (
  grouping: AdjustGrouping,
  containers: string[],
  names: string[],
  token: boolean,
  needs: string[],
): WireLevel => ({ grouping, containers, names, token, needs });

const tracker = (grouping: AdjustGrouping, singular: string) =>
  level(grouping, [grouping, singular], ['name'], true, ['token', 'name']);
const time = (grouping: AdjustGrouping) =>
  level(grouping, ['dates', 'date', grouping, `${grouping}s`], ['date', grouping], false, ['date']);
const plain = (grouping: AdjustGrouping, plural: string, singular: string) =>
  level(grouping, [plural, singular], [singular, plural], false, [singular]);

const LEVELS: Record<AdjustGrouping, WireLevel> = {
  apps: level('apps', ['apps', 'app'], ['name'], true, ['token', 'name', 'currency']),
  trackers: level('trackers', ['trackers', 'tracker'], ['name'], true, ['token']),
  networks: tracker('networks', 'network'),
  campaigns: tracker('campaigns', 'campaign'),
  adgroups: tracker('adgroups', 'adgroup'),
  creatives: tracker('creatives', 'creative'),
  hour: time('hour'),
  day: time('day'),
  week: time('week'),
  month: time('month'),
  countries: plain('countries', 'countries', 'country'),
  region: plain('region', 'regions', 'region'),
  device_types: plain('device_types', 'device_types', 'device_type'),
  os_names: plain('os_names', 'os_names', 'os_name'),
  partners: plain('partners', 'partners', 'partner'),
  events: level('events', ['events', 'event_types', 'event', 'event_type'], ['name'], true, ['token']),
  periods: plain('periods', 'periods', 'period'),
};

/** Every name a container can have, to tell a grouping that was not asked for from a field of no interest. */
const CONTAINERS = new Set(Object.values(LEVELS).flatMap((one) => one.containers));
export const isContainer = (key: string, value: unknown): value is unknown[] =>
  Array.isArray(value) && CONTAINERS.has(key);

/** Has this node said all that is needed to name it? Else the rest may stand behind its rows. */
export const isNamed = (node: WireObject, at: WireLevel): boolean =>
  at.token ? at.needs.every((field) => field in node) : at.names.some((field) => field in node);

export const levelsOf = (grouping: readonly AdjustGrouping[]): WireLevel[] => grouping.map((name) => LEVELS[name]);

/** `{...}` of the answer, not an array or a scalar. */
export type WireObject = Record<string, unknown>;
export const isObject = (value: unknown): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(value: unknown, field: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (value === null) return undefined;
  throw new Unreadable(`the field ${field} is neither a text nor a number`);
}

/** What a reader needs to know to name the nodes it meets. */
export interface Names {
  /** The app token that was asked for, where it was one; else undefined. */
  readonly onlyApp: string | undefined;
  readonly appTokens: ReadonlySet<string>;
  readonly trackers: ReadonlyMap<string, string>;
  readonly events: ReadonlyMap<string, string>;
}

/** The token of an app node. Never surfaces one that was not asked for: the document's own sample shows a user token. */
export function appToken(token: unknown, names: Names): string {
  if (names.onlyApp !== undefined) return names.onlyApp;
  if (typeof token === 'string' && names.appTokens.has(token)) return token;
  throw new Unreadable('it holds an app that was not asked for');
}

/** The cell of a node at a level. Throws Unreadable where the node does not say what it is. */
export function cellOf(node: WireObject, at: WireLevel, names: Names): AdjustCell {
  const field = at.names.find((name) => node[name] !== undefined && !Array.isArray(node[name]));
  const name = field === undefined ? undefined : text(node[field], field);
  if (!at.token) {
    if (field === undefined) throw new Unreadable(`a node of ${at.grouping} has no ${at.needs[0]}`);
    if (at.grouping === 'periods' && !/^\d+$/.test(name ?? '')) throw new Unreadable('a period is not a whole number');
    return { name: name ?? '' };
  }
  if (at.grouping === 'apps') {
    const id = appToken(node.token, names);
    return { name: name ?? id, id, currency: text(node.currency, 'currency') ?? '' };
  }
  const id = text(node.token, 'token');
  if (id === undefined && name === undefined) {
    throw new Unreadable(`a node of ${at.grouping} has neither a token nor a name`);
  }
  const known = id === undefined ? undefined : (at.grouping === 'events' ? names.events : names.trackers).get(id);
  return id === undefined ? { name: name ?? '' } : { name: name ?? known ?? id, id };
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A value as JSON's own text, `null` included; numbers in quotes are taken as the numbers they are. */
export function valueText(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && NUMBER.test(value)) return value;
  throw new Unreadable('kpi_values holds something that is no number');
}
