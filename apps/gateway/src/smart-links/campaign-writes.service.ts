import { Injectable } from '@nestjs/common';
import type { Written } from '#libs/audit';
import { notFound, type TenantContext } from '#libs/domain';
import { KochavaLinksClient } from '#libs/kochava-links';
import type { CampaignBody } from './app-group.input.js';
import { type AppGroupCampaign, campaignOf } from './app-group.model.js';
import { mustBeActive } from './app-group-writes.service.js';
import { LinksReads, mustBeId } from './links-reads.js';
import { conflict, LinksWrites, resourceOf } from './links-writes.js';
import { appsOfGroup, WhoMay } from './who-may.js';

/** A group's campaigns, made and renamed, with scope smartlinks:write: a write of the group. */
@Injectable()
export class CampaignWritesService {
  constructor(
    private readonly client: KochavaLinksClient,
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly writes: LinksWrites,
  ) {}

  /** CONFLICT where the group has one of that name. */
  create(tenant: TenantContext, groupId: string, input: CampaignBody): Promise<Written<AppGroupCampaign>> {
    const { name, idempotencyKey } = input;
    return this.writes.run<AppGroupCampaign>(tenant, {
      action: 'appGroupCampaign.create',
      asked: { appGroupId: groupId, name },
      idempotencyKey,
      enter: () => this.mayWrite(tenant, groupId),
      prepare: async (note) => {
        await this.mustStand(tenant, groupId);
        await this.mustBeFree(tenant, groupId, name);
        const credential = await this.reads.credential(tenant);
        return async () => {
          const after = campaignOf(await this.client.appGroups.createCampaign(credential, groupId, name));
          note({ resource: resourceOf('campaign', after.id), after });
          return after;
        };
      },
      // There was none of that name when this was sent, and there can be but one.
      find: async () => (await this.all(tenant, groupId)).find((one) => one.isActive && one.name === name),
    });
  }

  /** NOT_FOUND also for another group's campaign. */
  update(
    tenant: TenantContext,
    groupId: string,
    id: string,
    { name, idempotencyKey }: CampaignBody,
  ): Promise<Written<AppGroupCampaign>> {
    return this.writes.run<AppGroupCampaign>(tenant, {
      action: 'appGroupCampaign.update',
      on: { noun: 'campaign', id },
      asked: { appGroupId: groupId, name },
      idempotencyKey,
      enter: async () => {
        await this.mayWrite(tenant, groupId);
        mustBeId('campaign', id);
      },
      prepare: async (note) => {
        await this.mustStand(tenant, groupId);
        const before = (await this.all(tenant, groupId)).find((one) => one.id === id);
        if (!before) throw notFound('campaign', id);
        note({ before });
        if (!before.isActive) throw conflict(`The campaign ${id} is deleted.`);
        if (before.name !== name) await this.mustBeFree(tenant, groupId, name);
        const credential = await this.reads.credential(tenant);
        return async () => {
          const after = campaignOf(await this.client.appGroups.updateCampaign(credential, groupId, id, name));
          note({ after });
          return after;
        };
      },
      find: async () => (await this.all(tenant, groupId)).find((one) => one.id === id && one.name === name),
    });
  }

  private async mayWrite(tenant: TenantContext, groupId: string): Promise<void> {
    mustBeId('app group', groupId);
    if (!tenant.appIds) return;
    const group = await this.reads.group(tenant, groupId);
    await this.whoMay.mayWrite(tenant, 'app group', groupId, appsOfGroup(group));
  }

  private async mustStand(tenant: TenantContext, groupId: string): Promise<void> {
    const group = await this.reads.group(tenant, groupId, true);
    await this.whoMay.mayWrite(tenant, 'app group', groupId, appsOfGroup(group));
    mustBeActive(group);
  }

  private async mustBeFree(tenant: TenantContext, groupId: string, name: string): Promise<void> {
    const credential = await this.reads.credential(tenant);
    if (await this.client.appGroups.isCampaignNameFree(credential, groupId, name)) return;
    throw conflict(`The app group ${groupId} has a campaign named ${JSON.stringify(name)} already.`);
  }

  private async all(tenant: TenantContext, groupId: string): Promise<AppGroupCampaign[]> {
    const credential = await this.reads.credential(tenant);
    const all = await this.client.appGroups.campaigns(credential, groupId, { includeDeleted: true });
    return all.map(campaignOf);
  }
}
