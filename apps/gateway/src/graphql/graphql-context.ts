import type { Awaitable, Caller } from '#libs/domain';
import type { KpiAnswer } from '../kpis/kpi-answer.js';

/** Of the request around a query, all that its resolvers may depend on: a query that is repeated has no more. */
export interface AskedBy {
  readonly id: string;
  readonly caller?: Caller;
}

/** What resolvers, guards and parameters are given of the request around them. */
export interface GraphqlContext {
  request: AskedBy;
  /** What `kpis` is answered with, where that has been asked already. */
  kpis?: Awaitable<KpiAnswer>;
  /** Parts of the answer that are JSON already, where the answer can take such. */
  texts?: string[];
}
