import { readAnswer } from './answer-reader.js';
import { tableOf } from './rows.js';
import { rowsOf } from './row-batch.js';
import type { AdjustKpiAnswer, AdjustKpiQuery } from './types.js';

const parameters = {
  start_date: '2015-05-01',
  end_date: '2015-05-31',
  sandbox: false,
  countries: ['de', 'gb'],
  trackers: [
    { token: 'foobar', name: 'Network 1', has_subtrackers: true },
    { token: '15jvui', name: 'Network 2', has_subtrackers: false },
  ],
};
const app = { token: '2eb2na2w54c3', name: 'app name', currency: 'USD' };

/** Reads with both readers, which must agree. */
function read(document: unknown, query: Partial<AdjustKpiQuery>): AdjustKpiAnswer {
  const whole: AdjustKpiQuery = {
    ...{ appTokens: ['2eb2na2w54c3'], startDate: '2015-05-01', endDate: '2015-05-31', kpis: [], grouping: [] },
    ...query,
  };
  const question = { query: whole, grouping: whole.grouping };
  const answer = readAnswer(document, question);
  const { batches, app: ofAll, head } = tableOf(Buffer.from(JSON.stringify(document)), question);
  expect({ ...head, rows: batches.flatMap((batch) => [...rowsOf(batch, head, ofAll)]) }).toEqual(answer);
  return answer;
}

describe('readAnswer', () => {
  it('reads app and event KPIs, names from result_parameters ("Requesting App and Event KPIs")', () => {
    const kpis = ['clicks', 'token1_events', 'token1_revenue'];
    const events = [{ name: 'YourEventName', token: 'token1' }];
    const answer = read(
      {
        result_parameters: { kpis, ...parameters, events, grouping: ['trackers'] },
        result_set: {
          ...app,
          trackers: [
            { token: 'foobar', kpi_values: [221, 100, 299.3] },
            { token: '15jvui', kpi_values: [1005, null, '880.75'] },
            { token: 'gone', kpi_values: [1, 2, 3] },
          ],
        },
      },
      { kpis: ['clicks'], eventKpis: ['token1_events|revenue'], grouping: ['trackers'] },
    );
    expect(answer).toEqual({
      kpis,
      columns: ['trackers'],
      events: [{ token: 'token1', name: 'YourEventName' }],
      trackers: [
        { token: 'foobar', name: 'Network 1', hasSubtrackers: true },
        { token: '15jvui', name: 'Network 2', hasSubtrackers: false },
      ],
      parameters: {
        ...{ kpis, start_date: '2015-05-01', end_date: '2015-05-31', sandbox: false, countries: ['de', 'gb'] },
        grouping: ['trackers'],
      },
      rows: [
        { app, cells: [{ name: 'Network 1', id: 'foobar' }], values: [221, 100, 299.3] },
        { app, cells: [{ name: 'Network 2', id: '15jvui' }], values: [1005, null, 880.75] },
        { app, cells: [{ name: 'gone', id: 'gone' }], values: [1, 2, 3] },
      ],
    });
  });

  it('reads nested groups, sparse ("Event Queries")', () => {
    const kpis = ['revenue', 'events', 'revenue_per_event'];
    const { rows } = read(
      {
        result_parameters: {
          ...{ ...parameters, kpis, grouping: ['trackers', 'weeks', 'events'] },
          events: [{ token: 'abcdef', name: 'Login' }, { token: 'badcfe', name: 'Level Up' }], // prettier-ignore
        },
        result_set: {
          ...app,
          trackers: [
            {
              token: 'foobar',
              dates: [
                {
                  date: '2015-05-02',
                  events: [
                    { token: 'abcdef', kpi_values: [4, 5, 0.8] },
                    { token: 'badcfe', kpi_values: [3, 5, 7.2] },
                  ],
                },
                { date: '2015-05-09', events: [{ token: 'badcfe', kpi_values: [4, 5, 0.8] }] },
              ],
            },
          ],
        },
      },
      { kpis, grouping: ['trackers', 'week', 'events'] },
    );
    expect(rows.map(({ cells, values }) => [...cells.map((cell) => cell.name), ...values])).toEqual([
      ['Network 1', '2015-05-02', 'Login', 4, 5, 0.8],
      ['Network 1', '2015-05-02', 'Level Up', 3, 5, 7.2],
      ['Network 1', '2015-05-09', 'Level Up', 4, 5, 0.8],
    ]);
  });

  it('never surfaces a user token in the place of the app token ("Cohort Queries")', () => {
    const answer = read(
      {
        result_parameters: { ...parameters, kpis: ['sessions'], period: 'week' },
        result_set: {
          ...{ ...app, token: 'a-user-token' },
          trackers: [{ token: 'foobar', periods: [{ period: '0', kpi_values: [4] }, { period: 1, kpi_values: [5] }] }], // prettier-ignore
        },
      },
      { kpis: ['sessions'], grouping: ['trackers', 'periods'] },
    );
    expect(answer.rows.map((row) => [row.app, row.cells[1]])).toEqual([
      [app, { name: '0' }],
      [app, { name: '1' }],
    ]);
    expect(JSON.stringify(answer)).not.toContain('a-user-token');
  });

  it('reads several apps, each in its currency, and their sum without an app', () => {
    const appTokens = ['44cdcdck2syc', '9xmtsnp687ek'];
    const result_parameters = { kpis: ['installs'] };
    const apps = [
      {
        token: '9xmtsnp687ek',
        name: 'My Other App',
        currency: 'EUR',
        dates: [{ date: '2015-12-01', kpi_values: [7] }],
      },
      { token: '44cdcdck2syc', name: 'First App', currency: 'USD', dates: [] },
    ];
    const query = { appTokens, kpis: ['installs'] };
    expect(read({ result_parameters, result_set: { apps } }, { ...query, grouping: ['apps', 'day'] }).rows).toEqual([
      {
        app: { token: '9xmtsnp687ek', name: 'My Other App', currency: 'EUR' },
        cells: [{ name: 'My Other App', id: '9xmtsnp687ek', currency: 'EUR' }, { name: '2015-12-01' }],
        values: [7],
      },
    ]);
    const dates = [{ date: '2015-12-01', kpi_values: [20931] }];
    const { rows } = read({ result_parameters, result_set: { dates } }, { ...query, grouping: ['day'] });
    expect(rows).toEqual([{ app: undefined, cells: [{ name: '2015-12-01' }], values: [20931] }]);
    const inner = [{ date: '2015-12-01', apps: apps.map(({ dates: _, ...one }) => ({ ...one, kpi_values: [1] })) }];
    const nested = read({ result_parameters, result_set: { dates: inner } }, { ...query, grouping: ['day', 'apps'] });
    expect(nested.rows.map((row) => row.app?.currency)).toEqual(['EUR', 'USD']);
  });

  it('reads one app with or without a container of apps', () => {
    const result_parameters = { kpis: ['installs'] };
    const dates = [{ date: '2015-12-01', kpi_values: [1] }];
    const cell = { name: 'app name', id: '2eb2na2w54c3', currency: 'USD' };
    for (const result_set of [{ ...app, dates }, { apps: [{ ...app, dates }] }, { app: [{ dates, ...app }] }]) {
      const row = { app, cells: [{ name: '2015-12-01' }], values: [1] };
      expect(read({ result_parameters, result_set }, { kpis: ['installs'], grouping: ['day'] }).rows).toEqual([row]);
      const byApp = read({ result_set, result_parameters }, { kpis: ['installs'], grouping: ['apps', 'day'] });
      expect(byApp.rows).toEqual([{ ...row, cells: [cell, ...row.cells] }]);
    }
    const total = read({ result_parameters, result_set: { ...app, kpi_values: [9] } }, { kpis: ['installs'], grouping: ['apps'] }); // prettier-ignore
    expect(total.rows).toEqual([{ app, cells: [cell], values: [9] }]);
  });

  it.each([
    ['region', { region: [{ region: 'EMEA', kpi_values: [1] }] }, 'EMEA'],
    ['region', { regions: [{ region: 'EMEA', kpi_values: [1] }] }, 'EMEA'],
    ['os_names', { os_names: [{ os_names: 'ios', kpi_values: [1] }] }, 'ios'],
    ['os_names', { os_name: [{ os_name: 'ios', kpi_values: [1] }] }, 'ios'],
    ['device_types', { device_types: [{ device_type: 'tv', kpi_values: [1] }] }, 'tv'],
    ['countries', { country: [{ country: 'de', kpi_values: [1] }] }, 'de'],
    ['countries', { countries: [{ country: null, kpi_values: [1] }] }, ''],
    ['networks', { network: [{ name: 'Ads', kpi_values: [1] }] }, 'Ads'],
    ['networks', { networks: [{ token: 'foobar', kpi_values: [1] }] }, 'Network 1'],
    ['partners', { partners: [{ partner: 'Ads', kpi_values: [1] }] }, 'Ads'],
    ['hour', { dates: [{ date: '2015-05-01 13:00', kpi_values: [1] }] }, '2015-05-01 13:00'],
    ['month', { months: [{ month: '2015-05-01', kpi_values: [1] }] }, '2015-05-01'],
    ['day', { days: [{ kpi_values: [1], date: '2015-05-01' }] }, '2015-05-01'],
  ] as const)('reads %s in each spelling of the document', (grouping, container, name) => {
    const result_parameters = { ...parameters, kpis: ['installs'] };
    const { rows } = read({ result_parameters, result_set: { ...app, ...container } }, { kpis: ['installs'], grouping: [grouping] }); // prettier-ignore
    expect(rows.map((row) => row.cells[0]!.name)).toEqual([name]);
  });

  it('holds `all_` against the events of the answer', () => {
    const events = [{ token: 'tok1', name: 'A' }, { token: 'tok2', name: 'B' }]; // prettier-ignore
    const query = { kpis: ['clicks'], eventKpis: ['all_events|revenue'], grouping: ['apps' as const] };
    const answer = (kpis: string[], more: object) => ({
      result_parameters: { kpis, ...more },
      result_set: { apps: [{ ...app, kpi_values: kpis.map((_, index) => index) }] },
    });
    const whole = ['clicks', 'tok1_events', 'tok1_revenue', 'tok2_events', 'tok2_revenue'];
    expect(read(answer(whole, { events }), query).kpis).toEqual(whole);
    expect(read(answer(whole, {}), query).kpis).toEqual(whole);
    expect(() => read(answer(whole.slice(0, -1), { events }), query)).toThrow(/tok2_revenue were asked for/);
    expect(() => read(answer([...whole, 'tok3_events'], { events }), query)).toThrow(/has the KPIs .*tok3_events/);
    expect(() => read(answer([...whole, 'tok3_first_events'], {}), query)).toThrow(/tok3_first_events/);
    const defaults = ['installs', 'tok1_events'];
    expect(read(answer(defaults, { events }), { ...query, kpis: [], eventKpis: ['tok1_events'] }).kpis).toEqual(
      defaults,
    );
  });
});
