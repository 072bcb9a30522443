import { ADJUST_KPIS, parseEventKpi } from './kpis.js';
import { encodeQuery, fullGrouping, InvalidAdjustQuery, queryProblems } from './query.js';
import { ADJUST_DEVICE_TYPES, ADJUST_OS_NAMES } from './query-values.js';
import type { AdjustEndpoint, AdjustKpiQuery } from './types.js';

const base: AdjustKpiQuery = {
  appTokens: ['2eb2na2w54c3'],
  startDate: '2026-01-01',
  endDate: '2026-01-31',
  kpis: ['installs', 'revenue'],
  grouping: ['day'],
};
const COHORT = { kpis: ['retention_rate'], grouping: ['day', 'periods'] } as const;

const problems = (endpoint: AdjustEndpoint, change: Partial<AdjustKpiQuery>) =>
  queryProblems(endpoint, { ...base, ...change }).map(({ parameter, detail }) => `${parameter}: ${detail}`);

describe('encodeQuery', () => {
  it('writes the shortest query', () => {
    expect(encodeQuery('overview', base)).toEqual({
      path: '/kpis/v1/2eb2na2w54c3',
      query: [
        ['start_date', '2026-01-01'],
        ['end_date', '2026-01-31'],
        ['kpis', 'installs,revenue'],
        ['grouping', 'day'],
      ],
      grouping: ['day'],
    });
  });

  it('writes every parameter of the document', () => {
    const overview = encodeQuery('overview', {
      ...base,
      ...{ trackerToken: 'abc123', eventKpis: ['token1_revenue|events', 'all_first_events'], utcOffset: '02:00' },
      ...{ countries: ['DE', 'gb'], osNames: ['ios'], deviceTypes: ['phone', 'tv'], regions: ['+EMEA'] },
      ...{ trackerFilter: ['x2yiy3'], sandbox: false, reattributed: 'true', attributionType: 'all' },
      ...{ attributionSource: 'first', cohortRevenuePeriod: 7 },
    });
    expect(overview.path).toBe('/kpis/v1/2eb2na2w54c3/trackers/abc123');
    expect(Object.fromEntries(overview.query)).toEqual({
      ...{ start_date: '2026-01-01', end_date: '2026-01-31', kpis: 'installs,revenue', grouping: 'day' },
      ...{ event_kpis: 'token1_revenue|events,all_first_events', utc_offset: '+02:00', countries: 'de,gb' },
      ...{ os_names: 'ios', device_types: 'phone,tv', regions: '+EMEA', tracker_filter: 'x2yiy3', sandbox: 'false' },
      ...{ reattributed: 'true', attribution_type: 'all', attribution_source: 'first', cohort_revenue_period: '7' },
    });
    const events = encodeQuery('events', { ...base, kpis: ['events'], events: ['abcdef'], partnerIds: ['12'] });
    expect(events.path).toBe('/kpis/v1/2eb2na2w54c3/events');
    expect(events.query).toEqual(expect.arrayContaining([['events', 'abcdef'], ['partner_ids', '12']])); // prettier-ignore
    const cohorts = encodeQuery('cohorts', {
      ...{ ...base, appTokens: ['44cdcdck2syc', '9xmtsnp687ek'], kpis: ['retention_rate'] },
      ...{ period: 'week', cohortPeriodFilter: '0 - 10, 52' },
    });
    expect(cohorts.path).toBe('/kpis/v1/44cdcdck2syc,9xmtsnp687ek/cohorts');
    expect(cohorts.query).toEqual(expect.arrayContaining([['period', 'week'], ['cohort_period_filter', '0-10,52']])); // prettier-ignore
  });

  it('spells out the grouping that the vendor would assume or add', () => {
    const several = { ...base, appTokens: ['a1', 'b1'] };
    expect(fullGrouping('overview', { ...base, grouping: [] })).toEqual(['trackers']);
    expect(fullGrouping('overview', { ...several, grouping: [] })).toEqual(['apps']);
    expect(fullGrouping('events', base)).toEqual(['day', 'events']);
    expect(fullGrouping('cohorts', { ...base, grouping: ['periods', 'day'] })).toEqual(['periods', 'day']);
    expect(fullGrouping('cohorts', base)).toEqual(['day', 'periods']);
  });

  it('throws every problem at once', () => {
    const wrong = { ...base, appTokens: ['UPPER'], startDate: '2026-02-30', kpis: ['nope'], countries: ['xx1'] };
    let thrown: unknown;
    try {
      encodeQuery('overview', wrong);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidAdjustQuery);
    const { problems: all } = thrown as InvalidAdjustQuery;
    expect(all.map((problem) => problem.parameter)).toEqual(['appTokens', 'startDate', 'kpis', 'countries']);
  });
});

describe('queryProblems', () => {
  it.each<[string, AdjustEndpoint, Partial<AdjustKpiQuery>, RegExp]>([
    ['no app', 'overview', { appTokens: [] }, /^appTokens: Name at least one app/],
    ['an app token', 'overview', { appTokens: ['a/../b'] }, /^appTokens: "a\/..\/b" is not a token/],
    ['an app twice', 'overview', { appTokens: ['a1', 'a1'] }, /^appTokens: a1 is named twice/],
    ['a tracker token', 'overview', { trackerToken: 'a,b' }, /^trackerToken: "a,b" is not a token/],
    [
      'a tracker of several apps',
      'overview',
      { appTokens: ['a1', 'b1'], trackerToken: 'x' },
      /^trackerToken: .* one app/,
    ],
    ['no day', 'overview', { endDate: '2026-02-29' }, /^endDate: 2026-02-29 is no day of the calendar/],
    ['a month 13', 'overview', { startDate: '2025-13-01' }, /^startDate: 2025-13-01 is no day/],
    ['no date', 'overview', { startDate: '01.01.2026' }, /^startDate: "01.01.2026" is not a date/],
    ['a time', 'overview', { startDate: '2026-01-01T00:00' }, /^startDate: .* is not a date/],
    [
      'reversed dates',
      'overview',
      { startDate: '2026-02-01' },
      /^endDate: 2026-01-31 lies before the start, 2026-02-01/,
    ],
    ['an offset', 'overview', { utcOffset: '+2' }, /^utcOffset/],
    ['an offset too far', 'overview', { utcOffset: '+14:01' }, /^utcOffset/],
    ['an offset too far west', 'overview', { utcOffset: '-12:30' }, /^utcOffset/],
    ['an offset of 60 minutes', 'overview', { utcOffset: '+01:60' }, /^utcOffset/],
    ['no KPI', 'overview', { kpis: [] }, /^kpis: Name at least one/],
    ['an unknown KPI', 'overview', { kpis: ['install'] }, /^kpis: .* has no KPI "install"\./],
    ['an event KPI among KPIs', 'overview', { kpis: ['token1_events'] }, /^kpis: .*go into eventKpis/],
    ['a KPI twice', 'overview', { kpis: ['installs', 'installs'] }, /^kpis: installs is named twice/],
    ['a KPI of cohorts', 'overview', { kpis: ['retention_rate'] }, /^kpis: retention_rate is a KPI of cohorts queries/],
    ['a KPI of overview', 'cohorts', { ...COHORT, kpis: ['installs'] }, /^kpis: installs is a KPI of overview queries/],
    ['a KPI of two', 'cohorts', { ...COHORT, kpis: ['first_events'] }, /overview and events queries, not of cohorts/],
    [
      'an event KPI',
      'overview',
      { eventKpis: ['token1_installs'] },
      /^eventKpis: "token1_installs" is not of the form/,
    ],
    ['an event KPI without a token', 'overview', { eventKpis: ['revenue'] }, /^eventKpis/],
    ['a shortcut', 'overview', { eventKpis: ['token1_revenue||events'] }, /^eventKpis/],
    ['an event KPI twice', 'overview', { eventKpis: ['t_events|events'] }, /^eventKpis: t_events is named twice/],
    [
      'an event KPI in all',
      'overview',
      { eventKpis: ['all_events', 't_events'] },
      /^eventKpis: all_events holds t_events/,
    ],
    ['event KPIs of events', 'events', { kpis: ['events'], eventKpis: ['t_events'] }, /^eventKpis: Only overview/],
    ['a grouping', 'overview', { grouping: ['days' as 'day'] }, /^grouping: "days" is not one of apps, trackers/],
    ['a grouping twice', 'overview', { grouping: ['day', 'day'] }, /^grouping: day is named twice/],
    ['two times', 'overview', { grouping: ['day', 'week'] }, /^grouping: day and week: one time grouping/],
    ['periods', 'overview', { grouping: ['periods'] }, /^grouping: Only cohorts/],
    ['events', 'overview', { grouping: ['events'] }, /^grouping: Only events and cohorts/],
    ['a country', 'overview', { countries: ['xq'] }, /^countries: "xq" is not a country/],
    ['a country of three letters', 'overview', { countries: ['DEU'] }, /^countries/],
    ['an OS', 'overview', { osNames: ['iOS'] }, /^osNames: "iOS" is not one of android, bada/],
    ['a device', 'overview', { deviceTypes: ['watch'] }, /^deviceTypes: "watch" is not one of bot/],
    ['a region', 'overview', { regions: ['EM,EA'] }, /^regions/],
    ['a filter', 'overview', { trackerFilter: ['A'] }, /^trackerFilter/],
    ['a partner', 'events', { kpis: ['events'], partnerIds: ['a b'] }, /^partnerIds/],
    ['partners of overview', 'overview', { partnerIds: ['1'] }, /^partnerIds: Only events/],
    ['an event', 'events', { kpis: ['events'], events: ['Ü'] }, /^events/],
    ['events of overview', 'overview', { events: ['abc'] }, /^events: Only events and cohorts/],
    ['reattributed', 'overview', { reattributed: 'yes' as 'all' }, /^reattributed: "yes" is not one of/],
    [
      'reattributed early',
      'overview',
      { startDate: '2017-08-31', reattributed: 'false' },
      /^reattributed: .*2017-09-01/,
    ],
    ['attribution type', 'overview', { attributionType: 'view' as 'all' }, /^attributionType/],
    ['attribution source', 'overview', { attributionSource: 'last' as 'first' }, /^attributionSource/],
    [
      'deattributions',
      'cohorts',
      { ...COHORT, kpis: ['deattributions'] },
      /^kpis: .*only with attributionSource first/,
    ],
    [
      'reattributions',
      'cohorts',
      { ...COHORT, kpis: ['reattributions_per_user'], attributionSource: 'dynamic' },
      /^kpis/,
    ],
    ['a period', 'cohorts', { ...COHORT, period: 'hour' as 'day' }, /^period/],
    ['a period of overview', 'overview', { period: 'day' }, /^period: Only cohorts/],
    ['a range of overview', 'overview', { cohortPeriodFilter: '3' }, /^cohortPeriodFilter: Only cohorts/],
    ['a reversed range', 'cohorts', { ...COHORT, cohortPeriodFilter: '30-0' }, /^cohortPeriodFilter: 30-0 is reversed/],
    [
      'a range',
      'cohorts',
      { ...COHORT, cohortPeriodFilter: '1-2-3' },
      /^cohortPeriodFilter: "1-2-3" is not of the form/,
    ],
    ['an empty range', 'cohorts', { ...COHORT, cohortPeriodFilter: '' }, /^cohortPeriodFilter/],
    ['day 121', 'cohorts', { ...COHORT, cohortPeriodFilter: '0-121' }, /^cohortPeriodFilter: 0-121 is past 120/],
    [
      'week 53',
      'cohorts',
      { ...COHORT, period: 'week', cohortPeriodFilter: '53' },
      /^cohortPeriodFilter: 53 is past 52/,
    ],
    ['days of revenue', 'overview', { cohortRevenuePeriod: 1.5 }, /^cohortRevenuePeriod/],
    ['days of revenue of events', 'events', { kpis: ['events'], cohortRevenuePeriod: 1 }, /^cohortRevenuePeriod: Only/],
  ])('names %s, of %s', (_what, endpoint, change, expected) => {
    expect(problems(endpoint, change)).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, AdjustEndpoint, Partial<AdjustKpiQuery>]>([
    ['a leap day', 'overview', { startDate: '2024-02-29' }],
    ['one day', 'overview', { startDate: '2026-01-31' }],
    ['the ends of the world', 'overview', { utcOffset: '+14:00' }],
    ['its other end', 'overview', { utcOffset: '-12:00' }],
    ['a quarter of an hour', 'overview', { utcOffset: '05:45' }],
    ['event KPIs alone', 'overview', { kpis: [], eventKpis: ['all_events|revenue'] }],
    ['every OS', 'overview', { osNames: ADJUST_OS_NAMES }],
    ['every device', 'overview', { deviceTypes: ADJUST_DEVICE_TYPES }],
    ['reattributed from its first day', 'overview', { startDate: '2017-09-01', reattributed: 'true' }],
    ['everybody before it', 'overview', { startDate: '2017-08-01', reattributed: 'all' }],
    ['deattributions with first', 'cohorts', { ...COHORT, kpis: ['deattributions'], attributionSource: 'first' }],
    ['reattributions of overview', 'overview', { kpis: ['reattributions'] }],
    ['a range with spaces', 'cohorts', { ...COHORT, cohortPeriodFilter: ' 0 - 120 ' }],
    ['a list of days', 'cohorts', { ...COHORT, cohortPeriodFilter: '1,2,3,7,14,28' }],
    ['week 52', 'cohorts', { ...COHORT, period: 'week', cohortPeriodFilter: '0-52' }],
    ['month 200', 'cohorts', { ...COHORT, period: 'month', cohortPeriodFilter: '200' }],
    ['cohorts of an event', 'cohorts', { ...COHORT, grouping: ['events', 'periods'], events: ['abc'] }],
    ['a tracker filter of several apps', 'overview', { appTokens: ['a1', 'b1'], trackerFilter: ['x2yiy3'] }],
  ])('lets %s through', (_what, endpoint, change) => {
    expect(problems(endpoint, change)).toEqual([]);
  });
});

describe('ADJUST_KPIS', () => {
  it('says where a name is known and whether it adds up', () => {
    expect(ADJUST_KPIS.get('revenue')).toMatchObject({ endpoints: ['overview', 'events', 'cohorts'], unit: 'money' });
    expect(ADJUST_KPIS.get('daus')).toMatchObject({ endpoints: ['overview'], additive: false });
    expect(ADJUST_KPIS.get('cost')).toMatchObject({ filledNoMore: true, additive: true });
    expect(ADJUST_KPIS.get('installs')).not.toHaveProperty('filledNoMore');
    for (const [name, kpi] of ADJUST_KPIS) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(new Set(kpi.endpoints).size).toBe(kpi.endpoints.length);
      // A rate that were added up would be a wrong number that looks right.
      expect([name, kpi.unit === 'ratio' && kpi.additive]).toEqual([name, false]);
    }
  });

  it('takes event KPIs apart', () => {
    expect(parseEventKpi('token1_revenue|events|revenue_per_event')).toEqual({
      token: 'token1',
      kpis: ['revenue', 'events', 'revenue_per_event'],
    });
    expect(parseEventKpi('all_first_events')).toEqual({ token: 'all', kpis: ['first_events'] });
    for (const text of ['installs', 'token1', 'token1_', 'token1_revenue|installs', '_revenue', 'a b_revenue']) {
      expect(parseEventKpi(text)).toBeUndefined();
    }
  });
});
