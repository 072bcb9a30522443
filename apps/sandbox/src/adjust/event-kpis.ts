import type { EventSpec } from '../world/apps.js';
import { EVENT_KPI_NAMES } from './kpis.js';
import { badRequest } from './refusal.js';

/** An event KPI of one event: `token_kpi`. */
export interface EventKpi {
  event: EventSpec;
  kpi: string;
}

/** Splits `token_kpi` at the first underscore: tokens have none, KPI names do. */
export function splitEventKpi(item: string): [token: string, kpi: string] {
  const at = item.indexOf('_');
  return at < 0 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)];
}

/**
 * Expands `event_kpis`: `token_events`, `token_revenue|events`, `all_revenue|events`, `all_revenue,all_events`. The order
 * follows the vendor's document: an `all` with several KPIs goes event by event, several `all`s go KPI by KPI.
 */
export function expandEventKpis(items: readonly string[], events: readonly EventSpec[]): EventKpi[] {
  return items.flatMap((item) => {
    const [token, names] = splitEventKpi(item);
    const kpis = names.split('|');
    const wrong = kpis.find((kpi) => !EVENT_KPI_NAMES.includes(kpi));
    if (wrong !== undefined) throw badRequest(`Invalid event KPI '${wrong}' in event_kpis '${item}'`);
    const chosen =
      token.toLowerCase() === 'all' ? events : events.filter((event) => event.token === token.toLowerCase());
    if (chosen.length === 0 && token.toLowerCase() !== 'all') {
      throw badRequest(`Invalid event token '${token}' in event_kpis '${item}'`);
    }
    return chosen.flatMap((event) => kpis.map((kpi) => ({ event, kpi })));
  });
}
