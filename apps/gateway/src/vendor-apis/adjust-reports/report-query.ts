import { badInput } from '#libs/domain';
import type { Pairs } from '../door-request.js';
import { readQuotedList } from './quoted-list.js';

/** Filters by app token that take apps away and add none; `app_token__in` is the one that names them (FACTS §3.2). */
const TAKING_AWAY = /^app_token__(?:not_in|contains|exclude|starts_with|not_starts_with|ends_with|not_ends_with)$/;
/** Ways into one app of a pivot, which are not told to be filters like others. */
const WAYS_INTO = /^(?:drilldown|focus)$/;
const AN_APP = /(?:^|[|,])[\s"]*(?:app|store)/i;

export interface ReportQuery {
  /** The apps that are named; undefined: none is, and the vendor would answer for all that the credential sees. */
  appTokens: readonly string[] | undefined;
  /** All others, in order. Unknown ones are the vendor's to judge. */
  others: Pairs;
}

/**
 * Reads who is asked about. Names are matched without case, and every place must name the same apps. BAD_USER_INPUT for
 * what may name apps or a key in a way that can't be checked.
 */
export function readReportQuery(query: Pairs): ReportQuery {
  const lists: string[][] = [];
  const others: [string, string][] = [];
  for (const [name, value] of query) {
    const known = name.trim().toLowerCase();
    if (known === 'app_token__in') lists.push(appsIn(value));
    // A saved report of the account's dashboard, which may bring apps of its own. The vendor does without it (FACTS §3).
    else if (known === 'parent_report_id') continue;
    else if (/token/.test(known) && known !== 'tokens_mapping' && !TAKING_AWAY.test(known)) {
      throw refused(name, 'is not known here: name apps in app_token__in, and send the key as `Authorization: Bearer`');
    } else if (WAYS_INTO.test(known) && AN_APP.test(value)) {
      throw refused(name, 'may not name apps here: name them in app_token__in');
    }
    // A `+` that the caller did not encode has arrived as a space.
    else others.push([name, known === 'utc_offset' ? value.replace(/^ /, '+') : value]);
  }
  const named = lists.filter((list) => list.length > 0);
  if (new Set(named.map(asSet)).size > 1)
    throw refused('app_token__in', 'names other apps than itself: name them once');
  return { appTokens: named[0], others };
}

/** Every value of a parameter whose items are a list, its name matched without case. */
export function itemsOf(query: Pairs, parameter: string): string[] {
  return query.flatMap(([name, value]) => {
    if (name.trim().toLowerCase() !== parameter) return [];
    const items = readQuotedList(value);
    if (!items) throw refused(parameter, 'must be a list: values, with or without quotes, between commas');
    return items;
  });
}

function appsIn(value: string): string[] {
  const items = readQuotedList(value);
  if (!items) throw refused('app_token__in', 'must be a list of app tokens, with or without quotes, between commas');
  return items;
}

const asSet = (names: readonly string[]): string => [...new Set(names.map((name) => name.toLowerCase()))].sort().join();

const refused = (name: string, detail: string) => badInput([{ pointer: `/${name.slice(0, 50)}`, detail }]);
