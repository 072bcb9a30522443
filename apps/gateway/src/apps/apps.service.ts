import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantContext, requireScope } from '#libs/domain';
import { AppDirectory } from '#libs/tenancy';
import type { Page } from '../edge/page.model.js';
import { type App, type AppsArgs, appOf } from './app.model.js';

/** Counted only where somebody asks how many there are. */
export type AppPage = Page<App> & { readonly totalCount: Promise<number> };

@Injectable()
export class AppsService {
  constructor(
    private readonly directory: AppDirectory,
    private readonly audit: AuditLog,
  ) {}

  /** Scope apps:read. NOT_FOUND for an app that is not there, another tenant's, or not on the key's list. */
  one(tenant: TenantContext, id: string): Promise<App> {
    requireScope(tenant, 'apps:read');
    return this.audit.around(tenant, 'app.read', { resource: `app:${id}` }, async (note) => {
      const app = await this.directory.get(tenant, id);
      note({ appId: app.id });
      return appOf(app);
    });
  }

  /** Scope apps:read. The apps that the key may touch, by name. */
  list(tenant: TenantContext, args: AppsArgs): Promise<AppPage> {
    requireScope(tenant, 'apps:read');
    return this.audit.around(tenant, 'apps.read', { request: args }, async () => {
      const page = await this.directory.list(tenant, args);
      return {
        nodes: page.nodes.map(appOf),
        pageInfo: page.pageInfo,
        get totalCount() {
          return page.totalCount();
        },
      };
    });
  }
}
