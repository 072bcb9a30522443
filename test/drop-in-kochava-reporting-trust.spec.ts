import { ApiKeys, CredentialVault } from '#libs/tenancy';
import type { Scope } from '#libs/domain';
import { Log } from '../apps/gateway/src/operations/log.js';
import {
  DEMO_REPORTING_KEY,
  KOCHAVA_FOREIGN_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_WEB,
  SECOND_REPORTING_KEY,
} from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { ask, askKochava, askRaw, aSummary, DOOR, GUID } from './support/reporting-door.js';
import { push, sent, useReports } from './support/reports.js';
import { clientGet } from './support/vendor-door.js';
import { waitUntil } from './support/wait-until.js';

const ANDROID = KOCHAVA_ORBIT_RUNNER_ANDROID.guid;
const INVALID_KEY = 'Error request parameters: Error. Invalid reporting API Key';
const NO_APP = { status: 'Error', error: 'App does not exist.' };
const NO_REPORT = { status: 'error', status_detail: 'Report token not found', error: 'Report token not found' };
const lines: string[] = [];

describe('The door of Kochava’s Reporting API', () => {
  const gateway = useReports({ log: Log.into('trace', (line) => lines.push(line)) });
  let key: string;
  /** For the app on iOS alone. */
  let iosKey: string;
  beforeAll(async () => {
    key = await gateway.key();
    iosKey = await gateway.key({ appIds: [gateway.apps[0].id] });
  });
  beforeEach(async () => {
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
  });

  const nothingSent = () => expect(gateway.sandbox.requests).toEqual([]);
  const create = async (more: object = {}, path = '/summary', by = key): Promise<string> => {
    const { json } = await ask(gateway, by, path, aSummary(more));
    expect(json.status).toBe('queued');
    return json.report_token;
  };
  const without = (...scopes: Scope[]) => gateway.key({ scopes: EVERY_SCOPE.filter((one) => !scopes.includes(one)) });
  const limit = async (limits: object) => {
    const { status } = await gateway.admin('put', `/tenants/${gateway.tenant.slug}/limits`, limits);
    expect(status).toBe(200);
  };

  describe('the key', () => {
    it.each([
      ['none', ''],
      ['an empty one', '"api_key":"",'],
      ['no key of ours', `"api_key":"${DEMO_REPORTING_KEY.key}",`],
      ['one that is mistyped', '"api_key":"mmp_mistyped",'],
    ])('%s is refused in Kochava’s words and status', async (_, field) => {
      const { status, type, json, headers } = await askRaw(
        gateway,
        'POST',
        '/v1.4/summary',
        `{${field}"app_guid":"${GUID}"}`,
      );
      expect([status, type]).toEqual([200, 'application/json']);
      expect(json).toEqual({ status: 'Error', error: expect.stringMatching(`^${INVALID_KEY}`) });
      expect(headers['x-request-id']).toEqual(expect.any(String));
      const progress = await askRaw(gateway, 'POST', '/v1.4/progress', `{${field}"app_guid":"${GUID}"}`);
      const says = expect.stringMatching(`^${INVALID_KEY}`);
      expect(progress.json).toEqual({ status: 'error', status_detail: says, error: says });
      const apps = await askRaw(gateway, 'POST', '/v1.4/getapps', `{${field}"x":1}`);
      expect(apps.list).toEqual([{ status: 'Error', error: says }]);
      nothingSent();
    });

    it('that was revoked is refused', async () => {
      const revoked = await gateway.key({ name: 'gone' });
      const apiKeys = gateway.app.get(ApiKeys);
      const { id } = (await apiKeys.list(gateway.tenant.id, { first: 200 })).nodes.find(({ name }) => name === 'gone')!;
      await apiKeys.revoke(gateway.tenant.id, id);
      expect((await ask(gateway, revoked, '/summary', aSummary())).json.error).toContain(INVALID_KEY);
      nothingSent();
    });

    it('stands once: two are refused, whichever of them counts', async () => {
      const rest = JSON.stringify(aSummary()).slice(1);
      for (const [body, path, headers] of [
        [`{"api_key":"${key}","api_key":"${key}",${rest}`],
        [`{"api_key":"${key}","API_KEY":"${iosKey}",${rest}`],
        [`{"api_key":"${key}"," api_key ":"${iosKey}",${rest}`],
        [`{"api_key":"${key}","api\\u005fkey":"${iosKey}",${rest}`],
        [`{"api_key":"${key}",${rest}`, `/summary?api_key=${iosKey}`],
        [`{"api_key":"${key}",${rest}`, `/summary?API%5Fkey=${key}`],
        [`{"api_key":"${key}",${rest}`, '/summary', { 'x-api-key': iosKey }],
        [`{"api_key":"${key}",${rest}`, '/summary', { authorization: `Bearer ${iosKey}` }],
      ] as [string, string?, Record<string, string>?][]) {
        const { status, json } = await askRaw(gateway, 'POST', path ?? '/summary', body, headers);
        expect([body, status, json.status]).toEqual([body, 200, 'Error']);
        expect(json.error).toMatch(/stands twice|Two different keys/);
      }
      nothingSent();
    });

    it('is not sent on from wherever else it stands', async () => {
      for (const [path, more] of [
        ['/summary', { custom_report_name: key }],
        ['/summary', { traffic_filtering: { network: [`x ${key}`] } }],
        ['/summary', { notify: [`${key}@b.example`] }],
        ['/schedule/summary', { report_name: key, frequency: 'daily', run_on: '1' }],
        ['/progress', { token: key }],
        ['/reportcolumns', { report: key }],
      ] as const) {
        const { json, text } = await ask(gateway, key, path, aSummary(more));
        expect([path, json.status.toLowerCase()]).toEqual([path, 'error']);
        expect(text).not.toContain(key);
      }
      nothingSent();
    });

    it('is counted: past its rate it is told when to come again', async () => {
      const slow = await gateway.key({ requestsPerMinute: 1 });
      expect((await ask(gateway, slow, '/getapps')).list).toHaveLength(2);
      const { status, list, headers } = await ask(gateway, slow, '/getapps');
      expect([status, list]).toEqual([200, [{ status: 'Error', error: expect.stringContaining('1 times a minute') }]]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['ratelimit']).toEqual(expect.stringContaining('r=0'));
    });
  });

  describe('scopes', () => {
    const schedule = { frequency: 'daily', run_on: '1', time_start: '', time_end: '' };
    const sql = { sql_kquery: 'SELECT 1', custom_report_name: 'kochavaquery' };
    it.each<[string, Scope, object?]>([
      ['/summary', 'reports:write'],
      ['/detail', 'reports:write'],
      ['/custom', 'reports:sql', sql],
      ['/detail', 'reports:sql', sql],
      ['/deviceid', 'audiences:write', { filter_set_id: '1' }],
      ['/audience', 'audiences:write', { filter_set_id: '1', activation_partner_id: '1' }],
      ['/audience', 'reports:sql', { ...sql, activation_partner_id: '1' }],
      ['/summary', 'audiences:write', { analytics: { filters: [] } }],
      ['/summary', 'reports:deliver', { notify: ['a@b.example'] }],
      ['/summary', 'reports:deliver', { delivery_method: ['S3bucket'] }],
      ['/summary', 'reports:deliver', { delivery_method: ['s3bucket', 'eu-west-1', 'bucket', 'AKIA', 'secret'] }],
      ['/summary', 'reports:deliver', { delivery_method: ['SFTP', 'sftp.example', '22', 'user'] }],
      ['/progress', 'reports:read', { token: '1' }],
      ['/tokens', 'reports:read'],
      ['/grouping', 'reports:read'],
      ['/reportcolumns', 'reports:read'],
      ['/getapps', 'apps:read'],
      ['/delete', 'reports:write', { token: '1' }],
      ['/schedule/summary', 'schedules:write', schedule],
      ['/schedule/summary', 'reports:deliver', { ...schedule, notify: ['a@b.example'] }],
      ['/schedule/custom', 'reports:sql', { ...schedule, ...sql }],
      ['/schedule/deviceid', 'audiences:write', { ...schedule, filter_set_id: '1' }],
      ['/schedule/summary', 'reports:deliver', { token: '1', notify: ['a@b.example'] }],
      ['/schedule/progress', 'schedules:read', { token: '1' }],
      ['/schedule/tokens', 'schedules:read'],
      ['/schedule/delete', 'schedules:write', { token: '1' }],
    ])('%s needs %s for %j', async (path, scope, more = {}) => {
      const { status, text } = await ask(gateway, await without(scope), path, aSummary(more));
      expect([status, text]).toEqual([200, expect.stringContaining(scope)]);
      nothingSent();
    });

    it('never give a key with an app list what crosses apps', async () => {
      for (const [path, more] of [
        ['/custom', sql],
        ['/detail', sql],
        ['/deviceid', { filter_set_id: '1' }],
        ['/audience', { filter_set_id: '1', activation_partner_id: '1' }],
        ['/schedule/custom', { ...schedule, ...sql }],
      ] as const) {
        const { json } = await ask(gateway, iosKey, path, aSummary(more));
        expect([path, json.status, json.error]).toEqual([path, 'Error', expect.stringContaining('list of apps')]);
      }
      nothingSent();
    });

    it('open what is not modelled by GET alone, and not for a key with an app list', async () => {
      const vendor = await gateway.key({ scopes: ['vendor:kochava-reporting'] });
      await askRaw(gateway, 'GET', `/v1.4/elsewhere?api_key=${vendor}&x=1`);
      expect(gateway.sandbox.requests.map(({ method, path, query }) => [method, path, query])).toEqual([
        ['GET', '/v1.4/elsewhere', { x: '1' }],
      ]);
      gateway.sandbox.reset();
      for (const [method, path, by] of [
        ['POST', '/v1.4/elsewhere', vendor],
        ['POST', '/v1.4/reportcolumns/update', vendor],
        ['GET', '/v1.4/elsewhere', key],
        ['GET', '/v1.5/tokens', vendor],
        ['GET', '/v1.4/x/../tokens', vendor],
      ] as const) {
        const { json } = await askRaw(gateway, method, `${path}?api_key=${by}`);
        expect([path, json.status]).toEqual([path, 'Error']);
      }
      nothingSent();
    });
  });

  describe('where data may go', () => {
    afterEach(() => limit({ hosts: null, mailDomains: null }));

    it('is for the tenant to say', async () => {
      await limit({ hosts: ['sftp.example', 'mine.s3.eu-west-1.amazonaws.com'], mailDomains: ['b.example'] });
      const s3 = (region: string, bucket: string) => ({
        delivery_method: ['S3bucket', region, bucket, 'AKIAEXAMPLE', 'secret-of-a-bucket'],
      });
      for (const [more, says] of [
        [{ notify: ['a@elsewhere.example'] }, 'Error request parameters notify is of a mail domain'],
        [{ notify: ['a@b.example', 'a@elsewhere.example'] }, 'notify is of a mail domain'],
        [{ delivery_method: ['S3bucket'] }, 'delivery_method leads to a bucket that can not be told'],
        [s3('eu-west-1', 'others'), 'delivery_method is not among the hosts'],
        [s3('eu-west-1.example.com/', 'mine'), 'delivery_method region must be a region'],
        [{ delivery_method: ['SFTP', 'elsewhere.example', '22', 'user'] }, 'delivery_method is not among the hosts'],
        [{ delivery_method: ['SFTP', 'elsewhere.example/sftp.example', '22', 'u'] }, 'host must be a host name'],
        [{ delivery_method: ['SFTP', 'sftp.example', 'x', 'user'] }, 'port must be a port'],
      ] as const) {
        for (const path of ['/summary', '/schedule/summary']) {
          const { json } = await ask(gateway, key, path, aSummary({ ...more, frequency: 'daily', run_on: '1' }));
          expect([path, json.status, json.error]).toEqual([path, 'Error', expect.stringContaining(says)]);
        }
      }
      nothingSent();
      await create({ ...s3('eu-west-1', 'mine'), notify: ['a@b.example'] });
      await create({ delivery_method: ['SFTP', 'sftp.example', '22', 'user'] });
    });

    it('also for a schedule that the gateway does not know', async () => {
      await limit({ mailDomains: ['b.example'] });
      const weekly = { frequency: 'weekly', run_on: '3' };
      const { json } = await askKochava(gateway, '/schedule/summary', aSummary(weekly));
      const subject = { app_guid: GUID, token: json.report_token };
      const refused = await ask(gateway, key, '/schedule/summary', { ...subject, notify: ['a@elsewhere.example'] });
      expect(refused.json.error).toContain('notify names a mail domain');
      const updated = await ask(gateway, key, '/schedule/summary', { ...subject, notify: ['a@b.example'] });
      expect(updated.json).toEqual({ status: 'updated', report_token: json.report_token });
      expect((await ask(gateway, key, '/schedule/delete', subject)).json).toEqual({ status: 'Deleted' });
    });

    it('and the keys of a bucket are told to nobody', async () => {
      const delivery = ['S3bucket', 'eu-west-1', 'mine', 'AKIAEXAMPLE', 'secret-of-a-bucket'];
      const token = await create({ delivery_method: delivery });
      const told = await ask(gateway, key, '/progress', { app_guid: GUID, token });
      const theirs = await askKochava(gateway, '/progress', { app_guid: GUID, token });
      expect(theirs.json.report_request['delivery_method']).toEqual(delivery);
      expect(told.json.report_request['delivery_method']).toEqual([
        ...delivery.slice(0, 3),
        '[redacted]',
        '[redacted]',
      ]);
      const rows = JSON.stringify([
        await gateway.database.sql('SELECT * FROM reports'),
        await gateway.database.sql('SELECT * FROM audit_rows'),
      ]);
      expect(rows).not.toContain('AKIAEXAMPLE');
      expect(rows).not.toContain('secret-of-a-bucket');
    });
  });

  describe('apps', () => {
    it.each([
      ['that is not on the key’s list', () => iosKey, ANDROID],
      ['of another account', () => key, KOCHAVA_FOREIGN_ACCOUNT.apps[0]!.guid],
      ['that the credential sees, and the tenant has not', () => key, KOCHAVA_ORBIT_RUNNER_WEB.guid],
      ['that never was', () => key, 'konosuch'],
    ])('one %s does not exist, and Kochava hears nothing', async (_, ofKey, guid) => {
      const more = { app_guid: guid, token: '1', notify: ['a@b.example'], frequency: 'daily', run_on: '1' };
      for (const path of [
        ...['/summary', '/detail', '/tokens', '/delete', '/grouping', '/templates', '/reportcolumns'],
        ...['/schedule/summary', '/schedule/tokens', '/schedule/delete'],
      ]) {
        expect([path, (await ask(gateway, ofKey(), path, aSummary(more))).json]).toEqual([path, NO_APP]);
      }
      for (const path of ['/progress', '/schedule/progress']) {
        const { json } = await ask(gateway, ofKey(), path, aSummary(more));
        expect(json).toEqual({ status: 'error', status_detail: NO_APP.error, error: NO_APP.error });
      }
      nothingSent();
    });

    it('are none of another tenant’s, and one that names two names none', async () => {
      const stranger = await gateway.key({ of: gateway.otherTenant });
      await gateway.app.get(CredentialVault).put(gateway.otherTenant.id, 'kochava-reporting', SECOND_REPORTING_KEY.key);
      expect((await ask(gateway, stranger, '/summary', aSummary())).json).toEqual(NO_APP);
      for (const extra of [`"APP_GUID":"${ANDROID}"`, `"app_guid ":"${GUID}"`, `"app_\\u0067uid":"${ANDROID}"`]) {
        const rest = JSON.stringify(aSummary()).slice(1);
        const { json } = await askRaw(gateway, 'POST', '/summary', `{"api_key":"${key}",${extra},${rest}`);
        expect(json.error).toContain('stands twice');
      }
      const twice = await askRaw(gateway, 'GET', `/tokens?api_key=${key}&app_guid=${GUID}&App_Guid=${ANDROID}`);
      expect(twice.json.error).toContain('stands twice');
      nothingSent();
    });
  });

  describe('a token is somebody’s', () => {
    it('and one’s own app beside another’s token is as if it did not exist', async () => {
      const token = await create({ app_guid: ANDROID });
      const scheduled = await ask(gateway, key, '/schedule/summary', {
        ...aSummary({ app_guid: ANDROID, frequency: 'daily', run_on: '1' }),
      });
      push(gateway, 10_000);
      const before = gateway.sandbox.requests.length;
      for (const by of [iosKey, key]) {
        const subject = { app_guid: GUID, token };
        expect((await ask(gateway, by, '/progress', subject)).json).toEqual(NO_REPORT);
        expect((await ask(gateway, by, '/delete', subject)).json).toEqual({ status: 'Error', error: NO_REPORT.error });
        const other = { app_guid: GUID, token: scheduled.json.report_token };
        const noSchedule = { status: 'Error', error: 'Schedule token not found' };
        expect((await ask(gateway, by, '/schedule/progress', other)).json.error).toBe(noSchedule.error);
        expect((await ask(gateway, by, '/schedule/delete', other)).json).toEqual(noSchedule);
        const notify = ['a@b.example'];
        expect((await ask(gateway, by, '/schedule/summary', { ...other, notify })).json).toEqual(noSchedule);
      }
      for (const odd of [`0${token}`, `-0${token}`, `+${token}`, '00', '-0']) {
        expect((await ask(gateway, key, '/progress', { app_guid: ANDROID, token: odd })).json).toEqual(NO_REPORT);
      }
      expect(gateway.sandbox.requests.length).toBe(before);
      expect((await ask(gateway, key, '/progress', { app_guid: ANDROID, token })).json.status).toBe('completed');
    });

    it('of one that the gateway does not know Kochava is asked first, and its answer is read', async () => {
      const { report_token: token } = (await askKochava(gateway, '/summary', aSummary())).json;
      const told = await ask(gateway, iosKey, '/progress', { app_guid: GUID, token });
      expect(told.json.status).toBe('queued');
      expect((await ask(gateway, iosKey, '/delete', { app_guid: GUID, token })).json).toEqual({ status: 'deleted' });
      expect(sent(gateway).slice(-2)).toEqual(['/progress', '/delete']);

      const { report_token: others } = (await askKochava(gateway, '/summary', aSummary({ app_guid: ANDROID }))).json;
      expect((await ask(gateway, iosKey, '/progress', { app_guid: GUID, token: others })).json).toEqual(NO_REPORT);
      const refused = await ask(gateway, iosKey, '/delete', { app_guid: GUID, token: others });
      expect(refused.json.error).toBe(NO_REPORT.error);
      expect(sent(gateway).filter((path) => path === '/delete')).toHaveLength(1);
    });

    it.each([
      ['another app', { app_guid: ANDROID }],
      ['no app', {}],
    ])('and an answer that names %s is not shown, and nothing done', async (_, request) => {
      const link = `${gateway.sandbox.url}/kochava-reports/x?Expires=1`;
      const body = JSON.stringify({
        status: 'completed',
        report: link,
        report_type: 'summary',
        report_request: request,
      });
      gateway.sandbox.misbehave({ path: 'progress', times: null, do: { kind: 'status', status: 200, body } });
      const subject = { app_guid: GUID, token: '42' };
      expect((await ask(gateway, key, '/progress', subject)).json).toEqual(NO_REPORT);
      expect((await ask(gateway, key, '/delete', subject)).json.error).toBe(NO_REPORT.error);
      const schedule = await ask(gateway, key, '/schedule/delete', subject);
      expect(schedule.json.error).toBe('Schedule token not found');
      const notify = ['a@b.example'];
      const updated = await ask(gateway, key, '/schedule/summary', { ...subject, notify });
      expect(updated.json.error).toBe('Schedule token not found');
      expect(new Set(sent(gateway))).toEqual(new Set(['/progress', '/schedule/progress']));
    });

    it('and what crosses apps is not for a key with an app list, known here or not', async () => {
      const sql = { app_guid: GUID, custom_report_name: 'kochavaquery', sql_kquery: 'SELECT * FROM app_1.x' };
      const known = (await ask(gateway, key, '/custom', sql)).json.report_token;
      const window = { time_start: '1450000000', time_end: '1450700000', traffic: ['install'] };
      const detail = (await ask(gateway, key, '/detail', { ...window, ...sql })).json.report_token;
      const stray = (await askKochava(gateway, '/custom', { ...sql, sql_kquery: 'SELECT 2' })).json.report_token;
      const own = await create();
      for (const token of [known, detail, stray]) {
        expect((await ask(gateway, iosKey, '/progress', { app_guid: GUID, token })).json).toEqual(NO_REPORT);
        expect((await ask(gateway, key, '/progress', { app_guid: GUID, token })).json.status).toBe('queued');
      }
      const tokensOf = async (by: string) =>
        (await ask(gateway, by, '/tokens', { app_guid: GUID })).list.map((item) => item.report_token).sort();
      expect(await tokensOf(iosKey)).toEqual([own]);
      expect(await tokensOf(key)).toEqual([known, detail, stray, own].sort());
    });

    it('and belongs to the api_key that made it, also after another is set', async () => {
      const token = await create();
      await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-reporting', SECOND_REPORTING_KEY.key);
      push(gateway, 10_000);
      const { json } = await ask(gateway, key, '/progress', { app_guid: GUID, token });
      expect([json.status, json.report_request['api_key']]).toEqual(['completed', '[redacted]']);
      expect((await clientGet(gateway.url, new URL(json.report).pathname)).status).toBe(200);
      expect((await ask(gateway, key, '/tokens', { app_guid: GUID })).list).toEqual([]);
    });
  });

  describe('when Kochava', () => {
    it('has no credential of the tenant’s, it is told', async () => {
      await gateway.app.get(CredentialVault).delete(gateway.tenant.id, 'kochava-reporting');
      for (const path of ['/summary', '/tokens', '/schedule/summary']) {
        const { status, json } = await ask(gateway, key, path, aSummary({ frequency: 'daily', run_on: '1' }));
        expect([path, status, json.status]).toEqual([path, 200, 'Error']);
        expect(json.error).toContain('credential');
      }
      nothingSent();
    });

    it('refuses it, that is not the caller’s key', async () => {
      const vault = gateway.app.get(CredentialVault);
      await vault.put(gateway.tenant.id, 'kochava-reporting', 'no-key-of-kochavas');
      for (const path of ['/summary', '/schedule/summary', '/tokens', '/grouping', '/delete', '/schedule/tokens']) {
        const more = { token: '42', frequency: 'daily', run_on: '1' };
        const { json, text } = await ask(
          gateway,
          key,
          path,
          aSummary(path.startsWith('/schedule') ? { ...more, token: '' } : more),
        );
        expect([path, json.status, json.error]).toEqual([path, 'Error', expect.stringContaining('does not accept')]);
        expect(text).not.toContain('no-key-of-kochavas');
      }
    });

    it('does not answer, reads are asked again and say so', async () => {
      gateway.sandbox.misbehave({ path: 'tokens', times: 1, do: { kind: 'reset', when: 'before' } });
      expect((await ask(gateway, key, '/tokens', { app_guid: GUID })).list).toEqual([]);
      gateway.sandbox.misbehave({ path: 'tokens', times: null, do: { kind: 'reset', when: 'before' } });
      const { status, json } = await ask(gateway, key, '/tokens', { app_guid: GUID });
      expect([status, json.status, typeof json.error]).toEqual([200, 'Error', 'string']);
    });

    it('answers what is no JSON, nothing of it is shown', async () => {
      for (const path of ['/tokens', '/progress', '/getapps', '/grouping']) {
        gateway.sandbox.misbehave({ path, do: { kind: 'malformed', body: '<p>internal host 10.0.0.1</p>' } });
        const { text } = await ask(gateway, key, path, { app_guid: GUID, token: '42' });
        expect(text.toLowerCase()).toContain('error');
        expect(text).not.toContain('10.0.0.1');
      }
    });

    it('did not answer a deletion, it says that it may have been done, and sends it once', async () => {
      const { report_token: token } = (await askKochava(gateway, '/summary', aSummary())).json;
      gateway.sandbox.misbehave({ path: '/delete', times: null, do: { kind: 'reset', when: 'after' } });
      const { json } = await ask(gateway, key, '/delete', { app_guid: GUID, token });
      expect(json.error).toContain('may have been done');
      expect(sent(gateway).filter((path) => path === '/delete')).toHaveLength(1);
    });
  });

  const events = async (keyName: string) => {
    const auditor = await gateway.key({ scopes: ['audit:read'] });
    let found: Record<string, unknown>[] = [];
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?first=200', auditor);
      found = (body.data as Record<string, unknown>[]).filter((event) => event['keyName'] === keyName);
      return found.length >= 4;
    });
    return found;
  };

  it('is audited: intents of writes, reads, and what was refused', async () => {
    const mine = await gateway.key({ name: 'audited' });
    const token = await create({}, '/summary', mine);
    await ask(gateway, mine, '/progress', { app_guid: GUID, token });
    await ask(gateway, mine, '/progress', { app_guid: GUID, token: '42' });
    await ask(gateway, mine, '/summary', aSummary({ app_guid: 'konosuch' }));
    const found = await events('audited');
    const vendor = { edge: 'VENDOR', vendor: 'KOCHAVA' };
    const of = (action: string, outcome: string) =>
      found.filter((event) => event['action'] === action && event['outcome'] === outcome);
    expect(of('report.request', 'SUCCEEDED')).toMatchObject([{ ...vendor, appId: gateway.apps[0].id }]);
    expect(of('report.request', 'DENIED')).toMatchObject([{ ...vendor, code: 'NOT_FOUND' }]);
    expect(of('reports.read', 'SUCCEEDED')).toMatchObject([
      { ...vendor, appId: gateway.apps[0].id, resource: 'kochava-reporting:progress', upstreamStatus: 200 },
    ]);
    expect(of('reports.read', 'DENIED')).toMatchObject([{ ...vendor, code: 'NOT_FOUND' }]);
  });

  it('has secrets nowhere', async () => {
    lines.length = 0;
    const token = await create();
    push(gateway, 10_000);
    const { json } = await ask(gateway, key, '/progress', { app_guid: GUID, token });
    const { pathname } = new URL(json.report);
    await clientGet(gateway.url, pathname);
    await clientGet(gateway.url, `${pathname}x`);
    await askRaw(gateway, 'GET', `/tokens?api_key=${key}&app_guid=${GUID}`);
    await askRaw(gateway, 'POST', '/summary', `{"api_key":"${key}","api_key":"${key}"}`);
    const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(requests.map(({ route, status, key: name }) => [route, status, name])).toEqual([
      [`${DOOR}/*`, 200, 'spec'],
      [`${DOOR}/*`, 200, 'spec'],
      ['/files/:token', 200, 'spec'],
      ['/files/:token', 404, undefined],
      [`${DOOR}/*`, 200, 'spec'],
      [`${DOOR}/*`, 200, undefined],
    ]);
    const places = [
      lines.join(''),
      (await gateway.http('get', '/metrics')).text,
      JSON.stringify(await gateway.database.sql('SELECT * FROM audit_rows')),
      JSON.stringify(await gateway.database.sql('SELECT * FROM reports')),
      JSON.stringify(await gateway.database.sql('SELECT * FROM idempotency_records')),
    ];
    for (const secret of [
      key,
      iosKey,
      DEMO_REPORTING_KEY.key,
      SECOND_REPORTING_KEY.key,
      pathname.slice(7),
      'Signature=',
    ]) {
      for (const [index, place] of places.entries()) expect([index, place.includes(secret)]).toEqual([index, false]);
    }
  });
});
