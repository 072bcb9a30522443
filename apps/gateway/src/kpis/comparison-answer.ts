import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '#libs/domain';
import { type App, appOf } from '../apps/app.model.js';
import { spendRows } from './answer-budget.js';
import type { KpiComparisonDimension } from './comparison.input.js';
import type { ComparisonCells, ComparisonLayout } from './comparison-layout.js';
import type { AnswerFrame } from './answer-frame.js';
import { KpiSourceView } from './kpi-source-view.js';
import type { SourceReport } from './kpi-source.js';
import type { KpiMetric } from './kpi-words.js';

export interface ComparisonParts {
  readonly layout: ComparisonLayout;
  readonly reports: readonly SourceReport[];
  readonly frame: AnswerFrame;
  readonly totalsLayout: ComparisonLayout;
  readonly totals: readonly ComparisonCells[];
}

/** KpiComparison of the public face. Rows are kept as cells; their objects are made when selected. */
export class ComparisonAnswer {
  constructor(
    readonly parts: ComparisonParts,
    /** The first rows. */
    readonly cells: readonly ComparisonCells[],
    /** Of all rows. */
    readonly rowCount: number,
  ) {}

  get truncated(): boolean {
    return this.cells.length < this.rowCount;
  }

  get sources(): KpiSourceView[] {
    return this.parts.reports.map((report) => new KpiSourceView(report, this.parts.frame));
  }

  /** QUERY_TOO_COMPLEX where one operation asks for too many rows in all. */
  rowsFor(info: GraphQLResolveInfo): ComparisonRowView[] {
    return this.views(this.cells, this.parts.layout, info);
  }

  totalsFor(info: GraphQLResolveInfo): ComparisonRowView[] {
    return this.views(this.parts.totals, this.parts.totalsLayout, info);
  }

  private views(
    rows: readonly ComparisonCells[],
    layout: ComparisonLayout,
    info: GraphQLResolveInfo,
  ): ComparisonRowView[] {
    const { frame } = this.parts;
    spendRows(frame.tenant, rows.length, 0, info);
    return rows.map((cells) => new ComparisonRowView(cells, layout, frame));
  }
}

/** One row: every field reads its cell. */
class ComparisonRowView {
  constructor(
    private readonly cells: ComparisonCells,
    private readonly layout: ComparisonLayout,
    private readonly frame: AnswerFrame,
  ) {}

  get metric(): KpiMetric {
    return String(this.cells[this.layout.metricAt]).toUpperCase() as KpiMetric;
  }

  /** Leads to another noun: its scope is asked for here, because guards see root fields only. */
  get app(): Promise<App | null> {
    requireScope(this.frame.tenant, 'apps:read');
    return this.frame.appsById().then((byId) => {
      const app = byId.get(this.text('APP') ?? '');
      return app ? appOf(app) : null;
    });
  }

  get time(): string | null {
    return this.text('HOUR') ?? this.text('DAY') ?? this.text('WEEK') ?? this.text('MONTH');
  }

  get country(): string | null {
    return this.text('COUNTRY');
  }

  get network(): string | null {
    return this.text('NETWORK');
  }

  get campaign(): string | null {
    return this.text('CAMPAIGN');
  }

  get currency(): string | null {
    const at = this.layout.currencyAt;
    return at === undefined ? null : (this.cells[at] as string | null);
  }

  get adjust(): number | null {
    return this.number(0);
  }

  get kochava(): number | null {
    return this.number(1);
  }

  get delta(): number | null {
    return this.number(2);
  }

  get deltaPercent(): number | null {
    return this.number(3);
  }

  get withinTolerance(): boolean | null {
    return this.cells[this.layout.valuesAt + 4] as boolean | null;
  }

  private number(index: number): number | null {
    return this.cells[this.layout.valuesAt + index] as number | null;
  }

  private text(dimension: KpiComparisonDimension): string | null {
    const at = this.layout.at.get(dimension);
    return at === undefined ? null : (this.cells[at] as string | null);
  }
}
