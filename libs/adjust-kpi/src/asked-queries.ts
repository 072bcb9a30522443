import type { Question } from './head.js';
import { LearnedOfMany } from './learned.js';
import { type AdjustKpiRequest, encodeQuery } from './query.js';
import type { AdjustEndpoint, AdjustKpiQuery } from './types.js';

/** A query as it is sent, and as its answers are read. */
export interface AskedQuery {
  readonly endpoint: AdjustEndpoint;
  readonly request: AdjustKpiRequest;
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
    const request = encodeQuery(endpoint, query);
    const { grouping } = request;
    if (!Object.isFrozen(query)) return { endpoint, request, question: { query, grouping } };
    const asked = { endpoint, request, question: { query, grouping, learned: this.#learned.begin() } };
    this.#known.set(query, asked);
    return asked;
  }
}
