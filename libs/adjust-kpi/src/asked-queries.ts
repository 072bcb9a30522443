import type { Question } from './head.js';
import { LearnedOfMany } from './learned.js';
import { encodeQuery } from './query.js';
import type { AdjustEndpoint, AdjustKpiQuery } from './types.js';

/** A query as it is sent, and as its answers are read. */
export interface AskedQuery {
  readonly endpoint: AdjustEndpoint;
  readonly path: string;
  /** As it stands in the URL, behind the question mark. */
  readonly query: string;
  readonly question: Question;
}

/** Queries that were asked: the same frozen object, asked again, is checked and encoded no more. */
export class AskedQueries {
  readonly #known = new WeakMap<AdjustKpiQuery, AskedQuery>();
  readonly #learned = new LearnedOfMany();

  /** Throws InvalidAdjustQuery. */
  of(endpoint: AdjustEndpoint, query: AdjustKpiQuery): AskedQuery {
    const known = this.#known.get(query);
    if (known?.endpoint === endpoint) return known;
    const { path, query: pairs, grouping } = encodeQuery(endpoint, query);
    const isKept = Object.isFrozen(query);
    const question: Question = { query, grouping, learned: isKept ? this.#learned.begin() : undefined };
    const asked = { endpoint, path, query: inUrl(pairs), question };
    if (isKept) this.#known.set(query, asked);
    return asked;
  }
}

const inUrl = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
