import type { Server } from 'node:http';
import { jest } from '@jest/globals';
import pg from 'pg';
import { Sealer } from '#libs/audit';
import { ApiKeys, CredentialVault, Tenants } from '#libs/tenancy';
import { DEMO_USER } from '../apps/sandbox/src/index.js';
import { CompiledQuery } from '../apps/gateway/src/graphql/compiled-query.js';
import { KeyGuard } from '../apps/gateway/src/edge/key-guard.js';
import { GatewayMetrics } from '../apps/gateway/src/operations/gateway-metrics.js';
import { Lifecycle } from '../apps/gateway/src/operations/lifecycle.js';
import { Log } from '../apps/gateway/src/operations/log.js';
import type { Misbehaviour } from '../apps/sandbox/src/misbehave/rules.js';
import { useGateway } from './support/gateway.js';
import { rawRequest, rawTalk } from './support/raw-talk.js';
import { waitUntil } from './support/wait-until.js';

const GET = '/v1/kpis?from=2026-01-01&to=2026-01-03&vendors=adjust&metrics=installs&group_by=day';
const INPUT = '{ from: "2026-01-01", to: "2026-01-03", vendors: [ADJUST], metrics: [INSTALLS], groupBy: [DAY] }';
const QUERY = `{ viewer { keyName scopes } kpis(input: ${INPUT}) { rows { time metrics { value } } sources { status } } }`;

const lines: Record<string, unknown>[] = [];

/** A request that came before, byte for byte, is answered past the router: nobody may see a difference. */
describe('requests that come again', () => {
  const gateway = useGateway({
    // Nothing is kept: each answer is asked for, and a vendor that fails is heard of.
    env: {
      KPI_CACHE_RECENT_SECONDS: '0',
      KPI_CACHE_PAST_SECONDS: '0',
      KPI_CACHE_STALE_SECONDS: '0',
      CORS_ORIGINS: 'https://bi.example',
    },
    adjustOnly: true,
    log: Log.into('info', (line) => lines.push(JSON.parse(line) as Record<string, unknown>)),
  });
  const server = () => gateway.app.getHttpServer() as Server;
  afterEach(() => {
    jest.restoreAllMocks();
    gateway.sandbox.reset();
  });

  /** The long road alone asks the guard, once for each request. */
  const guard = () => jest.spyOn(gateway.app.get(KeyGuard), 'check');
  const isLong = async (work: Promise<unknown>): Promise<boolean> => {
    const asked = guard().mockClear();
    await work;
    expect(asked.mock.calls.length).toBeLessThan(2);
    return asked.mock.calls.length === 1;
  };
  /** What `ask` came to on the short road. A request goes the long one where its key is due to be looked up again. */
  const shortly = async <T>(ask: (time: number) => Promise<T>): Promise<T> => {
    for (let time = 0; time < 30; time++) {
      const answer = ask(time);
      if (!(await isLong(answer))) return answer;
    }
    throw new Error('It never took the short road.');
  };

  type Headers = Record<string, string>;
  const bearer = (key: string): Headers => ({ Authorization: `Bearer ${key}`, 'X-Request-Id': 'the-same' });
  const get = (headers: Headers, path = GET) => rawTalk(server(), rawRequest('GET', path, headers));
  const post = (headers: Headers, body: string) => {
    const head = rawRequest('POST', '/graphql', { 'Content-Type': 'application/json', ...headers }, body);
    return rawTalk(server(), head + body);
  };
  const query = (text: string) => JSON.stringify({ query: text });

  type Ask = (headers: Headers) => ReturnType<typeof rawTalk>;
  const DOORS: [string, Ask][] = [
    ['REST', (headers) => get(headers)],
    ['GraphQL', (headers) => post(headers, query(QUERY))],
  ];
  const often = (ask: Ask, headers: Headers) => shortly(() => ask(headers));
  /** The same once on each road: a header that is new each time makes a request another one. */
  const both = async (ask: Ask, headers: Headers) => {
    const short = await often(ask, headers);
    const long = ask({ ...headers, 'X-New': String(both.times++) });
    expect(await isLong(long)).toBe(true);
    return { short: short.lasting, long: (await long).lasting };
  };
  both.times = 0;

  describe.each(DOORS)('at %s', (door, ask) => {
    let key: string;
    beforeAll(async () => {
      key = await gateway.key({ name: `key at ${door}` });
    });

    it.each<[string, Headers]>([
      ['as most do', {}],
      ['keeping the connection', { Connection: 'close, x' }],
      ['from a page that may read it', { Origin: 'https://bi.example' }],
      ['from a page that may not', { Origin: 'https://other.example' }],
      ['with an Accept', { Accept: 'application/json;q=0.9, */*;q=0.1' }],
      ['past the cache', { 'Cache-Control': 'no-cache' }],
      ['with an id that is none', { 'X-Request-Id': 'a b' }],
      ['expecting to be told to go on', { Expect: '100-continue' }],
      ['offering another protocol', { Connection: 'Upgrade, close', Upgrade: 'h2c' }],
    ])('are answered to the byte as they were: %s', async (_, more) => {
      const headers = { ...bearer(key), ...more };
      await often(ask, headers);
      const { short, long } = await both(ask, headers);
      const withoutOwnId = (text: string) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'its own');
      expect(withoutOwnId(short)).toBe(withoutOwnId(long));
      expect(/access-control-allow-origin: https:\/\/bi/.test(short)).toBe(more['Origin'] === 'https://bi.example');
      expect(short).toMatch(/HTTP\/1\.1 200 OK\r\n[^]*content-security-policy:[^]*x-request-id:[^]*2026-01-02/i);
    });

    it.each<[string, string, Misbehaviour]>([
      ['refuses the credential', 'CREDENTIAL_REJECTED', { kind: 'status', status: 401 }],
      ['asks to slow down', 'UPSTREAM_RATE_LIMITED', { kind: 'rate-limit', retryAfterSeconds: 100 }],
    ])('tell in the same words that the vendor %s', async (_, code, misbehaviour) => {
      const strict: Ask = (headers) =>
        door === 'REST'
          ? get(headers, `${GET}&on_failed_source=error`)
          : post(headers, query(QUERY.replace('groupBy', 'onFailedSource: ERROR, groupBy')));
      const headers = bearer(await gateway.key());
      await often(strict, headers);
      gateway.sandbox.misbehave({ times: null, do: misbehaviour });
      const { short, long } = await both(strict, headers);
      expect(short).toBe(long);
      expect(short).toContain(`"code":"${code}"`);
      expect(/\r\nretry-after: \d+\r\n/i.test(short)).toBe(door === 'REST' && code === 'UPSTREAM_RATE_LIMITED');
      expect(short).toMatch(/x-content-type-options: nosniff/i);
    });

    it('tell in the same words that the tenant’s credential is gone', async () => {
      const { id } = gateway.tenant;
      const vault = gateway.app.get(CredentialVault);
      const headers = bearer(key);
      await often(ask, headers);
      await vault.delete(id, 'adjust');
      const { short, long } = await both(ask, headers);
      await vault.put(id, 'adjust', DEMO_USER.token);
      expect(short).toBe(long);
      expect(short).toContain('FAILED');
    });

    it('are neither answered nor waited for where the key can not be checked', async () => {
      const headers = bearer(key);
      await often(ask, headers);
      const unhandled: unknown[] = [];
      const note = (error: unknown) => void unhandled.push(error);
      process.on('unhandledRejection', note);
      await withoutDatabase(async () => {
        gateway.app.get(ApiKeys).forgetTenant(gateway.tenant.id);
        const { text } = await ask(headers);
        expect(text).toMatch(/^HTTP\/1\.1 50[03] /);
      });
      // Rejections are told after the microtasks of their turn.
      await new Promise(setImmediate);
      process.off('unhandledRejection', note);
      expect(unhandled).toEqual([]);
      await often(ask, headers);
    });

    it('are nobody else’s: another tenant’s key gets its own answer', async () => {
      const foreign = await gateway.key({ of: gateway.otherTenant, name: 'foreign' });
      await often(ask, bearer(key));
      const { text } = await ask(bearer(foreign));
      expect(text).not.toContain('2026-01-02');
    });

    it('see what has changed of the key: its end, its scopes, its apps, its limit, its tenant’s name', async () => {
      const change = async (sql: string, was: string): Promise<string> => {
        const own = await gateway.key({ name: `changed ${was}` });
        await often(ask, bearer(own));
        await gateway.database.sql(sql, [`changed ${was}`]);
        gateway.app.get(ApiKeys).forgetTenant(gateway.tenant.id);
        const answer = ask(bearer(own));
        expect(await isLong(answer)).toBe(true);
        return (await answer).text;
      };
      const set = (what: string) => `UPDATE api_keys SET ${what} WHERE name = $1`;
      expect(await change(set('revoked_at = now()'), 'end')).toContain('UNAUTHENTICATED');
      expect(await change(set("expires_at = now() - interval '1 minute'"), 'expiry')).toContain('UNAUTHENTICATED');
      expect(await change(set("scopes = '{apps:read}'"), 'scopes')).toContain('FORBIDDEN');
      expect(await change(set("every_app = false, app_ids = '{}'"), 'apps')).not.toContain('2026-01-02');
      expect(await change(set('requests_per_minute = 5'), 'limit')).toMatch(/ratelimit: "key";r=4/i);
    });

    it('of a key with a limit are counted, each', async () => {
      const limited = bearer(await gateway.key({ requestsPerMinute: 100 }));
      for (let time = 0; time < 6; time++) await ask(limited);
      expect(await isLong(ask(limited))).toBe(true);
      expect((await ask(limited)).text).toMatch(/ratelimit: "key";r=92/i);
    });

    it('stop with the key when it is revoked, and go on with the one that it was rotated to', async () => {
      const keys = gateway.app.get(ApiKeys);
      const { id, key: own } = await keys.issue(gateway.tenant.id, { name: 'rotated', scopes: ['kpis:read'] });
      await often(ask, bearer(own));
      const rotated = await keys.rotate(gateway.tenant.id, id, { graceSeconds: 0 });
      expect((await ask(bearer(own))).text).toContain('This key has expired');
      await often(ask, bearer(rotated.key));
      await keys.revoke(gateway.tenant.id, rotated.id);
      expect((await ask(bearer(rotated.key))).text).toMatch(/^HTTP\/1\.1 401 /);
    });

    it('are refused while the gateway drains', async () => {
      await often(ask, bearer(key));
      const lifecycle = gateway.app.get(Lifecycle);
      lifecycle.draining = true;
      const { text } = await ask(bearer(key));
      lifecycle.draining = false;
      expect(text).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 1\r\n/i);
    });

    it('are audited, logged and counted one by one, under their own ids', async () => {
      const own = await gateway.key({ name: `audited at ${door}` });
      await often(ask, bearer(own));
      const route = door === 'REST' ? '/v1/kpis' : '/graphql';
      const count = async () => {
        const { values } = (await gateway.app.get(GatewayMetrics).registry.getMetricsAsJSON()).find(
          ({ name }) => name === 'gateway_request_seconds',
        )! as { values: { metricName?: string; value: number; labels: { route?: string; status?: number } }[] };
        return values.find(
          ({ metricName, labels }) => metricName?.endsWith('_count') && labels.route === route && labels.status === 200,
        )!.value;
      };
      let id = '';
      let before = 0;
      await shortly(async (time) => {
        before = await count();
        lines.length = 0;
        await ask({ ...bearer(own), 'X-Request-Id': (id = `short-${time}`) });
      });
      await ask({ ...bearer(own), 'X-Request-Id': 'long', 'X-New': 'audit' });
      await waitUntil(() => lines.length >= 2);
      expect(await count()).toBe(before + 2);
      const [short, long] = lines;
      expect(lines).toHaveLength(2);
      expect(short).toEqual({ ...long, requestId: id, time: expect.any(Number), ms: expect.any(Number) });
      expect(JSON.stringify(lines)).not.toContain(own);
      await gateway.app.get(Sealer).flush();
      const rows = await gateway.database.sql(
        `SELECT request_id, action, edge, outcome, request FROM audit_rows WHERE key_name = $1 ORDER BY action`,
        [`audited at ${door}`],
      );
      const rowsOf = (one: string) => rows.filter(({ request_id }) => request_id === one);
      expect(rowsOf(id).map(({ action }) => action)).toEqual(
        door === 'REST' ? ['kpis.read'] : ['kpis.read', 'viewer.read'],
      );
      expect(rowsOf('long')).toEqual(rowsOf(id).map((row) => ({ ...row, request_id: 'long' })));
    });
  });

  /** As while Postgres restarts: connections end, and none is taken. */
  async function withoutDatabase(work: () => Promise<void>): Promise<void> {
    const { pathname } = new URL(gateway.database.url);
    const name = decodeURIComponent(pathname.slice(1));
    const client = new pg.Client({ connectionString: gateway.database.url.replace(pathname, '/postgres') });
    await client.connect();
    try {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      await work();
    } finally {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await client.end();
    }
  }

  it('see that the tenant was renamed', async () => {
    const ask = DOORS[0]![1];
    const key = await gateway.key({ name: 'of a renamed tenant' });
    await often(ask, bearer(key));
    await gateway.app.get(Tenants).rename('orbit', { name: 'Orbit & Sons' });
    expect(await isLong(ask(bearer(key)))).toBe(true);
  });

  it('hold no compiled query beyond those that may be kept', async () => {
    const headers = bearer(await gateway.key());
    const ask: Ask = (own) => post(own, query('{ viewer { keyName } } # first'));
    await often(ask, headers);
    const key = await gateway.key();
    for (let n = 0; n < 200; n++)
      for (let time = 0; time < 3; time++) await gateway.graphql(key, `{ viewer { keyName } } # ${n}`);
    expect(await isLong(ask(headers))).toBe(true);
    expect((await often(ask, headers)).text).toContain('"keyName":"spec"');
  });

  describe('for KPIs alone', () => {
    const input = { from: '2026-01-01', to: '2026-01-02', metrics: ['INSTALLS', 'CTR'], groupBy: ['DAY', 'COUNTRY'] };
    const asking =
      (selection: string, more: object = {}): Ask =>
      (headers) => {
        const text = `query Q($question: KpiQueryInput!) { ${selection.replace('kpis', 'kpis(input: $question)')} }`;
        return post(headers, JSON.stringify({ query: text, variables: { question: { ...input, ...more } } }));
      };
    let key: string;
    beforeAll(async () => {
      key = await gateway.key({ name: 'alone' });
    });

    it.each<[string, string, boolean]>([
      ['rows', 'kpis { rows { time country metrics { name value } } }', true],
      ['other names', 'all: kpis { n: rowCount lines: rows { day: time vendor } cut: truncated }', true],
      ['rows twice', 'kpis { a: rows { time } b: rows { metrics { v: value } } rowCount }', true],
      ['types', 'kpis { rows { __typename time metrics { __typename value } } }', true],
      ['fields to merge', 'kpis { rows { time } rows { vendor } }', false],
      ['conditions', 'kpis { rows { time @include(if: true) } }', false],
      ['rows of apps', 'kpis { rows { time app { name } } }', false],
      ['sources beside rows', 'kpis { rows { time } sources { currencies } }', false],
      ['no rows', 'kpis { rowCount }', false],
      ['something else beside them', 'kpis { rows { time } } viewer { keyName }', false],
    ])('are answered to the byte as they were: %s', async (_, selection, isAlone) => {
      const ask = asking(selection);
      await often(ask, bearer(key));
      const walk = jest.spyOn(CompiledQuery.prototype, 'answerInTexts');
      const { short, long } = await both(ask, bearer(key));
      expect(short).toBe(long);
      expect(short).toContain('200 OK');
      // The long road walks through the answer's fields.
      walk.mockClear();
      await often(ask, bearer(key));
      expect(walk.mock.calls.length).toBe(isAlone ? 0 : 1);
    });

    it('fail in the same words where a variable with a default is null', async () => {
      const text =
        'query Q($q: KpiQueryInput = { from: "2026-01-01", to: "2026-01-02" }) { kpis(input: $q) { rows { time } } }';
      const ask: Ask = (headers) => post(headers, JSON.stringify({ query: text, variables: { q: null } }));
      for (let time = 0; time < 4; time++) await ask(bearer(key));
      const again = (await ask(bearer(key))).lasting;
      const long = (await ask({ ...bearer(key), 'X-New': 'null' })).lasting;
      expect(again).toBe(long);
      expect(again).toContain('"code":"BAD_USER_INPUT"');
    });

    it('fail in the same words, and ask the vendor no more often', async () => {
      const ask = asking('kpis { rows { time } }', { onFailedSource: 'ERROR' });
      await often(ask, bearer(key));
      gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 401 } });
      const { short, long } = await both(ask, bearer(key));
      expect(short).toBe(long);
      expect(short).toContain('"code":"CREDENTIAL_REJECTED"');
      let asked = 0;
      await shortly(() => {
        asked = gateway.sandbox.requests.length;
        return ask(bearer(key));
      });
      expect(gateway.sandbox.requests).toHaveLength(asked + 1);
    });
  });
});
