import type { AppRecord, AppRegistry, OpenCredential } from '#libs/tenancy';

export interface VendorVerdict {
  valid: boolean;
  /** In the vendor's words where it had some. */
  message: string;
}

/** Asks the vendor whether it takes this credential; throws UpstreamError where it does not tell. */
export type Verify = (credential: OpenCredential, tenantId: string) => Promise<VendorVerdict>;

/** Most apps that one question about a credential names: enough to tell, short enough for a URL. */
const MOST_APPS = 50;

/** Names of a tenant's apps at a vendor, for a question that needs some. */
export async function someNames(
  apps: AppRegistry,
  tenantId: string,
  name: 'adjustToken' | 'kochavaAppId',
): Promise<string[]> {
  const { nodes } = await apps.list(tenantId, { first: 200 });
  return nodes.flatMap((app: AppRecord) => app[name] ?? []).slice(0, MOST_APPS);
}
