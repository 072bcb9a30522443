import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Written } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import type { App } from '../apps/app.model.js';
import { beginning } from '../edge/beginning.js';
import { bodyStream } from '../edge/body-stream.js';
import { answerOnce } from '../edge/idempotency.js';
import { type RestList, restList } from '../edge/list-reply.js';
import type { Page } from '../edge/page.model.js';
import { ErrorPages } from '../edge/problem.js';
import { formatOf, sendTable } from '../edge/tabular.js';
import type { ReportOfApp } from './report.model.js';
import type { ReportRowsQuery } from './report-query.js';
import { ReportsService } from './reports.service.js';

export type RestReport = Omit<ReportOfApp, 'appId' | 'hasFile' | 'scheduleId'> & {
  app: App | null;
  schedule: object | null;
  fileUrl: string | null;
};

/** The schedule that made a report, as REST answers it. */
type ScheduleOf = (tenant: TenantContext, id: string) => Promise<object | null>;

/** Where a report's file can be had; null where it can not (yet). */
export const fileUrlOf = ({ base }: ErrorPages, { id, status, hasFile }: ReportOfApp): string | null =>
  status === 'COMPLETED' && hasFile ? `${base}/v1/reports/${id}/file` : null;

/** Reports, their rows and files as REST answers them. */
@Injectable()
export class ReportReplies {
  private scheduleOf: ScheduleOf = () => Promise.resolve(null);

  constructor(
    private readonly service: ReportsService,
    private readonly urls: ErrorPages,
  ) {}

  /** Called while modules are put together, by who knows of schedules: they stand above reports. */
  tellSchedulesBy(scheduleOf: ScheduleOf): void {
    this.scheduleOf = scheduleOf;
  }

  async list(reply: FastifyReply, tenant: TenantContext, page: Page<ReportOfApp>): Promise<RestList<RestReport>> {
    const nodes = await Promise.all(page.nodes.map((report) => this.rest(tenant, report)));
    return restList(reply, { nodes, pageInfo: page.pageInfo });
  }

  async asked(reply: FastifyReply, tenant: TenantContext, written: Written<ReportOfApp>): Promise<RestReport> {
    const report = answerOnce(reply, written);
    reply.header('Location', `/v1/reports/${report.id}`);
    return this.rest(tenant, report);
  }

  async deleted(reply: FastifyReply, tenant: TenantContext, written: Written<ReportOfApp>): Promise<RestReport> {
    return this.rest(tenant, answerOnce(reply, written));
  }

  async rest(tenant: TenantContext, report: ReportOfApp): Promise<RestReport> {
    const { id, appId: _, hasFile: __, scheduleId, ...rest } = report;
    const app = tenant.scopes.has('apps:read') ? await this.service.appOf(tenant, report) : null;
    const isTold = scheduleId !== null && tenant.scopes.has('schedules:read');
    const schedule = isTold ? await this.scheduleOf(tenant, scheduleId) : null;
    return { id, app, ...rest, schedule, fileUrl: fileUrlOf(this.urls, report) };
  }

  /** JSON pages; as CSV and NDJSON every row from the cursor on. */
  async rows(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: TenantContext,
    id: string,
    query: ReportRowsQuery,
  ): Promise<void> {
    const format = formatOf(request, query.format);
    reply.header('Cache-Control', 'private, no-cache');
    reply.header('Vary', 'Authorization, X-API-Key, Accept');
    if (format === 'json') {
      const page = await this.service.pageOf(tenant, id, { first: query.first ?? 100, after: query.after });
      reply.send(restList(reply, page));
      return;
    }
    if (query.first !== undefined) {
      const detail = 'has no meaning here: CSV and NDJSON hold every row. Ask for JSON to have pages';
      throw badInput([{ pointer: '/first', detail }]);
    }
    const { bom, human_readable: humanReadable, raw } = query;
    const options = { bom: bom === 'true', humanReadable: humanReadable === 'true', raw: raw === 'true' };
    await sendTable(reply, await this.service.table(tenant, id, query.after), format, options);
  }

  /** As it lies at the vendor's. What breaks midway tears the connection down. */
  async file(reply: FastifyReply, tenant: TenantContext, id: string): Promise<void> {
    const { body, size, fileName } = await this.service.file(tenant, id);
    const begun = await beginning(body);
    reply.header('Cache-Control', 'private, no-cache');
    reply.header('Vary', 'Authorization, X-API-Key');
    reply.header('Content-Disposition', `attachment; filename="${fileName}"`);
    reply.type(typeOf(fileName));
    if (size !== undefined) reply.header('Content-Length', size);
    await reply.send(bodyStream(reply.request, begun));
  }
}

function typeOf(fileName: string): string {
  if (fileName.endsWith('.csv')) return 'text/csv; charset=utf-8';
  if (fileName.endsWith('.json')) return 'application/json; charset=utf-8';
  return fileName.endsWith('.gz') ? 'application/gzip' : 'application/octet-stream';
}
