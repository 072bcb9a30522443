import { FOREIGN_APPS, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS } from '../world/apps.js';
import { DEMO_USER, FOREIGN_USER, LIMITED_USER } from '../adjust/access.js';
import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import type { ReportAnswer } from '../testing.js';
import { ask, askReports } from '../testing.js';

const APP = ORBIT_RUNNER_IOS.token;
const FOREIGN = FOREIGN_APPS[0]?.token as string;
const GOOD = { app_token__in: APP, date_period: '-2d:-1d', dimensions: 'day', metrics: 'installs' };

describe('the Report Service refuses', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
  });
  afterAll(() => sandbox.close());

  /** GOOD with changes; undefined takes a parameter out. */
  async function change(
    changes: Record<string, string | undefined>,
    headers?: Record<string, string>,
    path = '/report',
  ) {
    const parameters = Object.entries({ ...GOOD, ...changes }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    );
    const answer = await askReports(sandbox, `${path}?${new URLSearchParams(parameters)}`, headers);
    if (answer.status >= 400) {
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(Object.keys(answer.json)).toEqual(['error_code', 'error_desc', 'error_desc_details']);
      expect(answer.text).not.toMatch(/sbx[ufl]/);
    }
    return answer;
  }
  const expectRefusal = (answer: ReportAnswer, status: number, code: string, named: string): void => {
    expect([answer.status, answer.json.error_code]).toEqual([status, code]);
    expect(answer.json.error_desc).toContain(named);
  };

  it.each(['dimensions', 'metrics', 'date_period'])('a report without %s, as its validator says it', async (name) => {
    for (const path of ['/report', '/csv_report', '/pivot_report']) {
      const answer = await change({ [name]: undefined }, {}, path);
      expectRefusal(answer, 400, 'validation_error', name);
      expect(answer.json.error_desc_details).toEqual([
        { loc: [name], msg: 'field required', type: 'value_error.missing' },
      ]);
    }
  });

  it.each([
    ['date_period', 'last_7_days'],
    ['date_period', 'this_year'],
    ['date_period', 'constructor'],
    ['date_period', '2026-02-30:2026-03-01'],
    ['date_period', '-1d:-3d'],
    ['utc_offset', '+2'],
    ['attribution_types', 'click,touch'],
    ['attribution_type', 'touch'],
    ['attribution_source', 'last'],
    ['reattributed', 'some'],
    ['ad_spend_mode', 'mine'],
    ['cohort_maturity', 'ripe'],
    ['sandbox', 'perhaps'],
    ['currency', 'XAU'],
    ['limit', '0'],
    ['sort', '-revenue'],
    ['installs__gt', 'many'],
    ['country_code__in', '"de'],
  ])('%s=%s', async (name, value) => {
    expectRefusal(await change({ [name]: value }), 400, 'validation_error', name);
  });

  it.each([
    [{ metrics: 'installs,currency' }, 'Unsupported metric: currency'],
    [{ metrics: 'iap_revenue' }, "Unsupported metric: iap_revenue (iap event doesn't exist or was renamed)"],
    [{ metrics: 'pu9q5c_events' }, 'Unsupported metric: pu9q5c_events (pu9q5c event'],
    [{ metrics: 'gone_d3_revenue_cohort' }, '(gone event'],
    [{ metrics: 'retained_users_d121' }, 'Unsupported metric: retained_users_d121'],
    [{ metrics: 'first_events' }, 'Unsupported metric: first_events'],
    [{ metrics: 'skad_installs' }, 'Unsupported metric: skad_installs'],
    [{ dimensions: 'tracker' }, 'Unsupported dimension: tracker'],
    [{ dimensions: 'constructor' }, 'Unsupported dimension: constructor'],
    [{ tracker__in: 'x' }, 'Unsupported filter: tracker__in'],
    [{ day__in: '2026-05-01' }, 'Unsupported filter: day__in'],
    [{ nothing__gt: '1' }, 'Unsupported metric: nothing'],
    [{ drilldown: 'channel:34' }, 'Unsupported parameter: drilldown'],
    [{ iap_revenue_mode: 'GROSS_70' }, 'Unsupported parameter: iap_revenue_mode'],
  ])('%j and says what is wrong', async (changes, sentence) => {
    expectRefusal(await change(changes), 400, 'request_error', sentence);
  });

  it('nothing of what it does not know at all', async () => {
    expect((await change({ full_data: 'true', country__column: 'x', app_token: FOREIGN })).status).toBe(200);
  });

  it('an index that is missing or no dimension of the report', async () => {
    expectRefusal(await change({}, {}, '/pivot_report'), 400, 'validation_error', 'index');
    expectRefusal(await change({ index: 'country' }, {}, '/pivot_report'), 400, 'validation_error', 'country');
  });

  it('apps that the user does not see', async () => {
    expectRefusal(
      await change({ app_token__in: `${APP},${FOREIGN}` }),
      400,
      'request_error',
      `Invalid app tokens: ${FOREIGN}`,
    );
    const foreign = { authorization: `Bearer ${FOREIGN_USER.token}` };
    expect((await change({ app_token__in: FOREIGN }, foreign)).status).toBe(200);
    expectRefusal(await change({}, foreign), 400, 'request_error', APP);
    for (const path of ['/events', '/filters_data']) {
      const answer = await askReports(sandbox, `${path}?required_filters=apps&app_token__in=${FOREIGN}`);
      expectRefusal(answer, 400, 'request_error', FOREIGN);
    }
  });

  it('what permissions keep from a user', async () => {
    const limited = { authorization: `Bearer ${LIMITED_USER.token}` };
    expect((await change({}, limited)).status).toBe(200);
    expectRefusal(await change({ metrics: 'revenue' }, limited), 403, 'auth_error', 'revenue');
    expectRefusal(await change({ revenue__gt: '0' }, limited), 403, 'auth_error', 'revenue');
    expectRefusal(
      await change({ app_token__in: ORBIT_RUNNER_ANDROID.token }, limited),
      400,
      'request_error',
      'Invalid app',
    );
    expect((await change({ app_token__in: undefined, dimensions: 'app_token' }, limited)).json.rows).toHaveLength(1);
  });

  it('who brings no token as Bearer', async () => {
    const { token } = DEMO_USER;
    for (const authorization of ['', `Token token=${token}`, token, 'Bearer wrong', `Bearer ${token} x`]) {
      expectRefusal(await change({}, { authorization }), 401, 'auth_error', 'token');
    }
    expect((await ask(sandbox, `/reports-service/events?user_token=${token}`, { authorization: '' })).status).toBe(401);
  });

  it('Parquet, paths that it does not have, and what would take too long', async () => {
    expectRefusal(await change({}, {}, '/parquet_report'), 501, 'service_error', '/csv_report');
    expect((await askReports(sandbox, '/json_report')).status).toBe(404);
    const endless = {
      app_token__in: undefined,
      date_period: '2014-01-01:2026-01-01',
      dimensions: 'hour,creative,country',
    };
    expectRefusal(await change(endless), 504, 'service_error', 'too long');
  });

  it('one request too many at a time', async () => {
    const narrow = await startSandbox({ now: sandbox.now(), maxConcurrent: 1 });
    narrow.misbehave({ path: '/events', do: { kind: 'delay', ms: 60_000 } });
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${DEMO_USER.token}` };
    const first = fetch(`${narrow.url}/reports-service/events`, { headers, signal: leave.signal }).catch(
      () => undefined,
    );
    while (narrow.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expectRefusal(await askReports(narrow, '/filters_data?required_filters=apps'), 429, 'request_error', 'at most 1');
    leave.abort();
    await first;
    await narrow.close();
  });
});
