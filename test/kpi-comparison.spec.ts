import { type ComparisonRow, type ComparisonSource, comparisonPath, useComparison } from './support/comparison.js';

describe('the comparison of both vendors', () => {
  const comparison = useComparison();
  const { gateway, get, raw, graphql } = comparison;

  it('puts the numbers of /v1/kpis beside each other, the same at both doors and in every form', async () => {
    const params = { metrics: 'installs,click_conversion_rate', group_by: 'country,day,app' };
    const json = await get(params);
    expect(json.status).toBe(200);
    expect(json.sources.map(({ vendor, status }) => [vendor, status])).toEqual([
      ['ADJUST', 'FRESH'],
      ['KOCHAVA', 'FRESH'],
    ]);
    const { body: single } = await gateway.http(
      'get',
      comparisonPath({ ...params, metrics: 'installs,clicks' }, '/v1/kpis'),
      comparison.key,
    );
    const keyOf = (row: ComparisonRow) => `${row['date']} ${String(row['country'])} ${String(row['app_id'])}`;
    const sides = new Map<string, Record<string, ComparisonRow>>();
    for (const row of single.rows as ComparisonRow[]) {
      const both = sides.get(keyOf(row)) ?? {};
      sides.set(keyOf(row), { ...both, [String(row['vendor'])]: row });
    }
    expect(json.rows).toHaveLength(2 * sides.size);
    for (const row of json.rows) {
      const { ADJUST, KOCHAVA } = sides.get(keyOf(row))!;
      const value = (side: ComparisonRow | undefined) => {
        if (row['metric'] === 'installs' || !side) return side?.['installs'] ?? null;
        return side['clicks'] ? Number(side['installs']) / Number(side['clicks']) : null;
      };
      const [adjust, kochava] = [value(ADJUST) as number | null, value(KOCHAVA) as number | null];
      const delta = adjust === null || kochava === null ? null : kochava - adjust;
      const percent = delta === null || !adjust ? null : (100 * delta) / adjust;
      expect(row).toMatchObject({
        ...{ adjust, kochava, delta, delta_percent: percent },
        within_tolerance: percent === null ? null : Math.abs(percent) <= 5,
      });
    }
    expect(json.rows.map(keyOf)).toEqual(json.rows.map(keyOf).sort());
    expect(Object.keys(json.rows[0]!)).toEqual([
      ...['country', 'date', 'app_id', 'app_name', 'metric'],
      ...['adjust', 'kochava', 'delta', 'delta_percent', 'within_tolerance'],
    ]);

    const ndjson = await raw({ ...params, format: 'ndjson' });
    const lines = ndjson.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as ComparisonRow)).toEqual(json.rows);
    const csv = await raw({ ...params, format: 'csv' });
    const [head, ...table] = csv.text.trimEnd().split('\n');
    expect(head).toBe(Object.keys(json.rows[0]!).join(','));
    expect(table).toEqual(
      json.rows.map((row) =>
        Object.values(row)
          .map((cell) => cell ?? '')
          .join(','),
      ),
    );
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');

    const { body } = await graphql({
      metrics: ['INSTALLS', 'CLICK_CONVERSION_RATE'],
      groupBy: ['COUNTRY', 'DAY', 'APP'],
    });
    expect(body.errors).toBeUndefined();
    const { rows, totals, rowCount, truncated } = body.data.kpiComparison;
    const flat = (row: Record<string, unknown> & { app: { id: string; name: string } | null }) => ({
      ...(row.app && { country: row['country'], date: row['time'], app_id: row.app.id, app_name: row.app.name }),
      metric: String(row['metric']).toLowerCase(),
      adjust: row['adjust'],
      kochava: row['kochava'],
      delta: row['delta'],
      delta_percent: row['deltaPercent'],
      within_tolerance: row['withinTolerance'],
    });
    expect(rows.map(flat)).toEqual(json.rows);
    expect(totals.map(flat)).toEqual(json.totals);
    expect([rowCount, truncated]).toEqual([json.rows.length, false]);
  });

  it('tells totals from sums, whatever the rows are grouped by', async () => {
    const metrics = 'installs,clicks,click_conversion_rate';
    const [whole, byNetwork] = [await get({ metrics }), await get({ metrics, group_by: 'network' })];
    expect(whole.rows).toEqual(whole.totals);
    expect(byNetwork.totals).toEqual(whole.totals);
    const sum = (side: string, metric: string) =>
      byNetwork.rows.reduce((all, row) => all + (row['metric'] === metric ? Number(row[side]) : 0), 0);
    for (const side of ['adjust', 'kochava']) {
      const [installs, clicks, rate] = byNetwork.totals.map((row) => row[side]);
      expect([installs, clicks, rate]).toEqual([
        sum(side, 'installs'),
        sum(side, 'clicks'),
        sum(side, 'installs') / sum(side, 'clicks'),
      ]);
      expect(installs).toBeGreaterThan(0);
    }
  });

  it('knows a network by the tenant’s own name at both vendors', async () => {
    const google = (rows: ComparisonRow[]) => rows.filter(({ network }) => String(network).startsWith('Google'));
    const before = google((await get({ group_by: 'network' })).rows);
    expect(before.map(({ network, adjust, kochava }) => [network, adjust === null, kochava === null])).toEqual([
      ['Google AdWords', true, false],
      ['Google Ads ACI', false, true],
    ]);
    await gateway
      .admin('put', '/tenants/orbit/network-aliases', [
        { vendor: 'ADJUST', name: 'Google Ads ACI', canonical: 'Google' },
        { vendor: 'KOCHAVA', name: 'Google AdWords', canonical: 'Google' },
        { vendor: 'ADJUST', name: 'Facebook Installs', canonical: 'Meta' },
        { vendor: 'ADJUST', name: 'Instagram Installs', canonical: 'Meta' },
        { vendor: 'KOCHAVA', name: 'Facebook Installs', canonical: 'Meta' },
      ])
      .expect(200);
    try {
      const { rows } = await get({ group_by: 'network', tolerance_percent: '10' });
      expect(google(rows)).toEqual([
        expect.objectContaining({
          ...{ network: 'Google', adjust: before[1]!['adjust'], kochava: before[0]!['kochava'] },
          within_tolerance: true,
        }),
      ]);
      // Two names at one vendor are one row.
      expect(rows.filter(({ network }) => network === 'Meta')).toHaveLength(1);
      const url = `${comparisonPath({ group_by: 'network' })}&networks=Google&networks=Meta`;
      const { body } = await gateway.http('get', url, comparison.key);
      expect(body.rows.map(({ network }: ComparisonRow) => network)).toEqual(['Google', 'Meta']);
    } finally {
      await gateway.admin('put', '/tenants/orbit/network-aliases', []);
    }
  });

  it('says on each side of names that none of its rows has', async () => {
    for (const params of <Record<string, string>[]>[
      { networks: 'Nobody', group_by: 'network' },
      // Of many rows, which are dropped as they come.
      { networks: 'Nobody', group_by: 'day,country,campaign', to: '2026-05-31' },
    ]) {
      const { rows, sources } = await get(params);
      const told = ['None of these networks has rows here: "Nobody".'];
      expect([rows, ...sources.map(({ warnings }) => warnings)]).toEqual([[], told, told]);
    }
  });

  it('compares amounts by app, and never across currencies', async () => {
    const byApp = await get({ metrics: 'revenue,installs', group_by: 'app' });
    const amounts = byApp.rows.filter(({ metric }) => metric === 'revenue');
    expect(amounts.map(({ app_name, currency }) => [app_name, currency]).sort()).toEqual([
      ['Orbit Runner Android', 'USD'],
      ['Orbit Runner iOS', 'EUR'],
    ]);
    for (const { delta_percent } of amounts) expect(Math.abs(Number(delta_percent))).toBeLessThan(10);
    expect(byApp.rows.filter(({ metric }) => metric === 'installs').map(({ currency }) => currency)).toEqual([
      null,
      null,
    ]);
    const revenue = byApp.totals.filter(({ metric }) => metric === 'revenue');
    expect(revenue.map(({ currency, adjust, kochava }) => [currency, adjust === null, kochava === null])).toEqual([
      ['EUR', false, true],
      ['USD', false, true],
      [null, true, false],
    ]);
    expect(revenue.map(({ delta }) => delta)).toEqual([null, null, null]);
    const [adjust, kochava] = byApp.sources as [ComparisonSource, ComparisonSource];
    expect(kochava.warnings.join(' ')).toMatch(/several currencies \(EUR, USD\).*Group by APP/);
    expect(adjust.warnings.join(' ')).not.toMatch(/currenc/);
    const one = await get({ metrics: 'revenue', app: gateway.apps[0].id });
    expect(one.totals).toMatchObject([{ currency: 'EUR', delta: expect.any(Number) }]);
    const warnings = one.sources[1]!.warnings.join(' ');
    expect(warnings).toMatch(/do not say which currency.*as if they were in Adjust’s \(EUR\)/);
    expect(warnings).not.toContain('is null');
    const counts = await get({ metrics: 'installs' });
    expect(Object.keys(counts.rows[0]!)).not.toContain('currency');
    expect(counts.sources[1]!.warnings.join(' ')).not.toMatch(/currenc/);
  });

  it('tells days in the asked offset at both vendors', async () => {
    const { rows, totals } = await get({ group_by: 'day', utc_offset: '+02:00' });
    expect(rows.map(({ date }) => date)).toEqual(Array.from({ length: 7 }, (_, day) => `2026-05-0${day + 1}`));
    for (const { adjust, kochava } of rows) expect([Number(adjust) > 0, Number(kochava) > 0]).toEqual([true, true]);
    expect(rows.reduce((sum, { kochava }) => sum + Number(kochava), 0)).toBe(totals[0]!['kochava']);
  });

  it.each([
    ['hour', 7 * 24],
    ['week', 2],
    ['month', 1],
    ['country', undefined],
    ['campaign', undefined],
    ['network', undefined],
  ])('joins both vendors on the %s', async (group_by, count) => {
    const { rows } = await get({ group_by });
    expect(rows).toHaveLength(count ?? rows.length);
    // Google has another name at each.
    const lonely = rows
      .filter(({ network }) => !String(network).startsWith('Google'))
      .filter(({ adjust, kochava }) => adjust === null || kochava === null);
    expect([rows.length > 0, lonely]).toEqual([true, []]);
  });
  it('keeps what it was told of, for a caller who has it already', async () => {
    for (const format of ['json', 'csv', 'ndjson']) {
      const params = { format, group_by: 'country' };
      const first = await get(params);
      expect(first.headers['cache-control']).toBe('private, no-cache');
      expect(first.headers['vary']).toBe('Authorization, X-API-Key, Accept');
      expect(first.headers['cache-status']).toMatch(/^adjust-kpi-service; .*, kochava-summary; /);
      const again = await gateway
        .http('get', comparisonPath(params), comparison.key)
        .set('If-None-Match', first.headers['etag']!);
      expect([format, again.status]).toEqual([format, 304]);
      const other = await gateway
        .http('get', comparisonPath({ ...params, tolerance_percent: '0' }), comparison.key)
        .set('If-None-Match', first.headers['etag']!);
      expect([format, other.status]).toEqual([format, 200]);
    }
  });
});
