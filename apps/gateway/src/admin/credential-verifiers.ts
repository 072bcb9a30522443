import { Injectable } from '@nestjs/common';
import { AdjustKpiClient } from '#libs/adjust-kpi';
import type { Provider } from '#libs/domain';
import { KochavaLinksClient } from '#libs/kochava-links';
import { KochavaPostbacksClient } from '#libs/kochava-postbacks';
import { KochavaReportClient } from '#libs/kochava-reporting';
import { type AppRecord, AppRegistry, type OpenCredential } from '#libs/tenancy';

export interface VendorVerdict {
  valid: boolean;
  /** In the vendor's words where it had some. */
  message: string;
}

/** Asks the vendor whether it takes this credential; throws UpstreamError where it does not tell. */
export type Verify = (credential: OpenCredential, tenantId: string) => Promise<VendorVerdict>;

/** Most apps that one question about a credential names: enough to tell, short enough for a URL. */
const MOST_APPS = 50;

/** How each provider's credential is checked, by a read that changes nothing there. */
@Injectable()
export class CredentialVerifiers {
  private readonly verifiers: Partial<Record<Provider, Verify>>;

  constructor(
    private readonly apps: AppRegistry,
    adjust: AdjustKpiClient,
    reporting: KochavaReportClient,
    postbacks: KochavaPostbacksClient,
    links: KochavaLinksClient,
  ) {
    this.verifiers = {
      adjust: async (credential, tenantId) => adjust.verify(credential, await this.names(tenantId, 'adjustToken')),
      'kochava-reporting': (credential) => reporting.verify(credential),
      'kochava-postbacks': async (credential, tenantId) => {
        const [appId] = await this.names(tenantId, 'kochavaAppId');
        return postbacks.verify(credential, appId);
      },
      'kochava-links': (credential) => links.verify(credential),
    };
  }

  /** Undefined: there is no read that would tell. */
  of(provider: Provider): Verify | undefined {
    return this.verifiers[provider];
  }

  private async names(tenantId: string, name: 'adjustToken' | 'kochavaAppId'): Promise<string[]> {
    const { nodes } = await this.apps.list(tenantId, { first: 200 });
    return nodes.flatMap((app: AppRecord) => app[name] ?? []).slice(0, MOST_APPS);
  }
}
