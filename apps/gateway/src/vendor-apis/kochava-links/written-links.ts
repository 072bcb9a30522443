import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import type { KochavaSmartLink } from '#libs/kochava-links';
import { smartLinkOf } from '../../smart-links/smart-link.model.js';
import { shownInAudit } from '../../smart-links/smart-link-request.js';
import { LinksReads } from '../../smart-links/links-reads.js';
import { resourceOf } from '../../smart-links/links-writes.js';
import { appsOfGroup, appsOfLink, WhoMay } from '../../smart-links/who-may.js';
import type { AskedCall } from '../asked-call.js';
import type { DoorRequest } from '../door-request.js';
import { mustAgree, mustBeEmpty, mustLack } from '../json-fields.js';
import { mustHaveNoQuery } from '../query-names.js';
import { LinkBody } from './link-body.js';
import type { LinksPath, LinksWrite } from './links-path.js';
import { linksWrite } from './links-write.js';

type Path = LinksPath<LinksWrite>;

/**
 * What writes of SmartLinks come to at the door of the Links API. For a key with an app list each app of the link must be
 * its own, the catch-all's too; one without may do whatever the tenant's credential may. What a link may hold besides is
 * Kochava's to judge.
 */
@Injectable()
export class WrittenLinks {
  constructor(
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
  ) {}

  creation(tenant: TenantContext, path: Path, { body, query }: DoorRequest): AskedCall {
    mustHaveNoQuery(query);
    const link = LinkBody.read(body);
    mustLack(link.fields, 'id', 'is given by Kochava: leave it out');
    const groupId = link.oneGroup();
    return linksWrite(this.reads, tenant, 'smartLink.create', path, link.sent, async () => {
      if (!tenant.appIds) return;
      if (groupId === undefined) throw badInput([{ pointer: '/app_group_id', detail: 'must name the app group' }]);
      link.mustHoldNoTrackerBut([]);
      await this.whoMay.mayName(tenant, link.apps());
      await (link.campaign().name === undefined
        ? this.mayReadGroup(tenant, groupId)
        : this.mayWriteGroup(tenant, groupId));
    });
  }

  update(tenant: TenantContext, path: Path, { body, query }: DoorRequest): AskedCall {
    const [id = ''] = path.ids;
    mustHaveNoQuery(query);
    const link = LinkBody.read(body);
    mustAgree(link.fields, 'id', id);
    const groupId = link.oneGroup();
    return linksWrite(this.reads, tenant, 'smartLink.update', path, link.sent, async (note) => {
      note({ resource: resourceOf('smart link', id) });
      if (!tenant.appIds) return;
      const stands = await this.mayWrite(tenant, id, note);
      if (groupId !== undefined && groupId !== stands.appGroupId) {
        throw badInput([{ pointer: '/app_group_id', detail: `is not ${stands.appGroupId}, the group of this link` }]);
      }
      link.mustHoldNoTrackerBut(trackersOf(stands));
      await this.whoMay.mayName(tenant, link.apps());
      const { id: campaignId, name } = link.campaign();
      const isAsItStood = campaignId === stands.appGroupCampaignId && name === stands.appGroupCampaignName;
      // A new campaign is a write of the group.
      if (name !== undefined && !isAsItStood) await this.mayWriteGroup(tenant, stands.appGroupId);
    });
  }

  archiving(tenant: TenantContext, path: Path, { body, query }: DoorRequest): AskedCall {
    const [id = ''] = path.ids;
    mustHaveNoQuery(query);
    mustBeEmpty(body);
    return linksWrite(this.reads, tenant, 'smartLink.archive', path, undefined, async (note) => {
      note({ resource: resourceOf('smart link', id) });
      if (tenant.appIds) await this.mayWrite(tenant, id, note);
    });
  }

  private async mayWrite(tenant: TenantContext, id: string, note: AuditNote): Promise<KochavaSmartLink> {
    const { link } = await this.reads.link(tenant, id, true);
    await this.whoMay.mayWrite(tenant, 'smart link', id, appsOfLink(link));
    note({ before: shownInAudit(smartLinkOf(link)) });
    return link;
  }

  private async mayReadGroup(tenant: TenantContext, id: string): Promise<void> {
    await this.whoMay.mayRead(tenant, 'app group', id, appsOfGroup(await this.reads.group(tenant, id, true)));
  }

  private async mayWriteGroup(tenant: TenantContext, id: string): Promise<void> {
    await this.whoMay.mayWrite(tenant, 'app group', id, appsOfGroup(await this.reads.group(tenant, id, true)));
  }
}

const trackersOf = ({ default: catchAll, routesByApp }: KochavaSmartLink): string[] =>
  [catchAll.id, ...routesByApp.flatMap(({ routes }) => routes.map((route) => route.id))].flatMap((id) => id ?? []);
