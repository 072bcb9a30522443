import { ERROR_CODES } from '#libs/domain';
import { ConfigError, loadConfig } from '../apps/gateway/src/config.js';
import { Lifecycle } from '../apps/gateway/src/operations/lifecycle.js';
import { CREDENTIAL_KEYS, useGateway } from './support/gateway.js';

describe('operations', () => {
  const gateway = useGateway();
  const get = (path: string) => gateway.http('get', path);

  it('tell that the gateway lives, and that it is ready, without a key', async () => {
    expect([(await get('/health/live')).status, (await get('/health/live')).body]).toEqual([200, { status: 'ok' }]);
    const { status, body, headers } = await get('/health/ready');
    expect([status, body]).toEqual([
      200,
      { status: 'ok', checks: { database: 'ok', migrations: 'ok', cache: 'in process' } },
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('tell that it is not ready while it drains, or lacks a migration', async () => {
    const lifecycle = gateway.app.get(Lifecycle);
    lifecycle.draining = true;
    const { status, body } = await get('/health/ready');
    const other = await get('/v1/viewer');
    lifecycle.draining = false;
    expect([other.status, other.body.code, other.headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '1']);
    expect([status, body.status]).toEqual([503, 'draining']);
    expect((await get('/health/live')).status).toBe(200);
    await gateway.database.sql(`UPDATE _prisma_migrations SET migration_name = migration_name || '_renamed'`);
    const pending = await get('/health/ready');
    await gateway.database.sql(
      `UPDATE _prisma_migrations SET migration_name = replace(migration_name, '_renamed', '')`,
    );
    expect([pending.status, pending.body.checks.migrations]).toEqual([503, 'pending']);
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('show metrics in which no key, tenant or path of a caller is a label', async () => {
    const key = await gateway.key();
    await gateway.http('get', '/v1/kpis?from=2026-05-01&to=2026-05-01&metrics=installs', key);
    await gateway.http('get', `/v1/apps/${gateway.apps[0].id}`, key);
    await gateway.http('get', `/v1/nothing/${key}`, `${key}x`);
    const { status, text, headers } = await get('/metrics');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
    for (const line of [
      /gateway_request_seconds_count\{method="GET",route="\/v1\/kpis",status="200"\} 1/,
      /gateway_request_seconds_count\{method="GET",route="\/v1\/apps\/:id",status="200"\} 1/,
      /gateway_refused_keys_total\{reason="malformed"\} 1/,
      /gateway_upstream_attempt_seconds_count\{.*vendor="adjust".*\} 1/,
      /gateway_kpi_sources_total\{service="ADJUST_KPI_SERVICE",status="FRESH"\} 1/,
    ]) {
      expect(text).toMatch(line);
    }
    for (const private_ of [key, gateway.tenant.slug, gateway.apps[0].id]) expect(text).not.toContain(private_);
  });

  it('describe every REST door in /openapi.json', async () => {
    const { status, body } = await get('/openapi.json');
    expect([status, body.openapi]).toEqual([200, expect.stringMatching(/^3\./)]);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/v1/viewer', '/v1/apps', '/v1/apps/{id}', '/v1/kpis', '/v1/kpis/query']),
    );
    const names = body.paths['/v1/kpis'].get.parameters.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'from',
        'to',
        'metrics',
        'vendor_metrics',
        'group_by',
        'utc_offset',
        'cohort_range',
        'on_failed_source',
        'totals',
        'format',
        'bom',
      ]),
    );
    expect(body.paths['/v1/kpis'].get.responses['200'].content).toHaveProperty(['text/csv']);
    expect((await get('/openapi.yaml')).status).toBe(200);
  });

  it('show it at /docs, by files of this gateway alone, under a policy that lets them run', async () => {
    const page = await get('/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, source]) => new URL(source!, `${gateway.url}/docs`),
    );
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source.origin).toBe(gateway.url);
      expect([source.pathname, (await get(source.pathname)).status]).toEqual([source.pathname, 200]);
    }
    const policy = page.headers['content-security-policy']!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("style-src 'self' 'unsafe-inline'");
    // Over plain http on a host of one's own network the page would ask for its own files by https.
    expect(policy).not.toContain('upgrade-insecure-requests');
    // Nothing in the page runs inline, which the policy would stop.
    expect(page.text).not.toMatch(/<script>(?!\s*<)|<script(?![^>]*src=)[^>]*>|\son\w+="/);
  });

  it('explain every code at /errors', async () => {
    for (const code of ERROR_CODES) {
      const { status, text, headers } = await get(`/errors/${code}`);
      expect([code, status, text.includes(code), headers['content-security-policy']]).toEqual([
        code,
        200,
        true,
        expect.stringContaining("default-src 'none'"),
      ]);
    }
    expect((await get('/errors/bad-user-input')).status).toBe(200);
    const { text: all } = await get('/errors');
    expect(ERROR_CODES.filter((code) => !all.includes(`href="/errors/${code}"`))).toEqual([]);
    const unknown = await get('/errors/%3Cscript%3E');
    expect([unknown.status, unknown.body.code, unknown.headers['content-type']]).toEqual([
      404,
      'NOT_FOUND',
      expect.stringMatching(/^application\/problem\+json/),
    ]);
  });
});

describe('a gateway with METRICS_TOKEN and CORS_ORIGINS', () => {
  const gateway = useGateway({
    env: { METRICS_TOKEN: 'prometheus-reads-this', CORS_ORIGINS: 'https://bi.example.com' },
  });

  it('shows its metrics to who has the token', async () => {
    for (const token of [undefined, 'wrong', '']) {
      const { status, body } = await gateway.http('get', '/metrics', token);
      expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect((await gateway.http('get', '/metrics', 'prometheus-reads-this')).status).toBe(200);
  });

  it('lets pages of the named origin read and write, and no other', async () => {
    const key = await gateway.key();
    const ask = (origin: string) => gateway.http('get', '/v1/viewer', key).set('Origin', origin);
    expect((await ask('https://bi.example.com')).headers['access-control-allow-origin']).toBe('https://bi.example.com');
    expect((await ask('https://bi.example.com.evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await fetch(`${gateway.url}/v1/smart-links/1`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://bi.example.com',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const refused = await gateway.http('get', '/v1/viewer').set('Origin', 'https://bi.example.com');
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://bi.example.com']);
  });
});

describe('the environment', () => {
  const right = { DATABASE_URL: 'postgresql://localhost/x', CREDENTIAL_KEYS };

  it.each([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', 'http'],
    ['PUBLIC_URL', 'gateway.example.com'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'localhost:5432'],
    ['REDIS_URL', 'localhost:6379'],
    ['ADMIN_API_KEY', 'short'],
    ['CREDENTIAL_KEYS', 'k1:c2hvcnQ='],
    ['CREDENTIAL_KEYS', ''],
    ['ADJUST_BASE_URL', 'api.adjust.com'],
    ['ADJUST_BASE_URL', 'ftp://api.adjust.com'],
    ['ADJUST_REPORTS_BASE_URL', 'https://user:secret@automate.adjust.com'],
    ['KOCHAVA_REPORTING_BASE_URL', 'https://x.example/?a=b'],
    ['KOCHAVA_BASE_URL', 'x'],
    ['KOCHAVA_LINKS_BASE_URL', 'https://x.example/#a'],
    ['UPSTREAM_TIMEOUT_MS', '0'],
    ['UPSTREAM_TIMEOUT_MS', '1.5'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://bi.example.com/path'],
    ['TRUST_PROXY', 'yes please'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['LOG_LEVEL', 'loud'],
  ])('is refused where %s is %j, in one line that names it', (name, value) => {
    const refused = (): unknown => loadConfig({ ...right, [name]: value });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(new RegExp(`^${name} must be [^\\n]+$`));
    if (value.includes('secret')) expect(refused).not.toThrow(/secret@/);
  });

  it('may say whom to trust as a proxy', () => {
    for (const value of ['true', 'false', '10.0.0.0/8', '127.0.0.1, 10.0.0.1', 'loopback', 'fd00::/8']) {
      expect(() => loadConfig({ ...right, TRUST_PROXY: value })).not.toThrow();
    }
  });
});
