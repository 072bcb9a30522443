import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import type { ReportModel } from '#libs/database';
import { requireScope, type TenantContext } from '#libs/domain';
import { AppDirectory } from '#libs/tenancy';
import { type App, appOf } from '../apps/app.model.js';
import type { Page } from '../edge/page.model.js';
import type { Table } from '../edge/tabular.js';
import type { ReportRowsArgs, ReportsArgs } from './report.input.js';
import { reportOf, type ReportOfApp } from './report.model.js';
import { type OpenFile, ReportMakers } from './report-makers.js';
import { ReportRows } from './report-rows.js';
import { ReportStore } from './report-store.js';
import { vendorOf } from './report-words.js';

/** What has been asked for, and the rows and files that came of it. Scope reports:read, asked here for every edge. */
@Injectable()
export class ReportsService {
  private readonly appsOfRequest = new WeakMap<TenantContext, Map<string, Promise<App>>>();

  constructor(
    private readonly store: ReportStore,
    private readonly rows: ReportRows,
    private readonly makers: ReportMakers,
    private readonly directory: AppDirectory,
    private readonly audit: AuditLog,
  ) {}

  /** NOT_FOUND for another tenant's, and for what this key may not see. */
  one(tenant: TenantContext, id: string): Promise<ReportOfApp> {
    return this.read(tenant, id, `report:${id}`, async (row) => reportOf(row));
  }

  /** Newest first. */
  list(tenant: TenantContext, args: ReportsArgs): Promise<Page<ReportOfApp>> {
    return this.audit.around(tenant, 'reports.read', { request: args }, async () => {
      requireScope(tenant, 'reports:read');
      return this.store.list(tenant, args);
    });
  }

  /** Those of `ids` that this key may see, in their order. */
  async byIds(tenant: TenantContext, ids: readonly string[]): Promise<ReportOfApp[]> {
    if (ids.length === 0) {
      requireScope(tenant, 'reports:read');
      return [];
    }
    return this.audit.around(tenant, 'reports.read', { request: { ids } }, async () => {
      requireScope(tenant, 'reports:read');
      return (await this.store.byIds(tenant, ids)).map(reportOf);
    });
  }

  /** As `list`, of one app, whatever apps the filter names besides. */
  ofApp(tenant: TenantContext, appId: string, args: ReportsArgs): Promise<Page<ReportOfApp>> {
    const named = args.filter?.appIds;
    const appIds = !named || named.includes(appId) ? [appId] : [];
    return this.list(tenant, { ...args, filter: { ...args.filter, appIds } });
  }

  /** A page of rows; null until it is COMPLETED, and where the file went elsewhere. */
  async page(tenant: TenantContext, { id, status, hasFile }: ReportOfApp, args: ReportRowsArgs) {
    requireScope(tenant, 'reports:read');
    return status === 'COMPLETED' && hasFile ? this.pageOf(tenant, id, args) : null;
  }

  /** As `page`; NOT_READY, CONFLICT or UNSUPPORTED where there are no rows. */
  pageOf(tenant: TenantContext, id: string, args: ReportRowsArgs): Promise<Page<Record<string, unknown>>> {
    return this.read(tenant, id, `report:${id}/rows`, (row) => this.rows.page(row, args, tenant.signal));
  }

  /** All rows from the cursor on, as they come. */
  table(tenant: TenantContext, id: string, after?: string | null): Promise<Table> {
    return this.read(tenant, id, `report:${id}/rows`, (row) => this.rows.table(row, after, tenant.signal));
  }

  /** The file as its maker keeps it, perhaps compressed. */
  file(tenant: TenantContext, id: string): Promise<OpenFile> {
    return this.audit.around(tenant, 'report.download', { resource: `report:${id}` }, async (note) => {
      requireScope(tenant, 'reports:read');
      const row = await this.store.get(tenant, id);
      note({ appId: row.appId, vendor: vendorOf(row.kind) });
      return this.makers.of(row.kind).open(row, { signal: tenant.signal });
    });
  }

  /** Scope apps:read. Looked up once for each app of an answer. */
  async appOf(tenant: TenantContext, { appId }: ReportOfApp): Promise<App> {
    requireScope(tenant, 'apps:read');
    const known = this.appsOfRequest.get(tenant) ?? new Map<string, Promise<App>>();
    this.appsOfRequest.set(tenant, known);
    const app = known.get(appId) ?? this.directory.get(tenant, appId).then(appOf);
    known.set(appId, app);
    return app;
  }

  private read<T>(
    tenant: TenantContext,
    id: string,
    resource: string,
    work: (row: ReportModel) => Promise<T>,
  ): Promise<T> {
    return this.audit.around(tenant, 'reports.read', { resource }, async (note) => {
      requireScope(tenant, 'reports:read');
      const row = await this.store.get(tenant, id);
      note({ appId: row.appId, vendor: vendorOf(row.kind) });
      return work(row);
    });
  }
}
