import { AppRegistry, CredentialVault } from '#libs/tenancy';
import {
  DEMO_REPORTING_KEY,
  KOCHAVA_DEMO_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  SMALL_APPS,
} from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE, useGateway } from './support/gateway.js';

describe("apps read from Kochava's list", () => {
  const gateway = useGateway();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const SYNC = 'mutation { syncApps { id name platform adjust { token } kochava { guid appId accountName } } }';
  const kochava = ({ guid, id }: { guid: string; id: number }) => ({
    guid,
    appId: String(id),
    accountName: `${KOCHAVA_DEMO_ACCOUNT.name} {${KOCHAVA_DEMO_ACCOUNT.id}}`,
  });

  it('needs a credential, the scope, and no app list', async () => {
    const missing = await gateway.http('post', '/v1/apps/sync', key);
    expect([missing.status, missing.body.code]).toEqual([424, 'CREDENTIAL_MISSING']);
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
    const narrow = await gateway.key({ appIds: [gateway.apps[0].id] });
    const idle = await gateway.key({ scopes: EVERY_SCOPE.filter((scope) => scope !== 'apps:write') });
    for (const as of [narrow, idle]) {
      expect((await gateway.http('post', '/v1/apps/sync', as)).status).toBe(403);
      expect((await gateway.graphql(as, SYNC)).body.errors[0].extensions.code).toBe('FORBIDDEN');
    }
    expect(gateway.sandbox.requests).toEqual([]);
  });

  it('makes those that are new, and adds names to those that are known by one, or by name and platform', async () => {
    const registry = gateway.app.get(AppRegistry);
    const [ios, android] = gateway.apps;
    // One known by its number alone, one by its guid alone, one by its name at Adjust.
    await registry.update(gateway.tenant.id, ios.id, { kochavaGuid: null });
    await registry.update(gateway.tenant.id, android.id, { kochavaAppId: null });
    const { name, store: platform, token: adjustToken } = SMALL_APPS[0]!;
    const small = await registry.create(gateway.tenant.id, { name, platform, adjustToken });

    const { body } = await gateway.graphql(key, SYNC);
    expect(body.errors).toBeUndefined();
    const synced = body.data.syncApps as { id: string; name: string; kochava: object; adjust: object | null }[];
    expect(synced).toHaveLength(KOCHAVA_DEMO_ACCOUNT.apps.length);
    const of = (id: string) => synced.find((app) => app.id === id);
    expect(of(ios.id)?.kochava).toEqual(kochava(KOCHAVA_ORBIT_RUNNER_IOS));
    expect(of(android.id)?.kochava).toEqual(kochava(KOCHAVA_ORBIT_RUNNER_ANDROID));
    expect(of(small.id)).toMatchObject({ name, adjust: { token: adjustToken } });
    expect(of(small.id)?.kochava).toEqual(kochava(KOCHAVA_DEMO_ACCOUNT.apps.find((app) => app.name === name)!));

    const again = await gateway.http('post', '/v1/apps/sync', key);
    expect(again.status).toBe(200);
    expect(again.body.data).toEqual(synced);
    const { totalCount } = (await gateway.graphql(key, '{ apps { totalCount } }')).body.data.apps;
    expect(totalCount).toBe(KOCHAVA_DEMO_ACCOUNT.apps.length);
  });

  it('changes nothing where two apps here are one there', async () => {
    const registry = gateway.app.get(AppRegistry);
    const [ios] = gateway.apps;
    const number = String(KOCHAVA_ORBIT_RUNNER_IOS.id);
    await registry.update(gateway.tenant.id, ios.id, { kochavaAppId: null });
    const wrong = await registry.create(gateway.tenant.id, { name: 'Wrong', platform: 'ios', kochavaAppId: number });
    const { status, body } = await gateway.http('post', '/v1/apps/sync', key);
    expect([status, body.code]).toEqual([409, 'CONFLICT']);
    expect(body.detail).toContain(wrong.id);
  });
});
