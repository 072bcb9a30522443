import { Injectable } from '@nestjs/common';
import type { OperatorContext } from '#libs/domain';
import { type Page, type PageInput, type TenantRecord, Tenants } from '#libs/tenancy';
import { OperatorActs } from './operator-acts.js';

export interface TenantInput {
  slug: string;
  name: string;
}

/** The operator's list of tenants. */
@Injectable()
export class TenantsAdmin {
  constructor(
    private readonly tenants: Tenants,
    private readonly acts: OperatorActs,
  ) {}

  /** BAD_USER_INPUT names every bad field; CONFLICT when the slug is taken. */
  create(operator: OperatorContext, input: TenantInput): Promise<TenantRecord> {
    return this.acts.beyond(operator, 'tenant.create', { request: input }, async (note) => {
      const tenant = await this.tenants.create(input);
      note({ resource: resourceOf(tenant.slug), after: tenant });
      return tenant;
    });
  }

  /** Oldest first. */
  list(operator: OperatorContext, page: PageInput): Promise<Page<TenantRecord>> {
    return this.acts.beyond(operator, 'tenant.read', { request: page }, () => this.tenants.list(page));
  }

  get(operator: OperatorContext, slug: string): Promise<TenantRecord> {
    return this.acts.beyond(operator, 'tenant.read', { resource: resourceOf(slug) }, () => this.tenants.get(slug));
  }

  rename(operator: OperatorContext, slug: string, input: { name: string }): Promise<TenantRecord> {
    const target = { resource: resourceOf(slug), request: input };
    return this.acts.on(operator, slug, 'tenant.update', target, async (before, note) => {
      const tenant = await this.tenants.rename(slug, input);
      note({ before, after: tenant });
      return tenant;
    });
  }

  /** With its apps, keys and credentials; its audit log stays. In the operator's chain: the tenant can't read its own. */
  delete(operator: OperatorContext, slug: string): Promise<TenantRecord> {
    return this.acts.beyond(operator, 'tenant.delete', { resource: resourceOf(slug) }, async (note) => {
      const tenant = await this.tenants.delete(slug);
      note({ before: tenant });
      return tenant;
    });
  }
}

const resourceOf = (slug: string): string => `tenant:${slug}`;
