import {
  DEMO_REPORTING_KEY,
  KOCHAVA_DEMO_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  startSandbox,
  type Sandbox,
} from '../../../apps/sandbox/src/index.js';
import { answering, closeAll, credentialOf, failureOf, upstream } from '../test/rig.js';
import {
  KochavaReportClient,
  isSameRequest,
  mayHaveBeenDone,
  reportBody,
  type Delivery,
  type ReportContent,
  type ReportRequest,
} from './index.js';

const KEY = '4449A6AD-4CFB-439B-9B31-EBBB73A777BD';
const ME = credentialOf(KEY);
const APP = KOCHAVA_ORBIT_RUNNER_IOS.guid;
const TOKEN = '-5079248175472211673';
const START = Date.UTC(2026, 2, 1) / 1000;
const WINDOW = { start: START, end: START + 3 * 86_400 - 1 };

const SUMMARY: ReportRequest = {
  appGuid: APP,
  window: WINDOW,
  content: { kind: 'summary', traffic: ['install', 'click'], grouping: ['network'], timeSeries: 24, timeZone: 'UTC' },
};
const secret = (value: string) => ({ reveal: () => value });

afterEach(closeAll);

const client = (baseUrl: string) => new KochavaReportClient(upstream().http, { baseUrl });

describe('a request', () => {
  const sent = async (request: ReportRequest) => {
    const { url, received } = await answering({ status: 'queued', report_token: TOKEN });
    await client(url).create(ME, request);
    return { path: received[0]!.url, method: received[0]!.method, body: JSON.parse(received[0]!.body) as object };
  };

  it('for a summary is the one of the document', async () => {
    const content: ReportContent = {
      ...(SUMMARY.content as Extract<ReportContent, { kind: 'summary' }>),
      filtering: { country: ['us'], exclude_network: ['499'] },
      including: ['custom_parameters'],
      columnsOrder: ['all'],
      reportName: 'R',
      templateName: 'T',
      customReportName: 'C',
      deliveryReceipt: 'estimated_install_date',
    };
    expect(await sent({ ...SUMMARY, content, format: 'json', notify: ['a@b.example'] })).toEqual({
      path: '/v1.4/summary',
      method: 'POST',
      body: {
        api_key: KEY,
        app_guid: APP,
        time_start: String(WINDOW.start),
        time_end: String(WINDOW.end),
        traffic: ['install', 'click'],
        traffic_grouping: ['network'],
        time_series: '24',
        time_zone: 'UTC',
        traffic_filtering: { country: ['us'], exclude_network: ['499'] },
        traffic_including: ['custom_parameters'],
        columns_order: ['all'],
        report_name: 'R',
        template_name: 'T',
        custom_report_name: 'C',
        delivery_receipt: 'estimated_install_date',
        delivery_format: 'json',
        delivery_method: ['S3link'],
        notify: ['a@b.example'],
      },
    });
  });

  it.each<[ReportContent, string, object]>([
    [
      {
        kind: 'detail',
        traffic: ['event'],
        timeZone: 'Asia/Seoul',
        eventNames: ['Purchase'],
        currency: 'JPY',
        columnsOrder: ['default'],
      },
      '/v1.4/detail',
      {
        traffic: ['event'],
        time_zone: 'Asia/Seoul',
        event_name: ['Purchase'],
        currency: 'JPY',
        columns_order: ['default'],
        delivery_method: ['S3link'],
      },
    ],
    [
      { kind: 'custom', sql: 'select 1', standardSql: true },
      '/v1.4/custom',
      { custom_report_name: 'kochavaquery', sql_kquery: 'select 1', use_standard_sql: true },
    ],
    [
      {
        kind: 'deviceid',
        filterSetId: '276712',
        activationPartnerId: '13',
        analytics: { filters: [] },
        filtering: { timerange: ['month to date'] },
      },
      '/v1.4/deviceid',
      {
        filter_set_id: '276712',
        activation_partner_id: '13',
        analytics: { filters: [] },
        traffic_filtering: { timerange: ['month to date'] },
        delivery_method: ['S3link'],
      },
    ],
    [
      {
        kind: 'audience',
        reportName: 'A',
        sql: 'select 1',
        activationPartnerId: '13',
        partnerAudienceId: '1',
        adAccountId: '1234',
      },
      '/v1.4/audience',
      {
        report_name: 'A',
        sql_kquery: 'select 1',
        activation_partner_id: '13',
        partner_audience_id: '1',
        credentials: { ad_account_id: '1234' },
      },
    ],
  ])('of another kind too, number %#', async (content, path, fields) => {
    const common = {
      api_key: KEY,
      app_guid: APP,
      time_start: String(WINDOW.start),
      time_end: String(WINDOW.end),
      delivery_format: 'csv',
    };
    expect(await sent({ ...SUMMARY, content })).toEqual({ path, method: 'POST', body: { ...common, ...fields } });
  });

  it.each<[Delivery, string[]]>([
    [{ to: 'link' }, ['S3link']],
    [{ to: 'saved-s3' }, ['S3bucket']],
    [
      { to: 's3', region: 'us-west-2', bucket: 'b', accessKey: secret('AK'), secretKey: secret('SK') },
      ['S3bucket', 'us-west-2', 'b', 'AK', 'SK'],
    ],
    [{ to: 'sftp', host: '192.0.2.1', port: 22, user: 'me' }, ['SFTP', '192.0.2.1', '22', 'me']],
  ])('delivers as it says, number %#', async (delivery, method) => {
    expect((await sent({ ...SUMMARY, delivery })).body).toMatchObject({ delivery_method: method });
  });

  it('does not show the keys of a bucket when it is serialised, nor do the errors that echo them', async () => {
    const delivery: Delivery = {
      to: 's3',
      region: 'r',
      bucket: 'b',
      accessKey: secret('AKIA-1234'),
      secretKey: secret('S/K+9876'),
    };
    expect(JSON.stringify({ ...SUMMARY, delivery })).not.toMatch(/AKIA-1234|9876/);
    for (const status of [200, 400]) {
      const { url } = await answering(
        { status: 'Error', error: `No bucket for AKIA-1234 and S/K+9876, says ${KEY}` },
        status,
      );
      const { message } = await failureOf(client(url).create(ME, { ...SUMMARY, delivery }));
      expect(message).toBe('No bucket for [redacted] and [redacted], says [redacted]');
    }
  });
});

describe('lists', () => {
  it.each([{ status: 'Error', error: 'Internal error' }, [{ status: 'Error' }], { reports: [] }, 'null'])(
    'of reports are never empty where the vendor failed: %j',
    async (body) => {
      await failureOf(client((await answering(body)).url).tokens(ME, { appGuid: APP, max: 5 }));
    },
  );

  it('of reports hold those that failed', async () => {
    const failed = { status: 'error', report_token: '7', status_detail: 'Row limit exceeded' };
    const one = client((await answering([failed])).url).tokens(ME, { appGuid: APP, max: 5 });
    expect(await one).toMatchObject([{ token: '7', state: 'failed', failure: { message: 'Row limit exceeded' } }]);
    expect(await client((await answering([])).url).tokens(ME, { appGuid: APP, max: 5 })).toEqual([]);
  });

  it('of reports name those without a token unreadable', async () => {
    const { url } = await answering([{ status: 'completed' }]);
    expect((await failureOf(client(url).tokens(ME, { appGuid: APP, max: 5 }))).failure).toBe('malformed');
  });

  it('of apps keep their numbers as they are', async () => {
    const { url } = await answering(
      '[{"status":"OK","guid":"g","app_name":"","app_id":12345678901234567890,"account_name":"A {x}"}]',
    );
    expect(await client(url).apps(ME)).toEqual([
      { guid: 'g', name: 'g', appId: '12345678901234567890', accountName: 'A {x}', platform: '' },
    ]);
  });
});

it('verify tells a wrong key from a vendor that does not answer', async () => {
  const verify = async (body: unknown, status = 200) => client((await answering(body, status)).url).verify(ME);
  expect(await verify([{ status: 'OK', guid: 'g' }])).toMatchObject({ valid: true });
  expect(await verify([])).toMatchObject({ valid: true });
  expect(await verify([{ status: 'Error' }])).toMatchObject({ valid: false });
  expect(await verify({ status: 'Error', error: 'Invalid reporting API Key' })).toMatchObject({ valid: false });
  expect((await failureOf(verify('', 503))).failure).toBe('unavailable');
});

describe('against the sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => (sandbox = await startSandbox({ now: new Date('2026-03-11T13:20:00Z') })));
  beforeEach(() => sandbox.reset());
  afterAll(() => sandbox.close());
  const me = credentialOf(DEMO_REPORTING_KEY.key);
  const push = () => sandbox.setNow(new Date(sandbox.now().getTime() + 10_000));

  it('a report is made, followed, listed and found by what was asked', async () => {
    const reports = client(sandbox.url);
    const { token } = await reports.create(me, SUMMARY);
    expect(await reports.create(me, SUMMARY)).toEqual({ status: 'queued', token: undefined });
    await reports.create(me, { ...SUMMARY, window: { ...WINDOW, end: WINDOW.end - 86_400 } });
    push();
    const list = await reports.tokens(me, { appGuid: APP, max: 10 });
    const found = [];
    for (const { token: listed } of list) {
      const { request } = await reports.progress(me, { appGuid: APP, token: listed });
      if (isSameRequest(reportBody(SUMMARY), request!)) found.push(listed);
    }
    expect([list.length, found]).toEqual([2, [token]]);
  });

  it('a report whose answer was lost is there', async () => {
    const reports = client(sandbox.url);
    sandbox.misbehave({ path: '/v1.4/summary', do: { kind: 'reset', when: 'after' } });
    const error = await failureOf(reports.create(me, SUMMARY));
    expect(mayHaveBeenDone(error)).toBe(true);
    expect(await reports.tokens(me, { appGuid: APP, max: 10 })).toHaveLength(1);
  });

  it('a queued report is deleted, another is not', async () => {
    const reports = client(sandbox.url);
    const { token } = await reports.create(me, SUMMARY);
    await reports.delete(me, { appGuid: APP, token: token! });
    const other = await reports.create(me, SUMMARY);
    push();
    const error = await failureOf(reports.delete(me, { appGuid: APP, token: other.token! }));
    expect(error).toMatchObject({ failure: 'conflict', kind: 'refusal' });
    const foreign = reports.progress(me, { appGuid: KOCHAVA_ORBIT_RUNNER_ANDROID.guid, token: other.token! });
    expect((await failureOf(foreign)).failure).toBe('not-found');
  });

  it('apps and words are listed', async () => {
    const reports = client(sandbox.url);
    expect(await reports.apps(me)).toHaveLength(KOCHAVA_DEMO_ACCOUNT.apps.length);
    expect((await reports.apps(me))[0]).toMatchObject({ guid: APP, appId: '24171', platform: 'ios' });
    expect(await reports.fields(me, { list: 'grouping', appGuid: APP })).toContain('network');
    expect((await reports.verify(credentialOf('nobody'))).valid).toBe(false);
  });
});
