import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../apps/sandbox/src/index.js';
import { ADMIN_KEY } from './support/gateway.js';
import { useGatewayProcesses } from './support/gateway-process.js';
import { waitUntil } from './support/wait-until.js';

/** The gateway as an operator runs it: from its environment to its exit code, on the embedded Postgres. */
describe('the process', () => {
  const processes = useGatewayProcesses();
  let sandbox: Sandbox;
  let dataDir: string;
  beforeAll(async () => {
    sandbox = await startSandbox();
    dataDir = mkdtempSync(join(tmpdir(), 'mmp-gateway-data-'));
    // Postgres runs as another user where the specs run as root.
    chmodSync(dataDir, 0o755);
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = () => processes.start({ DATA_DIR: dataDir, ADMIN_API_KEY: ADMIN_KEY, ADJUST_BASE_URL: sandbox.url });
  const admin = async (url: string, path: string, body?: object, method = body ? 'POST' : 'GET') => {
    const response = await fetch(`${url}/v1/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
    return response.json() as Promise<Record<string, never>>;
  };

  it('is packed one byte a character, as it is read', () => {
    expect(/[^\0-\x7f]/.exec(readFileSync(processes.script, 'utf8'))?.[0]).toBeUndefined();
  });

  it('exits 78 with one line that names the variable', async () => {
    for (const [name, value] of [
      ['PORT', 'eighty'],
      ['TRUST_PROXY', 'everybody'],
      ['DATABASE_URL', 'postgresql://localhost/nobody'],
    ] as const) {
      const { code, stdout, stderr } = await processes.run({ DATA_DIR: dataDir, [name]: value });
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toMatch(new RegExp(`^${name === 'DATABASE_URL' ? 'CREDENTIAL_KEYS' : name} must be [^\\n]+\\n$`));
    }
  });

  it('finds its data after a kill -9, finishes what is under way at SIGTERM, and starts again', async () => {
    const first = await start();
    await admin(first.url, '/tenants', { slug: 'acme', name: 'Acme' });
    await admin(first.url, '/tenants/acme/apps', { name: 'Orbit', platform: 'ios', adjustToken: '2eb2na2w54c3' });
    await admin(first.url, '/tenants/acme/credentials/adjust', { secret: 'sbxu7k2mzw9a4hv8nptd' }, 'PUT');
    const { key } = await admin(first.url, '/tenants/acme/api-keys', { name: 'k', scopes: ['kpis:read', 'apps:read'] });
    expect(statSync(join(dataDir, 'credential-keys')).mode & 0o777).toBe(0o600);
    expect(await first.end('SIGKILL')).toBe('SIGKILL');

    const second = await start();
    const headers = { authorization: `Bearer ${key}` };
    const question = '/v1/kpis?from=2026-05-01&to=2026-05-02&metrics=installs';
    const ask = async (url: string) => {
      const response = await fetch(url + question, { headers });
      return [response.status, ((await response.json()) as { rowCount: number }).rowCount];
    };
    sandbox.misbehave({ do: { kind: 'delay', ms: 2000 } });
    const underWay = ask(second.url);
    await waitUntil(() => sandbox.requests.length === 1);
    const ended = second.end('SIGTERM');
    expect(await underWay).toEqual([200, 1]);
    expect(await ended).toBe(0);
    await expect(fetch(second.url)).rejects.toThrow();
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);

    const third = await start();
    expect(await ask(third.url)).toEqual([200, 1]);
    expect(await third.end('SIGINT')).toBe(0);
  });
});
