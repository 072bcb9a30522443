import { jest } from '@jest/globals';
import { Sealer } from '#libs/audit';
import { AppRegistry, CredentialVault, NetworkAliases, TenantChanges } from '#libs/tenancy';
import { KpisService } from '../apps/gateway/src/kpis/kpis.service.js';
import { GatewayMetrics } from '../apps/gateway/src/operations/gateway-metrics.js';
import { DEMO_USER } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';
import { waitUntil } from './support/wait-until.js';

const QUERY = `query ($input: KpiQueryInput!) { kpis(input: $input) { rows { network metrics { value } } rowCount } }`;

/** A key's question that came a moment ago is not worked out again, only asked: nobody may see a difference. */
describe('questions that came a moment ago', () => {
  const gateway = useGateway({ adjustOnly: true });
  let key: string;
  beforeEach(async () => {
    key = await gateway.key();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    gateway.sandbox.reset();
  });

  const app = () => gateway.apps[0];
  const days = { from: '2026-01-01', to: '2026-01-03' };
  const PAST_CACHE = { 'Cache-Control': 'no-cache' };
  type Ask = (headers?: Record<string, string>) => Promise<Response>;
  const rest: Ask = (headers) => {
    const asked = `from=${days.from}&to=${days.to}&metrics=installs&group_by=network&on_failed_source=error`;
    return fetch(`${gateway.url}/v1/kpis?app=${app().id}&${asked}`, { headers: { 'X-API-Key': key, ...headers } });
  };
  const graphql: Ask = (headers) => {
    const input = { ...days, appIds: [app().id], metrics: ['INSTALLS'], groupBy: ['NETWORK'], onFailedSource: 'ERROR' };
    return fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ query: QUERY, variables: { input } }),
    });
  };
  const DOORS: [string, Ask][] = [
    ['REST', rest],
    ['GraphQL', graphql],
  ];

  /** From here on no time passes: what is found out stands until something changes. */
  const stopTheClock = () => jest.spyOn(performance, 'now').mockReturnValue(performance.now());

  /** Asks until the question is not worked out any more. */
  async function standing(ask: Ask, headers?: Record<string, string>): Promise<void> {
    const worked = jest.spyOn(gateway.app.get(KpisService), 'find');
    for (let time = 0; time < 20; time++) {
      worked.mockClear();
      expect((await ask(headers)).status).toBe(200);
      if (worked.mock.calls.length === 0) return;
    }
    throw new Error('It was worked out each time.');
  }

  /** The vendor's last answer, with other numbers. */
  async function otherNumbers(): Promise<string> {
    const { path, query } = gateway.sandbox.requests.at(-1)!;
    const url = `${gateway.sandbox.url}${path}?${String(new URLSearchParams(query))}`;
    const body = await (await fetch(url, { headers: { authorization: `Token token=${DEMO_USER.token}` } })).text();
    return body.replaceAll(/"kpi_values":\[\d+/g, '"kpi_values":[424242');
  }

  /** An answer, without what tells of one request alone. */
  async function told(answer: Response): Promise<object> {
    const text = await answer.text();
    const { ['x-request-id']: _, date, ...headers } = Object.fromEntries(answer.headers);
    return { status: answer.status, headers, text: text.replace(/"(fetchedAt)":"[^"]+"/, '"$1"'), date: typeof date };
  }
  const fetchedAt = async (answer: Response): Promise<string> => /"fetchedAt":"([^"]+)"/.exec(await answer.text())![1]!;

  // First: the others let time jump, and it never goes back elsewhere.
  it('see what another replica has changed', async () => {
    await standing(rest);
    const { rows } = (await (await rest()).json()) as { rows: { network: string }[] };
    await gateway.database.sql(
      `INSERT INTO network_aliases (tenant_id, vendor, name, canonical) VALUES ($1, 'ADJUST', $2, 'Named Elsewhere')`,
      [gateway.tenant.id, rows[0]!.network],
    );
    await waitUntil(async () => (await (await rest()).text()).includes('Named Elsewhere'));
    await gateway.database.sql('DELETE FROM network_aliases');
    await waitUntil(async () => !(await (await rest()).text()).includes('Named Elsewhere'));
  });

  describe.each(DOORS)('at %s', (door, ask) => {
    it.each([
      ['from the cache', {}],
      ['past the cache', PAST_CACHE],
    ])('are answered as they were: %s', async (_, headers) => {
      stopTheClock();
      await standing(ask, headers);
      const short = await told(await ask(headers));
      // A header that no other request has, so that all is found out anew.
      const long = await told(await ask({ ...headers, 'X-New': door }));
      expect(short).toEqual(long);
    });

    it('ask the vendor past the cache, each, and never from it', async () => {
      stopTheClock();
      await standing(ask, PAST_CACHE);
      const sent = () => gateway.sandbox.requests.length;
      const before = sent();
      for (let time = 0; time < 3; time++) await ask(PAST_CACHE);
      expect(sent() - before).toBe(3);
      await standing(ask);
      await ask();
      expect(sent() - before).toBe(3);
    });

    it('tell the numbers that have come since', async () => {
      stopTheClock();
      await standing(ask, PAST_CACHE);
      const old = await told(await ask(PAST_CACHE));
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: await otherNumbers() } });
      const answer = await ask(PAST_CACHE);
      expect(await answer.text()).toContain('424242');
      expect(await (await ask()).text()).toContain('424242');
      expect(await told(await ask(PAST_CACHE))).toEqual(old);
    });

    it('tell of a vendor that refuses, and of none that did', async () => {
      stopTheClock();
      await standing(ask, PAST_CACHE);
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 401 } });
      expect(await (await ask(PAST_CACHE)).text()).toContain('CREDENTIAL_REJECTED');
      expect(await (await ask(PAST_CACHE)).text()).not.toContain('CREDENTIAL_REJECTED');
    });

    it('see at once what was changed here: networks’ names, the credential, the app', async () => {
      stopTheClock();
      const aliases = gateway.app.get(NetworkAliases);
      const [{ network }] = await networks(ask);
      await standing(ask);
      await aliases.put(gateway.tenant.id, [{ vendor: 'ADJUST', name: network, canonical: 'Named Anew' }]);
      expect(await networks(ask)).toContainEqual({ network: 'Named Anew' });
      await aliases.put(gateway.tenant.id, []);

      await standing(ask);
      const vault = gateway.app.get(CredentialVault);
      await vault.put(gateway.tenant.id, 'adjust', 'no-token-of-adjust');
      expect(await (await ask()).text()).toContain('CREDENTIAL_REJECTED');
      await vault.put(gateway.tenant.id, 'adjust', DEMO_USER.token);

      await standing(ask);
      const registry = gateway.app.get(AppRegistry);
      const { adjustToken } = app();
      await registry.update(gateway.tenant.id, app().id, { adjustToken: null });
      expect(await (await ask()).text()).toContain('UNSUPPORTED');
      await registry.update(gateway.tenant.id, app().id, { adjustToken });
    });

    async function networks(one: Ask): Promise<[{ network: string }, ...{ network: string }[]]> {
      const answer = (await (await one()).json()) as { rows?: []; data?: { kpis: { rows: [] } } };
      const rows = (answer.rows ?? answer.data!.kpis.rows) as { network: string }[];
      return rows.map(({ network }) => ({ network })) as [{ network: string }];
    }

    it('are audited and counted, each under its own id', async () => {
      const name = `counted at ${door}`;
      key = await gateway.key({ name });
      stopTheClock();
      await standing(ask);
      const before = await cachedSources();
      const ids = ['one', 'two', 'three'].map((id) => `${door}-${id}`);
      for (const id of ids) await ask({ 'X-Request-Id': id });
      expect((await cachedSources()) - before).toBe(3);
      await gateway.app.get(Sealer).flush();
      const sql = `SELECT request_id, action, outcome, app_id FROM audit_rows WHERE key_name = $1 AND request_id = ANY($2)`;
      const rows = await gateway.database.sql(sql, [name, ids]);
      expect(rows).toHaveLength(3);
      for (const id of ids) {
        const row = { request_id: id, action: 'kpis.read', outcome: 'SUCCEEDED', app_id: app().id };
        expect(rows).toContainEqual(row);
      }
    });
  });

  async function cachedSources(): Promise<number> {
    const metrics = await gateway.app.get(GatewayMetrics).registry.getMetricsAsJSON();
    const { values } = metrics.find(({ name }) => name === 'gateway_kpi_sources_total') as unknown as {
      values: { value: number; labels: { status: string } }[];
    };
    return values.find(({ labels }) => labels.status === 'CACHED')?.value ?? 0;
  }

  it('tell when the numbers were fetched, also by somebody else', async () => {
    stopTheClock();
    await standing(rest, PAST_CACHE);
    const first = await fetchedAt(await rest(PAST_CACHE));
    const second = await fetchedAt(await rest(PAST_CACHE));
    expect(Date.parse(second)).toBeGreaterThanOrEqual(Date.parse(first));
    await standing(rest);
    expect(await fetchedAt(await rest())).toBe(second);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_000);
    const third = await fetchedAt(await rest(PAST_CACHE));
    expect(Date.parse(third)).toBeGreaterThan(Date.parse(second));
    expect(await fetchedAt(await rest())).toBe(third);
  });

  it('are asked of the vendor when what was kept has expired', async () => {
    stopTheClock();
    await standing(rest);
    gateway.sandbox.reset();
    const sent = gateway.sandbox.requests.length;
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 30 * 86_400_000);
    expect((await rest()).headers.get('cache-status')).toContain('fwd=miss');
    expect(gateway.sandbox.requests.length - sent).toBe(1);
  });

  it('are worked out again after some minutes, also where other numbers come all the time', async () => {
    const clock = stopTheClock();
    jest.spyOn(gateway.app.get(TenantChanges), 'unchangedUntil').mockReturnValue(Infinity);
    await standing(rest, PAST_CACHE);
    const worked = jest.spyOn(gateway.app.get(KpisService), 'find').mockClear();
    const begun = performance.now();
    clock.mockReturnValue(begun + 299_000);
    gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: await otherNumbers() } });
    await rest(PAST_CACHE);
    await rest(PAST_CACHE);
    expect(worked).not.toHaveBeenCalled();
    clock.mockReturnValue(begun + 301_000);
    await rest(PAST_CACHE);
    expect(worked).toHaveBeenCalledTimes(1);
  });

  it('are worked out again when nothing is told of changes', async () => {
    const clock = stopTheClock();
    await standing(rest);
    jest.spyOn(gateway.app.get(TenantChanges), 'unchangedUntil').mockReturnValue(-Infinity);
    const worked = jest.spyOn(gateway.app.get(KpisService), 'find').mockClear();
    clock.mockReturnValue(performance.now() + 301_000);
    await rest();
    expect(worked).toHaveBeenCalledTimes(1);
  });

  it('see what has changed while the vendor was asked', async () => {
    const clock = stopTheClock();
    await standing(rest, PAST_CACHE);
    const { rows } = (await (await rest(PAST_CACHE)).json()) as { rows: { network: string }[] };
    clock.mockReturnValue(performance.now() + 301_000);
    gateway.sandbox.misbehave({ do: { kind: 'delay', ms: 300 } });
    const sent = gateway.sandbox.requests.length;
    const slow = rest(PAST_CACHE);
    await waitUntil(() => gateway.sandbox.requests.length > sent);
    const aliases = gateway.app.get(NetworkAliases);
    const [{ network }] = rows as [{ network: string }];
    await aliases.put(gateway.tenant.id, [{ vendor: 'ADJUST', name: network, canonical: 'Named Meanwhile' }]);
    await slow;
    expect(await (await rest(PAST_CACHE)).text()).toContain('Named Meanwhile');
    await aliases.put(gateway.tenant.id, []);
  });
});
