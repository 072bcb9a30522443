import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { type Awaitable, notFound, type Provider, type TenantContext, whenThere } from '#libs/domain';
import { type AppListInput, type AppPage, pageOfApps } from './app-pages.js';
import { type AppRecord, NAME_AT, toAppRecord, type UpstreamName } from './app-record.js';
import { isUuid, shownId } from './checks.js';
import { FreshCache } from './fresh-cache.js';
import type { Platform } from './platforms.js';
import { reachDatabase } from './reach-database.js';
import { TenantChanges } from './tenant-changes.js';
import { Together } from './together.js';

/** An app as one vendor API knows it. */
export interface OpenedApp {
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  /** Adjust's token, Kochava's guid or Kochava's number, as the provider takes it. */
  readonly upstreamName: string;
}

export interface OpenedApps {
  opened: OpenedApp[];
  /** Asked for by id, but without a name at this provider. Empty where no ids were given. */
  nameless: AppRecord[];
}

/** Apps, and how the providers know them: worked out for those that are asked, because there is an opening for each key. */
class Opening {
  private readonly known: Partial<Record<UpstreamName, OpenedApps>> = {};

  constructor(
    readonly apps: readonly AppRecord[],
    private readonly wereNamed: boolean,
  ) {}

  at(provider: Provider): OpenedApps {
    const field = NAME_AT[provider];
    return (this.known[field] ??= this.openedBy(field));
  }

  private openedBy(field: UpstreamName): OpenedApps {
    const opened = this.apps.flatMap((app): OpenedApp[] => {
      const upstreamName = app[field];
      return upstreamName === null ? [] : [{ id: app.id, name: app.name, platform: app.platform, upstreamName }];
    });
    return { opened, nameless: this.wereNamed ? this.apps.filter((app) => app[field] === null) : [] };
  }
}

interface AppPlace {
  readonly tenantId: string;
  readonly id: string;
}

const FRESH_MS = 900;
const MOST_OPENINGS = 200_000;

/** The one place that turns our apps' ids into the vendors' names and back; a key sees only the apps on its list. */
@Injectable()
export class AppDirectory {
  /** What keys opened within the last second: the same dashboard asks for the same apps many times in one. */
  private readonly openings: FreshCache<Opening>;
  private readonly apps = new Together((places: readonly AppPlace[]) => this.appsAt(places));

  constructor(
    private readonly prisma: PrismaService,
    changes: TenantChanges,
  ) {
    this.openings = new FreshCache({
      ...{ size: MOST_OPENINGS, freshMs: FRESH_MS },
      changes: { from: changes, tenantOf: (_, question) => question.slice(0, question.indexOf('/')) },
    });
  }

  /** An app has changed here: what was opened before is looked up anew. Other replicas see it within a second. */
  noteChange(): void {
    this.openings.forgetAll();
  }

  /**
   * The apps of `appIds`, or every app that the key may touch, by their names at `provider`. NOT_FOUND, in the same
   * words, for an id that is malformed, unknown, another tenant's or not on the key's list. Duplicates collapse.
   */
  open(
    tenant: TenantContext,
    appIds: readonly string[] | null | undefined,
    provider: Provider,
  ): OpenedApps | Promise<OpenedApps> {
    return whenThere(this.opening(tenant, appIds, [provider]), (opening) => opening.at(provider));
  }

  /** As `open`, at several providers with the same one query. */
  async openAt<P extends Provider>(
    tenant: TenantContext,
    appIds: readonly string[] | null | undefined,
    providers: readonly P[],
  ): Promise<Record<P, OpenedApps>> {
    const opening = await this.opening(tenant, appIds, providers);
    return Object.fromEntries(providers.map((provider) => [provider, opening.at(provider)])) as Record<P, OpenedApps>;
  }

  private opening(
    tenant: TenantContext,
    appIds: readonly string[] | null | undefined,
    providers: readonly Provider[],
  ): Awaitable<Opening> {
    // A key's list of apps decides what it sees; those without one see the same, and share what is made of it.
    const key = tenant.appIds ? tenant.keyId : 'every app';
    // Apps that are named are read with all their names: the vendors are asked about the same ones in turn.
    const question = `${tenant.tenantId}/${key}/${appIds ? '' : providers.join()}/${textOf(appIds)}`;
    const found = this.openings.get(question, async (old) => {
      const apps = appIds ? await this.mustHave(tenant, appIds) : await this.everyApp(tenant, providers);
      // The same object while nothing has changed: what was worked out with it goes on.
      return old && isDeepStrictEqual(old.apps, apps) ? old : new Opening(apps, Boolean(appIds));
    });
    return whenThere(found, (one) => one!.value);
  }

  /** One app; NOT_FOUND as for `open`. */
  async get(tenant: TenantContext, id: string): Promise<AppRecord> {
    const [app] = await this.mustHave(tenant, [id]);
    return app!;
  }

  /** For loaders: one app or null for each id, in order. */
  async byIds(tenant: TenantContext, ids: readonly string[]): Promise<(AppRecord | null)[]> {
    const found = await this.rowsOf(tenant, ids);
    return ids.map((id) => found.get(normal(id)) ?? null);
  }

  /** For answers and paths that hold a vendor's name: one app or null for each, in order. */
  async byUpstreamNames(
    tenant: TenantContext,
    provider: Provider,
    names: readonly string[],
  ): Promise<(AppRecord | null)[]> {
    const field = NAME_AT[provider];
    const readable = names.filter((name) => !name.includes('\0'));
    const rows = await reachDatabase(() =>
      this.prisma.app.findMany({
        where: { tenantId: tenant.tenantId, ...onList(tenant), [field]: { in: [...new Set(readable)] } },
      }),
    );
    const found = new Map(rows.map((row) => [row[field], toAppRecord(row)]));
    return names.map((name) => found.get(name) ?? null);
  }

  /** The apps that the key may touch, by name. BAD_USER_INPUT names /first, /after or /search. */
  async list(tenant: TenantContext, input: AppListInput = {}): Promise<AppPage> {
    return pageOfApps(this.prisma, tenant.tenantId, tenant.appIds, input);
  }

  private async mustHave(tenant: TenantContext, ids: readonly string[]): Promise<AppRecord[]> {
    const found = await this.rowsOf(tenant, ids);
    const missing = ids.find((id) => !found.has(normal(id)));
    if (missing !== undefined) throw notFound('app', shownId(missing));
    return [...new Set(ids.map(normal))].map((id) => found.get(id)!);
  }

  private async rowsOf(tenant: TenantContext, ids: readonly string[]): Promise<Map<string, AppRecord>> {
    const askable = [...new Set(ids.map(normal))].filter((id) => isUuid(id) && (tenant.appIds?.has(id) ?? true));
    const apps = await Promise.all(askable.map((id) => this.apps.get({ tenantId: tenant.tenantId, id })));
    return new Map(apps.flatMap((app) => (app ? [[app.id, app]] : [])));
  }

  private async appsAt(places: readonly AppPlace[]): Promise<(AppRecord | undefined)[]> {
    const idsOf = new Map<string, string[]>();
    for (const { tenantId } of places) idsOf.set(tenantId, []);
    for (const { tenantId, id } of places) idsOf.get(tenantId)!.push(id);
    const rows = await this.prisma.app.findMany({
      where: { OR: [...idsOf].map(([tenantId, ids]) => ({ tenantId, id: { in: ids } })) },
    });
    const found = new Map(rows.map((row) => [`${row.tenantId}/${row.id}`, toAppRecord(row)]));
    return places.map(({ tenantId, id }) => found.get(`${tenantId}/${id}`));
  }

  private async everyApp(tenant: TenantContext, providers: readonly Provider[]): Promise<AppRecord[]> {
    const named = [...new Set(providers.map((provider) => NAME_AT[provider]))];
    const rows = await reachDatabase(() =>
      this.prisma.app.findMany({
        where: { tenantId: tenant.tenantId, ...onList(tenant), OR: named.map((field) => ({ [field]: { not: null } })) },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
      }),
    );
    return rows.map(toAppRecord);
  }
}

/** Ids as text; of a list that can't change, for as long as it lives. */
function textOf(appIds: readonly string[] | null | undefined): string {
  if (!appIds) return 'all';
  if (!Object.isFrozen(appIds)) return JSON.stringify(appIds);
  let text = texts.get(appIds);
  if (text === undefined) texts.set(appIds, (text = JSON.stringify(appIds)));
  return text;
}

const texts = new WeakMap<readonly string[], string>();

const onList = (tenant: TenantContext) => (tenant.appIds ? { id: { in: [...tenant.appIds] } } : {});

const normal = (id: unknown): string => String(id).toLowerCase();
