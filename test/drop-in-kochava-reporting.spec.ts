import { DEMO_REPORTING_KEY } from '../apps/sandbox/src/index.js';
import { ScheduleFollower } from '../apps/gateway/src/schedules/schedule-follower.js';
import { ask, askKochava, askRaw, aSummary, DOOR, GUID } from './support/reporting-door.js';
import { push, sent, useReports } from './support/reports.js';
import { clientGet, seen } from './support/vendor-door.js';

const TOKEN = /^-?\d+$/;
const QUEUED = { status: 'queued', report_token: expect.stringMatching(TOKEN) };

describe('Kochava’s Reporting API at the gateway', () => {
  const gateway = useReports();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  const create = async (more: object = {}, path = '/v1.4/summary'): Promise<string> => {
    const { status, json } = await ask(gateway, key, path, aSummary(more));
    expect([status, json]).toEqual([200, QUEUED]);
    return json.report_token;
  };
  /** What both answer to the same body. */
  const both = async (path: string, body: object) =>
    [await askKochava(gateway, path, body), await ask(gateway, key, path, body)] as const;

  it('makes a report, tells how it stands, and gives its file to a plain GET', async () => {
    const body = aSummary();
    const made = await ask(gateway, key, '/v1.4/summary', body);
    const token = made.json.report_token;
    expect(sent(gateway)).toEqual(['/summary']);
    const subject = { app_guid: GUID, token };
    for (const ms of [0, 3_000, 10_000]) {
      push(gateway, ms);
      const [theirs, ours] = await both('/progress', subject);
      const { report, report_request: request, ...told } = theirs.json;
      expect([ours.status, ours.type]).toEqual([theirs.status, theirs.type]);
      expect(ours.json).toEqual({
        ...told,
        report_request: { ...request, api_key: '[redacted]' },
        ...(report && { report: expect.stringMatching(`^${gateway.url}/files/[\\w.-]+$`) }),
      });
      // As it was written, in the order it was written in.
      expect(JSON.stringify(request)).toBe(JSON.stringify({ api_key: DEMO_REPORTING_KEY.key, ...body }));
      if (!report) continue;
      const file = await clientGet(gateway.url, new URL(ours.json.report).pathname);
      const { pathname, search } = new URL(report);
      const original = await clientGet(gateway.sandbox.url, pathname + search);
      expect([file.status, file.type, file.text]).toEqual([200, original.type, original.text]);
      expect(file.headers['content-disposition']).toContain(pathname.split('/').at(-1));
      expect(file.text.split('\n').length).toBeGreaterThan(2);
    }
    const { body: listed } = await gateway.http('get', '/v1/reports', key);
    expect(listed.data).toMatchObject([{ kind: 'SUMMARY', upstreamToken: token, app: { id: gateway.apps[0].id } }]);
  });

  it('makes the reports of the document’s samples, of every kind', async () => {
    const day = { time_start: '1450000000', time_end: '1450700000', delivery_format: 'csv' };
    const analytics = { filters: [{ dimension: 'app_id', modifier: 'in', logic: 'and', values: ['26538'] }] };
    for (const [endpoint, kind, body] of [
      [
        'detail',
        'DETAIL',
        { ...day, traffic: ['install'], columns_order: ['install_matched_on'], notify: ['a@b.example'] },
      ],
      ['custom', 'QUERY', { custom_report_name: 'kochavaquery', sql_kquery: 'SELECT 1', use_standard_sql: true }],
      ['deviceid', 'AUDIENCE_EXPORT', { ...day, filter_set_id: '276712', activation_partner_id: '13', analytics }],
      [
        'audience',
        'AUDIENCE_ACTIVATION',
        { ...day, sql_kquery: 'SELECT adid', activation_partner_id: '13', credentials: { ad_account_id: '1234' } },
      ],
    ] as const) {
      const asked = { app_guid: GUID, ...body };
      const { json } = await ask(gateway, key, `/v1.4/${endpoint}`, asked);
      expect([endpoint, json]).toEqual([endpoint, QUEUED]);
      const told = await askKochava(gateway, '/progress', { app_guid: GUID, token: json.report_token });
      expect([told.json['report_type'], told.json.report_request]).toEqual([
        endpoint,
        { api_key: DEMO_REPORTING_KEY.key, ...asked },
      ]);
      const { body: listed } = await gateway.http('get', '/v1/reports?first=1', key);
      expect(listed.data).toMatchObject([{ kind, upstreamToken: json.report_token, status: 'QUEUED' }]);
    }
  });

  it('refuses in Kochava’s words what Kochava refuses, to the byte', async () => {
    const { time_series: _, ...noSeries } = aSummary();
    for (const [path, body] of [
      ['/summary', noSeries],
      ['/summary', aSummary({ traffic: [] })],
      ['/summary', aSummary({ traffic: ['nonsense'] })],
      ['/summary', aSummary({ time_end: '1' })],
      ['/detail', { app_guid: GUID, traffic: ['install'] }],
      ['/progress', { app_guid: GUID, token: '-5079248175472211673' }],
      ['/delete', { app_guid: GUID, token: '-5079248175472211673' }],
      ['/schedule/progress', { app_guid: GUID, token: '1' }],
      ['/schedule/delete', { app_guid: GUID, token: '1' }],
    ] as const) {
      const [theirs, ours] = await both(path, body);
      expect([path, ours.status, ours.text]).toEqual([path, 200, theirs.text]);
      expect(theirs.json.status).toMatch(/^error$/i);
    }
  });

  it('answers the catalogues as they come, by POST and by GET', async () => {
    for (const path of ['/grouping', '/filtering', '/timezones', '/templates', '/reportcolumns']) {
      const [theirs, ours] = await both(path, { app_guid: GUID, report: 'install' });
      expect(seen(ours)).toEqual(seen(theirs));
      const got = await askRaw(gateway, 'GET', `/v1.2${path}?api_key=${key}`);
      expect(seen(got)).toEqual(seen(theirs));
      const empty = await askRaw(gateway, 'POST', `/v1.4${path}`, '', { 'x-api-key': key });
      expect(seen(empty)).toEqual(seen(theirs));
    }
  });

  it('lists the key’s apps alone', async () => {
    const { list } = await ask(gateway, key, '/getapps');
    const theirs = (await askKochava(gateway, '/getapps')).list;
    expect(theirs.length).toBeGreaterThan(50);
    expect(list).toEqual(theirs.slice(0, 2));
    const one = await gateway.key({ appIds: [gateway.apps[1].id] });
    expect((await ask(gateway, one, '/getapps')).list).toEqual([theirs[1]]);
  });

  it('lists reports as Kochava does, with links of its own', async () => {
    const tokens = [await create(), await create({ delivery_format: 'json' })];
    push(gateway, 20_000);
    const [theirs, ours] = await both('/tokens', { app_guid: GUID, max_tokens: 5 });
    const link = expect.stringContaining(`${gateway.url}/files/`);
    expect(ours.list).toEqual(theirs.list.map((item) => ({ ...item, report: link })));
    expect(ours.list.map((item) => item.report_token).sort()).toEqual([...tokens].sort());
    const files = await Promise.all(ours.list.map(({ report }) => clientGet(gateway.url, new URL(report).pathname)));
    expect(files.map(({ status, text }) => [status, text.startsWith('[{')])).toEqual(
      ours.list.map((item) => [200, item.report_token === tokens[1]]),
    );
  });

  it('takes a report back while it is queued, and says why not afterwards', async () => {
    const [first, second] = [await create(), await create()];
    expect((await ask(gateway, key, '/delete', { app_guid: GUID, token: first })).text).toBe('{"status":"deleted"}');
    push(gateway, 3_000);
    const { json } = await ask(gateway, key, '/delete', { app_guid: GUID, token: second });
    expect(json).toEqual({ status: 'Error', error: 'Error the report is not in a state that can be canceled' });
    const { body } = await gateway.http('get', '/v1/reports', key);
    expect(body.data.map(({ status }: { status: string }) => status)).toEqual(['IN_PROGRESS', 'DELETED']);
  });

  it('tells how a report failed as Kochava tells it', async () => {
    gateway.sandbox.failNextReport('Row limit exceeded');
    gateway.sandbox.failNextReport('Notification failed');
    const tokens = [await create(), await create()];
    push(gateway, 20_000);
    for (const token of tokens) {
      const [theirs, ours] = await both('/progress', { app_guid: GUID, token });
      const { report, report_request: request, ...told } = theirs.json;
      const link = report && { report: expect.stringContaining('/files/') };
      expect(ours.json).toEqual({ ...told, ...link, report_request: { ...request, api_key: '[redacted]' } });
      expect(ours.json.status).toBe('error');
    }
  });

  describe('one request, one report', () => {
    it('answers the token of the same report under way, which Kochava does not', async () => {
      const body = aSummary();
      const [first, second] = [
        await ask(gateway, key, '/summary', body),
        await ask(gateway, key, '/summary', { ...body, token: '1', report: 'install' }),
      ];
      expect(second.json).toEqual(first.json);
      const other = await gateway.key();
      expect((await ask(gateway, other, '/summary', body)).json.report_token).toBe(first.json.report_token);
    });

    it('also where it was asked for elsewhere', async () => {
      const body = aSummary();
      const { report_token: token } = (await askKochava(gateway, '/summary', body)).json;
      expect((await ask(gateway, key, '/summary', body)).json).toEqual({ status: 'queued', report_token: token });
    });

    it('finds the report whose answer was lost, and does not ask for it again', async () => {
      gateway.sandbox.misbehave({ path: '/summary', do: { kind: 'reset', when: 'after' } });
      const { json } = await ask(gateway, key, '/summary', aSummary());
      expect(json).toEqual(QUEUED);
      expect(sent(gateway).filter((path) => path === '/summary')).toHaveLength(1);
    });

    it('says so where none is found, and joins what a client sends again', async () => {
      gateway.sandbox.misbehave({ path: '/summary', do: { kind: 'reset', when: 'before' } });
      const body = aSummary();
      const answers = await Promise.all([
        ask(gateway, key, '/summary', body),
        new Promise((resolve) => setTimeout(resolve, 5_000)).then(() => ask(gateway, key, '/summary', body)),
      ]);
      for (const { status, json } of answers) {
        expect([status, json.status]).toEqual([200, 'Error']);
        expect(json.error).toContain('Look for it with /tokens before you ask again.');
      }
      expect(sent(gateway).filter((path) => path === '/summary')).toHaveLength(1);
    }, 40_000);
  });

  describe('schedules', () => {
    const weekly = { frequency: 'weekly', run_on: '3', delay: '2', previous_time: '2' };
    const aSchedule = (more: object = {}) => {
      const { time_start: _, time_end: __, ...rest } = aSummary();
      return { ...rest, ...weekly, ...more };
    };
    const schedule = async (body: object, path = '/schedule/summary') => (await ask(gateway, key, path, body)).json;

    it('are made, told, listed, changed and deleted, in the room where all are', async () => {
      const made = await schedule(aSchedule({ notify: ['a@b.example'] }));
      expect(made).toEqual({ status: 'scheduled', report_token: expect.stringMatching(TOKEN) });
      const subject = { app_guid: GUID, token: made.report_token };
      const [theirs, ours] = await both('/schedule/progress', subject);
      expect(ours.json).toEqual({
        ...theirs.json,
        report_request: { ...theirs.json.report_request, api_key: '[redacted]' },
      });
      const [listed, ourList] = await both('/schedule/tokens', { app_guid: GUID });
      expect(ourList.text).toBe(listed.text);

      const notify = ['c@d.example', 'e@f.example'];
      const updated = await schedule({ ...subject, notify });
      expect(updated).toEqual({ status: 'updated', report_token: made.report_token });
      const elsewhere = await schedule({ ...subject, notify }, '/schedule/detail');
      expect(elsewhere.status).toBe('Error');
      const { body } = await gateway.http('get', '/v1/schedules', key);
      expect(body.data).toMatchObject([
        { upstreamToken: made.report_token, frequency: 'WEEKLY', runOn: 3, delay: 2, previousTime: 2, notify },
      ]);

      expect((await ask(gateway, key, '/v1.4/schedule/delete', subject)).text).toBe('{"status":"Deleted"}');
      const again = await ask(gateway, key, '/schedule/delete', subject);
      expect(again.json).toEqual({ status: 'Error', error: 'Schedule token not found' });
    });

    it('are followed: what their runs make is listed, and has its file', async () => {
      const made = await schedule(aSchedule({ frequency: 'hourly', run_on: '0', delay: '0', previous_time: '60' }));
      const { body } = await gateway.http('get', '/v1/schedules', key);
      const { id } = (body.data as { id: string }[])[0]!;
      await gateway.database.sql(
        `UPDATE schedules SET accounted_until = now() - interval '61 minutes', next_look_at = now() WHERE id = $1`,
        [id],
      );
      push(gateway, 3_600_000);
      await gateway.app.get(ScheduleFollower).look(id);
      const { body: reports } = await gateway.http('get', `/v1/schedules/${id}/reports`, key);
      expect(reports.data).toMatchObject([{ kind: 'SUMMARY', app: { id: gateway.apps[0].id } }]);
      const subject = { app_guid: GUID, token: reports.data[0].upstreamToken };
      push(gateway, 10_000);
      const told = await ask(gateway, key, '/progress', subject);
      expect((await clientGet(gateway.url, new URL(told.json.report).pathname)).status).toBe(200);
      const { json } = await ask(gateway, key, '/schedule/progress', { app_guid: GUID, token: made.report_token });
      expect(json['last_requested_token']).toBe(subject.token);
    });

    it('whose answer was lost are found, and not made again', async () => {
      gateway.sandbox.misbehave({ path: '/schedule/summary', do: { kind: 'reset', when: 'after' } });
      const made = await schedule(aSchedule());
      expect(made).toEqual({ status: 'scheduled', report_token: expect.stringMatching(TOKEN) });
      expect(sent(gateway).filter((path) => path === '/schedule/summary')).toHaveLength(1);
    });

    it('that are looked for are joined by who sends them again', async () => {
      gateway.sandbox.misbehave({ path: '/schedule/summary', do: { kind: 'reset', when: 'before' } });
      const body = aSchedule();
      const answers = await Promise.all([
        schedule(body),
        new Promise((resolve) => setTimeout(resolve, 3_000)).then(() => schedule(body)),
      ]);
      for (const { error } of answers) expect(error).toContain('/schedule/tokens before you ask again');
      expect(sent(gateway).filter((path) => path === '/schedule/summary')).toHaveLength(1);
    }, 40_000);

    it('are taken in the spellings of the document’s tables and samples', async () => {
      const sql = { app_guid: GUID, custom_report_name: 'kochavaquery', sql_kquery: 'SELECT 1' };
      expect(await schedule({ ...sql, frequency: 'daily', run_on: '0' }, '/schedule/custom')).toEqual(QUEUED);
      const audience = { app_guid: GUID, filter_set_id: '9776', activation_partner_id: '13' };
      const swapped = { frequency: 'weekly', run_on: 1, previous_time: '0', delay: '7' };
      const scheduled = { status: 'scheduled', report_token: expect.stringMatching(TOKEN) };
      expect(await schedule({ ...audience, ...swapped }, '/schedule/audience')).toEqual(scheduled);
      const { frequency, run_on: runon, delay, previous_time: previoustime, ...rest } = aSchedule();
      expect(await schedule({ ...rest, frequency, runon, delay, previoustime })).toEqual(scheduled);
      const { body } = await gateway.http('get', '/v1/schedules', key);
      expect(body.data).toMatchObject([
        { kind: 'SUMMARY', runOn: 3, delay: 2, previousTime: 2 },
        { kind: 'AUDIENCE_ACTIVATION', runOn: 1, delay: 0, previousTime: 7 },
        { kind: 'QUERY', frequency: 'DAILY', runOn: 0, delay: 0, previousTime: 24 },
      ]);
    });

    it.each([
      [{ frequency: '' }, 'Error request parameters frequency missing.'],
      [{ frequency: 'never' }, 'frequency must be one of hourly, daily'],
      [{ run_on: null }, 'Error request parameters run_on missing.'],
      [{ run_on: '9' }, 'Error request parameters run_on must be a day of the week'],
      [{ runon: '2' }, 'runon stands beside run_on'],
      [{ time_zone: 'Moon/Base' }, 'time_zone is not a time zone'],
    ])('that %j would not run are refused', async (more, says) => {
      const { status, error } = await schedule(aSchedule(more));
      expect([status, error]).toEqual(['Error', expect.stringContaining(says)]);
      expect(sent(gateway)).toEqual([]);
    });
  });

  describe('clients as they are', () => {
    it.each(['', '/v1.1', '/v1.2', '/v1.3', '/v1.4', '/V1.4', '//v1.4'])('ask under %j', async (version) => {
      await create({}, `${version}/summary`);
      expect(sent(gateway)).toEqual(['/summary']);
    });

    it.each([
      ['without a content type', {}],
      ['with that of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['with that of JSON', { 'content-type': 'application/json; charset=utf-8' }],
      ['with none that is one', { 'content-type': 'json' }],
    ])('send JSON %s', async (_, headers) => {
      const body = JSON.stringify({ api_key: key, ...aSummary() });
      const { json } = await askRaw(gateway, 'POST', '/v1.4/summary', `${body}\n`, headers as Record<string, string>);
      expect(json).toEqual(QUEUED);
    });

    it('spell names in other ways, and leave white space about', async () => {
      const { app_guid: guid, ...rest } = aSummary({ delivery_format: ' JSON ' });
      const body = { API_key: `${key}\n`, ' App_GUID': ` ${guid} `, ...rest };
      const made = await askRaw(gateway, 'POST', '/summary', JSON.stringify(body));
      expect(made.json).toEqual(QUEUED);
      const { json } = await ask(gateway, key, '/progress', { APP_GUID: guid, Token: made.json.report_token });
      expect(json.report_request).toMatchObject({ app_guid: guid, delivery_format: 'JSON' });
    });

    it('send every field they know: TL, a Go struct', async () => {
      const unset = { frequency: '', run_on: '', delay: '', previous_time: '', columns_order: null, notify: null };
      const filtering = { network: null, exclude_country: null };
      await create({ ...unset, traffic_filtering: filtering });
      const { time_start: _, time_end: __, ...rest } = aSummary();
      const times = { frequency: 'daily', run_on: '2', delay: '2', previous_time: '24', time_start: '', time_end: '' };
      const { json } = await ask(gateway, key, '/schedule/summary', { ...rest, ...unset, ...times });
      expect(json.status).toBe('scheduled');
    });

    it('leave what other calls had in what they send next: KR', async () => {
      const token = await create();
      const all = { ...aSummary(), token, report: 'install' };
      const told = await ask(gateway, key, '/v1.2/progress', all);
      expect(told.json.status).toBe('queued');
      const next = await ask(gateway, key, '/v1.2/detail', { ...all, traffic: ['install'] });
      expect(next.json).toEqual(QUEUED);
      expect(next.json.report_token).not.toBe(token);
      expect((await ask(gateway, key, '/v1.2/reportcolumns', all)).json.status).toBe('OK');
    });

    it('say nothing of the delivery: FK', async () => {
      const { delivery_method: _, ...body } = aSummary();
      const { json } = await ask(gateway, key, '/v1.3/summary', body);
      const told = await ask(gateway, key, '/progress', { app_guid: GUID, token: json.report_token });
      expect(told.json.report_request).not.toHaveProperty('delivery_method');
    });

    it('ask for tokens by GET with a body, by GET with a query, and by POST', async () => {
      const token = await create();
      const body = { api_key: key, app_guid: GUID, max_tokens: 2 };
      const query = new URLSearchParams({ ...body, max_tokens: '2' });
      for (const answer of [
        await askRaw(gateway, 'GET', '/v1.4/tokens', JSON.stringify(body)),
        await askRaw(gateway, 'GET', `/v1.4/tokens?${query}`),
        await askRaw(gateway, 'POST', '/v1.4/tokens', JSON.stringify(body)),
      ]) {
        expect(answer.list.map((item) => item.report_token)).toEqual([token]);
      }
    });

    it('send tokens as numbers, which no float holds', async () => {
      const token = await create();
      const body = `{"api_key":"${key}","app_guid":"${GUID}","token":${token}}`;
      const { json } = await askRaw(gateway, 'POST', '/progress', body);
      expect(json.status).toBe('queued');
    });
  });

  it('says what is wrong with a body, never 500', async () => {
    for (const [body, says] of [
      ['{', 'not JSON'],
      ['{“api_key”:“x”}', 'not JSON'],
      ['[]', 'one JSON object'],
      [`{"api_key":"${key}","app_guid":{}}`, 'app_guid must be a text'],
      [`{"api_key":"${key}"}`, 'Error request parameters app_guid missing.'],
      [`{"api_key":"${key}","app_guid":"${GUID}","webhook":"https://x.example"}`, 'webhook is not known here'],
      [`{"api_key":"${key}","app_guid":"${GUID}","delivery_method":["FTP"]}`, 'delivery_method must be ["S3link"]'],
      [`{"api_key":"${key}","app_guid":"${GUID}","delivery_method":[["S3link"]]}`, 'must be a list of texts'],
      [`{"api_key":"${key}","app_guid":"${GUID}","credentials":{"password":"x"}}`, 'ad_account_id alone'],
    ]) {
      const { status, type, json } = await askRaw(gateway, 'POST', '/summary', body);
      expect([status, type, json]).toEqual([
        200,
        'application/json',
        { status: 'Error', error: expect.stringContaining(says!) },
      ]);
    }
    expect((await clientGet(gateway.url, `${DOOR}/summary?api_key=${key}`)).text).toContain('by POST');
    expect((await clientGet(gateway.url, `${DOOR}/nosuch?api_key=${key}`)).text).toContain('nothing at this path');
    expect(sent(gateway)).toEqual([]);
  });
});
