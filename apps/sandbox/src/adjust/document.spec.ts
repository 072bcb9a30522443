import { ORBIT_RUNNER_IOS } from '../world/apps.js';
import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import type { KpiAnswer } from '../testing.js';
import { ask, leaves } from '../testing.js';

const APP = '2eb2na2w54c3';
const OTHER = '44cdcdck2syc';
const MAY = 'start_date=2015-05-01&end_date=2015-05-31';
const ALWAYS = 'attribution_source attribution_type end_date grouping kpis sandbox start_date utc_offset'.split(' ');

type Nodes = Record<string, unknown>[];
const nodes = (parent: unknown, container: string): Nodes => (parent as Record<string, Nodes>)[container] ?? [];
const fields = (node: object | undefined): string[] => Object.keys(node ?? {});

describe('JSON answers', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
  });
  afterAll(() => sandbox.close());

  async function answer(path: string): Promise<KpiAnswer> {
    const { status, text, json, headers } = await ask(sandbox, path);
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    return json;
  }

  it('have the shape of the first sample: app KPIs by network trackers', async () => {
    const json = await answer(`/kpis/v1/${APP}?${MAY}&kpis=sessions,installs&countries=de,gb`);
    const { trackers, ...parameters } = json.result_parameters;
    expect(parameters).toEqual({
      kpis: ['sessions', 'installs'],
      start_date: '2015-05-01',
      end_date: '2015-05-31',
      sandbox: false,
      countries: ['de', 'gb'],
      grouping: ['trackers'],
      // The samples lack these three; a public client refuses an answer without them.
      attribution_type: 'click',
      utc_offset: '00:00',
      attribution_source: 'dynamic',
    });
    expect((trackers as Nodes)[0]).toEqual({ token: expect.any(String), name: 'Organic', has_subtrackers: false });
    expect((trackers as Nodes)[1]).toMatchObject({ name: 'Google Ads ACI', has_subtrackers: true });
    expect(json.result_set).toMatchObject({ token: APP, name: ORBIT_RUNNER_IOS.name, currency: 'EUR' });
    const found = nodes(json.result_set, 'trackers');
    expect(found.map((node) => node.token)).toEqual((trackers as Nodes).map((tracker) => tracker.token));
    expect(found.every((node) => fields(node).join() === 'token,kpi_values')).toBe(true);
    expect(leaves(json.result_set).every((values) => values.length === 2 && values.every(Number.isInteger))).toBe(true);
  });

  it('put event KPIs behind app KPIs, in the order of the request', async () => {
    const [login, , , purchase] = ORBIT_RUNNER_IOS.events;
    const items = `${purchase?.token}_events,${purchase?.token}_revenue,${login?.token}_events`;
    const { result_parameters: parameters } = await answer(`/kpis/v1/${APP}?${MAY}&kpis=clicks&event_kpis=${items}`);
    expect(parameters.kpis).toEqual(['clicks', ...items.split(',')]);
    expect(parameters.events).toEqual([purchase, login].map((event) => ({ name: event?.name, token: event?.token })));
  });

  it('expand the shortcuts of event KPIs as the document does', async () => {
    const kpis = async (items: string): Promise<string[]> =>
      (await answer(`/kpis/v1/${APP}?${MAY}&kpis=clicks&event_kpis=${items}`)).result_parameters.kpis.slice(1);
    const tokens = ORBIT_RUNNER_IOS.events.map((event) => event.token);
    const names = ['revenue', 'events', 'revenue_per_event'];
    expect(await kpis(`${tokens[3]}_${names.join('|')}`)).toEqual(names.map((name) => `${tokens[3]}_${name}`));
    expect(await kpis(`all_${names.join('|')}`)).toEqual(
      tokens.flatMap((token) => names.map((name) => `${token}_${name}`)),
    );
    expect(await kpis(names.map((name) => `all_${name}`).join(', '))).toEqual(
      names.flatMap((name) => tokens.map((token) => `${token}_${name}`)),
    );
  });

  it('have the shape of the events sample, with ISO Mondays and real ratios', async () => {
    const json = await answer(
      `/kpis/v1/${APP}/events?${MAY}&kpis=revenue,events,revenue_per_event&grouping=trackers,weeks,events&countries=de,gb`,
    );
    expect(json.result_parameters.grouping).toEqual(['trackers', 'weeks', 'events']);
    expect(fields(json.result_parameters).sort()).toEqual([...ALWAYS, 'countries', 'events', 'trackers'].sort());
    const dates = nodes(nodes(json.result_set, 'trackers')[0], 'dates');
    // 1 May 2015 was a Friday: the first week is named by the Monday before the range.
    expect(dates.map((node) => node.date)).toEqual([
      '2015-04-27',
      '2015-05-04',
      '2015-05-11',
      '2015-05-18',
      '2015-05-25',
    ]);
    const purchase = nodes(dates[1], 'events').find((node) => node.token === ORBIT_RUNNER_IOS.events[3]?.token);
    const [revenue, events, perEvent] = purchase?.kpi_values as [number, number, number];
    expect(events).toBeGreaterThan(0);
    expect(perEvent).toBeCloseTo(revenue / events, 5);
  });

  it('take event KPIs with a token on /events too, append event_types, and leave out what did not occur', async () => {
    const token = ORBIT_RUNNER_IOS.events[3]?.token as string;
    const json = await answer(`/kpis/v1/${APP}/events?${MAY}&kpis=${token}_events,events&events=${token}`);
    expect(json.result_parameters.grouping).toEqual(['trackers', 'event_types']);
    expect(json.result_parameters.events).toEqual([{ name: 'Purchase', token }]);
    for (const [own, all] of leaves(json.result_set)) expect(own).toBe(all);
    const day = 'start_date=2015-05-01&end_date=2015-05-01&grouping=creatives,countries';
    const rare = leaves((await answer(`/kpis/v1/${APP}/events?${day}&kpis=events`)).result_set);
    expect(rare.length).toBeGreaterThan(100);
    expect(rare.every(([events]) => (events as number) > 0)).toBe(true);
  });

  it('have the shape of the cohorts sample, with the app and never the user in result_set', async () => {
    const json = await answer(`/kpis/v1/${APP}/cohorts?${MAY}&kpis=sessions&grouping=trackers,periods&period=week`);
    expect(json.result_parameters).toMatchObject({ period: 'week', day_def: '24h', grouping: ['trackers', 'periods'] });
    expect(fields(json.result_parameters).sort()).toEqual([...ALWAYS, 'trackers', 'period', 'day_def'].sort());
    expect(json.result_set.token).toBe(APP);
    const periods = nodes(nodes(json.result_set, 'trackers')[0], 'periods');
    expect(periods.map((node) => node.period)).toEqual(Array.from({ length: 53 }, (_, week) => `${week}`));
    expect(fields(periods[0])).toEqual(['period', 'kpi_values']);
  });

  it('show the asked periods and echo the filter; a cohort has no later period than it has lived', async () => {
    const periods = async (query: string): Promise<unknown[]> => {
      const json = await answer(`/kpis/v1/${APP}/cohorts?grouping=apps,period&kpis=cohort_size&${query}`);
      return nodes(nodes(json.result_set, 'apps')[0], 'periods').map((node) => node.period);
    };
    expect(await periods(`${MAY}&cohort_period_filter=30`)).toEqual(['30']);
    expect(await periods(`${MAY}&cohort_period_filter=${encodeURIComponent('0 - 2, 120')}`)).toEqual([
      '0',
      '1',
      '2',
      '120',
    ]);
    expect(await periods(`${MAY}&period=month&cohort_period_filter=0-2,99`)).toEqual(['0', '1', '2', '99']);
    expect(await periods('start_date=2026-06-08&end_date=2026-06-08')).toEqual(['0', '1', '2']);
    const json = await answer(`/kpis/v1/${APP}/cohorts?${MAY}&cohort_period_filter=0-1`);
    expect(json.result_parameters).toMatchObject({ kpis: ['retention_rate'], cohort_period_filter: '0-1' });
  });

  it('count later attributions of a cohort by period only where the first source is asked for', async () => {
    const query = `${MAY}&kpis=reattributions,deattributions&grouping=apps&cohort_period_filter=0-3`;
    const dynamic = leaves((await answer(`/kpis/v1/${APP}/cohorts?${query}`)).result_set);
    expect(dynamic.map(([reattributions]) => reattributions !== 0)).toEqual([true, false, false, false]);
    const first = leaves((await answer(`/kpis/v1/${APP}/cohorts?${query}&attribution_source=first`)).result_set);
    expect(first.every(([reattributions]) => (reattributions as number) > 0)).toBe(true);
  });

  it('hold several apps under apps by default, in every way of naming them', async () => {
    const query = `${MAY}&kpis=installs,sessions`;
    const json = await answer(`/kpis/v1/${APP},${OTHER}?${query}`);
    expect(json.result_parameters.grouping).toEqual(['apps']);
    expect(fields(json.result_parameters).sort()).toEqual(ALWAYS);
    expect(fields(json.result_set)).toEqual(['apps']);
    expect(nodes(json.result_set, 'apps').map(fields)).toEqual(
      [0, 1].map(() => ['token', 'name', 'currency', 'kpi_values']),
    );
    for (const path of [
      `/kpis/v1?app_tokens=${APP},${OTHER}&${query}`,
      `/kpis/v1.json?${query}&app_tokens=${APP}%2C%20${OTHER}`,
      `/kpis/v1/?&app_tokens=${APP},${OTHER}&${query}`,
      `/kpis/v1/${APP}%2C${OTHER}.json?${query}&timezone_id=5&Content-Type=text/csv`,
      `/kpis/v1/${APP.toUpperCase()},${OTHER}?${query}`,
    ]) {
      expect((await answer(path)).result_set).toEqual(json.result_set);
    }
  });

  it('nest in the asked order, whatever the grouping is called', async () => {
    const query = `${MAY}&kpis=installs&grouping=`;
    const days = await answer(`/kpis/v1/${APP},${OTHER}?${query}dates,app,os_name,device_type,country,regions,partner`);
    expect(days.result_parameters.grouping).toEqual('dates,app,os_name,device_type,country,regions,partner'.split(','));
    let node = nodes(days.result_set, 'dates')[0];
    expect(fields(node)).toEqual(['date', 'apps']);
    node = nodes(node, 'apps')[0];
    expect(fields(node)).toEqual(['token', 'name', 'currency', 'os_names']);
    for (const [container, field, inner] of [
      ['os_names', 'os_name', 'device_types'],
      ['device_types', 'device_type', 'countries'],
      ['countries', 'country', 'regions'],
      ['regions', 'region', 'partners'],
      ['partners', 'partner', 'kpi_values'],
    ] as const) {
      node = nodes(node, container)[0];
      expect(fields(node)).toEqual([field, inner]);
    }
    const tree = await answer(`/kpis/v1/${APP}?${query}creative, campaign,hours`);
    const creative = nodes(tree.result_set, 'creatives')[1];
    expect(fields(creative)).toEqual(['token', 'name', 'campaigns']);
    const hour = nodes(nodes(creative, 'campaigns')[0], 'dates')[0];
    expect(hour?.date).toMatch(/^2015-05-\d\dT\d\d:00:00$/);
  });

  it('walk down the tracker tree, one level under the tracker in the path', async () => {
    const query = `${MAY}&kpis=installs&grouping=`;
    const networks = await answer(`/kpis/v1/${APP}?${query}networks`);
    const network = nodes(networks.result_set, 'networks').find((node) => node.name === 'Facebook Installs');
    const under = await answer(`/kpis/v1/${APP}/trackers/${network?.token}?${MAY}&kpis=installs`);
    const campaigns = under.result_parameters.trackers as Nodes;
    expect(campaigns.map((tracker) => tracker.name)).toEqual(
      ['Spring Launch', 'Lookalike 1%', 'Retargeting'].map((name) => `Facebook Installs::${name}`),
    );
    expect(leaves(under.result_set).reduce((sum, [value]) => sum + (value as number), 0)).toBe(
      (network?.kpi_values as number[])[0],
    );
    const campaign = campaigns[0]?.token as string;
    const creatives = await answer(`/kpis/v1/${APP}/trackers/${campaign}.json?${query}creatives`);
    expect(nodes(creatives.result_set, 'creatives')).toHaveLength(4);
    const filtered = await answer(`/kpis/v1/${APP}?${query}network,campaign&tracker_filter=${campaign}`);
    expect(nodes(filtered.result_set, 'networks').map((node) => nodes(node, 'campaigns').length)).toEqual([1]);
    // A tracker without sub-trackers stands for itself, and has no campaign.
    const organic = nodes(networks.result_set, 'networks')[0];
    const leaf = await answer(`/kpis/v1/${APP}/trackers/${organic?.token}?${MAY}&kpis=installs`);
    expect(nodes(leaf.result_set, 'trackers').map((node) => node.token)).toEqual([organic?.token]);
    const unknown = await answer(`/kpis/v1/${APP}/trackers/${organic?.token}?${query}campaigns`);
    expect(nodes(unknown.result_set, 'campaigns')[0]).toMatchObject({ token: organic?.token, name: 'unknown' });
  });

  it('filter by countries, regions, devices and partners, and tell the countries alone', async () => {
    const countries = async (query: string): Promise<unknown[]> => {
      const json = await answer(`/kpis/v1/${APP}?${MAY}&kpis=installs&grouping=countries&${query}`);
      expect(fields(json.result_parameters).sort()).toEqual(
        query.startsWith('countries') ? [...ALWAYS, 'countries'].sort() : ALWAYS,
      );
      return nodes(json.result_set, 'countries').map((node) => node.country);
    };
    expect(await countries('countries=DE,jp')).toEqual(['de', 'jp']);
    expect((await countries('regions=LATAM,+NAM')).sort()).toEqual(['br', 'ca', 'mx', 'us']);
    expect((await countries('regions=-EMEA,-APAC')).sort()).toEqual(['br', 'ca', 'mx', 'us']);
    expect(await countries('os_names=macos&device_types=phone')).toEqual([]);
    expect(await countries('os_name=windows')).toEqual([]);
    const partners = await answer(`/kpis/v1/${APP}?${MAY}&kpis=installs&grouping=partners&partner_ids=34,0`);
    expect(nodes(partners.result_set, 'partners').map((node) => node.partner)).toEqual(['Organic', 'Facebook']);
  });

  it('shift the borders of days by the offset, and echo it', async () => {
    const day = 'start_date=2026-05-05&end_date=2026-05-05&kpis=sessions&grouping=hours';
    const hours = async (query: string): Promise<[echo: unknown, values: number[]]> => {
      const json = await answer(`/kpis/v1/${APP}?${query}`);
      return [json.result_parameters.utc_offset, leaves(json.result_set).map(([value]) => value as number)];
    };
    const [, utc] = await hours(day);
    const [echo, shifted] = await hours(`${day}&utc_offset=-02:00`);
    expect(echo).toBe('-02:00');
    expect(shifted.slice(0, 22)).toEqual(utc.slice(2));
    expect((await hours(`${day}&utc_offset=02:00`))[0]).toBe('02:00');
    expect((await hours(`${day}&utc_offset=+02:00`))[0]).toBe('+02:00');
    expect((await hours(`${day}&utc_offset=%2B02:00`))[1].slice(2)).toEqual(utc.slice(0, 22));
  });

  it('average users over days, and answer spend with 0', async () => {
    const users = async (query: string): Promise<number[]> =>
      leaves(
        (await answer(`/kpis/v1/${APP}?kpis=daus,waus,maus,cost,ecpi&grouping=${query}`)).result_set,
      )[0] as number[];
    const [daus, waus, maus, cost, ecpi] = (await users(`apps&${MAY}`)) as [number, number, number, number, number];
    expect(daus).toBeGreaterThan(1000);
    expect(waus).toBeGreaterThan(daus);
    expect(maus).toBeGreaterThan(waus);
    expect([cost, ecpi]).toEqual([0, 0]);
    expect((await users('apps&start_date=2015-05-06&end_date=2015-05-06'))[0]).toBeLessThan(daus * 1.4);
  });

  it('stand at the defaults where nothing is asked', async () => {
    const json = await answer(`/kpis/v1/${APP}?kpis=&grouping=&event_kpis=&countries=`);
    expect(json.result_parameters).toMatchObject({ start_date: '2026-06-01', end_date: '2026-06-30' });
    expect(json.result_parameters.kpis).toEqual(
      'clicks,installs,click_conversion_rate,reattributions,sessions,revenue_events,revenue,daus,waus,maus'.split(','),
    );
    const days = await answer(`/kpis/v1/${APP}?grouping=days`);
    // Nothing has happened after now.
    expect(nodes(days.result_set, 'dates').at(-1)?.date).toBe('2026-06-10');
    expect((await answer(`/kpis/v1/${APP}?start_date=2027-01-01&end_date=2027-01-31`)).result_set.trackers).toEqual([]);
    const test = await answer(`/kpis/v1/${APP}?${MAY}&sandbox=true&kpis=installs`);
    expect(test.result_parameters.sandbox).toBe(true);
    expect(leaves(test.result_set)).not.toEqual(
      leaves((await answer(`/kpis/v1/${APP}?${MAY}&kpis=installs`)).result_set),
    );
  });
});
