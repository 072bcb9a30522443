import { GatewayError } from '#libs/domain';
import { type Selected, spendRows, spendTable } from './answer-budget.js';
import type { AnswerFrame } from './answer-frame.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import type { KpiTable } from './kpi.model.js';
import type { RowsText } from './kpi-row-text.js';
import { KpiRowView } from './kpi-row-view.js';
import { KpiTableView, MOST_TABLE_ROWS } from './kpi-table-view.js';
import type { Renewal, SourceReport } from './kpi-source.js';
import { KpiSourceView } from './kpi-source-view.js';
import { DIMENSION_COLUMNS } from './kpi-words.js';
import { keptTexts } from './kept-texts.js';
import { GivenRows, type RowSource } from './row-source.js';
import type { Moment } from './standing-question.js';

export const MOST_ROWS = 10_000;

/** KpiResult of the public face. Rows are kept as cells; the objects of `rows` and `sources` are made when selected. */
export class KpiAnswer {
  private views?: readonly KpiRowView[];
  private madeCells?: readonly KpiCells[];

  constructor(
    private readonly frame: AnswerFrame,
    readonly rowSource: RowSource,
    readonly reports: readonly SourceReport[],
    private readonly askTotals: () => Promise<KpiAnswer>,
    /** Of its one source, and for how long. */
    readonly renewal?: { readonly renew: Renewal; readonly moment: Moment },
  ) {}

  get cells(): readonly KpiCells[] {
    return (this.madeCells ??= this.rowSource.cells);
  }

  /** Made once, however often they are selected. QUERY_TOO_COMPLEX where one operation asks for too many in all. */
  rowsFor(info: Selected): readonly KpiRowView[] {
    this.spendRows(info);
    return this.rows;
  }

  /** As rowsFor, as JSON. */
  rowsTextFor(info: Selected, text: RowsText): string {
    this.spendRows(info);
    const { cells, rowSource } = this;
    if (cells.length > MOST_ROWS) return text(cells.slice(0, MOST_ROWS), this.frame.layout);
    return keptTexts.of(rowSource, text.form, () => text(cells, this.frame.layout)).text as string;
  }

  private spendRows(info: Selected): void {
    const { tenant, layout } = this.frame;
    const metrics = layout.columns.length - layout.firstMetricAt;
    spendRows(tenant, Math.min(this.rowCount, MOST_ROWS), metrics, info);
  }

  tableFor(): KpiTableView {
    const { tenant, layout } = this.frame;
    spendTable(tenant, Math.min(this.rowCount, MOST_TABLE_ROWS), layout.columns.length);
    return new KpiTableView(layout.columns as KpiTable['columns'], this.rowSource);
  }

  private get rows(): readonly KpiRowView[] {
    return (this.views ??= this.cells.slice(0, MOST_ROWS).map((cells) => new KpiRowView(cells, this.frame)));
  }

  get rowCount(): number {
    return this.rowSource.count;
  }

  get truncated(): boolean {
    return this.rowSource.count > MOST_ROWS;
  }

  get layout(): KpiLayout {
    return this.frame.layout;
  }

  get question(): KpiQuestion {
    return this.frame.question;
  }

  async totalsFor(info: Selected): Promise<readonly KpiRowView[]> {
    return (await this.askTotals()).rowsFor(info);
  }

  totalsAnswer(): Promise<KpiAnswer> {
    return this.askTotals();
  }

  /** The part of this answer, which is grouped by app, that is about one app; without its app columns if so asked. */
  ofApp(appId: string, dropApp: boolean, askTotals: () => Promise<KpiAnswer>): KpiAnswer {
    const { layout } = this.frame;
    const at = layout.at.get('APP')!;
    const own = this.cells.filter((cells) => cells[at] === appId);
    const cells = dropApp ? own.map((row) => row.toSpliced(at, APP_COLUMNS)) : own;
    const frame = { ...this.frame, layout: dropApp ? withoutApp(layout) : layout };
    return new KpiAnswer(
      frame,
      new GivenRows(cells),
      this.reports.map((report) => reportOfApp(report, appId)),
      askTotals,
    );
  }

  get sources(): KpiSourceView[] {
    return this.reports.map((report) => new KpiSourceView(report, this.frame));
  }
}

const APP_COLUMNS = DIMENSION_COLUMNS.APP.length;

function withoutApp(layout: KpiLayout): KpiLayout {
  const gone = layout.at.get('APP')!;
  const shift = (at: number): number => (at > gone ? at - APP_COLUMNS : at);
  return {
    columns: layout.columns.toSpliced(gone, APP_COLUMNS),
    at: new Map(
      [...layout.at].filter(([dimension]) => dimension !== 'APP').map(([dimension, at]) => [dimension, shift(at)]),
    ),
    currencyAt: layout.currencyAt === undefined ? undefined : shift(layout.currencyAt),
    firstMetricAt: shift(layout.firstMetricAt),
  };
}

function reportOfApp(report: SourceReport, appId: string): SourceReport {
  if (report.error || report.apps.some((app) => app.id === appId))
    return { ...report, apps: report.apps.filter((app) => app.id === appId) };
  const error = new GatewayError('UNSUPPORTED', 'This app has no name at this vendor.', { vendor: report.vendor });
  return { ...report, apps: [], status: 'UNSUPPORTED', error };
}
