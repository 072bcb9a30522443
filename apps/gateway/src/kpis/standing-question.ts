import type { AuditTarget } from '#libs/audit';
import { changesHere } from '#libs/tenancy';
import type { KpiQuestion } from './kpi-question.js';
import type { Renewal, SourceReport } from './kpi-source.js';

/**
 * For so many milliseconds a tenant's apps and names are taken as they were: together with the time that they are known
 * for, less than the second in which a change has to be seen.
 */
const LASTS_MS = 50;

/**
 * When it was found out what a question comes to: begins before that is looked up, so that no change in between is missed.
 * What is changed at this replica ends it at once.
 */
export class Moment {
  private readonly until = performance.now() + LASTS_MS;
  private readonly changes = changesHere();

  get lasts(): boolean {
    return performance.now() < this.until && this.changes === changesHere();
  }
}

/**
 * What one key's question came to a moment ago, and whom to ask for its answer: of a burst of the same question, only the
 * first is worked out. It holds nothing of the request that it was made for.
 */
export interface StandingQuestion {
  readonly question: KpiQuestion;
  /** What is said of each answer to it. */
  readonly target: AuditTarget;
  readonly parts: readonly { readonly report: SourceReport }[];
  readonly renew: Renewal;
  readonly moment: Moment;
}
