import { GUID, ReportingRig, SUMMARY, fileOf, named, type Answer } from '../../test/reporting-rig.js';
import { FOREIGN_REPORTING_KEY, KOCHAVA_FOREIGN_ACCOUNT, SECOND_REPORTING_KEY, type SandboxOptions } from '../index.js';

let rig: ReportingRig;
const started: ReportingRig[] = [];

async function start(options: SandboxOptions = {}): Promise<ReportingRig> {
  const one = await ReportingRig.start(options);
  started.push(one);
  return one;
}
beforeAll(async () => (rig = await start()));
beforeEach(() => rig.sandbox.reset());
afterAll(() => Promise.all(started.map((one) => one.sandbox.close())));

describe('the life of a report', () => {
  it('goes from queued to running to completed as the clock is pushed', async () => {
    const { status, report_token: token } = await rig.post('/v1.4/summary', SUMMARY);
    expect(status).toBe('queued');
    expect(token).toMatch(/^-?\d{10,19}$/);
    const look = () => rig.post('/v1.4/progress', { ...named, token });
    expect(await look()).toMatchObject({ status: 'queued', progress: '0', report_request: SUMMARY });
    rig.push(4000);
    expect(await look()).toMatchObject({ status: 'running', progress: '50' });
    rig.push(2000);
    const done = await look();
    expect(done).toMatchObject({
      status: 'completed',
      progress: '100',
      status_date: '2026-03-11 13:20:06',
      report_type: 'summary',
    });
    expect(new URL(done.report!).searchParams.get('Expires')).toBe(
      String(Date.parse('2026-03-11T13:20:06Z') / 1000 + 864_000),
    );
    expect(done.report).toContain(`KRS${token}_1_${GUID}.install-click_202603010000-202603032359-TZ_UTC.csv`);
    const file = await fileOf(done);
    expect(file.length).toBe(Number(done.file_size));
  });

  it('is not begun again while the same report is under way', async () => {
    await rig.post('/v1.4/summary', SUMMARY);
    expect(await rig.post('/v1.4/summary', { ...SUMMARY, notify: ['a@b.example'] })).toEqual({ status: 'queued' });
    rig.push(3000);
    expect(await rig.post('/v1.4/summary', SUMMARY)).toEqual({ status: 'running' });
    rig.push(3000);
    expect((await rig.post('/v1.4/summary', SUMMARY)).report_token).toBeDefined();
  });

  it('can be deleted while it is queued', async () => {
    const { report_token: token } = await rig.post('/v1.4/summary', SUMMARY);
    const other = await rig.post('/v1.4/summary', { ...SUMMARY, traffic: ['event'] });
    expect(await rig.post('/v1.4/delete', { ...named, token })).toEqual({ status: 'deleted' });
    rig.push(3000);
    expect(await rig.post('/v1.4/delete', { ...named, token: other.report_token })).toEqual({
      status: 'Error',
      error: 'Error the report is not in a state that can be canceled',
    });
    const tokens = await rig.post<Answer[]>('/v1.4/tokens', { ...named, max_tokens: 5 });
    expect(tokens.map((item) => item.report_token)).toEqual([other.report_token]);
  });

  it.each(['Internal error', 'Row limit exceeded', 'Notification failed'])(
    'ends in %j where that was ordered',
    async (sentence) => {
      rig.sandbox.failNextReport(sentence);
      const done = await rig.finished(SUMMARY);
      expect(done).toMatchObject({ status: 'error', status_detail: sentence, error: sentence });
      expect(done.report !== undefined).toBe(sentence === 'Notification failed');
      expect((await rig.finished(SUMMARY)).status).toBe('completed');
    },
  );

  it('ends where the rows or the groups are too many', async () => {
    const small = await start({ kochavaReporting: { mostRows: 10, mostCardinality: 2 } });
    expect((await small.finished(SUMMARY)).error).toBe('Cardinality for timeframe exceeded');
    expect((await small.finished({ ...SUMMARY, traffic: ['install'] }, 'detail')).error).toBe('Row limit exceeded');
  });

  it('leaves no file here where it was delivered elsewhere', async () => {
    for (const delivery_method of [
      ['SFTP', '192.0.2.1', '22', 'me'],
      ['S3bucket', 'us-west-2', 'b', 'k', 's'],
    ]) {
      const done = await rig.finished({ ...SUMMARY, delivery_method });
      expect([done.status, done.report]).toEqual(['completed', undefined]);
    }
    expect((await rig.finished({ ...SUMMARY, delivery_method: ['S3bucket'] })).report).toBeDefined();
  });
});

describe('a link', () => {
  it('expires, and progress gives another', async () => {
    const done = await rig.finished(SUMMARY);
    rig.push(864_000_000);
    const expired = await fetch(done.report!);
    expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    const again = await rig.post('/v1.4/progress', {
      ...named,
      token: (await rig.post<Answer[]>('/v1.4/tokens', named))[0]!.report_token,
    });
    expect((await fileOf(again)).length).toBe(Number(done.file_size));
  });

  it('works with its signature alone, and gives ranges', async () => {
    const { report } = await rig.finished(SUMMARY);
    expect((await fetch(report!.replace(/Signature=.{4}/, 'Signature=AAAA'))).status).toBe(403);
    expect((await fetch(report!.replace(/Expires=\d+/, 'Expires=9999999999'))).status).toBe(403);
    const whole = await (await fetch(report!)).text();
    const part = await fetch(report!, { headers: { range: 'bytes=5-9' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 5-9/${whole.length}`,
      whole.slice(5, 10),
    ]);
    expect((await fetch(report!, { headers: { range: 'bytes=999999999-' } })).status).toBe(416);
  });
});

it.each([
  ['/v1.4/summary', { ...SUMMARY, api_key: 'nobody' }, 'Error request parameters: Error. Invalid reporting API Key'],
  ['/v1.4/summary', { ...SUMMARY, app_guid: undefined }, 'Error request parameters app_guid missing.'],
  ['/v1.4/summary', { ...SUMMARY, app_guid: 'nothing' }, 'App does not exist.'],
  ['/v1.4/summary', { ...SUMMARY, app_guid: KOCHAVA_FOREIGN_ACCOUNT.apps[0]!.guid }, 'APP & API Key are invalid'],
  ['/v1.4/summary', { ...SUMMARY, time_series: '' }, 'Error request parameters TimeSerie missing.'],
  ['/v1.4/summary', { ...SUMMARY, traffic: null }, 'Error request parameters traffic missing.'],
  ['/v1.4/summary', { ...SUMMARY, time_end: '1' }, 'Error request parameters time_end must be after time_start.'],
  ['/v1.4/summary', { ...SUMMARY, time_zone: 'Mars' }, 'Error request parameters time_zone invalid.'],
  [
    '/v1.4/summary',
    { ...SUMMARY, delivery_method: ['S3bucket', 'us-west-2'] },
    'Error request parameters delivery_method invalid.',
  ],
  [
    '/v1.4/detail',
    { ...SUMMARY, traffic: ['event'], event_name: ['_Install'] },
    'Error request parameters event_name invalid.',
  ],
  ['/v1.4/custom', { ...named, sql_kquery: 'select 1' }, 'Error request parameters custom_report_name invalid.'],
  ['/v1.4/audience', { ...named, sql_kquery: 'x' }, 'Error request parameters activation_partner_id missing.'],
  ['/v1.4/summary', '{"api_key":,,}', 'Error request parameters: invalid JSON.'],
])('%s refuses, number %#', async (path, body, error) => {
  expect(await rig.post(path, body)).toEqual({ status: 'Error', error });
});

describe('what clients send', () => {
  it.each(['/v1.3', '/v1.2', '/v1.1', ''])(
    'is taken at %s, with names in any case and stray spaces',
    async (version) => {
      const { api_key, ...rest } = SUMMARY;
      const body = { ...rest, API_key: `${api_key}\n`, token: 'left over', columns_order: null, frequency: '' };
      expect((await rig.post(`${version}/summary`, body)).status).toBe('queued');
    },
  );

  it('is read from a GET too, in its body or its query', async () => {
    await rig.post('/v1.4/summary', SUMMARY);
    const answer = await fetch(`${rig.sandbox.url}/v1.4/tokens?${new URLSearchParams(named).toString()}`);
    expect(((await answer.json()) as unknown[]).length).toBe(1);
    expect(await rig.post('/v1.4/getapps', { api_key: 'nobody' })).toEqual([{ status: 'Error' }]);
  });

  it('lists apps and reports by their key', async () => {
    await rig.post('/v1.4/summary', SUMMARY);
    expect(await rig.post('/v1.4/tokens', { ...named, api_key: SECOND_REPORTING_KEY.key })).toEqual([]);
    const apps = await rig.post<Answer[]>('/v1.4/getapps', { api_key: FOREIGN_REPORTING_KEY.key });
    expect(apps.map((app) => app.guid)).toEqual(KOCHAVA_FOREIGN_ACCOUNT.apps.map((app) => app.guid));
  });
});

it('takes orders over HTTP, forgets all at a reset, and lies under a prefix', async () => {
  const other = await start({ prefix: '/kochava' });
  const order = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"sentence":"Internal error"}',
  };
  const answer = await fetch(`${other.sandbox.url.replace('/kochava', '')}/__sandbox/kochava-reporting/fates`, order);
  expect(answer.status).toBe(200);
  expect((await other.finished(SUMMARY)).error).toBe('Internal error');
  const done = await other.finished(SUMMARY);
  expect(done.report).toContain('/kochava/kochava-reports/');
  expect((await fileOf(done)).length).toBe(Number(done.file_size));
  other.sandbox.reset();
  expect(await other.post('/v1.4/tokens', named)).toEqual([]);
});

it('compresses what is large', async () => {
  const other = await start({ kochavaReporting: { compressAbove: 10 } });
  const done = await other.finished(SUMMARY);
  expect(new URL(done.report!).pathname).toMatch(/\.csv\.gz$/);
  const bytes = Buffer.from(await (await fetch(done.report!)).arrayBuffer());
  expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
});
