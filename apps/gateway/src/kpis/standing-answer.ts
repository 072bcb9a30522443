import type { AuditTarget } from '#libs/audit';
import { changesHere } from '#libs/tenancy';
import type { SourceReport } from './kpi-source.js';

/**
 * For so many milliseconds a tenant's apps, names and credentials are taken as they were: together with the time that they
 * are known for, less than the second in which a change has to be seen. What is changed at this replica is seen at once.
 */
const STANDS_MS = 50;

/** What is said of an answer each time that it is given. */
interface About {
  readonly target: AuditTarget;
  readonly parts: readonly { readonly report: SourceReport }[];
  readonly stands: () => boolean;
}

/**
 * What was made of an answer from the cache, for the one key that asked: of a dashboard's burst of the same question, the
 * first is answered, and the others are given the same. It holds nothing of the request that it was made for.
 */
export class StandingAnswer<T> {
  private readonly until = performance.now() + STANDS_MS;
  private readonly changes = changesHere();

  constructor(
    readonly made: T,
    private readonly about: About,
  ) {}

  get target(): AuditTarget {
    return this.about.target;
  }

  get parts(): About['parts'] {
    return this.about.parts;
  }

  get isStill(): boolean {
    return performance.now() < this.until && this.changes === changesHere() && this.about.stands();
  }
}
