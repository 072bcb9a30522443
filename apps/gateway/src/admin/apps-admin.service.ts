import { Injectable } from '@nestjs/common';
import type { OperatorContext } from '#libs/domain';
import { type AppInput, type AppRecord, AppRegistry, type Page, type PageInput } from '#libs/tenancy';
import { OperatorActs } from './operator-acts.js';

/** The operator's side of a tenant's apps. */
@Injectable()
export class AppsAdmin {
  constructor(
    private readonly apps: AppRegistry,
    private readonly acts: OperatorActs,
  ) {}

  /** BAD_USER_INPUT names every bad field; CONFLICT the upstream name that another app of the tenant has. */
  create(operator: OperatorContext, slug: string, input: AppInput): Promise<AppRecord> {
    return this.acts.on(operator, slug, 'app.create', { request: input }, async (tenant, note) => {
      const app = await this.apps.create(tenant.id, input);
      note({ appId: app.id, resource: `app:${app.id}`, after: app });
      return app;
    });
  }

  /** By name. */
  list(operator: OperatorContext, slug: string, page: PageInput): Promise<Page<AppRecord>> {
    return this.acts.on(operator, slug, 'apps.read', { request: page }, (tenant) => this.apps.list(tenant.id, page));
  }

  /** Changes what is given; null takes an upstream name away. */
  update(operator: OperatorContext, slug: string, id: string, change: Partial<AppInput>): Promise<AppRecord> {
    const target = { appId: id, resource: `app:${id}`, request: change };
    return this.acts.on(operator, slug, 'app.update', target, async (tenant, note) => {
      const app = await this.apps.update(tenant.id, id, change);
      note({ after: app });
      return app;
    });
  }

  /** Forgets the app here; at the vendors nothing changes. */
  delete(operator: OperatorContext, slug: string, id: string): Promise<void> {
    return this.acts.on(operator, slug, 'app.delete', { appId: id, resource: `app:${id}` }, (tenant) =>
      this.apps.delete(tenant.id, id),
    );
  }
}
