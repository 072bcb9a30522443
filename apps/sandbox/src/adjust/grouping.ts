import type { TimeUnit } from '../world/calendar.js';
import { badRequest } from './refusal.js';

export type Endpoint = 'overview' | 'events' | 'cohorts';

export type Dimension =
  | 'apps'
  | 'trackers'
  | 'networks'
  | 'campaigns'
  | 'adgroups'
  | 'creatives'
  | 'dates'
  | 'countries'
  | 'regions'
  | 'device_types'
  | 'os_names'
  | 'partners'
  | 'events'
  | 'periods';

/** One level of nesting. Its dimension is also the name of the array that holds its nodes in JSON. */
export interface Grouping {
  /** As the caller wrote it: echoed unchanged. */
  asked: string;
  dimension: Dimension;
  unit?: TimeUnit;
}

/** Level in the tracker tree of the groupings that go by name. */
export const TREE_LEVELS: Partial<Record<Dimension, number>> = { networks: 1, campaigns: 2, adgroups: 3, creatives: 4 };

/** Whether the cell decides the key; the clock, the event or the period decides the others. */
export const isOfCells = ({ dimension }: Grouping): boolean => !['dates', 'events', 'periods'].includes(dimension);

const ALIASES: Record<string, Dimension> = {
  app: 'apps',
  tracker: 'trackers',
  network: 'networks',
  campaign: 'campaigns',
  adgroup: 'adgroups',
  creative: 'creatives',
  country: 'countries',
  region: 'regions',
  device_type: 'device_types',
  os_name: 'os_names',
  partner: 'partners',
  event: 'events',
  event_type: 'events',
  event_types: 'events',
  period: 'periods',
};
const UNITS: Record<string, TimeUnit> = { hour: 'hour', day: 'day', date: 'day', week: 'week', month: 'month' };

function readOne(asked: string): Grouping {
  const name = asked.toLowerCase();
  const unit = UNITS[name.replace(/s$/, '')];
  if (unit) return { asked, dimension: 'dates', unit };
  const dimension = ALIASES[name] ?? Object.values(ALIASES).find((known) => known === name);
  if (!dimension) throw badRequest(`Invalid grouping '${asked}'`);
  return { asked, dimension };
}

/**
 * Reads `grouping`: singular, plural and the aliases that clients send, in any order. Events and cohorts are always grouped by
 * event and by period; where the caller did not say so it is added at the end.
 */
export function readGrouping(asked: readonly string[], endpoint: Endpoint, severalApps: boolean): Grouping[] {
  const names = asked.length > 0 ? [...asked] : [severalApps ? 'apps' : 'trackers'];
  const groupings = names.map(readOne);
  const has = (dimension: Dimension): boolean => groupings.some((grouping) => grouping.dimension === dimension);
  if (endpoint === 'events' && !has('events')) groupings.push({ asked: 'event_types', dimension: 'events' });
  if (endpoint === 'cohorts' && !has('periods')) groupings.push({ asked: 'periods', dimension: 'periods' });
  for (const [index, { asked: name, dimension }] of groupings.entries()) {
    if (groupings.findIndex((other) => other.dimension === dimension) !== index) {
      throw badRequest(
        dimension === 'dates'
          ? `Only one time grouping is possible, '${name}' is one too many`
          : `Repeated grouping '${name}'`,
      );
    }
    if (dimension === 'periods' && endpoint !== 'cohorts')
      throw badRequest(`Grouping '${name}' is only available for cohorts`);
    if (dimension === 'events' && endpoint === 'overview') {
      throw badRequest(`Grouping '${name}' is only available for events and cohorts`);
    }
  }
  return groupings;
}
