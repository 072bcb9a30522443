import { CredentialVault } from '#libs/tenancy';
import { DEMO_USER } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';
import { rawGet } from './support/raw-get.js';
import { waitUntil } from './support/wait-until.js';

describe('KPIs as CSV, NDJSON and JSON', () => {
  const gateway = useGateway({ adjustOnly: true });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(async () => {
    gateway.sandbox.reset();
    await forgetTroubles();
  });

  /** A breaker belongs to a credential: a new version of it begins without the troubles of the last. */
  const forgetTroubles = async () => {
    const vault = gateway.app.get(CredentialVault);
    for (const secret of ['for a moment', DEMO_USER.token]) await vault.put(gateway.tenant.id, 'adjust', secret);
  };
  const path = (params: Record<string, string>) =>
    `/v1/kpis?${new URLSearchParams({ from: '2026-05-01', to: '2026-05-03', metrics: 'installs', ...params })}`;
  const get = (params: Record<string, string>) => gateway.http('get', path(params), key);
  const raw = (params: Record<string, string>, onData?: Parameters<typeof rawGet>[2]) =>
    rawGet(gateway.url + path(params), { authorization: `Bearer ${key}` }, onData);
  /** About 14,000 rows, a megabyte. */
  const BIG = {
    from: '2026-05-01',
    to: '2026-05-31',
    group_by: 'day,country,tracker',
    metrics: 'installs,sessions,clicks',
  };
  /** An answer of the vendor's own shape, with names of networks that the world does not have. */
  const networksNamed = (...names: string[]) =>
    JSON.stringify({
      result_parameters: {
        kpis: ['installs'],
        start_date: '2026-05-01',
        end_date: '2026-05-03',
        sandbox: false,
        grouping: ['networks'],
        attribution_type: 'click',
        utc_offset: '00:00',
        attribution_source: 'dynamic',
      },
      result_set: {
        token: '2eb2na2w54c3',
        name: 'Orbit Runner iOS',
        currency: 'EUR',
        networks: names.map((name, index) => ({ token: `abc12${index}`, name, kpi_values: [-index] })),
      },
    });

  it('holds the same rows in every form', async () => {
    const params = { group_by: 'day,network', metrics: 'installs,revenue,roas' };
    const json = await get(params);
    const ndjson = await get({ ...params, format: 'ndjson' });
    const csv = await get({ ...params, format: 'CSV' });
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(ndjson.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    const parsed = String(ndjson.text ?? ndjson.body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(parsed).toEqual(json.body.rows);
    const [header, ...lines] = csv.text.trimEnd().split('\n');
    expect(header).toBe('vendor,date,network,network_id,currency,installs,revenue,roas');
    expect(lines).toHaveLength(json.body.rowCount);
    expect(lines.find((line) => line.includes('Smith'))).toContain('"Smith, Jones & Co"');
    expect(csv.text).not.toContain('\r');
    // A ratio without a divisor is an empty cell.
    expect(lines[0]).toMatch(/,$/);
  });

  it('goes by Accept where no format is asked for', async () => {
    for (const [accept, type] of [
      ['text/csv', 'text/csv'],
      ['application/x-ndjson, application/json;q=0.1', 'application/x-ndjson'],
      ['*/*', 'application/json'],
      ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
      ['application/json;q=0.5, text/csv', 'text/csv'],
      ['text/csv;q=0, application/json', 'application/json'],
    ]) {
      const { headers } = await gateway.http('get', path({}), key).set('accept', accept!);
      expect([accept, headers['content-type']]).toEqual([accept, expect.stringContaining(type!)]);
      expect(headers['vary']).toBe('Authorization, X-API-Key, Accept');
      expect(headers['cache-control']).toMatch(/^private/);
    }
  });

  it('writes for Excel, and for people', async () => {
    const { text } = await raw({
      format: 'csv',
      bom: 'true',
      human_readable: 'true',
      group_by: 'app,os_name,day',
      metrics: 'installs,click_conversion_rate,ctr,ecpi',
    });
    expect(text.split('\n')[0]).toBe(
      '\uFEFFVendor,App ID,App Name,OS Name,Date,Currency,Installs,Click Conversion Rate,CTR,eCPI',
    );
  });

  it('makes texts inert that a spreadsheet would run, and leaves numbers alone', async () => {
    const names = [
      '=HYPERLINK("http://x")',
      '+1',
      '-1',
      '@SUM(A1)',
      '\tTab',
      '\rCR',
      'plain',
      'a "quoted", name',
      'line\nbreak',
    ];
    const app = gateway.apps[0].id;
    const ask = async (more: Record<string, string>) => {
      gateway.sandbox.misbehave({ do: { kind: 'malformed', body: networksNamed(...names) } });
      return (await raw({ format: 'csv', group_by: 'network', app, ...more })).text;
    };
    expect(await ask({})).toBe(
      `vendor,network,network_id,installs
ADJUST,"'=HYPERLINK(""http://x"")",abc120,0
ADJUST,'+1,abc121,-1
ADJUST,'-1,abc122,-2
ADJUST,'@SUM(A1),abc123,-3
ADJUST,'\tTab,abc124,-4
ADJUST,"'\rCR",abc125,-5
ADJUST,plain,abc126,-6
ADJUST,"a ""quoted"", name",abc127,-7
ADJUST,"line
break",abc128,-8
`,
    );
    expect(await ask({ raw: 'true' })).toContain('\nADJUST,+1,abc121,-1\n');
  });

  it('writes a header where there are no rows', async () => {
    const nobody = { networks: 'Nobody', group_by: 'network', metrics: 'installs,revenue' };
    expect((await raw({ ...nobody, format: 'csv' })).text).toBe(
      'vendor,network,network_id,currency,installs,revenue\n',
    );
    expect(await raw({ ...nobody, format: 'ndjson' })).toMatchObject({ status: 200, text: '', whole: true });
    expect((await get(nobody)).body).toMatchObject({ rows: [], rowCount: 0, sources: [{ status: 'CACHED' }] });
  });

  it.each(['json', 'csv', 'ndjson'])('answers 304 to a caller who has this %s already', async (format) => {
    const params = { format, group_by: 'country', from: '2026-04-01', to: '2026-04-02' };
    const first = await get(params);
    expect(first.headers['etag']).toMatch(/^W\/"[\w-]+"$/);
    const again = await get(params).set('If-None-Match', first.headers['etag']!);
    expect([again.status, again.text ?? '', again.headers['etag']]).toEqual([304, '', first.headers['etag']]);
    expect((await get({ ...params, metrics: 'clicks' })).headers['etag']).not.toBe(first.headers['etag']);
    expect((await get(params).set('If-None-Match', '"other", W/"x"')).status).toBe(200);
  });

  it('never says that a failed answer is the empty one that the caller has', async () => {
    const params = { networks: 'Nobody', group_by: 'network', from: '2026-03-01' };
    const empty = await get(params);
    gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 400 } });
    const failed = await get({ ...params, metrics: 'clicks' }).set('If-None-Match', empty.headers['etag']!);
    expect([failed.status, failed.body.sources[0].status]).toEqual([200, 'FAILED']);
  });

  it('streams: the first rows leave before the vendor’s last have come', async () => {
    for (const format of ['csv', 'ndjson']) {
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({ do: { kind: 'stall', part: 0.7 } });
      const { text, whole } = await raw({ ...BIG, format }, (hangUp) => hangUp());
      expect([format, whole, text.length > 0]).toEqual([format, false, true]);
      // The caller has left, so the vendor is no longer asked.
      await waitUntil(() => gateway.sandbox.requests[0]!.aborted);
    }
  });

  it('tears the connection where the vendor breaks midway, and says so in NDJSON', async () => {
    const whole = await raw({ ...BIG, format: 'csv' });
    expect([whole.whole, whole.text.split('\n').length > 5000]).toEqual([true, true]);
    for (const kind of [
      { kind: 'truncate', part: 0.6 },
      { kind: 'truncate', part: 0.6, clean: true },
    ] as const) {
      gateway.sandbox.misbehave({ do: kind });
      const csv = await raw({ ...BIG, format: 'csv' });
      expect([csv.status, csv.whole, csv.text.length > 1000]).toEqual([200, false, true]);
      expect(whole.text.startsWith(csv.text)).toBe(true);
      gateway.sandbox.misbehave({ do: kind });
      const ndjson = await raw({ ...BIG, format: 'ndjson' });
      expect([ndjson.status, ndjson.whole]).toEqual([200, false]);
      const lines = ndjson.text.trimEnd().split('\n');
      expect(JSON.parse(lines.at(-1)!)).toEqual({
        error: {
          code: expect.stringMatching(/^UPSTREAM_/),
          detail: expect.any(String),
          requestId: ndjson.headers['x-request-id'],
        },
      });
    }
  });

  it('answers with an error of its own what breaks before the first row', async () => {
    for (const [rule, code, status] of [
      [{ kind: 'status', status: 400, body: '{"error":"Invalid something"}' }, 'UPSTREAM_REJECTED', 422],
      [{ kind: 'html' }, 'UPSTREAM_INVALID_RESPONSE', 502],
      [{ kind: 'malformed' }, 'UPSTREAM_INVALID_RESPONSE', 502],
      [{ kind: 'reset', when: 'before' }, 'UPSTREAM_UNAVAILABLE', 502],
      [{ kind: 'rate-limit', retryAfterSeconds: 600 }, 'UPSTREAM_RATE_LIMITED', 503],
    ] as const) {
      for (const format of ['csv', 'ndjson', 'json']) {
        gateway.sandbox.reset();
        await forgetTroubles();
        gateway.sandbox.misbehave({ times: null, do: rule });
        const answer = await get({
          format,
          on_failed_source: 'error',
          from: '2026-02-01',
          to: '2026-02-02',
          group_by: 'campaign',
        });
        const { body } = answer;
        expect([rule.kind, format, answer.status, body.code, body.vendor]).toEqual([
          rule.kind,
          format,
          status,
          code,
          'ADJUST',
        ]);
        if (code === 'UPSTREAM_RATE_LIMITED') expect(answer.headers['retry-after']).toBe('600');
        if (code === 'UPSTREAM_REJECTED') expect(body.detail).toBe('Invalid something');
        expect(answer.text).not.toMatch(/127\.0\.0\.1:\d+\/kpis|sbxu7k2mzw9a4hv8nptd|<html/);
      }
    }
  });

  it('cancels at the vendor what a caller of JSON no longer waits for', async () => {
    gateway.sandbox.misbehave({ do: { kind: 'delay', ms: 60_000 } });
    const url = gateway.url + path({ from: '2026-01-01', to: '2026-01-02' });
    const left = new AbortController();
    const asked = fetch(url, { headers: { authorization: `Bearer ${key}` }, signal: left.signal });
    asked.catch(() => undefined);
    await waitUntil(() => gateway.sandbox.requests.length === 1);
    left.abort();
    await waitUntil(() => gateway.sandbox.requests[0]!.aborted);
  });

  it('leaves no call open at the vendor when another source fails the answer', async () => {
    gateway.sandbox.misbehave({ times: null, do: { kind: 'stall', part: 0.7 } });
    const { status, body } = await get({ ...BIG, format: 'csv', vendors: 'adjust,kochava' });
    expect([status, body.code]).toEqual([422, 'UNSUPPORTED']);
    expect(gateway.sandbox.requests).toHaveLength(1);
    await waitUntil(() => gateway.sandbox.requests[0]!.aborted);
  });

  it('says where an answer came from', async () => {
    const params = { from: '2026-02-10', to: '2026-02-11' };
    expect((await get(params)).headers['cache-status']).toBe('adjust-kpi-service; fwd=miss');
    expect((await get(params)).headers['cache-status']).toBe('adjust-kpi-service; hit');
  });
});
