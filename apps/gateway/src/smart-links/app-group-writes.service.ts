import { Injectable } from '@nestjs/common';
import type { Written } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import { type KochavaAppGroup, KochavaLinksClient } from '#libs/kochava-links';
import type { AppRecord } from '#libs/tenancy';
import type { AppGroupChanges, NewAppGroup } from './app-group.input.js';
import { type AppGroup, appGroupOf } from './app-group.model.js';
import { LinksReads, mustBeId } from './links-reads.js';
import { conflict, LinksWrites, resourceOf } from './links-writes.js';
import { findInPages, PAGE_SIZE } from './vendor-walk.js';
import { appsOfGroup, WhoMay } from './who-may.js';

/** App groups made, changed and archived, with scope smartlinks:write. */
@Injectable()
export class AppGroupWritesService {
  constructor(
    private readonly client: KochavaLinksClient,
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly writes: LinksWrites,
  ) {}

  /** NOT_FOUND for an app that is not the tenant's; CONFLICT for one that is in another group. */
  create(tenant: TenantContext, input: NewAppGroup): Promise<Written<AppGroup>> {
    const { name, accountId, kochavaAppIds, idempotencyKey } = input;
    const asked = { name, accountId, kochavaAppIds };
    return this.writes.run<AppGroup>(tenant, {
      action: 'appGroup.create',
      asked,
      idempotencyKey,
      enter: () => this.whoMay.mustKnow(tenant, kochavaAppIds),
      prepare: async (note) => {
        onePerPlatform(await this.whoMay.mustKnow(tenant, kochavaAppIds));
        const credential = await this.reads.credential(tenant);
        return async () => {
          const after = appGroupOf(await this.client.appGroups.create(credential, asked));
          note({ resource: resourceOf('app group', after.id), after });
          return after;
        };
      },
      find: async () => {
        const credential = await this.reads.credential(tenant);
        // An app is in one group: with the same apps it is the one that was asked for.
        const found = await findInPages(
          (page) =>
            this.client.appGroups.list(
              credential,
              { search: name, sort: 'created_desc' },
              { page, pageSize: PAGE_SIZE },
            ),
          (group) => group.name === name && sameSet(appsOfGroup(group), kochavaAppIds),
        );
        const group = found && (await this.reads.group(tenant, found.id, true));
        return group && group.isActive !== false ? appGroupOf(group) : undefined;
      },
    });
  }

  /** Kochava takes the whole list of apps: those that are there are sent with those to add. */
  update(tenant: TenantContext, id: string, changes: AppGroupChanges): Promise<Written<AppGroup>> {
    const { name, addKochavaAppIds, idempotencyKey } = changes;
    const adds = addKochavaAppIds ?? [];
    return this.writes.run<AppGroup>(tenant, {
      action: 'appGroup.update',
      on: { noun: 'app group', id },
      asked: { name: name ?? undefined, addKochavaAppIds: addKochavaAppIds ?? undefined },
      idempotencyKey,
      enter: async () => {
        await this.whoMay.mustKnow(tenant, adds);
        await this.mayWrite(tenant, id);
      },
      prepare: async (note) => {
        if (!name && adds.length === 0) {
          throw badInput([{ pointer: '', detail: 'must change something: name or addKochavaAppIds' }]);
        }
        const group = await this.standing(tenant, id);
        note({ before: appGroupOf(group) });
        const stood = appsOfGroup(group);
        const added = (await this.whoMay.mustKnow(tenant, adds)).filter((app) => !stood.includes(app.kochavaAppId!));
        onePerPlatform(added, group);
        const kochavaAppIds = [...stood, ...new Set(added.map((app) => app.kochavaAppId!))];
        const credential = await this.reads.credential(tenant);
        return async () => {
          const request = { name: name ?? group.name, kochavaAppIds };
          const after = appGroupOf(await this.client.appGroups.update(credential, id, request));
          note({ after });
          return after;
        };
      },
      find: async () => {
        const group = await this.reads.group(tenant, id, true);
        const apps = appsOfGroup(group);
        const holds = (!name || group.name === name) && adds.every((app) => apps.includes(app));
        return holds ? appGroupOf(group) : undefined;
      },
    });
  }

  /** Not to be undone. CONFLICT where it has active links: "as long as there are no active SmartLinks remaining". */
  archive(tenant: TenantContext, id: string, idempotencyKey?: string | null): Promise<Written<AppGroup>> {
    return this.writes.run<AppGroup>(tenant, {
      action: 'appGroup.archive',
      on: { noun: 'app group', id },
      asked: {},
      idempotencyKey,
      enter: () => this.mayWrite(tenant, id),
      prepare: async (note) => {
        const group = await this.standing(tenant, id);
        const before = appGroupOf(group);
        note({ before });
        const credential = await this.reads.credential(tenant);
        const active = await this.client.smartLinks.list(
          credential,
          { appGroupIds: [id], isActive: true },
          { pageSize: 1 },
        );
        if (active.items.length > 0) {
          throw conflict(`The app group ${id} has active SmartLinks. Archive them first.`);
        }
        return async () => {
          await this.client.appGroups.archive(credential, id);
          // Kochava answers nothing: what stands is read back, where it can be.
          const read = await this.reads.group(tenant, id, true).catch(() => undefined);
          const after: AppGroup = { ...(read ? appGroupOf(read) : before), isActive: false };
          note({ after });
          return after;
        };
      },
      find: async () => {
        const group = await this.reads.group(tenant, id, true);
        return group.isActive === false ? appGroupOf(group) : undefined;
      },
    });
  }

  /** A key without an app list may write whatever its tenant's credential may. */
  private async mayWrite(tenant: TenantContext, id: string): Promise<void> {
    mustBeId('app group', id);
    if (!tenant.appIds) return;
    const group = await this.reads.group(tenant, id);
    await this.whoMay.mayWrite(tenant, 'app group', id, appsOfGroup(group));
  }

  /** As it stands now. CONFLICT where it is archived. */
  private async standing(tenant: TenantContext, id: string): Promise<KochavaAppGroup> {
    const group = await this.reads.group(tenant, id, true);
    await this.whoMay.mayWrite(tenant, 'app group', id, appsOfGroup(group));
    mustBeActive(group);
    return group;
  }
}

/** CONFLICT for an archived group: "This action cannot be reversed". Kochava does not always tell. */
export function mustBeActive({ id, isActive }: Pick<KochavaAppGroup, 'id' | 'isActive'>): void {
  if (isActive === false) throw conflict(`The app group ${id} is archived, which can not be undone.`);
}

/** "an App Group may only contain one instance of each platform". CONFLICT with what is there, else BAD_USER_INPUT. */
function onePerPlatform(apps: readonly AppRecord[], group?: KochavaAppGroup): void {
  const named = new Map<string, AppRecord>();
  for (const app of apps) {
    const { platform } = app;
    const other = named.get(platform);
    if (other && other.id !== app.id && platform !== 'UNKNOWN') {
      const detail = `holds two apps for ${platform}, ${other.kochavaAppId} and ${app.kochavaAppId}: a group takes one`;
      throw badInput([{ pointer: group ? '/addKochavaAppIds' : '/kochavaAppIds', detail }]);
    }
    named.set(platform, app);
    const there = group?.apps.find((one) => one.platform.toUpperCase() === platform);
    if (there) throw conflict(`The app group ${group!.id} has an app for ${platform} already: ${there.kochavaAppId}.`);
  }
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean => {
  const [first, second] = [new Set(one), new Set(other)];
  return first.size === second.size && [...first].every((item) => second.has(item));
};
