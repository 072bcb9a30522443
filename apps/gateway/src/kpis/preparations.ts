import type { NetworkNames, OpenedApps } from '#libs/tenancy';
import type { KpiQuestion } from './kpi-question.js';
import type { SourceReport } from './kpi-source.js';

type Prepare<P> = (question: KpiQuestion, opened: OpenedApps, names: NetworkNames) => P;

/** Keys that ask one and the same question of which this is remembered: what each opens is an object of its own. */
const MOST_KEYS = 16;

/** By what a key has opened: once that has changed, nothing is left of it here. */
interface OfQuestion<P> {
  readonly byApps: WeakMap<OpenedApps, { readonly names: NetworkNames; readonly prepared: P }>;
  kept: number;
}

/**
 * What questions come to at a vendor, before anything is asked: worked out once for the same question about the same apps,
 * and shared. What is answered has a report of its own.
 */
export class Preparations<P extends { report: SourceReport }> {
  private readonly questions = new WeakMap<KpiQuestion, OfQuestion<P>>();

  constructor(private readonly prepare: Prepare<P>) {}

  of(question: KpiQuestion, opened: OpenedApps, names: NetworkNames): P {
    let known = this.questions.get(question);
    const mine = known?.byApps.get(opened);
    if (mine?.names === names) return mine.prepared;
    const prepared = this.prepare(question, opened, names);
    if (!known || known.kept >= MOST_KEYS) {
      this.questions.set(question, (known = { byApps: new WeakMap(), kept: 0 }));
    }
    known.kept++;
    known.byApps.set(opened, { names, prepared });
    return prepared;
  }
}

/** A report that may be added to. */
export const ownReport = (report: SourceReport): SourceReport => ({ ...report, warnings: [...report.warnings] });

/** What `make` makes of both: at once where both are there, as those of a question that comes again are. */
export const whenBoth = <A, B, R>(one: A | Promise<A>, other: B | Promise<B>, make: (one: A, other: B) => R) =>
  one instanceof Promise || other instanceof Promise
    ? Promise.all([one, other]).then((both) => make(...both))
    : make(one, other);
