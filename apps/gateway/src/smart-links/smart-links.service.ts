import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { badInput, requireScope, type TenantContext } from '#libs/domain';
import type { KochavaQrCode } from '#libs/kochava-links';
import type { Page } from '../edge/page.model.js';
import { given, type GroupRef, lower } from './app-groups.service.js';
import { LinksReads } from './links-reads.js';
import { type SmartLink, smartLinkOf } from './smart-link.model.js';
import type { QrArgs, SmartLinksArgs } from './smart-links-list.input.js';
import { PAGE_SIZE, walk } from './vendor-walk.js';
import { appsOfGroup, appsOfLink, WhoMay } from './who-may.js';

/** SmartLinks, read at Kochava. Scope smartlinks:read, asked here for every edge. */
@Injectable()
export class SmartLinksService {
  constructor(
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly audit: AuditLog,
  ) {}

  list(tenant: TenantContext, { first, after, filter }: SmartLinksArgs): Promise<Page<SmartLink>> {
    return this.read(tenant, 'smart-links', { first, filter }, async () => {
      const { appGroupIds, advertiserAccountId, isActive, search, sort } = given(filter);
      const asked = { appGroupIds, advertiserAccountId, isActive, search, sort: lower(sort) };
      const page = await walk({
        first,
        after,
        list: { of: 'links', ...asked, sort },
        ask: async (number) => {
          const { value } = await this.reads.read(tenant, {
            of: `links:${JSON.stringify([asked, number])}`,
            fetch: (client, credential, signal) =>
              client.smartLinks.list(credential, asked, { page: number, pageSize: PAGE_SIZE }, { signal }),
          });
          return value;
        },
        visible: (links) => this.whoMay.readable(tenant, links, appsOfLink),
      });
      return { ...page, nodes: page.nodes.map(smartLinkOf) };
    });
  }

  /** Of one group. BAD_USER_INPUT where the filter names groups of its own. */
  async ofGroup(tenant: TenantContext, group: GroupRef, args: SmartLinksArgs): Promise<Page<SmartLink>> {
    requireScope(tenant, 'smartlinks:read');
    if (args.filter?.appGroupIds) {
      throw badInput([{ pointer: '/filter/appGroupIds', detail: 'must be left out: the links are this group’s' }]);
    }
    await this.whoMay.mayRead(tenant, 'app group', group.id, appsOfGroup({ apps: (group.apps ?? []) as never }));
    return this.list(tenant, { ...args, filter: { ...args.filter, appGroupIds: [group.id] } });
  }

  /** NOT_FOUND also for a link that holds none of the key's apps, and for an id that is no number. */
  one(tenant: TenantContext, id: string): Promise<SmartLink> {
    return this.read(tenant, `smart-link:${id}`, undefined, async () => {
      const { link } = await this.reads.link(tenant, id);
      await this.whoMay.mayRead(tenant, 'smart link', id, appsOfLink(link));
      return smartLinkOf(link);
    });
  }

  /**
   * @param link by its id, or as it was answered already: then it is not asked for again
   * BAD_USER_INPUT for pixels of an SVG: "svg currently only uses scaling multiplier".
   */
  qr(
    tenant: TenantContext,
    link: Pick<SmartLink, 'id'> & Partial<SmartLink>,
    { format, size }: QrArgs,
  ): Promise<KochavaQrCode> {
    const { id } = link;
    return this.read(tenant, `smart-link:${id}/qr`, { format, size }, async () => {
      if (format === 'SVG' && size > 0) {
        throw badInput([{ pointer: '/size', detail: 'must be 0 or a multiplier below 0: an SVG has no pixels' }]);
      }
      // Only a key with an app list needs to know what is in it.
      if (tenant.appIds) {
        const known = link.default && link.routesByApp ? link : (await this.reads.link(tenant, id)).link;
        await this.whoMay.mayRead(tenant, 'smart link', id, appsOfLink(known as never));
      }
      const { value } = await this.reads.found('smart link', id, () =>
        this.reads.read(tenant, {
          of: `link:${id}:qr:${format}:${size}`,
          fetch: (client, credential, signal) =>
            client.smartLinks.qr(credential, id, { format: lower(format), size }, { signal }),
        }),
      );
      return value;
    });
  }

  private read<T>(tenant: TenantContext, resource: string, request: unknown, work: () => Promise<T>): Promise<T> {
    return this.audit.around(tenant, 'smartlinks.read', { resource, request, vendor: 'KOCHAVA' }, async () => {
      requireScope(tenant, 'smartlinks:read');
      return work();
    });
  }
}
