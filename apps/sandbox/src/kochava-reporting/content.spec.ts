import { FROM, ReportingRig, SUMMARY, fileOf, named, sum, table } from '../../test/reporting-rig.js';
import { DEMO_USER, KOCHAVA_ORBIT_RUNNER_WEB, ORBIT_RUNNER_IOS } from '../index.js';

let rig: ReportingRig;
beforeAll(async () => (rig = await ReportingRig.start()));
beforeEach(() => rig.sandbox.reset());
afterAll(() => rig.sandbox.close());

describe('a summary', () => {
  it('counts the same however it is grouped and cut', async () => {
    const base = { ...SUMMARY, traffic: ['install', 'click', 'event'] };
    const whole = table(
      await fileOf(await rig.finished({ ...base, traffic_grouping: ['ko_app_guid'], time_series: '720' })),
    );
    for (const [grouping, hours] of [
      [['network'], '24'],
      [['country', 'network'], '4'],
      [['campaign', 'creative'], '1'],
      [['tracker'], '168'],
    ]) {
      const rows = table(await fileOf(await rig.finished({ ...base, traffic_grouping: grouping, time_series: hours })));
      for (const column of ['installs', 'clicks', 'events', 'revenue_generating_events']) {
        expect([grouping, column, sum(rows, column)]).toEqual([grouping, column, sum(whole, column)]);
      }
      expect(sum(rows, 'revenue')).toBeCloseTo(sum(whole, 'revenue'), 0);
    }
  });

  it("differs a little from Adjust's, network by network", async () => {
    const rows = table(await fileOf(await rig.finished(SUMMARY)));
    const days = 'start_date=2026-03-01&end_date=2026-03-03&kpis=installs&grouping=networks';
    const adjust = (await (
      await fetch(`${rig.sandbox.url}/kpis/v1/${ORBIT_RUNNER_IOS.token}?${days}&user_token=${DEMO_USER.token}`)
    ).json()) as { result_set: { networks: { name: string; kpi_values: number[] }[] } };
    const ratios = adjust.result_set.networks.map(({ name, kpi_values: [installs] }) => {
      const kochava = name === 'Google Ads ACI' ? 'Google AdWords' : name;
      return (
        sum(
          rows.filter((row) => row.network_name!.replaceAll('"', '') === kochava),
          'installs',
        ) / installs!
      );
    });
    expect(ratios.every((ratio) => ratio > 0.9 && ratio < 1.1)).toBe(true);
    expect(new Set(ratios).size).toBeGreaterThan(3);
  });

  it('keeps what its filters name, and leaves out what they exclude', async () => {
    const grouped = { ...SUMMARY, traffic_grouping: ['country'] };
    const countriesOf = async (traffic_filtering: unknown) =>
      [
        ...new Set(
          table(await fileOf(await rig.finished({ ...grouped, traffic_filtering }))).map((row) => row.country),
        ),
      ].sort();
    expect(await countriesOf({ country: ['us', 'CA'] })).toEqual(['CA', 'US']);
    expect(await countriesOf([{ country: ['us', 'CA'] }, { exclude_country: ['ca'] }])).toEqual(['US']);
  });

  it('begins its days by the asked time zone', async () => {
    const [row] = table(await fileOf(await rig.finished({ ...SUMMARY, time_zone: 'America/New_York' })));
    expect([row!.date_adjusted, row!.date_utc]).toEqual(['2026-02-28 00:00:00', '2026-03-01 00:00:00']);
  });

  it('comes as JSON, in chosen columns', async () => {
    const columns_order = ['installs', 'network_name'];
    const rows = JSON.parse(
      await fileOf(await rig.finished({ ...SUMMARY, delivery_format: 'JSON', columns_order })),
    ) as object[];
    expect(Object.keys(rows[0]!)).toEqual(columns_order);
  });
});

describe('a detail report', () => {
  it('has as many rows as the summary counts', async () => {
    const counted = table(await fileOf(await rig.finished({ ...SUMMARY, traffic: ['install', 'event'] })));
    const installs = table(await fileOf(await rig.finished({ ...SUMMARY, traffic: ['install'] }, 'detail')));
    expect(installs).toHaveLength(sum(counted, 'installs'));
    expect(installs.every((row) => row.install_date_utc! >= '2026-03-01' && row.install_date_utc! < '2026-03-04')).toBe(
      true,
    );
    expect(new Set(installs.map((row) => row.kochava_click_id)).size).toBe(installs.length);
    const asked = { ...SUMMARY, traffic: ['event'], event_name: ['Purchase'], currency: 'JPY' };
    const events = table(await fileOf(await rig.finished(asked, 'detail')));
    expect(new Set(events.map((row) => row.event_name))).toEqual(new Set(['Purchase']));
    expect(events[0]).toMatchObject({ currency: 'JPY', currency_value: events[0]!.dimension_sum });
  });

  it.each(['click', 'reengagement', 'influencer_click', 'fractional', 'cost', 'cost_restated'])(
    'of %s has a header',
    async (traffic) => {
      const hour = { ...SUMMARY, traffic: [traffic], time_end: String(FROM + 3599) };
      expect((await fileOf(await rig.finished(hour, 'detail'))).split('\n')[0]).toContain('network');
    },
  );
});

describe('the other kinds', () => {
  it('a query, an export and an activation go the same way', async () => {
    const query = { ...named, custom_report_name: 'kochavaquery', sql_kquery: 'select 1' };
    expect((await fileOf(await rig.finished(query, 'custom'))).length).toBeGreaterThan(0);
    const { time_start, time_end } = SUMMARY;
    const audience = { ...named, time_start, time_end, filter_set_id: '9776', activation_partner_id: '13' };
    expect(await fileOf(await rig.finished(audience, 'deviceid'))).toMatch(/^install_kochava_device_id,/);
    expect(await rig.finished(audience, 'audience')).toMatchObject({ status: 'completed' });
    expect((await rig.finished(audience, 'audience')).report).toBeUndefined();
  });

  it('an app that only Kochava knows has a report without rows', async () => {
    const { report_token: token } = await rig.post('/v1.4/summary', {
      ...SUMMARY,
      app_guid: KOCHAVA_ORBIT_RUNNER_WEB.guid,
    });
    rig.push(10_000);
    const done = await rig.post('/v1.4/progress', { ...named, app_guid: KOCHAVA_ORBIT_RUNNER_WEB.guid, token });
    expect([done.status, await fileOf(done)]).toEqual([
      'completed',
      expect.stringMatching(/^date_adjusted,date_utc,network,network_name,installs,[\w,]*\n$/),
    ]);
  });
});
