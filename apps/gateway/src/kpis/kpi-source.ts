import type { Awaitable, GatewayError, TenantContext, Vendor } from '#libs/domain';
import type { LineForm } from '../edge/table-lines.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import { linesOfRows, type RowSource } from './row-source.js';
import type { KpiMetric, KpiService, KpiSourceStatus } from './kpi-words.js';

/** What is told of one source of an answer: KpiSource of the public face. */
export interface SourceReport {
  vendor: Vendor;
  service: KpiService;
  /** The apps that were asked about. */
  apps: readonly { readonly id: string; readonly name: string }[];
  status: KpiSourceStatus;
  fetchedAt: Date | null;
  currencies: string[];
  warnings: string[];
  settings: Record<string, unknown>;
  metricNames: { metric: KpiMetric; vendorName: string }[];
  unsupported: string[];
  error: GatewayError | null;
  /** Ids of the reports that the numbers were, or will be, read from, where the vendor answers asynchronously. */
  reports: readonly string[];
}

/** A source's part of an answer. */
export interface SourceRows {
  report: SourceReport;
  layout: KpiLayout;
  rows: RowSource;
  renew?: Renewal;
}

/**
 * Asks the same again, for another request with the same key about the same apps: what has come instead, or, where nothing
 * else than before, when it was fetched. It holds nothing of the request that was answered first.
 */
export type Renewal = (tenant: TenantContext) => Awaitable<SourceRows | Date>;

/**
 * As SourceRows, for answers of any size: rows are made as they come, and the report is complete when they have ended.
 * They are read once, as cells or as lines.
 */
export interface SourceStream {
  report: SourceReport;
  layout: KpiLayout;
  /** Where they are all here already. */
  rows?: RowSource;
  batches: () => AsyncGenerator<readonly KpiCells[]>;
  /** The same rows as lines of a form with this layout's columns. */
  lines: (form: LineForm) => AsyncGenerator<string | Buffer>;
  /** Ends the vendor's answer where its rows will not be read; harmless where they were. */
  leave?: () => Promise<unknown>;
}

export interface SourceRequest {
  tenant: TenantContext;
  question: KpiQuestion;
  /** Null: every app that the key may read. */
  appIds: readonly string[] | null;
  /** How long to wait for a vendor that answers asynchronously; past it the source is PENDING. */
  waitSeconds: number;
  /** The caller adds rows of one key up: what `stream` gives of large answers may come in parts, in any order. */
  addsUp?: boolean;
}

/** What a question comes to at a source, before anything is asked of the vendor. */
export interface PreparedSource {
  /** As far as it can be told now: that of a source that would be asked has no error. Shared, and never to be changed. */
  readonly report: Readonly<SourceReport>;
  /** Asks. BAD_USER_INPUT is thrown; any other failure is the source's own, in the report of what it answers. */
  read(): Awaitable<SourceRows>;
  stream(): Promise<SourceStream>;
}

/** A service that numbers come from. A third vendor is one more of these. */
export interface KpiSourceService {
  readonly vendor: Vendor;
  readonly service: KpiService;
  /** Throws BAD_USER_INPUT for a question that is wrong. */
  prepare(request: SourceRequest): PreparedSource | Promise<PreparedSource>;
}

/** Whole rows as a stream of one batch. */
export function asStream({ rows, report, layout }: SourceRows): SourceStream {
  async function* batches(): AsyncGenerator<readonly KpiCells[]> {
    if (rows.count > 0) yield rows.cells;
  }
  async function* lines(form: LineForm): AsyncGenerator<string | Buffer> {
    if (rows.count > 0) yield linesOfRows(rows, form);
  }
  return { report, layout, rows, batches, lines };
}
