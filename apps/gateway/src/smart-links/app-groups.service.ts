import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { badInput, requireScope, type TenantContext } from '#libs/domain';
import { type App, appOf } from '../apps/app.model.js';
import type { Page } from '../edge/page.model.js';
import type { AppGroupsArgs, NamesAvailable, NamesQuery } from './app-group.input.js';
import {
  type AppGroup,
  type AppGroupApp,
  type AppGroupCampaign,
  appGroupOf,
  campaignOf,
  type Subdomain,
  subdomainOf,
} from './app-group.model.js';
import { LinksReads } from './links-reads.js';
import { PAGE_SIZE, walk } from './vendor-walk.js';
import { appsOfGroup, WhoMay } from './who-may.js';

/** A group by its id, or as it was answered already: then it is not asked for again. */
export type GroupRef = Pick<AppGroup, 'id'> & Partial<Pick<AppGroup, 'apps'>>;

/** App groups and what is in them, read at Kochava. Scope smartlinks:read, asked here for every edge. */
@Injectable()
export class AppGroupsService {
  constructor(
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly audit: AuditLog,
  ) {}

  list(tenant: TenantContext, { first, after, filter }: AppGroupsArgs): Promise<Page<AppGroup>> {
    return this.read(tenant, 'app-groups', { first, filter }, async () => {
      const { isActive, search, platforms, accountId, hasWriteAccess, sort } = given(filter);
      const asked = { isActive, search, platforms, accountId, hasWriteAccess, sort: lower(sort) };
      const page = await walk({
        first,
        after,
        list: { of: 'groups', ...asked, sort },
        ask: async (number) => {
          const { value } = await this.reads.read(tenant, {
            of: `groups:${JSON.stringify([asked, number])}`,
            fetch: (client, credential, signal) =>
              client.appGroups.list(credential, asked, { page: number, pageSize: PAGE_SIZE }, { signal }),
          });
          return value;
        },
        visible: (groups) => this.whoMay.readable(tenant, groups, appsOfGroup),
      });
      return { ...page, nodes: page.nodes.map(appGroupOf) };
    });
  }

  /** NOT_FOUND also for a group that holds none of the key's apps, and for an id that is no number. */
  one(tenant: TenantContext, id: string): Promise<AppGroup> {
    return this.read(tenant, `app-group:${id}`, undefined, async () => {
      const group = await this.reads.group(tenant, id);
      await this.whoMay.mayRead(tenant, 'app group', id, appsOfGroup(group));
      return appGroupOf(group);
    });
  }

  subdomains(tenant: TenantContext, group: GroupRef): Promise<Subdomain[]> {
    return this.inGroup(tenant, group, 'subdomains', async ({ id }) => {
      const { value } = await this.reads.read(tenant, {
        of: `group:${id}:subdomains`,
        fetch: (client, credential, signal) => client.appGroups.subdomains(credential, id, { signal }),
      });
      return value.map(subdomainOf);
    });
  }

  campaigns(tenant: TenantContext, group: GroupRef, includeDeleted: boolean): Promise<AppGroupCampaign[]> {
    return this.inGroup(tenant, group, 'campaigns', async ({ id }) => {
      const { value } = await this.reads.read(tenant, {
        of: `group:${id}:campaigns:${includeDeleted}`,
        fetch: (client, credential, signal) =>
          client.appGroups.campaigns(credential, id, { includeDeleted }, { signal }),
      });
      return value.map(campaignOf);
    });
  }

  /** Asks Kochava about a campaign's name, a link's, or both. BAD_USER_INPUT for neither. */
  namesAvailable(tenant: TenantContext, id: string, names: NamesQuery): Promise<NamesAvailable> {
    return this.inGroup(tenant, { id }, 'name-available', async () => {
      if (names.campaign === undefined && names.smart_link === undefined) {
        throw badInput([{ pointer: '/smart_link', detail: 'must be given, or campaign, or both' }]);
      }
      const [campaign, smartLink] = await Promise.all([
        names.campaign === undefined ? null : this.isFree(tenant, id, 'campaign', names.campaign),
        names.smart_link === undefined ? null : this.isFree(tenant, id, 'link', names.smart_link),
      ]);
      return { available: campaign !== false && smartLink !== false, campaign, smartLink };
    });
  }

  /** Scope apps:read. */
  async appOf(tenant: TenantContext, { kochavaAppId }: AppGroupApp): Promise<App | null> {
    requireScope(tenant, 'apps:read');
    const app = await this.whoMay.app(tenant, kochavaAppId);
    return app && appOf(app);
  }

  private async isFree(tenant: TenantContext, id: string, of: 'campaign' | 'link', name: string): Promise<boolean> {
    const { value } = await this.reads.read(tenant, {
      of: `group:${id}:free:${of}:${name}`,
      fetch: (client, credential, signal) =>
        of === 'campaign'
          ? client.appGroups.isCampaignNameFree(credential, id, name, { signal })
          : client.smartLinks.isNameFree(credential, id, name, { signal }),
    });
    return value;
  }

  /** Work in a group that the key may read. */
  private inGroup<T>(
    tenant: TenantContext,
    group: GroupRef,
    part: string,
    work: (group: GroupRef) => Promise<T>,
  ): Promise<T> {
    const { id } = group;
    return this.read(tenant, `app-group:${id}/${part}`, undefined, () =>
      this.reads.found('app group', id, async () => {
        // Only a key with an app list needs to know what is in it.
        const apps = group.apps ?? (tenant.appIds ? (await this.reads.group(tenant, id)).apps : []);
        await this.whoMay.mayRead(tenant, 'app group', id, appsOfGroup({ apps: apps as never }));
        return work(group);
      }),
    );
  }

  private read<T>(tenant: TenantContext, resource: string, request: unknown, work: () => Promise<T>): Promise<T> {
    return this.audit.around(tenant, 'smartlinks.read', { resource, request, vendor: 'KOCHAVA' }, async () => {
      requireScope(tenant, 'smartlinks:read');
      return work();
    });
  }
}

/** What is null in a filter is not asked for. */
export const given = <T extends object>(filter: T | null | undefined) =>
  Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

export const lower = <T extends string>(word: T | undefined) => word?.toLowerCase() as Lowercase<T> | undefined;
