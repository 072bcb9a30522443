import type { GatewayError } from '#libs/domain';
import { NetworkNames } from '#libs/tenancy';
import { cellsOf, keysOf } from './kochava-cells.js';
import { planForKochava, unsupportedParts } from './kochava-plan.js';
import { layoutOf } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';

const question = (more: Partial<KpiQuestion>): KpiQuestion => ({
  from: '2026-05-01',
  to: '2026-05-02',
  metrics: ['INSTALLS'],
  vendorMetrics: [],
  groupBy: [],
  filter: {},
  utcOffset: '+00:00',
  adjust: {},
  ...more,
});
const plan = (more: Partial<KpiQuestion>) => planForKochava(question(more), (name) => [name]);
const APP = { id: 'a1', name: 'Orbit' };

describe('a question planned for Kochava', () => {
  it('asks for the traffic of its metrics, in one order for one set', () => {
    expect(plan({ metrics: ['ROAS', 'CTR'] }).asked).toEqual({
      traffic: ['click', 'event', 'impression'],
      grouping: ['network'],
      timeSeries: 24,
      start: '2026-05-01T00:00:00.000Z',
      end: '2026-05-03T00:00:00.000Z',
    });
    const one = plan({ groupBy: ['COUNTRY', 'DAY', 'CAMPAIGN'], metrics: ['CLICKS', 'EVENTS'] }).asked;
    expect(plan({ groupBy: ['CAMPAIGN', 'COUNTRY'], metrics: ['EVENTS', 'CLICKS'] }).asked).toEqual(one);
    expect(one.grouping).toEqual(['network', 'campaign', 'country']);
    expect(plan({ filter: { countries: ['de'], campaigns: ['x'] } }).asked.grouping).toEqual(one.grouping);
  });

  it.each([
    ['+02:00', '2026-04-30', '2026-05-03'],
    ['-08:00', '2026-05-01', '2026-05-04'],
    ['+14:00', '2026-04-30', '2026-05-03'],
    ['-12:00', '2026-05-01', '2026-05-04'],
  ])('asks by the hour, in whole days of UTC, where days begin at %s', (utcOffset, start, end) => {
    expect(plan({ utcOffset }).asked).toMatchObject({
      timeSeries: 1,
      start: `${start}T00:00:00.000Z`,
      end: `${end}T00:00:00.000Z`,
    });
  });

  it('is by the hour where hours are asked for', () => {
    expect(plan({ groupBy: ['HOUR'] }).asked.timeSeries).toBe(1);
  });

  it('names what Kochava has nothing like', () => {
    expect(unsupportedParts(question({}))).toEqual([]);
    expect(unsupportedParts(question({ adjust: { sandbox: false, reattributed: 'ALL' } }))).toEqual([]);
    expect(
      unsupportedParts(
        question({
          groupBy: ['DAY', 'REGION', 'SITE', 'COHORT_PERIOD'],
          cohort: { period: 'DAY' },
          filter: { osNames: ['ios'], countries: ['de'] },
          adjust: { sandbox: true, trackerFilter: ['abc'] },
        }),
      ),
    ).toEqual(['REGION', 'COHORT_PERIOD', 'cohort', 'filter.osNames', 'adjust.trackerFilter', 'adjust.sandbox']);
    for (const utcOffset of ['+05:30', '-03:30', '+12:45']) {
      expect(unsupportedParts(question({ utcOffset }))[0]).toContain(utcOffset);
    }
    expect(plan({ metrics: ['SESSIONS', 'CLICKS'] })).toMatchObject({
      unsupported: ['SESSIONS'],
      counters: ['clicks'],
    });
  });

  it('takes Kochava’s own counters by name, and points at those that there are none of', () => {
    const own = plan({ metrics: [], vendorMetrics: [{ vendor: 'KOCHAVA', name: 'clicks_verified_ok' }] });
    expect([own.counters, own.asked.traffic]).toEqual([['clicks_verified_ok'], ['trafficverif']]);
    let thrown: unknown;
    try {
      plan({
        vendorMetrics: [
          { vendor: 'ADJUST', name: 'daus' },
          { vendor: 'KOCHAVA', name: 'daus' },
        ],
      });
    } catch (error) {
      thrown = error;
    }
    expect((thrown as GatewayError).details.errors).toEqual([
      { pointer: '/vendorMetrics/1/name', detail: expect.stringContaining('"daus"') },
    ]);
  });
});

describe('rows of a summary', () => {
  const row = (time: string, network: [string, string], country: string | null, counters: number[] = []) => ({
    time: Date.parse(time),
    groups: [
      { name: network[0], id: network[1] },
      { name: country, id: null },
    ],
    counters,
  });

  it('are cut where the day begins, and dropped outside of the range', () => {
    const asked = question({ groupBy: ['DAY', 'APP'], utcOffset: '+02:00', filter: { countries: ['de'] } });
    const keyOf = keysOf(
      asked,
      planForKochava(asked, (name) => [name]),
      APP,
      new NetworkNames([]),
    );
    const at = (time: string, country: string | null = 'DE') => keyOf(row(time, ['Unity', '7'], country));
    expect(at('2026-04-30T21:00:00Z')).toBeUndefined();
    expect(at('2026-04-30T22:00:00Z')).toEqual(['2026-05-01', 'a1', 'Orbit']);
    expect(at('2026-05-02T21:00:00Z')).toEqual(['2026-05-02', 'a1', 'Orbit']);
    expect(at('2026-05-02T22:00:00Z')).toBeUndefined();
    expect(at('2026-05-01T00:00:00Z', 'us')).toBeUndefined();
    expect(at('2026-05-01T00:00:00Z', null)).toBeUndefined();
  });

  it.each([
    ['HOUR', '2026-05-02T23:00:00Z', '2026-05-02T23:00:00Z'],
    ['DAY', '2026-05-02T23:00:00Z', '2026-05-03'],
    ['WEEK', '2026-05-03T21:00:00Z', '2026-04-27'],
    ['WEEK', '2026-05-03T22:00:00Z', '2026-05-04'],
    ['MONTH', '2026-05-31T22:00:00Z', '2026-06-01'],
  ] as const)('by %s: %s belongs to %s', (dimension, time, start) => {
    const asked = question({ from: '2026-01-01', to: '2026-12-31', groupBy: [dimension], utcOffset: '+02:00' });
    const keyOf = keysOf(
      asked,
      planForKochava(asked, (name) => [name]),
      APP,
      new NetworkNames([]),
    );
    expect(keyOf(row(time, ['Unity', '7'], 'DE'))).toEqual([start]);
  });

  it('have the tenant’s names of networks, and are found by name or id', () => {
    const names = new NetworkNames([{ name: 'Google AdWords', canonical: 'Google' }]);
    const asked = question({ groupBy: ['NETWORK', 'COUNTRY'], filter: { networks: ['Google', '42'] } });
    const keyOf = keysOf(
      asked,
      planForKochava(asked, (name) => names.vendorNames(name)),
      APP,
      names,
    );
    const at = (network: [string, string]) => keyOf(row('2026-05-01T00:00:00Z', network, 'de'));
    expect(at(['Google AdWords', '7'])).toEqual(['Google', '7', 'DE']);
    expect(at(['Unity', '42'])).toEqual(['Unity', '42', 'DE']);
    expect(at(['Unity', '43'])).toBeUndefined();
  });

  it('tell sums and their ratios, null where there is nothing to divide by, and no currency', () => {
    const asked = question({ metrics: ['COST', 'SESSIONS', 'ECPI', 'CTR'] });
    const made = cellsOf(
      planForKochava(asked, (name) => [name]),
      layoutOf(asked, [], false),
    );
    // amount_spent_on_clicks, amount_spent_on_impressions, installs, clicks, impressions
    expect(made({ key: [], sums: [0.1, 0.2, 3, 4, 8] })).toEqual(['KOCHAVA', null, 0.3, null, 0.3 / 3, 0.5]);
    expect(made({ key: [], sums: [0.1, null, 0, null, 8] })).toEqual(['KOCHAVA', null, 0.1, null, null, null]);
  });
});
