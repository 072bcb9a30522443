import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { requireScope, type TenantContext } from '#libs/domain';
import { AppDirectory } from '#libs/tenancy';
import { type App, appOf } from '../apps/app.model.js';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import { OncePerRequest } from './once-per-request.js';
import { type AppAtKochava, PostbackReads } from './postback-reads.js';
import { type PostbackOfApp, postbackOf, type PostbackTemplate, templateOf } from './postback.model.js';

/**
 * The postbacks of an app, read at Kochava. Scope postbacks:read, asked here for every edge. NOT_FOUND for an app that
 * the key may not touch, UNSUPPORTED for one that has no number at Kochava.
 */
@Injectable()
export class PostbacksService {
  private readonly templatesOfRequest = new OncePerRequest<Map<string, PostbackTemplate>>();
  private readonly appsOfRequest = new OncePerRequest<App>();

  constructor(
    private readonly directory: AppDirectory,
    private readonly reads: PostbackReads,
    private readonly audit: AuditLog,
  ) {}

  list(tenant: TenantContext, appId: string): Promise<ReadAnswer<PostbackOfApp[]>> {
    return this.read(tenant, appId, `app:${appId}/postbacks`, async (at) =>
      mapped(await this.reads.list(tenant, at), (list) => list.map((one) => postbackOf(at.app.id, one))),
    );
  }

  /** NOT_FOUND also for another app's postback, and for an id that is no number. */
  one(tenant: TenantContext, appId: string, id: string): Promise<ReadAnswer<PostbackOfApp>> {
    return this.read(tenant, appId, `postback:${id}`, async (at) =>
      mapped(await this.reads.one(tenant, at, id), (one) => postbackOf(at.app.id, one)),
    );
  }

  templates(tenant: TenantContext, appId: string): Promise<ReadAnswer<PostbackTemplate[]>> {
    return this.read(tenant, appId, `app:${appId}/postback-templates`, async (at) =>
      mapped(await this.reads.templates(tenant, at), (list) => list.map(templateOf)),
    );
  }

  /** Templates whose set-up is not finished. */
  incomplete(tenant: TenantContext, appId: string): Promise<ReadAnswer<PostbackTemplate[]>> {
    return this.read(tenant, appId, `app:${appId}/postbacks/incomplete`, async (at) =>
      mapped(await this.reads.incomplete(tenant, at), (list) => list.map(templateOf)),
    );
  }

  /** Null for a template that the app can no longer have. Every postback of an app in one answer: one call upstream. */
  async templateOf(tenant: TenantContext, { appId, templateId }: PostbackOfApp): Promise<PostbackTemplate | null> {
    requireScope(tenant, 'postbacks:read');
    const templates = await this.templatesOfRequest.get(tenant, appId, async () => {
      const { value } = await this.templates(tenant, appId);
      return new Map(value.map((template) => [template.id, template]));
    });
    return templates.get(templateId) ?? null;
  }

  /** Scope apps:read. */
  async appOf(tenant: TenantContext, { appId }: PostbackOfApp): Promise<App> {
    requireScope(tenant, 'apps:read');
    return this.appsOfRequest.get(tenant, appId, async () => appOf(await this.directory.get(tenant, appId)));
  }

  private read<T>(
    tenant: TenantContext,
    appId: string,
    resource: string,
    work: (at: AppAtKochava) => Promise<T>,
  ): Promise<T> {
    return this.audit.around(tenant, 'postbacks.read', { resource, vendor: 'KOCHAVA' }, async (note) => {
      requireScope(tenant, 'postbacks:read');
      const app = await this.directory.get(tenant, appId);
      note({ appId: app.id });
      return work(await this.reads.reach(tenant, app));
    });
  }
}

const mapped = <T, U>(answer: ReadAnswer<T>, map: (value: T) => U): ReadAnswer<U> => ({
  ...answer,
  value: map(answer.value),
});
