import { brokenFile } from './broken-file.js';
import type { SummaryTraffic } from './vocabulary.js';

/** A counter of section "Requesting a New Summary Report". */
export interface SummaryCounter {
  /** Our word for it, and the header that it is expected under first. */
  readonly name: string;
  /** What must be asked for to have it. */
  readonly traffic: SummaryTraffic;
  readonly money: boolean;
  /** Kochava's words, where they say more than the name. */
  readonly description: string;
}

const counter = (name: string, traffic: SummaryTraffic, description: string, money = false): SummaryCounter => ({
  name,
  traffic,
  money,
  description,
});

/** Every counter that a summary has, by its name. */
export const SUMMARY_COUNTERS: ReadonlyMap<string, SummaryCounter> = new Map(
  [
    counter('impressions', 'impression', 'Impressions of ads.'),
    counter('amount_spent_on_impressions', 'impression', 'What impressions cost.', true),
    counter('clicks', 'click', 'Clicks.'),
    counter('duplicate_clicks', 'click', 'Clicks that repeat another.'),
    counter('clicks_matched_to_impressions', 'click', 'Clicks that followed an impression.'),
    counter('amount_spent_on_clicks', 'click', 'What clicks cost.', true),
    counter('installs', 'install', 'Installs.'),
    counter('installs_matched_to_impressions', 'install', 'Installs that were matched to an impression.'),
    counter('installs_matched_to_clicks', 'install', 'Installs that were matched to a click.'),
    counter('reengagements', 'reengagement', 'Reengagements of users who had the app.'),
    counter('events', 'event', 'Events after the install.'),
    counter('revenue_generating_events', 'event', 'Events that carried revenue.'),
    counter('revenue', 'event', 'Amount of revenue generated.', true),
    counter('skadnetwork', 'skadnetwork', 'Postbacks of SKAdNetwork.'),
    counter('skadnetwork_matched_to_impressions', 'skadnetwork', 'Those that were matched to an impression.'),
    counter('skadnetwork_matched_to_clicks', 'skadnetwork', 'Those that were matched to a click.'),
    counter('clicks_verified_ok', 'trafficverif', 'Clicks that passed traffic verification.'),
    counter('clicks_verified_not_ok', 'trafficverif', 'Clicks that did not.'),
    counter('impressions_verified_ok', 'trafficverif', 'Impressions that passed traffic verification.'),
    counter('impressions_verified_not_ok', 'trafficverif', 'Impressions that did not.'),
    counter('network_spend_restated', 'network_spend_restated', 'Spend as networks restate it.', true),
  ].map((one) => [one.name, one]),
);

/** Other headers of the same: what each traffic is counted as, and the words of the document. */
const COUNTER_ALIASES: Readonly<Record<string, readonly string[]>> = {
  impressions: ['impression_count'],
  amount_spent_on_impressions: ['amount_spent_on_impression'],
  clicks: ['click_count'],
  installs: ['install_count'],
  reengagements: ['reengagement_count', 'reengagement_for'],
  events: ['event_count'],
  revenue: ['amount_of_revenue_generated'],
  skadnetwork: ['skadnetwork_count'],
};

/** In the asked time zone before UTC. */
const TIMES = ['date_adjusted', 'date_utc', 'date', 'time'] as const;

/** Groupings that are told by an id, with a name beside it. */
const BY_ID: ReadonlySet<string> = new Set(['network', 'campaign', 'tracker', 'creative', 'segment']);
const BY_VALUE: readonly string[] = ['site', 'country', 'state', 'dma', 'city'];

/** `# Clicks`, `Click Count`, `clickCount`: lower snake case. */
const headerWord = (header: string): string =>
  header
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');

/** Where a grouping stands in a row; undefined: the file does not tell it. */
export interface GroupingPlace {
  readonly id: number | undefined;
  readonly name: number | undefined;
}

/** Where everything that was asked for stands in a row. */
export interface SummaryPlaces {
  readonly time: number;
  /** In the order in which they were asked for. */
  readonly groupings: readonly GroupingPlace[];
  readonly counters: readonly number[];
  /** Headers that mean nothing here. */
  readonly unknown: readonly string[];
}

export interface SummaryWish {
  readonly groupings: readonly string[];
  /** Names of SUMMARY_COUNTERS. */
  readonly counters: readonly string[];
}

/**
 * What the headers of summary reports mean. Kochava documents them nowhere: they are matched without case, as lower snake
 * case, through this one table, which an operator can add to.
 */
export class SummaryColumns {
  private readonly words = new Map<string, string>();
  /** What a header may be said to mean. */
  static readonly meanings: ReadonlySet<string> = new Set([
    ...SUMMARY_COUNTERS.keys(),
    ...[...BY_ID, ...BY_VALUE].flatMap((grouping) => [grouping, `${grouping}_name`]),
    ...TIMES,
  ]);

  /** `more`: what other headers mean, by header. Throws RangeError for a meaning that there is none of. */
  constructor(more: Readonly<Record<string, string>> = {}) {
    for (const name of SummaryColumns.meanings) this.words.set(name, name);
    for (const grouping of BY_ID) this.words.set(`${grouping}_id`, grouping);
    this.words.set('site_id', 'site').set('country_code', 'country');
    for (const [name, aliases] of Object.entries(COUNTER_ALIASES)) {
      for (const alias of aliases) this.words.set(alias, name);
    }
    for (const [header, meaning] of Object.entries(more)) {
      if (!SummaryColumns.meanings.has(meaning)) throw new RangeError(meaning);
      this.words.set(headerWord(header), meaning);
    }
  }

  /** Throws UpstreamError `malformed` that names what is missing and what was found instead: never zeros. */
  find(headers: readonly string[], wish: SummaryWish): SummaryPlaces {
    const found = this.read(headers);
    const missing: string[] = [];
    const time = TIMES.find((name) => found.has(name));
    if (time === undefined) missing.push(TIMES.join(' or '));
    const groupings = wish.groupings.map((grouping): GroupingPlace => {
      const [own, name] = [found.get(grouping), found.get(`${grouping}_name`)];
      if (own === undefined && name === undefined) missing.push(grouping);
      return BY_ID.has(grouping) ? { id: own, name: name ?? own } : { id: undefined, name: name ?? own };
    });
    const counters = wish.counters.map((name) => {
      const place = found.get(name);
      if (place === undefined) missing.push(name);
      return place ?? -1;
    });
    if (missing.length > 0) {
      throw brokenFile(
        `the summary has no column that is known as ${missing.join(', ')}; its columns are ${headers.map((header) => JSON.stringify(header.slice(0, 100))).join(', ')}`,
      );
    }
    const unknown = headers.filter((header) => !this.words.has(headerWord(header)));
    return { time: found.get(time!)!, groupings, counters, unknown };
  }

  /** The first place of each meaning; a header that is the word itself before its other names. */
  private read(headers: readonly string[]): Map<string, number> {
    const found = new Map<string, number>();
    const words = headers.map(headerWord);
    for (const exactly of [true, false]) {
      words.forEach((word, place) => {
        const meaning = this.words.get(word);
        if (meaning !== undefined && (meaning === word) === exactly && !found.has(meaning)) found.set(meaning, place);
      });
    }
    return found;
  }
}
