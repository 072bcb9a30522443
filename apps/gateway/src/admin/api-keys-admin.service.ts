import { Injectable } from '@nestjs/common';
import type { OperatorContext } from '#libs/domain';
import {
  type ApiKeyInput,
  type ApiKeyRecord,
  ApiKeys,
  type IssuedApiKey,
  type Page,
  type PageInput,
  type RotatedApiKey,
} from '#libs/tenancy';
import { OperatorActs } from './operator-acts.js';

/** The operator's side of a tenant's keys. A key is shown when it is made, and never again. */
@Injectable()
export class ApiKeysAdmin {
  constructor(
    private readonly keys: ApiKeys,
    private readonly acts: OperatorActs,
  ) {}

  issue(operator: OperatorContext, slug: string, input: ApiKeyInput): Promise<IssuedApiKey> {
    return this.acts.on(operator, slug, 'apiKey.issue', { request: input }, async (tenant, note) => {
      const issued = await this.keys.issue(tenant.id, input);
      const { key: _, ...record } = issued;
      note({ resource: `apiKey:${issued.id}`, after: record });
      return issued;
    });
  }

  /** Oldest first, those that have ended too. */
  list(operator: OperatorContext, slug: string, page: PageInput): Promise<Page<ApiKeyRecord>> {
    return this.acts.on(operator, slug, 'apiKey.read', { request: page }, (tenant) => this.keys.list(tenant.id, page));
  }

  /** A new key with the same settings; the old one goes on for `graceSeconds`, a day unless told otherwise. */
  rotate(
    operator: OperatorContext,
    slug: string,
    id: string,
    options: { graceSeconds?: number | null },
  ): Promise<RotatedApiKey> {
    const target = { resource: `apiKey:${id}`, request: options };
    return this.acts.on(operator, slug, 'apiKey.rotate', target, async (tenant, note) => {
      const rotated = await this.keys.rotate(tenant.id, id, options);
      const { key: _, ...after } = rotated;
      note({ after });
      return rotated;
    });
  }

  /** Here at once, at every replica within a second. */
  revoke(operator: OperatorContext, slug: string, id: string): Promise<ApiKeyRecord> {
    return this.acts.on(operator, slug, 'apiKey.revoke', { resource: `apiKey:${id}` }, async (tenant, note) => {
      const record = await this.keys.revoke(tenant.id, id);
      note({ after: record });
      return record;
    });
  }
}
