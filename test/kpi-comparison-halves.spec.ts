import { CredentialVault } from '#libs/tenancy';
import { DEMO_REPORTING_KEY, DEMO_USER } from '../apps/sandbox/src/index.js';
import { type ComparisonSource, comparisonPath, useComparison } from './support/comparison.js';
import { useReports } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

describe('half a comparison', () => {
  const comparison = useComparison();
  const { gateway, get, raw, graphql } = comparison;

  /** A breaker belongs to a credential: a new version of it begins without the troubles of the last. */
  const forgetTroubles = async () => {
    const vault = gateway.app.get(CredentialVault);
    for (const [provider, secret] of [
      ['adjust', DEMO_USER.token],
      ['kochava-reporting', DEMO_REPORTING_KEY.key],
    ] as const) {
      await vault.put(gateway.tenant.id, provider, 'for a moment');
      await vault.put(gateway.tenant.id, provider, secret);
    }
  };

  it('tells the one vendor’s rows where the other can not answer, and never half of them as a table', async () => {
    for (const [params, side, inUrl] of [
      [{ os_names: 'ios' }, 'kochava', 'os_names'],
      [{ utc_offset: '+05:30' }, 'kochava', expect.stringContaining('days at +05:30')],
    ] as const) {
      const { rows, sources } = await get({ ...params, group_by: 'day' });
      expect(sources.map(({ status }) => status)).toEqual(['FRESH', 'UNSUPPORTED']);
      expect(sources[1]!.unsupported).toEqual([inUrl]);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect([row[side], row['delta']]).toEqual([null, null]);
      const csv = await get({ ...params, format: 'csv' });
      expect([csv.status, csv.body.code, csv.body.vendor]).toEqual([422, 'UNSUPPORTED', 'KOCHAVA']);
      const partial = await raw({ ...params, format: 'csv', on_failed_source: 'partial' });
      expect([partial.status, partial.text.split('\n').length]).toEqual([200, 3]);
    }
    const nobody = await get({ metrics: 'sessions' });
    expect(nobody.sources[1]).toMatchObject({ status: 'UNSUPPORTED', unsupported: ['SESSIONS'] });
    expect(nobody.totals).toMatchObject([{ metric: 'sessions', adjust: expect.any(Number), kochava: null }]);
  });

  it.each([
    ['KOCHAVA', '^/v1.4/', 'adjust'],
    ['ADJUST', '^/kpis/', 'kochava'],
  ])('says that %s fails, and tells the other’s rows', async (vendor, pathOfVendor, other) => {
    const params = { from: vendor === 'ADJUST' ? '2026-04-01' : '2026-04-02', group_by: 'country' };
    try {
      gateway.sandbox.misbehave({ path: pathOfVendor, times: null, do: { kind: 'status', status: 400 } });
      const { rows, sources } = await get(params);
      expect(sources.find((source) => source.vendor === vendor)).toMatchObject({ status: 'FAILED' });
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect([typeof row[other], row['delta']]).toEqual(['number', null]);
      const strict: Record<string, string>[] = [{ format: 'csv' }, { format: 'ndjson' }, { on_failed_source: 'error' }];
      for (const policy of strict) {
        const { status, body } = await get({ ...params, ...policy });
        expect([status >= 400, body.vendor]).toEqual([true, vendor]);
      }
      const partial = await raw({ ...params, format: 'ndjson', on_failed_source: 'partial' });
      expect([partial.status, partial.text.trimEnd().split('\n').length]).toEqual([200, rows.length]);
    } finally {
      gateway.sandbox.reset();
      await forgetTroubles();
    }
  });

  it('leaves nothing open at a vendor when its caller leaves', async () => {
    gateway.sandbox.misbehave({ path: '^/kpis/', times: null, do: { kind: 'stall', part: 0.7 } });
    const left = new AbortController();
    const params = { format: 'csv', group_by: 'day,country,campaign', to: '2026-05-31' };
    const asked = fetch(gateway.url + comparisonPath(params), {
      headers: { authorization: `Bearer ${comparison.key}` },
      signal: left.signal,
    });
    asked.catch(() => undefined);
    const ofAdjust = () => gateway.sandbox.requests.filter(({ path }) => path.startsWith('/kpis/'));
    await waitUntil(() => ofAdjust().length === 1);
    left.abort();
    await waitUntil(() => ofAdjust()[0]!.aborted);
  });

  it('breaks off where a caller of many rows hangs up, and answers them whole to who stays', async () => {
    const params = {
      format: 'csv',
      group_by: 'day,country,campaign',
      metrics: 'installs,clicks,ctr',
      to: '2026-05-31',
    };
    expect((await get(params)).status).toBe(200);
    const { whole, text } = await raw(params, (hangUp) => hangUp());
    expect([whole, text.length > 0]).toEqual([false, true]);
    const all = await raw(params);
    expect([all.status, all.whole]).toEqual([200, true]);
    const { rowCount, truncated, rows } = (
      await graphql(
        { metrics: ['INSTALLS', 'CLICKS', 'CTR'], groupBy: ['DAY', 'COUNTRY', 'CAMPAIGN'], to: '2026-05-31' },
        comparison.key,
        'query ($input: KpiComparisonInput!) { kpiComparison(input: $input) { rowCount truncated rows { adjust } } }',
      )
    ).body.data.kpiComparison;
    expect([rowCount, truncated, rows.length]).toEqual([all.text.trimEnd().split('\n').length - 1, true, 10_000]);
  });
});

describe('a comparison that waits for a report', () => {
  const gateway = useReports();

  it('tells Adjust’s rows and what is PENDING, is no table before, and is whole in the end', async () => {
    const key = await gateway.key();
    const path = '/v1/kpis/comparison?from=2026-05-01&to=2026-05-02&metrics=installs&group_by=app&wait_seconds=0';
    const early = await gateway.http('get', path, key);
    expect(early.body.sources.map(({ status }: ComparisonSource) => status)).toEqual(['FRESH', 'PENDING']);
    expect(early.body.rows).toHaveLength(2);
    for (const row of early.body.rows)
      expect([typeof row.adjust, row.kochava, row.delta]).toEqual(['number', null, null]);
    for (const format of ['csv', 'ndjson']) {
      const table = await gateway.http('get', `${path}&format=${format}&on_failed_source=partial`, key);
      expect([table.status, table.body.code, table.headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '5']);
    }
    gateway.sandbox.setNow(new Date(gateway.sandbox.now().getTime() + 10_000));
    const whole = await gateway.http('get', path.replace('=0', '=30'), key);
    for (const row of whole.body.rows) expect([typeof row.kochava, typeof row.delta]).toEqual(['number', 'number']);
    expect(gateway.sandbox.requests.filter(({ path }) => path.endsWith('/summary'))).toHaveLength(2);
    const csv = await gateway.http('get', `${path}&format=csv`, key);
    expect([csv.status, csv.text.split('\n').length]).toEqual([200, 4]);
  });
});
