import { ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS } from '../world/apps.js';
import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import type { Report } from '../testing.js';
import { ask, askReports, leaves } from '../testing.js';
import { BASE_METRICS } from './base-metrics.js';

const APP = ORBIT_RUNNER_IOS.token;
const OTHER = ORBIT_RUNNER_ANDROID.token;
const MAY = 'date_period=2026-05-01:2026-05-07';
const KPI_MAY = 'start_date=2026-05-01&end_date=2026-05-07';

describe('a report', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
  });
  afterAll(() => sandbox.close());

  async function report(query: string): Promise<Report> {
    const { status, text, json } = await askReports(sandbox, `/report?${query}`);
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    return json;
  }
  async function kpis(path: string): Promise<number[][]> {
    return leaves((await ask(sandbox, `/kpis/v1/${path}`)).json.result_set);
  }
  const column = ({ rows }: Report, name: string): number[] => rows.map((row) => Number(row[name]));
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

  it('says what the KPI Service says, for every metric that means the same', async () => {
    const names = [...BASE_METRICS.adjust.keys()];
    const known: string[] = [];
    for (const name of names) {
      if ((await ask(sandbox, `/kpis/v1/${APP}?kpis=${name}&${KPI_MAY}`)).status === 200) known.push(name);
    }
    expect(known.length).toBeGreaterThan(50);
    const { rows } = await report(
      `app_token__in=${APP}&${MAY}&dimensions=day,country_code,network&metrics=${known.join(',')}`,
    );
    const expected = await kpis(`${APP}?${KPI_MAY}&kpis=${known.join(',')}&grouping=day,countries,networks`);
    const numbers = rows.map((row) => known.map((name) => Number(row[name])));
    const byText = (one: number[], other: number[]): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
    expect(numbers.sort(byText)).toEqual(expected.sort(byText));
  });

  it('of cohorts says what the KPI Service says', async () => {
    const pairs = [
      ['retained_users', 'retained_users_d7'],
      ['sessions', 'sessions_d7'],
      ['revenue_total', 'revenue_total_d7'],
      ['paying_users', 'paying_users_d7'],
      ['lifetime_value', 'lifetime_value_iap_d7'],
    ];
    const { rows } = await report(
      `app_token__in=${APP}&${MAY}&dimensions=day&metrics=${pairs.map(([, here]) => here).join(',')}`,
    );
    const there = await kpis(
      `${APP}/cohorts?${KPI_MAY}&kpis=${pairs.map(([kpi]) => kpi).join(',')}&cohort_period_filter=7&grouping=day`,
    );
    expect(there).toHaveLength(7);
    expect(rows.map((row) => pairs.map(([, here = '']) => Number(row[here])))).toEqual(there);
    const weeks = await report(`app_token__in=${APP}&${MAY}&dimensions=app&metrics=revenue_w0,revenue_total_d6`);
    expect(weeks.rows[0]?.revenue_w0).toBe(weeks.rows[0]?.revenue_total_d6);
  });

  it('of events says what the KPI Service says, one slug for the events of all apps', async () => {
    const { rows } = await report(
      `app_token__in=${APP},${OTHER}&${MAY}&dimensions=app_token&metrics=purchase_events,purchase_revenue,tutorial%20complete_events`,
    );
    for (const [app, purchase, tutorial] of [
      [APP, 'pu9q5c', 'tc8w1p'],
      [OTHER, 'pa1y7k', 'ta2v9g'],
    ]) {
      const row = rows.find(({ app_token }) => app_token === app);
      const query = `${KPI_MAY}&kpis=installs&event_kpis=${purchase}_events,${purchase}_revenue,${tutorial}_events`;
      const [[, ...expected] = []] = await kpis(`${app}?${query}&grouping=apps`);
      expect(expected[1]).toBeGreaterThan(0);
      expect([row?.purchase_events, row?.purchase_revenue, row?.['tutorial complete_events']].map(Number)).toEqual(
        expected,
      );
    }
  });

  it('of cohorts of events adds up periods since install', async () => {
    const metrics = ['d0', 'd1', 'd2'].map((period) => `purchase_${period}_events_per_period`).join(',');
    const { totals } = await report(
      `app_token__in=${APP}&${MAY}&dimensions=app&metrics=${metrics},purchase_d2_events_cohort,purchase_d2_revenue_cohort,revenue_total_d2`,
    );
    const { purchase_d2_events_cohort: all, purchase_d2_revenue_cohort: money = 0, ...rest } = totals;
    const { revenue_total_d2: everything = 0, ...periods } = rest;
    expect(all).toBeGreaterThan(0);
    expect(sum(Object.values(periods))).toBe(all);
    expect(money).toBeGreaterThan(0);
    expect(money).toBeLessThan(everything);
  });

  it.each(
    ['app', 'app_token', 'store_id', 'network', 'campaign', 'adgroup', 'creative', 'campaign_network', 'channel']
      .concat(['partner_id', 'country', 'region', 'os_name', 'device_type', 'platform', 'source_network'])
      .concat(['hour', 'day', 'week', 'month', 'quarter', 'year', 'week,month', 'day,year', 'hour,week,country_code']),
  )('by %s adds up to the same, and its totals say so', async (dimensions) => {
    const query = `app_token__in=${APP},${OTHER}&${MAY}&metrics=installs,sessions,retained_users_d1,daus,installs_per_mile`;
    const whole = await report(`${query}&dimensions=platform`);
    const parts = await report(`${query}&dimensions=${dimensions}`);
    expect(parts.totals).toEqual(whole.totals);
    for (const metric of ['installs', 'sessions', 'retained_users_d1']) {
      expect(sum(column(parts, metric))).toBe(whole.totals[metric]);
      expect(whole.totals[metric]).toBeGreaterThan(0);
    }
    expect(new Set(parts.rows.map((row) => JSON.stringify(dimensions.split(',').map((name) => row[name])))).size).toBe(
      parts.rows.length,
    );
  });

  it('writes times in the asked zone, and numbers as text', async () => {
    const query = `app_token__in=${APP}&date_period=2026-05-01:2026-05-01&utc_offset=%2B05:30&dimensions=hour,day,week,month,quarter,year&metrics=installs,revenue`;
    const { rows } = await report(query);
    expect(rows[0]).toMatchObject({
      hour: '2026-05-01T00:00:00',
      day: '2026-05-01',
      week: '2026-04-27 - 2026-05-03',
      month: '2026-05',
      quarter: 'Q2 2026',
      year: '2026',
      attr_dependency: {},
    });
    expect(rows).toHaveLength(24);
    expect(rows[0]?.installs).toMatch(/^\d+$/);
    expect(rows[0]?.revenue).toMatch(/^\d+\.\d+$/);
    expect(rows).toEqual((await report(query.replace('%2B', '+'))).rows);
  });

  it('takes spend as ad_spend_mode says; attributed spend is 0, as at the KPI Service', async () => {
    const query = `app_token__in=${APP}&${MAY}&dimensions=partner_name&metrics=cost,adjust_cost,network_cost,installs,ecpi_all,roas_d7`;
    const adjust = await report(query);
    expect(adjust.totals).toMatchObject({ cost: 0, adjust_cost: 0, roas_d7: 0 });
    expect(adjust.totals.network_cost).toBeGreaterThan(100);
    for (const parameter of ['ad_spend_mode=network', 'ad_spend_mode=mixed', 'cost_mode=network']) {
      const { totals } = await report(`${query}&${parameter}`);
      expect(totals.cost).toBe(adjust.totals.network_cost);
      expect(totals.ecpi_all).toBeCloseTo(Number(totals.cost) / Number(totals.installs), 3);
      expect(totals.roas_d7).toBeGreaterThan(0);
    }
    const filled = await startSandbox({ now: sandbox.now(), fillsCost: true });
    const { json } = await askReports(filled, `/report?${query}`);
    expect(json.totals.cost).toBe(adjust.totals.network_cost);
    await filled.close();
  });

  it('filters by quoted and bare lists, by parts of names, and by metrics after adding up', async () => {
    const by = (filter: string, dimensions = 'network'): Promise<Report> =>
      report(`app_token__in=${APP}&${MAY}&dimensions=${dimensions}&metrics=installs&${filter}`);
    const networks = async (filter: string): Promise<(string | undefined)[]> =>
      (await by(filter)).rows.map(({ network }) => network).sort();
    expect(await networks('network__in="Smith, Jones %26 Co",unity ads')).toEqual(['Smith, Jones & Co', 'Unity Ads']);
    expect(await networks('network__contains=installs')).toEqual(['Facebook Installs', 'Instagram Installs']);
    expect(await networks('network__not_starts_with=a,e,f,g,i,o,s')).toEqual(['Unity Ads']);
    expect(await networks('channel_id__in="partner_34",190')).toEqual([
      'Facebook Installs',
      'Instagram Installs',
      'Unity Ads',
    ]);
    expect((await by('country_code__in=de,gb', 'country_code')).rows.map((row) => row.country_code)).toEqual([
      'GB',
      'DE',
    ]);
    expect((await by('os_names=macos', 'os_name,device_type')).rows.map((row) => row.device_type)).toEqual(['mac']);
    const all = await by('');
    const some = await by('installs__gt=500&sessions__gte=0');
    expect(some.rows).toEqual(all.rows.filter((row) => Number(row.installs) > 500));
    expect(some.rows.length).toBeLessThan(all.rows.length);
    expect(some.totals.installs).toBe(sum(column(some, 'installs')));
  });

  it('sorts, and cuts with a warning, its totals uncut', async () => {
    const query = `app_token__in=${APP}&${MAY}&dimensions=country_code&metrics=installs`;
    const all = await report(`${query}&sort=-installs`);
    expect(column(all, 'installs')).toEqual([...column(all, 'installs')].sort((a, b) => b - a));
    const cut = await report(`${query}&sort=-installs&limit=3`);
    expect(cut.rows).toEqual(all.rows.slice(0, 3));
    expect(cut.totals).toEqual(all.totals);
    expect([all.data_warnings, Object.keys(cut.data_warnings[0] ?? {})]).toEqual([[], ['limit_rows']]);
    const codes = (await report(`${query}&sort=country_code`)).rows.map((row) => row.country_code ?? '');
    expect(codes).toEqual([...codes].sort());
  });

  it('brings the ids behind names along', async () => {
    const query = `app_token__in=${APP}&${MAY}&dimensions=channel,campaign_network&metrics=installs&channel_id__in=34`;
    const { rows } = await report(query);
    expect(rows[0]?.attr_dependency).toEqual({
      channel_id: 'partner_34',
      campaign_id_network: expect.stringMatching(/^\w{6}$/),
    });
    expect((await report(`${query}&include_attr_dependency=false`)).rows[0]).not.toHaveProperty('attr_dependency');
  });

  it('counts the asked ways of attribution, all by default since 2026-07-13', async () => {
    const query = `app_token__in=${APP}&${MAY}&dimensions=app&metrics=installs`;
    const installs = async (more: string): Promise<number> => (await report(query + more)).totals.installs as number;
    const [click, impression] = [
      await installs('&attribution_types=click,engaged_ad'),
      await installs('&attribution_types=impression'),
    ];
    expect(await installs('&attribution_types=click,engaged_ad,impression')).toBe(click + impression);
    expect(await installs('&attribution_type=all')).toBe(click + impression);
    expect(await installs('')).toBe(click);
    sandbox.setNow(new Date('2026-07-13T00:00:00Z'));
    expect(await installs('')).toBe(click + impression);
    sandbox.reset();
    const split = [await installs('&reattributed=false'), await installs('&reattributed=true')];
    expect(split).toEqual([click, 0]);
  });

  it('shows only mature periods where they are asked for', async () => {
    const query = `app_token__in=${APP}&date_period=2026-06-01:2026-06-06&dimensions=day&metrics=revenue_total_d4,installs`;
    const running = column(await report(query), 'revenue_total_d4');
    const mature = column(await report(`${query}&cohort_maturity=mature`), 'revenue_total_d4');
    expect(running.every((value) => value > 0)).toBe(true);
    // Those who came on 5 June have lived five days on the 11th.
    expect(mature.map((value) => value > 0)).toEqual([true, true, true, true, false, false]);
  });

  it('converts amounts, and nothing else', async () => {
    const query = `app_token__in=${APP},${OTHER}&${MAY}&dimensions=currency_code&metrics=revenue,installs`;
    const own = await report(query);
    const euros = await report(`${query}&currency=eur`);
    expect(column(euros, 'installs')).toEqual(column(own, 'installs'));
    expect(euros.rows[0]).toEqual(own.rows[0]);
    expect(Number(euros.rows[1]?.revenue)).toBeCloseTo(Number(own.rows[1]?.revenue) / 1.1, 1);
  });

  it.each([
    ['-1d:-0d', '2026-06-09:2026-06-10'],
    ['2026-06-08:-1d', '2026-06-08:2026-06-09'],
    ['2026-06-01T00:00:00Z:2026-06-02T23:59:59Z', '2026-06-01:2026-06-02'],
    ['this_week', '2026-06-08:2026-06-10'],
    ['last_week', '2026-06-01:2026-06-07'],
    ['this_month_until_yesterday', '2026-06-01:2026-06-09'],
    ['last_month', '2026-05-01:2026-05-31'],
    ['yesterday', '2026-06-09:2026-06-09'],
  ])('reads the period %s', async (period, dates) => {
    const query = `app_token__in=${APP}&dimensions=day&metrics=installs&date_period=`;
    expect(await report(query + period)).toEqual(await report(query + dates));
  });

  it('without app_token__in is about all apps of the user', async () => {
    const { rows } = await report(`${MAY}&dimensions=app_token&metrics=installs`);
    expect(rows).toHaveLength(52);
  });

  it('is CSV with a byte order mark, and JSON by the values of an index', async () => {
    const query = `app_token__in=${APP}&${MAY}&dimensions=country_code,os_name&metrics=installs,revenue&country_code__in=us,de&os_names=ios&sort=country_code`;
    const csv = await askReports(sandbox, `/csv_report?${query}`);
    const { rows, totals } = await report(query);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = rows.map(({ country_code, os_name, installs, revenue }) => [
      country_code,
      os_name,
      installs,
      revenue,
    ]);
    expect(csv.text).toBe(
      `\uFEFFcountry_code,os_name,installs,revenue\n${lines.map((line) => line.join(',')).join('\n')}\n`,
    );
    expect((await askReports(sandbox, `/csv_report?${query}&readable_names=true`)).text).toMatch(
      /^\uFEFFCountry Code,OS Name,/,
    );
    const pivot = JSON.parse((await askReports(sandbox, `/pivot_report?${query}&index=country_code`)).text);
    const numbers = rows.map(({ installs, revenue }) => ({ installs: Number(installs), revenue: Number(revenue) }));
    expect(pivot.rows).toEqual([
      { DE: { rows: [{ os_name: 'ios', ...numbers[0] }] } },
      { US: { rows: [{ os_name: 'ios', ...numbers[1] }] } },
    ]);
    expect(pivot.totals).toEqual(totals);
    expect(pivot.totals_per_dimension.country_code).toEqual({ DE: numbers[0], US: numbers[1] });
    expect(pivot.totals_per_dimension.os_name).toEqual({ ios: totals });
  });

  it('without rows is an empty list, or nothing at all; CSV always is nothing', async () => {
    const query = `app_token__in=${APP}&date_period=2027-01-01:2027-01-02&dimensions=day&metrics=installs`;
    expect((await report(query)).rows).toEqual([]);
    expect(await askReports(sandbox, `/csv_report?${query}`)).toMatchObject({ status: 204, text: '' });
    const terse = await startSandbox({ now: sandbox.now(), emptyReportIsNoContent: true });
    expect(await askReports(terse, `/report?${query}`)).toMatchObject({ status: 204, text: '' });
    await terse.close();
  });
});
