import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { GatewayError, requireEveryApp, requireScope, type TenantContext } from '#libs/domain';
import { type KochavaApp, KochavaReportClient } from '#libs/kochava-reporting';
import { type AppInput, AppRegistry, type AppRecord, CredentialVault, PLATFORMS } from '#libs/tenancy';
import { type App, appOf } from './app.model.js';

/** What one app of Kochava's list means here. */
interface Match {
  theirs: KochavaApp;
  ours: AppRecord | undefined;
}

/** Reads Kochava's own list of apps into the tenant's. */
@Injectable()
export class AppSyncService {
  constructor(
    private readonly vault: CredentialVault,
    private readonly client: KochavaReportClient,
    private readonly registry: AppRegistry,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Scope apps:write, and no app list. Every app that the api_key sees, by the names that Kochava gives it: matched by guid,
   * by number, or where neither is known by name and platform; made where it is new. No app is taken away. CONFLICT, before
   * anything is changed, where guid and number lead to two apps of ours.
   */
  async sync(tenant: TenantContext): Promise<App[]> {
    requireScope(tenant, 'apps:write');
    this.refuseAppList(tenant);
    return this.audit.around(tenant, 'apps.sync', { vendor: 'KOCHAVA' }, async (note) => {
      const credential = await this.vault.open(tenant.tenantId, 'kochava-reporting');
      const theirs = await this.client.apps(credential, { signal: tenant.signal });
      const matches = matched(theirs, await this.everyApp(tenant.tenantId));
      const synced: AppRecord[] = [];
      for (const match of matches) synced.push(await this.write(tenant.tenantId, match));
      note({ after: { apps: synced.length, made: matches.filter(({ ours }) => !ours).length } });
      return synced.map(appOf);
    });
  }

  private refuseAppList(tenant: TenantContext): void {
    try {
      requireEveryApp(tenant, 'Reading the vendor’s list of apps');
    } catch (error) {
      this.audit.denied(tenant, 'apps.sync', 'FORBIDDEN', { vendor: 'KOCHAVA' });
      throw error;
    }
  }

  private async everyApp(tenantId: string): Promise<AppRecord[]> {
    const all: AppRecord[] = [];
    for (let after: string | null = null; ;) {
      const { nodes, pageInfo } = await this.registry.list(tenantId, { first: 200, after });
      all.push(...nodes);
      if (!pageInfo.hasNextPage) return all;
      after = pageInfo.endCursor;
    }
  }

  private write(tenantId: string, { theirs, ours }: Match): Promise<AppRecord> {
    const { guid: kochavaGuid, accountName } = theirs;
    const names = {
      kochavaGuid,
      ...(theirs.appId && { kochavaAppId: theirs.appId }),
      ...(accountName && { kochavaAccountName: accountName.slice(0, 200) }),
    };
    if (!ours) {
      const app: AppInput = { name: theirs.name.slice(0, 100), platform: platformOf(theirs), ...names };
      return this.registry.create(tenantId, app);
    }
    const same = Object.entries(names).every(([name, value]) => ours[name as keyof typeof names] === value);
    return same ? Promise.resolve(ours) : this.registry.update(tenantId, ours.id, names);
  }
}

const platformOf = ({ platform }: KochavaApp): string => {
  const known = platform.trim().toUpperCase();
  return (PLATFORMS as readonly string[]).includes(known) ? known : 'UNKNOWN';
};

const label = (name: string, platform: string): string => `${name.trim().toLowerCase()}\n${platform}`;

function matched(theirs: readonly KochavaApp[], ours: readonly AppRecord[]): Match[] {
  const byGuid = new Map(ours.map((app) => [app.kochavaGuid, app]));
  const byNumber = new Map(ours.map((app) => [app.kochavaAppId, app]));
  const conflicts: string[] = [];
  const matches = theirs.map((app) => {
    const [one, other] = [byGuid.get(app.guid), app.appId ? byNumber.get(app.appId) : undefined];
    if (one && other && one.id !== other.id) {
      conflicts.push(`the guid of ${JSON.stringify(app.name)} is ${one.id}'s, its number ${other.id}'s`);
    }
    return { theirs: app, ours: one ?? other ?? namesake(app, theirs, ours) };
  });
  if (conflicts.length === 0) return matches;
  const says = `Two apps of this tenant are one at Kochava: ${conflicts.join('; ')}. The operator takes the wrong names away.`;
  throw new GatewayError('CONFLICT', says, { vendor: 'KOCHAVA' });
}

/** An app that Kochava's names are not yet known of; nobody, where there are two of that name and platform on either side. */
function namesake(app: KochavaApp, theirs: readonly KochavaApp[], ours: readonly AppRecord[]): AppRecord | undefined {
  const wanted = label(app.name, platformOf(app));
  if (theirs.filter((one) => label(one.name, platformOf(one)) === wanted).length !== 1) return undefined;
  const found = ours.filter((one) => label(one.name, one.platform) === wanted);
  const [only] = found;
  return found.length === 1 && only?.kochavaGuid === null && only.kochavaAppId === null ? only : undefined;
}
