import { Injectable } from '@nestjs/common';
import type { Written } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import {
  type KochavaAppGroup,
  KochavaLinksClient,
  type KochavaSmartLink,
  type KochavaSmartLinkPatch,
  type NewKochavaSmartLink,
  patchSmartLink,
  smartLinkProblems,
} from '#libs/kochava-links';
import { mustBeActive } from './app-group-writes.service.js';
import { matches, versionOf } from './if-match.js';
import { asInputError, fieldErrors, LinksReads, mustBeId } from './links-reads.js';
import { conflict, LinksWrites, resourceOf } from './links-writes.js';
import type { CreateSmartLinkInput, UpdateSmartLinkInput } from './smart-link.input.js';
import { type SmartLink, smartLinkOf } from './smart-link.model.js';
import { holds, isMadeAs, newLinkOf, patchOf, shownInAudit } from './smart-link-request.js';
import { findInPages, PAGE_SIZE } from './vendor-walk.js';
import { appsOfGroup, appsOfLink, WhoMay } from './who-may.js';

/** SmartLinks made, changed and archived, with scope smartlinks:write. */
@Injectable()
export class SmartLinkWritesService {
  constructor(
    private readonly client: KochavaLinksClient,
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly writes: LinksWrites,
  ) {}

  /** BAD_USER_INPUT names every field; CONFLICT where the group has an active link of that name. */
  create(tenant: TenantContext, input: CreateSmartLinkInput): Promise<Written<SmartLink>> {
    const { idempotencyKey, ...asked } = input;
    const { appGroupId, name } = input;
    return this.writes.run<SmartLink>(tenant, {
      action: 'smartLink.create',
      asked,
      shown: shownInAudit(asked),
      idempotencyKey,
      enter: () => this.mayCreate(tenant, input),
      prepare: async (note) => {
        // What no group can make right is told without asking Kochava.
        refuse(newLinkOf(input));
        const group = await this.reads.group(tenant, appGroupId, true);
        await this.mayUseGroup(tenant, input, group);
        mustBeActive(group);
        const request = newLinkOf(input, group);
        refuse(request, group);
        const credential = await this.reads.credential(tenant);
        if (!(await this.client.smartLinks.isNameFree(credential, appGroupId, name))) throw taken(appGroupId, name);
        return async () => {
          const { link } = await this.client.smartLinks.create(credential, request);
          const after = smartLinkOf(link);
          note({ resource: resourceOf('smart link', after.id), after: shownInAudit(after) });
          return after;
        };
      },
      find: async () => {
        const credential = await this.reads.credential(tenant);
        const filter = { appGroupIds: [appGroupId], isActive: true, search: name, sort: 'created_desc' } as const;
        // There was none of that name when this was sent: made alike, it is what was asked for.
        const found = await findInPages(
          (page) => this.client.smartLinks.list(credential, filter, { page, pageSize: PAGE_SIZE }),
          (link) => isMadeAs(link, input),
        );
        return found && smartLinkOf((await this.reads.link(tenant, found.id, true)).link);
      },
    });
  }

  /**
   * A patch on Kochava's own JSON: absent keeps, null clears, and no id changes. CONFLICT where the link is another than
   * `ifUpdatedAt` or If-Match says.
   */
  update(
    tenant: TenantContext,
    id: string,
    input: UpdateSmartLinkInput,
    ifMatch?: string,
  ): Promise<Written<SmartLink>> {
    const patch = patchOf(input);
    const ifUpdatedAt = input.ifUpdatedAt ?? undefined;
    return this.writes.run<SmartLink>(tenant, {
      action: 'smartLink.update',
      on: { noun: 'smart link', id },
      asked: { ...patch, ifUpdatedAt: ifUpdatedAt?.toISOString(), ifMatch },
      shown: { id, ...shownInAudit(patch) },
      idempotencyKey: input.idempotencyKey,
      enter: () => this.mayWrite(tenant, id, patch),
      prepare: async (note) => {
        const { link, document } = await this.reads.link(tenant, id, true);
        await this.whoMay.mayWrite(tenant, 'smart link', id, appsOfLink(link));
        const before = smartLinkOf(link);
        note({ before: shownInAudit(before) });
        if (ifUpdatedAt && link.updatedAt?.getTime() !== ifUpdatedAt.getTime()) throw changedSince(id);
        if (ifMatch !== undefined && !matches(ifMatch, versionOf(before))) throw changedSince(id);
        const group = await this.groupFor(tenant, link, patch);
        const patched = asInput(() => patchSmartLink(document, patch, group));
        const credential = await this.reads.credential(tenant);
        return async () => {
          const answer = await this.client.smartLinks.update(credential, id, patched);
          const after = smartLinkOf(answer.link);
          note({ after: shownInAudit(after) });
          return after;
        };
      },
      find: async () => {
        const { link } = await this.reads.link(tenant, id, true);
        return holds(link, patch) ? smartLinkOf(link) : undefined;
      },
    });
  }

  /** Not to be undone. CONFLICT where it is archived already. */
  archive(tenant: TenantContext, id: string, idempotencyKey?: string | null): Promise<Written<SmartLink>> {
    return this.writes.run<SmartLink>(tenant, {
      action: 'smartLink.archive',
      on: { noun: 'smart link', id },
      asked: {},
      idempotencyKey,
      enter: () => this.mayWrite(tenant, id),
      prepare: async (note) => {
        const { link } = await this.reads.link(tenant, id, true);
        await this.whoMay.mayWrite(tenant, 'smart link', id, appsOfLink(link));
        const before = smartLinkOf(link);
        note({ before: shownInAudit(before) });
        if (!link.isActive) throw conflict(`The SmartLink ${id} is archived already, which can not be undone.`);
        const credential = await this.reads.credential(tenant);
        return async () => {
          await this.client.smartLinks.archive(credential, id);
          // Kochava answers nothing: what stands is read back, where it can be.
          const read = await this.reads.link(tenant, id, true).catch(() => undefined);
          const after: SmartLink = { ...(read ? smartLinkOf(read.link) : before), isActive: false };
          note({ after: shownInAudit(after) });
          return after;
        };
      },
      find: async () => {
        const { link } = await this.reads.link(tenant, id, true);
        return link.isActive ? undefined : smartLinkOf(link);
      },
    });
  }

  /** Every app that the new link would hold is the key's, and the group is one that it may use. */
  private async mayCreate(tenant: TenantContext, input: CreateSmartLinkInput): Promise<void> {
    if (!tenant.appIds) return;
    await this.whoMay.mayName(tenant, appsOfLink(input as never));
    await this.mayUseGroup(tenant, input, await this.reads.group(tenant, input.appGroupId));
  }

  /** A new campaign is a write of the group, as by itself; for a link in it, reading the group is enough. */
  private mayUseGroup(
    tenant: TenantContext,
    { campaign }: CreateSmartLinkInput,
    group: KochavaAppGroup,
  ): Promise<void> {
    const may = campaign.name === undefined ? 'mayRead' : 'mayWrite';
    return this.whoMay[may](tenant, 'app group', group.id, appsOfGroup(group));
  }

  /** A key without an app list may write whatever its tenant's credential may. */
  private async mayWrite(tenant: TenantContext, id: string, patch?: KochavaSmartLinkPatch): Promise<void> {
    mustBeId('smart link', id);
    if (!tenant.appIds) return;
    const { link } = await this.reads.link(tenant, id);
    await this.whoMay.mayWrite(tenant, 'smart link', id, appsOfLink(link));
    if (patch?.default) await this.whoMay.mayName(tenant, [patch.default.kochavaAppId]);
    if (patch?.campaign?.name === undefined) return;
    const group = await this.reads.group(tenant, link.appGroupId);
    await this.whoMay.mayWrite(tenant, 'app group', group.id, appsOfGroup(group));
  }

  /** Its rules are asked for only where the patch names apps. */
  private async groupFor(
    tenant: TenantContext,
    { appGroupId }: KochavaSmartLink,
    patch: KochavaSmartLinkPatch,
  ): Promise<KochavaAppGroup | undefined> {
    return patch.default || patch.routesByApp ? this.reads.group(tenant, appGroupId) : undefined;
  }
}

function refuse(request: NewKochavaSmartLink, group?: KochavaAppGroup): void {
  const problems = smartLinkProblems(request, group);
  if (problems.length > 0) throw badInput(fieldErrors(problems));
}

function asInput<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asInputError(error);
  }
}

const taken = (groupId: string, name: string) =>
  conflict(`The app group ${groupId} has an active SmartLink named ${JSON.stringify(name)} already.`);

const changedSince = (id: string) =>
  conflict(`The SmartLink ${id} has changed since. Read it again, and send the change with what it says now.`);
