import {
  DEMO_REPORTING_KEY,
  KOCHAVA_ORBIT_RUNNER_IOS,
  startSandbox,
  type Sandbox,
} from '../../../apps/sandbox/src/index.js';
import { answering, closeAll, credentialOf, failureOf, upstream } from '../test/rig.js';
import {
  InvalidKochavaReportingRequest,
  KochavaReportClient,
  KochavaScheduleClient,
  canUpdateNotify,
  isSameRequest,
  nextWindows,
  scheduleBody,
  type Cadence,
  type ScheduleRequest,
} from './index.js';

const ME = credentialOf(DEMO_REPORTING_KEY.key);
const APP = KOCHAVA_ORBIT_RUNNER_IOS.guid;
const TOKEN = '-6794248360722328501';
const NOW = new Date('2026-03-11T13:20:00Z');
const cadence = (over: Partial<Cadence> = {}): Cadence => ({
  frequency: 'daily',
  runOn: 2,
  delay: 2,
  previousTime: 24,
  timeZone: 'Europe/Berlin',
  ...over,
});
const request = (over: Partial<ScheduleRequest> = {}): ScheduleRequest => ({
  appGuid: APP,
  content: { kind: 'summary', traffic: ['install'], grouping: ['network'], timeSeries: 24, timeZone: 'Europe/Berlin' },
  cadence: cadence(),
  ...over,
});

afterEach(closeAll);
const client = (baseUrl: string) => new KochavaScheduleClient(upstream().http, { baseUrl });

it('a schedule is asked for as the document has it, without a window', async () => {
  const { url, received } = await answering({ status: 'scheduled', report_token: TOKEN });
  expect(await client(url).create(ME, request({ notify: ['a@b.example'] }))).toEqual({
    status: 'scheduled',
    token: TOKEN,
  });
  expect(received[0]!.url).toBe('/v1.4/schedule/summary');
  expect(JSON.parse(received[0]!.body)).toEqual({
    api_key: DEMO_REPORTING_KEY.key,
    app_guid: APP,
    traffic: ['install'],
    traffic_grouping: ['network'],
    time_series: '24',
    time_zone: 'Europe/Berlin',
    delivery_format: 'csv',
    delivery_method: ['S3link'],
    notify: ['a@b.example'],
    frequency: 'daily',
    run_on: '2',
    delay: '2',
    previous_time: '24',
  });
});

it('one whole period is what is sent where no length is given', async () => {
  const { url, received } = await answering({ status: 'scheduled', report_token: '5' });
  await client(url).create(ME, request({ cadence: { frequency: 'weekly', runOn: 1, delay: 0, timeZone: 'UTC' } }));
  expect(JSON.parse(received[0]!.body)).toMatchObject({
    frequency: 'weekly',
    run_on: '1',
    delay: '0',
    previous_time: '7',
  });
});

it('the status of a schedule is read, "-1" as no report yet', async () => {
  const { url } = await answering({
    status: 'scheduled',
    status_date: '2016-03-01 01:54:20',
    next_scheduled_on: '2016-04-01 00:00:00',
    last_requested_token: '-1',
    report_type: 'summary',
    report_request: { API_key: 'k', frequency: 'Monthly', run_on: 2, notify: ['a@b.example'] },
  });
  expect(await client(url).progress(ME, { appGuid: APP, token: TOKEN })).toEqual({
    token: TOKEN,
    status: 'scheduled',
    statusAt: new Date('2016-03-01T01:54:20Z'),
    nextRunAt: new Date('2016-04-01T00:00:00Z'),
    lastReportToken: undefined,
    reportType: 'summary',
    frequency: 'monthly',
    runOn: '2',
    request: { frequency: 'Monthly', run_on: 2, notify: ['a@b.example'] },
    failure: undefined,
  });
});

it.each(['summary', 'detail', 'custom'] as const)(
  'notify of a %s is set at the endpoint that made it',
  async (kind) => {
    const { url, received } = await answering({ status: 'updated', report_token: TOKEN });
    await client(url).updateNotify(ME, { appGuid: APP, token: TOKEN, kind, notify: ['a@b.example'] });
    expect(received[0]!.url).toBe(`/v1.4/schedule/${kind}`);
    expect(JSON.parse(received[0]!.body)).toEqual({
      api_key: DEMO_REPORTING_KEY.key,
      app_guid: APP,
      token: TOKEN,
      notify: ['a@b.example'],
    });
  },
);

it.each([
  ['deviceid', ['a@b.example']],
  ['audience', ['a@b.example']],
  ['summary', []],
  ['summary', ['nobody']],
] as const)('notify of a %s is not set to %j', async (kind, notify) => {
  const { url, received } = await answering({ status: 'updated' });
  const updating = client(url).updateNotify(ME, { appGuid: APP, token: TOKEN, kind, notify });
  await expect(updating).rejects.toBeInstanceOf(InvalidKochavaReportingRequest);
  expect(received).toEqual([]);
  expect(canUpdateNotify(kind)).toBe(kind === 'summary');
});

it('an answer that confirms nothing is unreadable', async () => {
  const { url } = await answering({ status: 'scheduled', report_token: '9' });
  const update = { appGuid: APP, token: TOKEN, kind: 'summary', notify: ['a@b.example'] } as const;
  expect((await failureOf(client(url).updateNotify(ME, update))).failure).toBe('malformed');
  expect((await failureOf(client(url).delete(ME, { appGuid: APP, token: TOKEN }))).failure).toBe('malformed');
});

describe('against the sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => (sandbox = await startSandbox({ now: NOW })));
  beforeEach(() => sandbox.reset());
  afterAll(() => sandbox.close());

  it.each<Cadence>([
    cadence(),
    cadence({ frequency: 'hourly', runOn: 45, delay: 15, previousTime: 60 }),
    cadence({ frequency: 'weekly', runOn: 0, delay: 1, previousTime: 7, timeZone: 'America/New_York' }),
    cadence({ frequency: 'monthly', runOn: 31, delay: 0, previousTime: 2 }),
    cadence({ frequency: 'quarterly', runOn: 5, delay: 4, previousTime: 1, timeZone: 'Asia/Kolkata' }),
  ])('windows are those of the runs that come: $frequency', async (of) => {
    const [schedules, reports] = [
      client(sandbox.url),
      new KochavaReportClient(upstream().http, { baseUrl: sandbox.url }),
    ];
    const { token } = await schedules.create(ME, request({ cadence: of }));
    const expected = nextWindows(of, NOW, 3);
    expect((await schedules.progress(ME, { appGuid: APP, token: token! })).nextRunAt).toEqual(expected[0]!.runAt);
    sandbox.setNow(new Date(expected[2]!.runAt.getTime() + 10_000));
    const made = await reports.tokens(ME, { appGuid: APP, max: 10 });
    const windows = await Promise.all(
      made.map(async (report) => {
        const { request: asked } = await reports.progress(ME, { appGuid: APP, token: report.token });
        return [Number(asked!.time_start) * 1000, (Number(asked!.time_end) + 1) * 1000];
      }),
    );
    expect(windows.reverse()).toEqual(expected.map(({ start, end }) => [start.getTime(), end.getTime()]));
    expect((await schedules.progress(ME, { appGuid: APP, token: token! })).lastReportToken).toBe(made[0]!.token);
  });

  it('is found by what was asked, changed and deleted', async () => {
    const schedules = client(sandbox.url);
    const asked = request();
    sandbox.misbehave({ path: '/schedule/summary', do: { kind: 'reset', when: 'after' } });
    await failureOf(schedules.create(ME, asked));
    const [found] = await schedules.tokens(ME, { appGuid: APP, max: 10 });
    expect(found).toMatchObject({ frequency: 'daily', runOn: '2' });
    const named = { appGuid: APP, token: found!.token };
    expect(isSameRequest(scheduleBody(asked), (await schedules.progress(ME, named)).request!)).toBe(true);
    expect(
      isSameRequest(
        scheduleBody(request({ cadence: cadence({ runOn: 3 }) })),
        (await schedules.progress(ME, named)).request!,
      ),
    ).toBe(false);
    await schedules.updateNotify(ME, { ...named, kind: 'summary', notify: ['c@d.example'] });
    expect((await schedules.progress(ME, named)).request).toMatchObject({ notify: ['c@d.example'] });
    await schedules.delete(ME, named);
    expect((await failureOf(schedules.progress(ME, named))).failure).toBe('not-found');
    expect(await schedules.tokens(ME, { appGuid: APP, max: 10 })).toEqual([]);
  });

  it('of a query answers queued', async () => {
    const content = { kind: 'custom', sql: 'select 1' } as const;
    expect((await client(sandbox.url).create(ME, request({ content }))).status).toBe('queued');
  });
});
