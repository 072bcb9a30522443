import type { ReportKind } from './report-words.js';

/** Who makes what is asked for, by kind: Kochava, but for kinds that somebody has registered. */
export abstract class Makers<Maker> {
  private readonly others = new Map<string, Maker>();

  constructor(private readonly kochava: Maker) {}

  /** Called while modules are put together. */
  register(kind: ReportKind, maker: Maker): void {
    this.others.set(kind, maker);
  }

  of(kind: string): Maker {
    return this.others.get(kind) ?? this.kochava;
  }
}
