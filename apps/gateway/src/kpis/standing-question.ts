import type { AuditTarget } from '#libs/audit';
import { changesHere, LONGEST_UNCHANGED_MS, type TenantChanges } from '#libs/tenancy';
import type { KpiQuestion } from './kpi-question.js';
import type { Renewal, SourceReport } from './kpi-source.js';

/** With the time that a tenant's apps and names are known for, less than the second in which a change has to be seen. */
const AT_LEAST_MS = 50;

/**
 * When it was found out what a question comes to: begins before that is looked up, so that no change in between is missed.
 * It lasts while nothing of the tenant is told to have changed, as what was looked up does; what is changed at this replica
 * ends it at once.
 */
export class Moment {
  private readonly begun = performance.now();
  private readonly here = changesHere();
  private readonly seen: number;
  private until = this.begun + AT_LEAST_MS;
  private heldAgainst: number;

  constructor(
    private readonly changes: TenantChanges,
    private readonly tenantId: string,
  ) {
    this.seen = this.heldAgainst = changes.seen;
  }

  get lasts(): boolean {
    const { changes } = this;
    if (this.here !== changesHere()) return false;
    const now = performance.now();
    changes.want(now);
    if (now >= this.until || this.heldAgainst !== changes.seen) {
      const until = changes.unchangedUntil(this.tenantId, this.seen);
      const atLeast = until === undefined ? -Infinity : this.begun + AT_LEAST_MS;
      this.until = Math.min(Math.max(until ?? -Infinity, atLeast), this.begun + LONGEST_UNCHANGED_MS);
      this.heldAgainst = changes.seen;
    }
    return now < this.until;
  }
}

/**
 * What one key's question came to a moment ago, and whom to ask for its answer: as long as nothing of the tenant changes, it
 * is not worked out again. It holds nothing of the request that it was made for.
 */
export interface StandingQuestion {
  readonly question: KpiQuestion;
  /** What is said of each answer to it. */
  readonly target: AuditTarget;
  readonly parts: readonly { readonly report: SourceReport }[];
  readonly renew: Renewal;
  readonly moment: Moment;
}
