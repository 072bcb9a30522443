import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import type { KpiAnswer } from '../testing.js';
import { ask, leaves, totals } from '../testing.js';
import { OVERVIEW_KPIS } from './kpis.js';

const APP = '2eb2na2w54c3';
const TWO_APPS = `${APP},44cdcdck2syc`;
const RANGE = 'start_date=2026-02-27&end_date=2026-03-03';
const DIMENSIONS = ['apps', 'trackers', 'networks', 'campaigns', 'adgroups', 'creatives', 'countries', 'region'].concat(
  ['device_types', 'os_names', 'partners', 'hour', 'day', 'week', 'month'],
);
const TIMES = ['hour', 'day', 'week', 'month'];
/** What adds up over rows: no rates, averages or distinct users. */
const ADDITIVE = [...OVERVIEW_KPIS.keys()].filter(
  (name) => !/rate|ctr|per_|^.aus$|ecp|rpm|investment|profit/.test(name),
);
/** Worth less than a cent apiece: each row is rounded. Everything else has to agree exactly. */
const ROUNDED = ['ad_revenue', 'impression_cost', 'cost'];

function expectAgreement(actual: KpiAnswer, expected: KpiAnswer): void {
  const [sums, wholes] = [totals(actual), totals(expected)];
  const halfCents = 0.5 * (leaves(actual.result_set).length + leaves(expected.result_set).length);
  for (const kpi of ROUNDED.filter((name) => name in wholes)) {
    expect(Math.abs((sums[kpi] ?? NaN) - (wholes[kpi] ?? NaN))).toBeLessThanOrEqual(halfCents);
    delete sums[kpi];
    delete wholes[kpi];
  }
  expect(sums).toEqual(wholes);
}

describe('totals', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-01T12:00:00Z'), fillsCost: true });
  });
  afterAll(() => sandbox.close());

  async function answer(path: string): Promise<KpiAnswer> {
    const { status, json, text } = await ask(sandbox, path);
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    return json;
  }
  const sums = async (path: string): Promise<Record<string, number>> => totals(await answer(path));

  it.each(DIMENSIONS)('agree for every additive KPI when grouped by %s', async (dimension) => {
    const query = `${RANGE}&kpis=${ADDITIVE.join(',')}&attribution_type=all`;
    const whole = await answer(`/kpis/v1/${TWO_APPS}?${query}&grouping=apps`);
    expect(Object.entries(totals(whole)).filter(([, sum]) => sum === 0)).toEqual([]);
    expectAgreement(await answer(`/kpis/v1/${TWO_APPS}?${query}&grouping=${dimension}`), whole);
  });

  it('agree for random nestings, offsets and filters', async () => {
    let state = 7;
    const draw = <T>(items: readonly T[]): T => {
      state = (state * 48_271) % 2_147_483_647;
      return items[state % items.length] as T;
    };
    for (let round = 0; round < 8; round++) {
      const nesting = [draw(TIMES)];
      while (nesting.length < 4) {
        const next = draw(
          DIMENSIONS.filter((name) => !TIMES.includes(name) && name !== 'apps' && !nesting.includes(name)),
        );
        if (draw([true, false])) nesting.push(next);
        else nesting.unshift(next);
      }
      const query =
        `${RANGE}&utc_offset=${draw(['-08:00', '05:30', '-03:30', '00:00'])}&countries=de,jp,us&device_types=phone` +
        `&reattributed=${draw(['all', 'true', 'false'])}&attribution_source=${draw(['first', 'dynamic'])}` +
        `&kpis=clicks,installs,sessions,revenue,cohort_revenue,ad_revenue`;
      const whole = await answer(`/kpis/v1/${APP}?${query}&grouping=apps`);
      expect(totals(whole).sessions).toBeGreaterThan(0);
      expectAgreement(await answer(`/kpis/v1/${APP}?${query}&grouping=${nesting.join(',')}`), whole);
    }
  });

  it('agree between apps asked together and one by one', async () => {
    const query = `${RANGE}&kpis=installs,revenue`;
    const together = await sums(`/kpis/v1/${TWO_APPS}?${query}&grouping=day`);
    const ios = await sums(`/kpis/v1/${APP}?${query}`);
    const android = await sums(`/kpis/v1/44cdcdck2syc?${query}`);
    expect(together).toEqual(add(ios, android));
  });

  it('of events are those of the app, and those of event KPIs', async () => {
    const kpis = 'events,first_events,revenue_events,revenue';
    const byEvent = await sums(`/kpis/v1/${APP}/events?${RANGE}&kpis=${kpis}&grouping=countries,events`);
    expect(byEvent).toEqual(await sums(`/kpis/v1/${APP}?${RANGE}&kpis=${kpis}&grouping=week`));
    const { events, ...single } = await sums(`/kpis/v1/${APP}?${RANGE}&kpis=events&event_kpis=all_events&grouping=day`);
    expect(Object.values(single)).toHaveLength(5);
    expect(Object.values(single).reduce((a, b) => a + b, 0)).toBe(events);
  });

  it('of both kinds of users are those of all', async () => {
    const query = `${RANGE}&kpis=sessions,revenue&grouping=day`;
    const installed = await sums(`/kpis/v1/${APP}?${query}&reattributed=false`);
    const reattributed = await sums(`/kpis/v1/${APP}?${query}&reattributed=true`);
    expect(reattributed.sessions).toBeGreaterThan(0);
    expect(await sums(`/kpis/v1/${APP}?${query}`)).toEqual(add(installed, reattributed));
  });

  it('of cohorts: sizes are the installs, weeks hold what their days hold, totals what came before them', async () => {
    const cohorts = (query: string): Promise<Record<string, number>> =>
      sums(`/kpis/v1/${APP}/cohorts?${RANGE}&reattributed=false&${query}`);
    const { installs } = await sums(`/kpis/v1/${APP}?${RANGE}&kpis=installs&reattributed=false&utc_offset=-08:00`);
    const sizes = await cohorts('kpis=cohort_size&cohort_period_filter=0&grouping=networks,days&utc_offset=-08:00');
    expect(sizes.cohort_size).toBe(installs);
    const week = await cohorts('kpis=sessions,events,revenue&period=week&cohort_period_filter=1&grouping=partners');
    expect(week.revenue).toBeGreaterThan(0);
    expect(week).toEqual(await cohorts('kpis=sessions,events,revenue&cohort_period_filter=7-13&grouping=os_names'));
    const { revenue_total: total } = await cohorts('kpis=revenue_total&cohort_period_filter=13&grouping=apps');
    const { revenue } = await cohorts('kpis=revenue&cohort_period_filter=0-13&grouping=networks');
    expect(total).toBe(revenue);
  });

  it('of users and money fall and grow over periods as they must', async () => {
    const kpis =
      'cohort_size,retained_users,paying_users,paying_user_size,converted_users,converted_user_size,revenue_total';
    const json = await answer(`/kpis/v1/${APP}/cohorts?${RANGE}&kpis=${kpis}&cohort_period_filter=0-14&grouping=apps`);
    const rows = leaves(json.result_set);
    expect(rows).toHaveLength(15);
    for (const [period, [size, retained, paying, payers, converting, converts, revenue] = []] of rows.entries()) {
      const before = rows[period - 1] ?? [size, size, 0, 0, 0, 0, 0];
      expect(retained).toBeLessThanOrEqual(before[1] as number);
      expect(payers).toBeGreaterThanOrEqual(before[3] as number);
      expect(converts).toBeGreaterThanOrEqual(before[5] as number);
      expect(revenue).toBeGreaterThan(before[6] as number);
      expect(paying).toBeLessThanOrEqual(payers as number);
      expect(converting).toBeLessThanOrEqual(converts as number);
      expect(converts).toBeLessThanOrEqual(size as number);
    }
  });

  it('of revenue by cohort are what their first days bring', async () => {
    const overview = await sums(
      `/kpis/v1/${APP}?${RANGE}&kpis=cohort_revenue&cohort_revenue_period=8&grouping=countries`,
    );
    const cohorts = await sums(
      `/kpis/v1/${APP}/cohorts?${RANGE}&kpis=revenue_total&cohort_period_filter=7&grouping=apps`,
    );
    expect(overview.cohort_revenue).toBe(cohorts.revenue_total);
  });

  it('move with the seed and with nothing else', async () => {
    const path = `/kpis/v1/${APP}?${RANGE}&kpis=installs,revenue&grouping=day,country`;
    const other = await startSandbox({ seed: 2 });
    const same = await startSandbox();
    const [mine, others, again] = await Promise.all(
      [sandbox, other, same].map(async (one) => (await ask(one, path)).json),
    );
    expect(again).toEqual(mine);
    expect(others?.result_set).not.toEqual(mine?.result_set);
    await Promise.all([other.close(), same.close()]);
  });
});

function add(one: Record<string, number>, other: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(one).map(([kpi, value]) => [kpi, value + (other[kpi] ?? NaN)]));
}
