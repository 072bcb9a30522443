import { ApiKeys, AppRegistry, SignedTexts } from '#libs/tenancy';
import type { ApiKeyInput } from '#libs/tenancy';
import { Lifecycle } from '../apps/gateway/src/operations/lifecycle.js';
import { FileLinks } from '../apps/gateway/src/files/file-links.js';
import { rawGet } from './support/raw-get.js';
import { ask, aSummary, GUID } from './support/reporting-door.js';
import { push, sent, useReports } from './support/reports.js';
import { clientGet } from './support/vendor-door.js';
import { waitUntil } from './support/wait-until.js';

const PROBLEM = 'application/problem+json; charset=utf-8';
const TEN_DAYS = 864_000;

describe('GET /files/{token}', () => {
  const gateway = useReports({ env: { PUBLIC_URL: 'https://gateway.example' } });

  /** A key, and the path of a file that was handed out under it. */
  async function aFile(settings: Partial<ApiKeyInput> = {}): Promise<{ key: string; token: string; path: string }> {
    const key = await gateway.key(settings);
    const { report_token: token } = (await ask(gateway, key, '/summary', aSummary())).json;
    push(gateway, 10_000);
    const { report } = (await ask(gateway, key, '/progress', { app_guid: GUID, token })).json;
    expect(report).toMatch(/^https:\/\/gateway\.example\/files\/[\w.-]+$/);
    return { key, token, path: new URL(report).pathname };
  }
  const fetched = async (path: string) => {
    const { status, type, text, headers } = await clientGet(gateway.url, path);
    return { status, type, text, headers, code: type === PROBLEM ? (JSON.parse(text).code as string) : undefined };
  };
  const idOf = async (name: string): Promise<string> => {
    const { nodes } = await gateway.app.get(ApiKeys).list(gateway.tenant.id, { first: 200 });
    return nodes.find((one) => one.name === name)!.id;
  };
  /** The same link with other words in it, signed anew. */
  const signedAnew = (path: string, change: (file: NonNullable<ReturnType<FileLinks['read']>>) => object): string => {
    const links = gateway.app.get(FileLinks);
    const file = links.read(path.slice('/files/'.length))!;
    return new URL(links.to({ ...file, ...change(file) })).pathname;
  };

  it('streams the vendor’s file, by its name and type, as often as it is asked for', async () => {
    const { path } = await aFile();
    for (let times = 0; times < 2; times++) {
      const { status, type, text, headers } = await fetched(path);
      expect([status, type]).toEqual([200, 'binary/octet-stream']);
      expect(headers['content-disposition']).toMatch(/^attachment; filename="KRS-?\d+_.*\.csv"$/);
      expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
      expect(headers['cache-control']).toBe('private, no-store');
      expect(text.split('\n')[0]).toContain('install');
    }
    expect((await gateway.http('get', path)).status).toBe(200);
  });

  it('is good for ten days from when the report was made, as Kochava’s own', async () => {
    const { path } = await aFile();
    const file = gateway.app.get(FileLinks).read(path.slice('/files/'.length))!;
    const left = file.expiresAt - gateway.sandbox.now().getTime() / 1000;
    expect(left).toBeLessThanOrEqual(TEN_DAYS);
    expect(left).toBeGreaterThan(TEN_DAYS - 30);
    const over = signedAnew(path, () => ({ expiresAt: Math.floor(Date.now() / 1000) - 1 }));
    expect(await fetched(over)).toMatchObject({ status: 410, type: PROBLEM, code: 'NOT_FOUND' });
  });

  it('is dead when its key is revoked, or has expired, or its tenant is gone', async () => {
    const { path } = await aFile({ name: 'revoked' });
    await gateway.app.get(ApiKeys).revoke(gateway.tenant.id, await idOf('revoked'));
    expect(await fetched(path)).toMatchObject({ status: 410, code: 'NOT_FOUND' });

    const { path: expiring } = await aFile({ name: 'rotated' });
    await gateway.app.get(ApiKeys).rotate(gateway.tenant.id, await idOf('rotated'), { graceSeconds: 0 });
    expect((await fetched(expiring)).status).toBe(410);

    const stranger = signedAnew((await aFile()).path, () => ({ tenantId: gateway.otherTenant.id }));
    expect((await fetched(stranger)).status).toBe(410);
    expect(sent(gateway).at(-1)).toBe('/progress');
  });

  it('is dead when its key may not touch the app any more, or read reports', async () => {
    const { path } = await aFile({ name: 'narrowed', appIds: [gateway.apps[0].id] });
    expect((await fetched(path)).status).toBe(200);
    const before = gateway.sandbox.requests.length;
    const set = (columns: string) => gateway.database.sql(`UPDATE api_keys SET ${columns} WHERE name = 'narrowed'`, []);
    await set(`app_ids = ARRAY['${gateway.apps[1].id}']::uuid[]`);
    expect(await fetched(path)).toMatchObject({ status: 410, code: 'NOT_FOUND' });
    await set(`app_ids = ARRAY['${gateway.apps[0].id}']::uuid[], scopes = ARRAY['apps:read']`);
    expect((await fetched(path)).status).toBe(410);
    expect(gateway.sandbox.requests.length).toBe(before);
    await set(`scopes = ARRAY['reports:read']`);
    expect((await fetched(path)).status).toBe(200);
  });

  it('is dead when the app is gone', async () => {
    const registry = gateway.app.get(AppRegistry);
    const app = await registry.create(gateway.tenant.id, {
      name: 'Short',
      platform: 'IOS',
      adjustToken: 'abcabcabcabc',
    });
    const path = signedAnew((await aFile()).path, () => ({ appId: app.id }));
    expect((await fetched(path)).status).toBe(200);
    await registry.delete(gateway.tenant.id, app.id);
    expect((await fetched(path)).status).toBe(410);
  });

  it('is nothing where its token is none of ours', async () => {
    const { path } = await aFile();
    const [payload, mac, ...key] = path.slice('/files/'.length).split('.');
    const other = Buffer.from(Buffer.from(payload!, 'base64url').toString().replace(GUID, 'konosuch')).toString(
      'base64url',
    );
    const elsewhere = gateway.app.get(SignedTexts).sign('invitations', Buffer.from(payload!, 'base64url').toString());
    for (const token of [
      [other, mac, ...key].join('.'),
      [payload, mac!.split('').reverse().join(''), ...key].join('.'),
      payload!,
      elsewhere,
      'x',
      'x'.repeat(900),
    ]) {
      expect(await fetched(`/files/${token}`)).toMatchObject({ status: 404, type: PROBLEM, code: 'NOT_FOUND' });
    }
    for (const bad of ['/files', '/files/', `${path}/x`, '/files/%2e%2e'])
      expect((await fetched(bad)).status).toBe(404);
  });

  it('says 410 where Kochava has let go of the file, and opens one that Kochava moved', async () => {
    const { path } = await aFile();
    const progress = (body: object) =>
      gateway.sandbox.misbehave({
        path: 'progress',
        do: { kind: 'status', status: 200, body: JSON.stringify(body) },
      });
    progress({ status: 'error', status_detail: 'Report token not found' });
    expect(await fetched(path)).toMatchObject({ status: 410, code: 'NOT_FOUND' });
    progress({ status: 'running', progress: '20' });
    expect((await fetched(path)).status).toBe(410);
    expect((await fetched(path)).status).toBe(200);
  });

  it('follows no link that leads elsewhere', async () => {
    const { path } = await aFile();
    for (const report of [
      'http://169.254.169.254/latest/meta-data',
      'http://elsewhere.example/x.csv',
      'file:///etc/passwd',
    ]) {
      const body = JSON.stringify({ status: 'completed', report });
      gateway.sandbox.misbehave({ path: 'progress', do: { kind: 'status', status: 200, body } });
      const { status, text } = await fetched(path);
      expect([report, status >= 400]).toEqual([report, true]);
      expect(text).not.toContain('meta-data');
    }
  });

  it('tears the connection down where the file broke off', async () => {
    const { path } = await aFile();
    gateway.sandbox.misbehave({ path: 'kochava-reports', do: { kind: 'truncate', part: 0.6 } });
    const { status, whole } = await rawGet(`${gateway.url}${path}`, {});
    expect([status, whole]).toEqual([200, false]);
  });

  it('counts against the rate of its key', async () => {
    const { path } = await aFile({ requestsPerMinute: 3 });
    expect((await fetched(path)).status).toBe(200);
    const { status, code, headers } = await fetched(path);
    expect([status, code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is audited under its key', async () => {
    const { path } = await aFile({ name: 'downloading' });
    await fetched(path);
    const auditor = await gateway.key({ scopes: ['audit:read'] });
    let events: Record<string, unknown>[] = [];
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?first=50', auditor);
      events = (body.data as Record<string, unknown>[]).filter(
        ({ action, keyName }) => action === 'report.download' && keyName === 'downloading',
      );
      return events.length > 0;
    });
    expect(events).toMatchObject([
      { edge: 'VENDOR', vendor: 'KOCHAVA', outcome: 'SUCCEEDED', appId: gateway.apps[0].id },
    ]);
  });

  it('is 503 while the gateway stops', async () => {
    const { path } = await aFile();
    const lifecycle = gateway.app.get(Lifecycle);
    lifecycle.draining = true;
    const { status } = await fetched(path);
    lifecycle.draining = false;
    expect(status).toBe(503);
  });
});
