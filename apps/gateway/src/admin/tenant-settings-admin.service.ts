import { Injectable } from '@nestjs/common';
import type { OperatorContext } from '#libs/domain';
import {
  type Limits,
  type LimitsInput,
  type NetworkAlias,
  type NetworkAliasInput,
  NetworkAliases,
  TenantLimits,
} from '#libs/tenancy';
import { OperatorActs } from './operator-acts.js';

/** What a tenant calls its networks, and where its data may go. Each is replaced whole. */
@Injectable()
export class TenantSettingsAdmin {
  constructor(
    private readonly aliases: NetworkAliases,
    private readonly limits: TenantLimits,
    private readonly acts: OperatorActs,
  ) {}

  getAliases(operator: OperatorContext, slug: string): Promise<NetworkAlias[]> {
    return this.acts.on(operator, slug, 'networkAliases.read', {}, (tenant) => this.aliases.get(tenant.id));
  }

  putAliases(operator: OperatorContext, slug: string, input: NetworkAliasInput[]): Promise<NetworkAlias[]> {
    return this.acts.on(operator, slug, 'networkAliases.put', { request: input }, async (tenant, note) => {
      const before = await this.aliases.get(tenant.id);
      const after = await this.aliases.put(tenant.id, input);
      note({ before, after });
      return after;
    });
  }

  getLimits(operator: OperatorContext, slug: string): Promise<Limits> {
    return this.acts.on(operator, slug, 'limits.read', {}, (tenant) => this.limits.get(tenant.id));
  }

  putLimits(operator: OperatorContext, slug: string, input: LimitsInput): Promise<Limits> {
    return this.acts.on(operator, slug, 'limits.put', { request: input }, async (tenant, note) => {
      const before = await this.limits.get(tenant.id);
      const after = await this.limits.put(tenant.id, input);
      note({ before, after });
      return after;
    });
  }
}
