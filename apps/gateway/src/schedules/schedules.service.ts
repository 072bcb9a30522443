import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import type { ScheduleModel } from '#libs/database';
import { requireScope, type TenantContext } from '#libs/domain';
import { AppDirectory } from '#libs/tenancy';
import { type App, appOf } from '../apps/app.model.js';
import type { Page } from '../edge/page.model.js';
import type { ReportOfApp } from '../reports/report.model.js';
import { vendorOf } from '../reports/report-words.js';
import { ReportsService } from '../reports/reports.service.js';
import type { AskedSchedule } from './asked-schedule.js';
import { nextRunsOf } from './run-windows.js';
import { ScheduleStore } from './schedule-store.js';
import type { SchedulePageArgs, SchedulesArgs } from './schedule.input.js';
import { scheduleOf, type ScheduleOfApp, type ScheduleWindow } from './schedule.model.js';

/** What has been scheduled, and what came of it. Scope schedules:read, asked here for every edge. */
@Injectable()
export class SchedulesService {
  private readonly appsOfRequest = new WeakMap<TenantContext, Map<string, Promise<App>>>();

  constructor(
    private readonly store: ScheduleStore,
    private readonly reports: ReportsService,
    private readonly directory: AppDirectory,
    private readonly audit: AuditLog,
  ) {}

  /** NOT_FOUND for another tenant's, and for what this key may not see. */
  one(tenant: TenantContext, id: string): Promise<ScheduleOfApp> {
    return this.read(tenant, id, `schedule:${id}`, (row) => scheduleOf(row));
  }

  /** Newest first. */
  list(tenant: TenantContext, args: SchedulesArgs): Promise<Page<ScheduleOfApp>> {
    return this.audit.around(tenant, 'schedules.read', { request: args }, async () => {
      requireScope(tenant, 'schedules:read');
      return this.store.list(tenant, args);
    });
  }

  ofApp(tenant: TenantContext, appId: string, args: SchedulePageArgs): Promise<Page<ScheduleOfApp>> {
    return this.list(tenant, { ...args, appIds: [appId] });
  }

  /** For an edge that leads here from its report. */
  async ofReport(tenant: TenantContext, scheduleId: string | null): Promise<ScheduleOfApp | null> {
    requireScope(tenant, 'schedules:read');
    return scheduleId === null ? null : this.one(tenant, scheduleId);
  }

  /** Scope reports:read; newest first, runs that never came among them. */
  async reportsOf(tenant: TenantContext, id: string, args: SchedulePageArgs): Promise<Page<ReportOfApp>> {
    requireScope(tenant, 'reports:read');
    await this.one(tenant, id);
    return this.reports.list(tenant, { ...args, filter: { scheduleId: id } });
  }

  /** Scope reports:read. Null before the first run. */
  async lastReportOf(tenant: TenantContext, id: string): Promise<ReportOfApp | null> {
    const { nodes } = await this.reportsOf(tenant, id, { first: 1 });
    return nodes[0] ?? null;
  }

  async windows(tenant: TenantContext, id: string, count: number): Promise<ScheduleWindow[]> {
    return this.windowsOf(await this.one(tenant, id), count);
  }

  /** None where it does not run any more. */
  windowsOf({ status, request }: ScheduleOfApp, count: number): ScheduleWindow[] {
    if (status === 'DELETED') return [];
    return nextRunsOf(request as AskedSchedule, new Date(), count).map(({ runAt, start, end }) => ({
      runAt: runAt.toISOString(),
      start: start.toISOString(),
      end: end.toISOString(),
    }));
  }

  /** Scope apps:read. Looked up once for each app of an answer. */
  async appOf(tenant: TenantContext, { appId }: ScheduleOfApp): Promise<App> {
    requireScope(tenant, 'apps:read');
    const known = this.appsOfRequest.get(tenant) ?? new Map<string, Promise<App>>();
    this.appsOfRequest.set(tenant, known);
    const app = known.get(appId) ?? this.directory.get(tenant, appId).then(appOf);
    known.set(appId, app);
    return app;
  }

  private read<T>(tenant: TenantContext, id: string, resource: string, work: (row: ScheduleModel) => T): Promise<T> {
    return this.audit.around(tenant, 'schedules.read', { resource }, async (note) => {
      requireScope(tenant, 'schedules:read');
      const row = await this.store.get(tenant, id);
      note({ appId: row.appId, vendor: vendorOf(row.kind) });
      return work(row);
    });
  }
}
