import { Injectable } from '@nestjs/common';
import { notFound, type Provider, type TenantContext } from '#libs/domain';
import { AppDirectory, type OpenedApp, type OpenedApps } from '#libs/tenancy';

/** The apps that a key may touch, by the names that callers of a vendor's API know them by. */
@Injectable()
export class OwnApps {
  /** The directory gives the same object while nothing has changed. */
  private readonly byName = new WeakMap<OpenedApps, Map<string, OpenedApp>>();

  constructor(private readonly directory: AppDirectory) {}

  /** Every one of them, by name. */
  async all(tenant: TenantContext, provider: Provider): Promise<readonly OpenedApp[]> {
    return (await this.directory.open(tenant, null, provider)).opened;
  }

  /**
   * The apps of these names, each once, in order; a name matches as it is, or without case. NOT_FOUND, in the same words,
   * for one that is unknown, another tenant's or not on the key's list.
   */
  async named(tenant: TenantContext, provider: Provider, names: readonly string[]): Promise<OpenedApp[]> {
    const known = this.namesOf(await this.directory.open(tenant, null, provider));
    const found = names.map((name) => {
      const app = known.get(name) ?? known.get(name.toLowerCase());
      if (!app) throw notFound('app', name.slice(0, 100));
      return app;
    });
    return [...new Set(found)];
  }

  private namesOf(opened: OpenedApps): Map<string, OpenedApp> {
    let names = this.byName.get(opened);
    if (!names) {
      names = new Map(opened.opened.map((app) => [app.upstreamName.toLowerCase(), app]));
      for (const app of opened.opened) names.set(app.upstreamName, app);
      this.byName.set(opened, names);
    }
    return names;
  }
}
