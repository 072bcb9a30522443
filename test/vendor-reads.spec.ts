import { AppRegistry, CredentialVault } from '#libs/tenancy';
import { DEMO_USER, ORBIT_RUNNER_IOS } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';
import { waitUntil } from './support/wait-until.js';

describe('reads of vendor data', () => {
  const gateway = useGateway({
    env: { KPI_CACHE_RECENT_SECONDS: '1', KPI_CACHE_PAST_SECONDS: '3600' },
    adjustOnly: true,
  });
  let key: string;
  let day = 0;
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(() => gateway.sandbox.reset());

  /** A question that nobody has asked before: of another day of the past each time. */
  const newQuestion = () => {
    const from = new Date(Date.UTC(2025, 0, ++day)).toISOString().slice(0, 10);
    return `/v1/kpis?from=${from}&to=${from}&metrics=installs&group_by=app`;
  };
  /** About today, which lives for a second here. */
  const aboutToday = () => {
    const today = new Date().toISOString().slice(0, 10);
    return `/v1/kpis?from=${new Date(Date.UTC(2025, 0, ++day)).toISOString().slice(0, 10)}&to=${today}&metrics=installs`;
  };
  const get = (path: string, as = key) => gateway.http('get', path, as);
  const statusOf = async (path: string, as = key) => (await get(path, as)).body.sources[0].status;
  const calls = () => gateway.sandbox.requests.length;

  it('are served from the cache, and say so', async () => {
    const question = newQuestion();
    const [first, second] = [await get(question), await get(question)];
    expect([first.body.sources[0].status, second.body.sources[0].status, calls()]).toEqual(['FRESH', 'CACHED', 1]);
    expect(second.body.rows).toEqual(first.body.rows);
    expect(second.body.sources[0].fetchedAt).toBe(first.body.sources[0].fetchedAt);
    const { body } = await gateway.graphql(
      key,
      `{ kpis(input: { from: "${question.slice(14, 24)}", to: "${question.slice(14, 24)}", metrics: [INSTALLS], groupBy: [APP] }) { sources { status } } }`,
    );
    expect([body.data.kpis.sources[0].status, calls()]).toEqual(['CACHED', 1]);
  });

  it('are the same question in whatever order its sets are written', async () => {
    const question = newQuestion();
    await get(`${question}&countries=DE,us`);
    expect([await statusOf(`${question}&countries=US,de,DE&utc_offset=-00:00`), calls()]).toEqual(['CACHED', 1]);
    expect([await statusOf(`${question}&countries=DE`), calls()]).toEqual(['FRESH', 2]);
  });

  it('are asked anew after their time, and served stale when the vendor is down', async () => {
    const question = aboutToday();
    const first = await get(question);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await statusOf(question)).toBe('FRESH');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 503 } });
    const stale = await get(question);
    expect([stale.status, stale.body.rows, stale.body.sources[0].status]).toEqual([200, first.body.rows, 'STALE']);
    expect(stale.body.sources[0].warnings.join()).toContain('UPSTREAM_UNAVAILABLE');
    expect(stale.headers['cache-status']).toBe('adjust-kpi-service; hit; detail=stale');
    expect((await get(question).set('If-None-Match', first.headers['etag']!)).status).toBe(200);
    gateway.sandbox.reset();
    // What the vendor refuses is told: an older answer would hide it.
    gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 400 } });
    await waitUntil(async () => (await get(question)).body.sources[0].error?.code === 'UPSTREAM_REJECTED');
  });

  it('are fresh for a caller who may say no-cache, and only for them', async () => {
    const question = newQuestion();
    await get(question);
    const fresh = await get(question).set('Cache-Control', 'no-cache');
    expect([fresh.body.sources[0].status, calls()]).toEqual(['FRESH', 2]);
    expect(await statusOf(question)).toBe('CACHED');
    const reader = await gateway.key({ scopes: ['kpis:read'] });
    const without = await get(question, reader).set('Cache-Control', 'no-cache');
    expect([without.body.sources[0].status, calls()]).toEqual(['CACHED', 2]);
  });

  it('are asked once for a hundred callers at the same time, at both doors', async () => {
    const question = newQuestion();
    const from = question.slice(14, 24);
    gateway.sandbox.misbehave({ do: { kind: 'delay', ms: 300 } });
    const graphql = `{ kpis(input: { from: "${from}", to: "${from}", metrics: [INSTALLS], groupBy: [APP] }) { rowCount } }`;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => (index % 2 ? get(question) : gateway.graphql(key, graphql))),
    );
    expect(
      answers.every(({ status, body }) => status === 200 && (body.rowCount ?? body.data.kpis.rowCount) === 2),
    ).toBe(true);
    expect(calls()).toBe(1);
  });

  it('go on when one of their callers leaves, and stop when the last has left', async () => {
    const question = newQuestion();
    gateway.sandbox.misbehave({ do: { kind: 'stall', part: 0.2, ms: 1500 } });
    const ask = (signal?: AbortSignal) =>
      fetch(gateway.url + question, { headers: { authorization: `Bearer ${key}` }, signal });
    const staying = ask();
    await waitUntil(() => calls() === 1);
    const leaving = new AbortController();
    const left = ask(leaving.signal).catch(() => 'left');
    const alsoStaying = ask();
    leaving.abort();
    expect(await left).toBe('left');
    expect([(await staying).status, (await alsoStaying).status, calls(), gateway.sandbox.requests[0]!.aborted]).toEqual(
      [200, 200, 1, false],
    );
    const other = newQuestion();
    gateway.sandbox.misbehave({ do: { kind: 'delay', ms: 60_000 } });
    const last = new AbortController();
    void fetch(gateway.url + other, { headers: { authorization: `Bearer ${key}` }, signal: last.signal }).catch(
      () => undefined,
    );
    await waitUntil(() => calls() === 2);
    last.abort();
    await waitUntil(() => gateway.sandbox.requests[1]!.aborted);
    // The next caller is not joined to what was given up.
    expect(await statusOf(other)).toBe('FRESH');
  });

  it('never keep an error', async () => {
    for (const rule of [
      { kind: 'status', status: 400 },
      { kind: 'malformed' },
      { kind: 'truncate', part: 0.5, clean: true },
      { kind: 'html' },
    ] as const) {
      gateway.sandbox.reset();
      const question = newQuestion();
      gateway.sandbox.misbehave({ times: null, do: rule });
      expect([rule.kind, await statusOf(question)]).toEqual([rule.kind, 'FAILED']);
      gateway.sandbox.reset();
      await waitUntil(async () => (await statusOf(question)) === 'FRESH');
      expect(await statusOf(question)).toBe('CACHED');
    }
  });

  it('belong to one tenant, and to one version of its credential', async () => {
    const question = newQuestion();
    await get(question.replace('group_by=app', `app=${gateway.apps[0].id}`));
    const registry = gateway.app.get(AppRegistry);
    const { name, store, token } = ORBIT_RUNNER_IOS;
    await registry.create(gateway.otherTenant.id, { name, platform: store, adjustToken: token });
    const vault = gateway.app.get(CredentialVault);
    await vault.put(gateway.otherTenant.id, 'adjust', DEMO_USER.token);
    const other = await gateway.key({ of: gateway.otherTenant });
    expect([await statusOf(question.replace('&group_by=app', ''), other), calls()]).toEqual(['FRESH', 2]);
    const mine = newQuestion();
    await get(mine);
    await vault.put(gateway.tenant.id, 'adjust', 'another-token-that-adjust-refuses');
    try {
      expect((await get(mine)).body.sources[0]).toMatchObject({
        status: 'FAILED',
        error: { code: 'CREDENTIAL_REJECTED' },
      });
    } finally {
      await vault.put(gateway.tenant.id, 'adjust', DEMO_USER.token);
    }
  });
});
