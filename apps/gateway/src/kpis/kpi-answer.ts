import type { GraphQLResolveInfo } from 'graphql';
import { type AppRecord } from '#libs/tenancy';
import { GatewayError, type TenantContext, requireScope } from '#libs/domain';
import { type App, appOf } from '../apps/app.model.js';
import { spendRows, spendTable } from './answer-budget.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import type { KpiDimensionId, KpiSource, KpiTable, KpiValue } from './kpi.model.js';
import { GivenRows, type RowSource } from './row-source.js';
import type { SourceReport } from './kpi-source.js';
import { DIMENSION_COLUMNS, type KpiDimension } from './kpi-words.js';

export const MOST_ROWS = 10_000;
export const MOST_TABLE_ROWS = 100_000;

/** What the whole answer's rows share. */
export interface AnswerFrame {
  tenant: TenantContext;
  question: KpiQuestion;
  layout: KpiLayout;
  /** Whole apps behind the ids in the rows; asked for only when a query selects one. */
  appsById: () => Promise<ReadonlyMap<string, AppRecord>>;
}

/** KpiResult of the public face. Rows are kept as cells; the objects of `rows` and `sources` are made when selected. */
export class KpiAnswer {
  private views?: readonly KpiRowView[];

  constructor(
    private readonly frame: AnswerFrame,
    readonly rowSource: RowSource,
    readonly reports: readonly SourceReport[],
    private readonly askTotals: () => Promise<KpiAnswer>,
  ) {}

  get cells(): readonly KpiCells[] {
    return this.rowSource.cells;
  }

  /** Made once, however often they are selected. QUERY_TOO_COMPLEX where one operation asks for too many in all. */
  rowsFor(info: GraphQLResolveInfo): readonly KpiRowView[] {
    const { tenant, layout } = this.frame;
    const metrics = layout.columns.length - layout.firstMetricAt;
    spendRows(tenant, Math.min(this.rowCount, MOST_ROWS), metrics, info);
    return this.rows;
  }

  tableFor(): KpiTable {
    const { tenant, layout } = this.frame;
    spendTable(tenant, Math.min(this.rowCount, MOST_TABLE_ROWS), layout.columns.length);
    return { columns: layout.columns as KpiTable['columns'], rows: this.cells.slice(0, MOST_TABLE_ROWS) as KpiCells[] };
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

  async totalsFor(info: GraphQLResolveInfo): Promise<readonly KpiRowView[]> {
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

/** One row of `rows`: every field reads its cell, so that fields nobody selects cost nothing. */
export class KpiRowView {
  private values?: KpiValue[];

  constructor(
    private readonly cells: KpiCells,
    private readonly frame: AnswerFrame,
  ) {}

  get vendor(): unknown {
    return this.cells[0];
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

  get region(): string | null {
    return this.text('REGION');
  }

  get network(): string | null {
    return this.text('NETWORK');
  }

  get campaign(): string | null {
    return this.text('CAMPAIGN');
  }

  get adgroup(): string | null {
    return this.text('ADGROUP');
  }

  get creative(): string | null {
    return this.text('CREATIVE');
  }

  get site(): string | null {
    return this.text('SITE');
  }

  get tracker(): string | null {
    return this.text('TRACKER');
  }

  get partner(): string | null {
    return this.text('PARTNER');
  }

  get osName(): string | null {
    return this.text('OS_NAME');
  }

  get deviceType(): string | null {
    return this.text('DEVICE_TYPE');
  }

  get event(): string | null {
    return this.text('EVENT');
  }

  get cohortPeriod(): number | null {
    return this.cell('COHORT_PERIOD') as number | null;
  }

  get dimensionIds(): KpiDimensionId[] {
    const ids: KpiDimensionId[] = [];
    for (const [dimension, index] of this.frame.layout.at) {
      const hasId = dimension !== 'APP' && DIMENSION_COLUMNS[dimension].length === 2;
      const id = hasId ? this.cells[index + 1] : null;
      if (id) ids.push({ dimension, id: String(id) });
    }
    return ids;
  }

  get currency(): string | null {
    const at = this.frame.layout.currencyAt;
    return at === undefined ? null : (this.cells[at] as string | null);
  }

  /** Read several times for each row: made once. */
  get metrics(): KpiValue[] {
    return (this.values ??= this.valuesOfCells());
  }

  private valuesOfCells(): KpiValue[] {
    const { columns, firstMetricAt } = this.frame.layout;
    const metrics: KpiValue[] = [];
    for (let index = firstMetricAt; index < columns.length; index++) {
      metrics.push({ name: columns[index]!.name, value: this.cells[index] as number | null });
    }
    return metrics;
  }

  private cell(dimension: KpiDimension): string | number | null {
    const at = this.frame.layout.at.get(dimension);
    return at === undefined ? null : (this.cells[at] ?? null);
  }

  private text(dimension: KpiDimension): string | null {
    return this.cell(dimension) as string | null;
  }
}

/** One of `sources`. */
export class KpiSourceView implements Omit<KpiSource, 'apps' | 'reports'> {
  readonly vendor;
  readonly service;
  readonly status;
  readonly fetchedAt;
  readonly currencies;
  readonly warnings;
  readonly settings;
  readonly metricNames;
  readonly unsupported;

  constructor(
    private readonly report: SourceReport,
    private readonly frame: AnswerFrame,
  ) {
    this.vendor = report.vendor;
    this.service = report.service;
    this.status = report.status;
    this.fetchedAt = report.fetchedAt;
    this.currencies = report.currencies;
    this.warnings = report.warnings;
    this.settings = report.settings;
    this.metricNames = report.metricNames;
    this.unsupported = report.unsupported;
  }

  get error(): KpiSource['error'] {
    const { error } = this.report;
    return (
      error && { code: error.code, message: error.message, retryAfterSeconds: error.details.retryAfterSeconds ?? null }
    );
  }

  /** The reports that its numbers are, or will be, read from. */
  get reportIds(): readonly string[] {
    return this.report.reports;
  }

  isAbout(appId: string): boolean {
    return this.report.apps.some(({ id }) => id === appId);
  }

  get apps(): Promise<App[]> {
    requireScope(this.frame.tenant, 'apps:read');
    return this.frame.appsById().then((byId) =>
      this.report.apps.flatMap(({ id }) => {
        const app = byId.get(id);
        return app ? [appOf(app)] : [];
      }),
    );
  }

  /** As REST shows it, where an app is its id and name; none for a key without apps:read. */
  toRest(): object {
    const { vendor, service, status, fetchedAt, currencies, warnings, settings, metricNames, unsupported, error } =
      this;
    const seesApps = this.frame.tenant.scopes.has('apps:read');
    const apps = seesApps ? this.report.apps.map(({ id, name }) => ({ id, name })) : [];
    return {
      vendor,
      service,
      apps,
      status,
      fetchedAt,
      currencies,
      warnings,
      settings,
      metricNames,
      unsupported,
      error,
    };
  }
}
