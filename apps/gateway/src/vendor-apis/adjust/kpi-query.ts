import { badInput } from '#libs/domain';
import type { Pairs } from '../door-request.js';
import { USER_TOKEN } from './adjust.dialect.js';
import { itemsOf } from './kpi-path.js';

/** Headers that some clients put into the query (FACTS §1.1); they mean nothing there. */
const NOISE: readonly string[] = ['accept', 'content-type'];

const nameOf = (name: string): string => name.trim().toLowerCase();

/** A query without what is the gateway's alone: the key, in any spelling that is looked for. */
export const withoutKey = (query: Pairs): Pairs => query.filter(([name]) => nameOf(name) !== USER_TOKEN);

export interface KpiQuery {
  /** Each list that `app_tokens` gave, where it names any. */
  appLists: readonly (readonly string[])[];
  /** All others, in order. Unknown ones are the vendor's to judge. */
  others: Pairs;
}

/**
 * BAD_USER_INPUT for a parameter that may name apps or a key in a way that can't be checked: `app_tokens[]` is a list to
 * some servers.
 */
export function readKpiQuery(query: Pairs): KpiQuery {
  const appLists: string[][] = [];
  const others: [string, string][] = [];
  for (const [name, value] of withoutKey(query)) {
    const known = nameOf(name);
    if (NOISE.includes(known)) continue;
    if (known === 'app_tokens') appLists.push(itemsOf(value));
    else if (/app|token/.test(known))
      throw badInput([
        { pointer: `/${name.slice(0, 50)}`, detail: 'is not known here: name apps in the path or in app_tokens' },
      ]);
    // A `+` that the caller did not encode has arrived as a space (FACTS §1.3).
    else others.push([name, known === 'utc_offset' ? value.replace(/^ /, '+') : value]);
  }
  return { appLists: appLists.filter((list) => list.length > 0), others };
}
