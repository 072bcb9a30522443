import type { GatewayError, TenantContext, Vendor } from '#libs/domain';
import type { LineForm } from '../edge/table-lines.js';
import type { KpiLayout } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import type { RowSource } from './row-source.js';
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
}

/** A source's part of an answer. */
export interface SourceRows {
  report: SourceReport;
  layout: KpiLayout;
  rows: RowSource;
}

/** As SourceRows, for answers of any size: lines are made as rows come, and the report is complete when they have ended. */
export interface SourceStream {
  report: SourceReport;
  layout: KpiLayout;
  lines: (form: LineForm) => AsyncGenerator<string>;
  /** Ends the vendor's answer where `batches` will not be read; harmless where they were. */
  leave?: () => Promise<unknown>;
}

export interface SourceRequest {
  tenant: TenantContext;
  question: KpiQuestion;
  /** Null: every app that the key may read. */
  appIds: readonly string[] | null;
}

/** A service that numbers come from. A third vendor is one more of these. */
export interface KpiSourceService {
  readonly vendor: Vendor;
  readonly service: KpiService;
  /** Throws BAD_USER_INPUT for a question that is wrong; any other failure is the source's own, in its report. */
  read(request: SourceRequest): Promise<SourceRows>;
  stream(request: SourceRequest): Promise<SourceStream>;
}
