import { CredentialVault } from '#libs/tenancy';
import { Log } from '../apps/gateway/src/operations/log.js';
import {
  DEMO_USER,
  FOREIGN_APPS,
  LIMITED_USER,
  ORBIT_RUNNER_ANDROID,
  ORBIT_RUNNER_IOS,
  SMALL_APPS,
} from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE, useGateway } from './support/gateway.js';
import { rawGet } from './support/raw-get.js';
import { clientGet, seen } from './support/vendor-door.js';
import { waitUntil } from './support/wait-until.js';

const IOS = ORBIT_RUNNER_IOS.token;
const ANDROID = ORBIT_RUNNER_ANDROID.token;
const SERVICE = '/vendor/adjust-reports/reports-service';
const ASKED = 'date_period=2026-01-01:2026-01-02&dimensions=app_token&metrics=installs';
const REPORT = `${SERVICE}/report?app_token__in=${IOS}&${ASKED}`;
const lines: string[] = [];

describe('The door of Adjust’s Report Service', () => {
  const gateway = useGateway({ log: Log.into('trace', (line) => lines.push(line)) });
  let key: string;
  let iosKey: string;
  let vault: CredentialVault;
  beforeAll(async () => {
    key = await gateway.key();
    iosKey = await gateway.key({ appIds: [gateway.apps[0].id] });
    vault = gateway.app.get(CredentialVault);
    await vault.put(gateway.tenant.id, 'adjust-reports', DEMO_USER.token);
  });
  beforeEach(() => gateway.sandbox.reset());

  const as = (credential: string) => ({ authorization: `Bearer ${credential}` });
  const get = (path: string, headers: Record<string, string | string[]> = as(key)) =>
    clientGet(gateway.url, path, headers);
  const told = async (path: string, headers?: Record<string, string | string[]>) => {
    const { status, type, text } = await get(path, headers);
    expect(type).toBe('application/json');
    const body = JSON.parse(text);
    // Whichever of the two a client reads.
    expect(body.error).toBe(body.error_desc);
    return { status, ...body };
  };
  const sent = () => gateway.sandbox.requests;

  describe('the key', () => {
    it.each([
      ['no key', {}],
      ['an empty one', { authorization: 'Bearer ' }],
      ['Adjust’s own token', { authorization: `Bearer ${DEMO_USER.token}` }],
      ['one that is mistyped', { authorization: 'Bearer mmp_mistyped' }],
      ['another scheme', { authorization: 'Token token=mmp_x' }],
    ])('%s is 401 in Adjust’s form', async (_, headers) => {
      for (const path of [REPORT, `${SERVICE}/csv_report`, '/vendor/adjust-reports/nothing']) {
        expect(await told(path, headers as Record<string, string>)).toMatchObject({
          status: 401,
          error_code: 'auth_error',
          error_desc_details: null,
        });
      }
      expect(sent()).toEqual([]);
    });

    it('in two places is one where they say the same, and 400 where they differ', async () => {
      expect((await get(REPORT, { ...as(key), 'x-api-key': key })).status).toBe(200);
      gateway.sandbox.reset();
      for (const headers of [
        { ...as(key), 'x-api-key': iosKey },
        { authorization: [`Bearer ${key}`, `Bearer ${iosKey}`] },
      ]) {
        const { status, error } = await told(REPORT, headers as Record<string, string>);
        expect([status, error]).toEqual([400, expect.stringContaining('Two different keys')]);
      }
      expect(sent()).toEqual([]);
    });

    it('is not sent on from wherever it stands', async () => {
      for (const parameter of ['user_token', 'api_token', 'campaign__in', 'sort']) {
        const { status, text } = await get(`${REPORT}&${parameter}=${key}`);
        expect([parameter, status]).toEqual([parameter, 400]);
        expect(text).not.toContain(key);
      }
      expect(sent()).toEqual([]);
    });

    it('is counted: past its rate it is 429 with Retry-After', async () => {
      const slow = await gateway.key({ requestsPerMinute: 1 });
      expect((await get(REPORT, as(slow))).status).toBe(200);
      const { status, headers, text } = await get(REPORT, as(slow));
      expect([status, JSON.parse(text).error_code]).toEqual([429, 'request_error']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    });
  });

  describe('scopes and apps', () => {
    it('refuses a key without kpis:read', async () => {
      const other = await gateway.key({ scopes: EVERY_SCOPE.filter((one) => one !== 'kpis:read') });
      const { status, error_code, error } = await told(REPORT, as(other));
      expect([status, error_code, error]).toEqual([403, 'auth_error', expect.stringContaining('kpis:read')]);
      expect(sent()).toEqual([]);
    });

    it.each([
      ['an app that is not on the key’s list', () => iosKey, ANDROID],
      ['one of several, in quotes', () => iosKey, `"${IOS}","${ANDROID}"`],
      ['an app of another account', () => key, FOREIGN_APPS[0]!.token],
      ['an app that the credential sees, and the tenant has not', () => key, SMALL_APPS[0]!.token],
      ['an app that never was', () => key, 'nosuchapp123'],
    ])('answers for %s as for one that is not there, and asks nobody', async (_, ofKey, apps) => {
      const missing = apps.replaceAll('"', '').split(',').at(-1);
      for (const endpoint of ['report', 'csv_report', 'pivot_report', 'parquet_report', 'filters_data', 'events']) {
        const path = `${SERVICE}/${endpoint}?app_token__in=${apps}&${ASKED}&index=app_token&required_filters=apps`;
        const { status, error_code, error } = await told(path, as(ofKey()));
        expect([status, error_code, error]).toEqual([404, 'request_error', `No app "${missing}".`]);
      }
      expect(sent()).toEqual([]);
    });

    it.each([
      ['no list', ''],
      ['an empty list', '&app_token__in='],
      ['a list of nothing', '&app_token__in=,""'],
    ])('sends the key’s apps for %s: the credential sees more', async (_, query) => {
      const apps = async (ofKey: string) =>
        (JSON.parse((await get(`${SERVICE}/report?${ASKED}${query}`, as(ofKey))).text).rows as { app_token: string }[])
          .map(({ app_token }) => app_token)
          .sort();
      expect(await apps(iosKey)).toEqual([IOS]);
      expect(await apps(key)).toEqual([IOS, ANDROID].sort());
      expect(sent().map(({ query: { app_token__in } }) => app_token__in!.split(',').sort())).toEqual([
        [IOS],
        [IOS, ANDROID].sort(),
      ]);
    });

    it('asks nobody for a key that has no app at Adjust', async () => {
      await vault.put(gateway.otherTenant.id, 'adjust-reports', DEMO_USER.token);
      const stranger = as(await gateway.key({ of: gateway.otherTenant }));
      expect(await told(`${SERVICE}/report?${ASKED}`, stranger)).toMatchObject({
        status: 404,
        error: expect.stringContaining('no app with a token at Adjust'),
      });
      expect((await told(REPORT, stranger)).status).toBe(404);
      expect(sent()).toEqual([]);
    });

    it('does not let other filters add apps', async () => {
      for (const filter of [
        'app__in=Orbit Runner Android',
        `app_token__contains=${ANDROID}`,
        `app_token__not_in=${IOS}`,
        'store_type__in=google_play,app_store',
        'os_names=ios,android',
        `APP_TOKEN__IN=${IOS}`,
        'parent_report_id=77',
      ]) {
        const path = `${SERVICE}/report?app_token__in=${IOS}&${ASKED}&${encodeURI(filter)}`;
        const { status, text } = await get(path, as(iosKey));
        expect([filter, status]).toEqual([filter, 200]);
        expect(text).not.toContain(ANDROID);
      }
      for (const { query } of sent()) {
        expect(query['app_token__in']).toBe(IOS);
        expect(query).not.toHaveProperty('APP_TOKEN__IN');
        expect(query).not.toHaveProperty('parent_report_id');
      }
    });

    it.each([
      `app_token__in=${IOS},${ANDROID}`,
      `App_Token__In=${ANDROID}`,
      `app%5Ftoken__in=${ANDROID}`,
      `app_token__in[]=${ANDROID}`,
      `app_token=${IOS}`,
      `app_tokens=${ANDROID}`,
      `tracker_token__in=abc`,
      `app_token__in="${IOS}`,
      `app_token__in=${IOS}"${ANDROID}"`,
      `drilldown=app:${ANDROID}`,
      `drilldown=channel:34|app_token:${ANDROID}`,
      'focus=store_id:1',
    ])('takes two answers to which app for none: %s', async (query) => {
      const path = `${SERVICE}/report?app_token__in=${IOS}&${ASKED}&${query}`;
      const { status, error_code, error_desc_details } = await told(path);
      expect([status, error_code]).toEqual([400, 'validation_error']);
      expect(error_desc_details).toEqual([{ loc: [expect.any(String)], msg: expect.any(String), type: 'value_error' }]);
      expect(sent()).toEqual([]);
    });

    it('takes an app twice for one', async () => {
      expect((await get(`${REPORT}&app_token__in="${IOS}",${IOS.toUpperCase()}`)).status).toBe(200);
      expect(sent()[0]!.query['app_token__in']).toBe(IOS);
    });

    it('takes one account, and no other kind of text for it', async () => {
      for (const account of ['a b', 'x'.repeat(65), 'ü']) {
        const { status, error_desc_details } = await told(REPORT, {
          ...as(key),
          'x-account-id': Buffer.from(account).toString('latin1'),
        });
        expect([status, error_desc_details[0].loc]).toEqual([400, ['X-Account-ID']]);
      }
      expect((await told(REPORT, { ...as(key), 'x-account-id': ['1', '2'] })).status).toBe(400);
      expect(sent()).toEqual([]);
    });
  });

  describe('catalogues', () => {
    const misled = (body: unknown) =>
      gateway.sandbox.misbehave({
        do: { kind: 'malformed', body: typeof body === 'string' ? body : JSON.stringify(body) },
      });

    it('name the key’s apps alone, also where Adjust names more', async () => {
      const path = `${SERVICE}/filters_data?required_filters=apps,networks`;
      const apps = async (ofKey: string) =>
        (JSON.parse((await get(path, as(ofKey))).text).apps as { id: string }[]).map(({ id }) => id).sort();
      expect(await apps(iosKey)).toEqual([IOS]);
      expect(await apps(key)).toEqual([IOS, ANDROID].sort());
      misled({
        networks: [{ id: 'x' }],
        apps: [{ id: ANDROID, name: 'No' }, { id: IOS, name: 'Yes' }, { name: 'Who?' }],
      });
      expect(JSON.parse((await get(path, as(iosKey))).text)).toEqual({
        networks: [{ id: 'x' }],
        apps: [{ id: IOS, name: 'Yes' }],
      });
    });

    it('that list apps by other names are not for a key with an app list', async () => {
      for (const filters of ['apps_network', 'networks,apps_network', '"apps_network"', 'attributes', 'new_ones']) {
        const { status, error } = await told(`${SERVICE}/filters_data?required_filters=${filters}`, as(iosKey));
        expect([filters, status, error]).toEqual([filters, 400, expect.stringContaining('can not be narrowed')]);
      }
      misled({ networks: [], apps_network: [{ id: `${ANDROID}:x` }] });
      expect(
        (await told(`${SERVICE}/filters_data?required_filters=networks&required_filters[]=apps_network`, as(iosKey)))
          .status,
      ).toBe(502);
      gateway.sandbox.reset();
      const twice = `${SERVICE}/filters_data?required_filters=networks&Required_Filters=apps_network`;
      expect((await told(twice, as(iosKey))).status).toBe(400);
      expect(sent()).toEqual([]);
      expect((await get(`${SERVICE}/filters_data?required_filters=apps_network`)).status).toBe(200);
      expect(sent()[0]!.query['app_token__in']!.split(',').sort()).toEqual([IOS, ANDROID].sort());
    });

    it('of events tell of the key’s apps and their tokens alone', async () => {
      const event = (id: string, apps: Record<string, string[]>) => ({
        id,
        app_token: Object.keys(apps),
        tokens: Object.values(apps).flat(),
        is_skad_event: false,
        app_token_x_event_tokens_mapping: apps,
      });
      const all = [
        event('both', { [IOS]: ['aaa111', 'aaa222'], [ANDROID]: ['bbb111'] }),
        event('theirs', { [ANDROID]: ['ccc111'] }),
        event('mine', { [IOS]: ['ddd111'] }),
      ];
      const own = [event('both', { [IOS]: ['aaa111', 'aaa222'] }), event('mine', { [IOS]: ['ddd111'] })];
      misled(all);
      expect(JSON.parse((await get(`${SERVICE}/events?tokens_mapping=true`, as(iosKey))).text)).toEqual(own);
      misled(all);
      expect(JSON.parse((await get(`${SERVICE}/events`, as(iosKey))).text)).toEqual(
        own.map(({ app_token_x_event_tokens_mapping: _, ...plain }) => plain),
      );
    });

    it('that can not be read are not handed on', async () => {
      for (const [endpoint, body] of [
        ['filters_data?required_filters=apps', '[1]'],
        ['filters_data?required_filters=apps', '{"apps":{"x":1}}'],
        ['filters_data?required_filters=apps', `{"apps":["${ANDROID}"]}`],
        ['events', `{"events":["${ANDROID}"]}`],
        ['events', `[{"id":"x","app_token":"${ANDROID}"}]`],
        ['events', 'no json'],
      ] as const) {
        misled(body);
        const { status, error_code } = await told(`${SERVICE}/${endpoint}`, as(iosKey));
        expect([body, status, error_code]).toEqual([body, 502, 'service_error']);
      }
    });
  });

  describe('what the gateway does not model', () => {
    it('passes for scope vendor:adjust-reports alone, never with an app list', async () => {
      const bold = await gateway.key({ scopes: ['vendor:adjust-reports'] });
      const path = '/vendor/adjust-reports/reports-service/saved_reports';
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: '[]' } });
      expect(await get(`${path}?page=2`, { ...as(bold), 'x-account-id': '5' })).toMatchObject({
        status: 200,
        text: '[]',
      });
      expect(sent().map(({ path: at, query, headers }) => [at, query, headers['x-account-id']])).toEqual([
        ['/reports-service/saved_reports', { page: '2' }, undefined],
      ]);
      gateway.sandbox.reset();
      expect((await told(path)).status).toBe(404);
      expect((await told(REPORT, as(bold))).status).toBe(403);
      expect(sent()).toEqual([]);
    });

    it('is no way around the checks of what it does model', async () => {
      const bold = await gateway.key({ scopes: ['vendor:adjust-reports'] });
      for (const path of [
        '/Reports-Service/report',
        '/reports-service/REPORT',
        '/reports-service/report/',
        '/reports-service/report/x',
        '/reports-service//report',
        '//reports-service/report',
        '/Control-Center/reports-service/events',
        '/x/../reports-service/report',
        '/reports-service/x%2F..%2Freport',
        '/reports-service;x/report',
        '/reports-service%2Freport',
        '',
        '/',
      ]) {
        expect([path, (await get(`/vendor/adjust-reports${path}`, as(bold))).status]).toEqual([path, 404]);
      }
      expect(sent()).toEqual([]);
    });
  });

  describe('the tenant’s credential', () => {
    it('that is not there, or that Adjust does not take, is 424 without a hint at it', async () => {
      await vault.delete(gateway.tenant.id, 'adjust-reports');
      expect(await told(REPORT)).toMatchObject({
        status: 424,
        error_code: 'auth_error',
        error: expect.stringContaining('no adjust-reports credential'),
      });
      expect(sent()).toEqual([]);
      await vault.put(gateway.tenant.id, 'adjust-reports', 'wrong-secret-of-orbit');
      const refused = await told(REPORT.replace('/report?', '/csv_report?'));
      expect(refused).toMatchObject({ status: 424, error: expect.stringContaining('does not accept this tenant’s') });
      expect(JSON.stringify(refused)).not.toContain('wrong-secret');
      await vault.put(gateway.tenant.id, 'adjust-reports', DEMO_USER.token);
    });

    it('that may not see a metric is told so in Adjust’s words', async () => {
      await vault.put(gateway.tenant.id, 'adjust-reports', LIMITED_USER.token);
      const theirs = await clientGet(
        gateway.sandbox.url,
        `/reports-service/report?app_token__in=${IOS}&${ASKED},revenue`,
        as(LIMITED_USER.token),
      );
      expect([theirs.status, seen(await get(`${REPORT},revenue`))]).toEqual([403, seen(theirs)]);
      await vault.put(gateway.tenant.id, 'adjust-reports', DEMO_USER.token);
    });

    it('is nowhere in what Adjust says, also where its answer is changed on the way', async () => {
      const echo = `{"rows":["${DEMO_USER.token}"],"pagination":{"next":"${gateway.sandbox.url}/reports-service/report?t=${DEMO_USER.token}"}}`;
      for (const status of [200, 400]) {
        gateway.sandbox.misbehave({ do: { kind: 'status', status, body: echo } });
        const { text } = await get(REPORT);
        expect(text).not.toContain(DEMO_USER.token);
        expect(text).toContain('[redacted]');
      }
    });
  });

  describe('when there is no answer', () => {
    it('says so in Adjust’s form', async () => {
      gateway.sandbox.misbehave({ times: null, do: { kind: 'reset', when: 'before' } });
      expect(await told(REPORT)).toMatchObject({ status: 502, error_code: 'service_error' });
    });

    it('tears the connection down where the answer broke midway', async () => {
      gateway.sandbox.misbehave({ do: { kind: 'truncate', part: 0.6 } });
      const { status, whole, text } = await rawGet(
        `${gateway.url}${REPORT}`.replace('app_token&', 'day,country&'),
        as(key),
      );
      expect([status, whole, text.length > 0]).toEqual([200, false, true]);
    });

    it('is left at the vendor when the caller leaves', async () => {
      gateway.sandbox.misbehave({ do: { kind: 'stall', part: 0.5 } });
      const leaving = new AbortController();
      const left = fetch(gateway.url + REPORT, { headers: as(key), signal: leaving.signal })
        .then((answer) => answer.text())
        .catch(() => 'left');
      await waitUntil(() => sent().length === 1 && sent()[0]!.worked);
      leaving.abort();
      expect(await left).toBe('left');
      await waitUntil(() => sent()[0]!.aborted);
    });
  });

  it('is audited with the apps and the question, and no key or secret is anywhere', async () => {
    lines.length = 0;
    const mine = await gateway.key({ name: 'audited', scopes: ['kpis:read', 'audit:read'] });
    await get(REPORT, { ...as(mine), 'x-account-id': '4711' });
    let found: Record<string, unknown>[] = [];
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?first=200', mine);
      found = (body.data as Record<string, unknown>[]).filter(
        ({ keyName, edge }) => keyName === 'audited' && edge === 'VENDOR',
      );
      return found.length > 0;
    });
    expect(found).toEqual([
      expect.objectContaining({
        action: 'kpis.read',
        vendor: 'ADJUST',
        appId: gateway.apps[0].id,
        resource: 'adjust-reports:report',
        outcome: 'SUCCEEDED',
        upstreamStatus: 200,
        request: {
          path: '/reports-service/report',
          appTokens: [IOS],
          account: '4711',
          query: { date_period: '2026-01-01:2026-01-02', dimensions: 'app_token', metrics: 'installs' },
        },
      }),
    ]);
    const routes = lines
      .map((line) => JSON.parse(line))
      .flatMap(({ msg, route }) => (msg === 'request' ? [route] : []));
    expect(routes).toContain('/vendor/adjust-reports/*');
    const metrics = (await gateway.http('get', '/metrics')).text;
    const audit = JSON.stringify(await gateway.database.sql('SELECT * FROM audit_rows'));
    for (const secret of [key, iosKey, mine, DEMO_USER.token, 'wrong-secret-of-orbit']) {
      for (const text of [lines.join(''), metrics, audit]) expect(text).not.toContain(secret);
    }
  });
});
