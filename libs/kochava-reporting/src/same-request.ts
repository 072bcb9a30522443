import { isObject, type WireObject } from './failure.js';

/** Not told again as they were sent: secrets are left out, and people and places may have been changed since. */
const UNTOLD = new Set(['delivery_method', 'notify', 'credentials']);
/** Lists whose order means nothing. */
const SETS = new Set(['traffic', 'event_name', 'traffic_including']);

const isEmpty = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0);

function canonical(value: unknown, asSet: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, asSet));
    return asSet ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (!isObject(value)) return String(value);
  const entries = Object.entries(value).filter(([, item]) => !isEmpty(item));
  return entries.map(([name, item]) => [name.toLowerCase(), canonical(item, true)]).sort();
}

/**
 * Is `echoed`, the `report_request` of a report at Kochava, what `sent` asked for? For finding the report of a create whose
 * answer was lost. Names are compared without case, numbers as their text; what Kochava adds of its own does not count.
 */
export function isSameRequest(sent: WireObject, echoed: WireObject): boolean {
  const told = new Map(Object.entries(echoed).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.entries(sent).every(([name, value]) => {
    if (UNTOLD.has(name) || isEmpty(value)) return true;
    const asSet = SETS.has(name);
    return JSON.stringify(canonical(value, asSet)) === JSON.stringify(canonical(told.get(name), asSet));
  });
}
