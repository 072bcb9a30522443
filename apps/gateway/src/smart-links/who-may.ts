import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { GatewayError, notFound, type TenantContext } from '#libs/domain';
import type { KochavaAppGroup, KochavaSmartLink } from '#libs/kochava-links';
import { AppDirectory, type AppRecord } from '#libs/tenancy';

type Numbers = readonly string[];

export const appsOfGroup = ({ apps }: Pick<KochavaAppGroup, 'apps'>): string[] =>
  apps.map(({ kochavaAppId }) => kochavaAppId);

/** The catch-all's too. */
export const appsOfLink = (link: Pick<KochavaSmartLink, 'default' | 'routesByApp'>): string[] => [
  link.default.kochavaAppId,
  ...link.routesByApp.map(({ kochavaAppId }) => kochavaAppId),
];

/**
 * Groups and links hold several apps. A key without an app list reaches whatever the tenant's credential does; one with a
 * list reads what holds one of its apps, and writes what holds its own apps alone.
 */
@Injectable()
export class WhoMay {
  /** Apps of one answer are looked up together: a TenantContext is one caller's, for one request. */
  private readonly loaders = new WeakMap<TenantContext, DataLoader<string, AppRecord | null>>();

  constructor(private readonly directory: AppDirectory) {}

  /** The tenant's app with this number of Kochava's; null where there is none, or the key may not touch it. */
  app(tenant: TenantContext, number: string): Promise<AppRecord | null> {
    let loader = this.loaders.get(tenant);
    if (!loader) {
      loader = new DataLoader((numbers) => this.directory.byUpstreamNames(tenant, 'kochava-links', numbers), {
        maxBatchSize: 500,
      });
      this.loaders.set(tenant, loader);
    }
    return loader.load(number);
  }

  /** Every one is an app of the tenant's that the key may touch; else NOT_FOUND. */
  async mustKnow(tenant: TenantContext, numbers: Numbers): Promise<AppRecord[]> {
    const apps = await Promise.all(numbers.map((number) => this.app(tenant, number)));
    return apps.map((app, index) => {
      if (!app) throw notFound('app', numbers[index]!);
      return app;
    });
  }

  /** As `mustKnow`, for a key with an app list; any other may name whatever its group holds. */
  async mayName(tenant: TenantContext, numbers: Numbers): Promise<void> {
    if (tenant.appIds) await this.mustKnow(tenant, numbers);
  }

  /** Those of `items` that the key may read. */
  async readable<T>(tenant: TenantContext, items: readonly T[], appsOf: (item: T) => Numbers): Promise<T[]> {
    if (!tenant.appIds) return [...items];
    const may = await Promise.all(items.map((item) => this.holdsOne(tenant, appsOf(item))));
    return items.filter((_, index) => may[index]);
  }

  /** NOT_FOUND where the key may not read it. */
  async mayRead(tenant: TenantContext, noun: string, id: string, apps: Numbers): Promise<void> {
    if (tenant.appIds && !(await this.holdsOne(tenant, apps))) throw notFound(noun, id);
  }

  /** NOT_FOUND where the key may not read it, FORBIDDEN where it may read it alone. */
  async mayWrite(tenant: TenantContext, noun: string, id: string, apps: Numbers): Promise<void> {
    if (!tenant.appIds) return;
    await this.mayRead(tenant, noun, id, apps);
    const own = await Promise.all(apps.map((number) => this.app(tenant, number)));
    if (own.includes(null)) {
      throw new GatewayError(
        'FORBIDDEN',
        `The ${noun} ${id} holds apps that are not on this key’s list: it may read it, and not change it.`,
      );
    }
  }

  private async holdsOne(tenant: TenantContext, apps: Numbers): Promise<boolean> {
    const own = await Promise.all(apps.map((number) => this.app(tenant, number)));
    return own.some((app) => app !== null);
  }
}
