import { Injectable } from '@nestjs/common';
import { type AuditEvent as AuditRecord, AuditEvents, AuditLog } from '#libs/audit';
import { type TenantContext, requireScope } from '#libs/domain';
import { AppDirectory } from '#libs/tenancy';
import { type App, appOf } from '../apps/app.model.js';
import type { Page } from '../edge/page.model.js';
import type { AuditEventsArgs } from './audit.input.js';

/** An event of a page, as both doors show it. */
export type AuditNode = AuditRecord & { readonly app: Promise<App | null> };

/** Rows in memory at a time while a table is streamed. */
const STREAM_PAGE = 200;

/** What a tenant did and was denied. Reading it is audited too. */
@Injectable()
export class AuditEventsService {
  constructor(
    private readonly events: AuditEvents,
    private readonly directory: AppDirectory,
    private readonly audit: AuditLog,
  ) {}

  /** Scope audit:read; newest first. Each node's `app` needs apps:read. A key with an app list sees those apps' events. */
  list(tenant: TenantContext, args: AuditEventsArgs): Promise<Page<AuditNode>> {
    requireScope(tenant, 'audit:read');
    return this.audit.around(tenant, 'audit.read', { request: args }, () => this.page(tenant, args));
  }

  /**
   * Scope audit:read. Every event that fits, in batches. The first is read before this answers, so that what is wrong
   * with the question is an answer of its own.
   */
  async stream(
    tenant: TenantContext,
    { after, filter }: Pick<AuditEventsArgs, 'after' | 'filter'>,
  ): Promise<AsyncGenerator<AuditRecord[]>> {
    requireScope(tenant, 'audit:read');
    const read = (cursor: string | null | undefined) =>
      this.events.list(tenant, { first: STREAM_PAGE, after: cursor, filter });
    const first = await this.audit.around(tenant, 'audit.read', { request: { after, filter } }, () => read(after));
    return (async function* () {
      let page = first;
      for (;;) {
        yield page.events;
        if (!page.hasNextPage) return;
        page = await read(page.endCursor);
      }
    })();
  }

  private async page(tenant: TenantContext, args: AuditEventsArgs): Promise<Page<AuditNode>> {
    const { events, hasNextPage, endCursor } = await this.events.list(tenant, args);
    let asked: Promise<Map<string, App>> | undefined;
    const apps = (): Promise<Map<string, App>> => (asked ??= this.appsOf(tenant, events));
    const appOfEvent = async ({ appId }: AuditRecord): Promise<App | null> => {
      requireScope(tenant, 'apps:read');
      return appId === null ? null : ((await apps()).get(appId) ?? null);
    };
    // Defined rather than spread: looked up when it is selected, one look-up for the whole page.
    const nodes = events.map((event) =>
      Object.defineProperty({ ...event } as AuditNode, 'app', { get: () => appOfEvent(event) }),
    );
    return { nodes, pageInfo: { hasNextPage, endCursor } };
  }

  private async appsOf(tenant: TenantContext, events: readonly AuditRecord[]): Promise<Map<string, App>> {
    const ids = [...new Set(events.flatMap((event) => event.appId ?? []))];
    const found = await this.directory.byIds(tenant, ids);
    return new Map(found.flatMap((app) => (app ? [[app.id, appOf(app)]] : [])));
  }
}
