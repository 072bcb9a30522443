import type { AuditTarget } from '#libs/audit';
import { changesHere } from '#libs/tenancy';
import type { KpiQuestion } from './kpi-question.js';
import type { Renewal, SourceReport } from './kpi-source.js';

/**
 * For so many milliseconds a tenant's apps and names are taken as they were: together with the time that they are known
 * for, less than the second in which a change has to be seen. What is changed at this replica is seen at once.
 */
const STANDS_MS = 50;

interface Stood {
  readonly question: KpiQuestion;
  readonly target: AuditTarget;
  readonly parts: readonly { readonly report: SourceReport }[];
  readonly renew: Renewal;
}

/**
 * What one key's question came to a moment ago, and whom to ask for its answer: of a burst of the same question, only the
 * first is worked out. It holds nothing of the request that it was made for.
 */
export class StandingQuestion implements Stood {
  readonly question: KpiQuestion;
  readonly target: AuditTarget;
  readonly parts: Stood['parts'];
  readonly renew: Renewal;
  private readonly until = performance.now() + STANDS_MS;
  private readonly changes = changesHere();

  constructor({ question, target, parts, renew }: Stood) {
    this.question = question;
    this.target = target;
    this.parts = parts;
    this.renew = renew;
  }

  get isStill(): boolean {
    return performance.now() < this.until && this.changes === changesHere();
  }
}
