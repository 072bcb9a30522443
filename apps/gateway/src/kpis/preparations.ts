import type { NetworkNames, OpenedApps } from '#libs/tenancy';
import type { KpiQuestion } from './kpi-question.js';
import type { SourceReport } from './kpi-source.js';

type Prepare<P> = (question: KpiQuestion, opened: OpenedApps, names: NetworkNames) => P;

/**
 * What questions come to at a vendor, before anything is asked: worked out once for the same question about the same apps,
 * and shared. What is answered has a report of its own.
 */
export class Preparations<P extends { report: SourceReport }> {
  private readonly known = new WeakMap<KpiQuestion, { opened: OpenedApps; names: NetworkNames; prepared: P }>();

  constructor(private readonly prepare: Prepare<P>) {}

  of(question: KpiQuestion, opened: OpenedApps, names: NetworkNames): P {
    let known = this.known.get(question);
    if (!known || known.opened !== opened || known.names !== names) {
      known = { opened, names, prepared: this.prepare(question, opened, names) };
      this.known.set(question, known);
    }
    return known.prepared;
  }
}

/** A report that may be added to. */
export const ownReport = (report: SourceReport): SourceReport => ({ ...report, warnings: [...report.warnings] });
