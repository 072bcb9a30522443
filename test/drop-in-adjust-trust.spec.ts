import { ApiKeys, AppRegistry, CredentialVault } from '#libs/tenancy';
import { Lifecycle } from '../apps/gateway/src/operations/lifecycle.js';
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
const DAYS = 'start_date=2026-01-01&end_date=2026-01-02&kpis=installs';
const lines: string[] = [];

describe('The door of Adjust’s KPI Service', () => {
  const gateway = useGateway({ log: Log.into('trace', (line) => lines.push(line)) });
  let key: string;
  let iosKey: string;
  beforeAll(async () => {
    key = await gateway.key();
    iosKey = await gateway.key({ appIds: [gateway.apps[0].id] });
  });
  beforeEach(() => gateway.sandbox.reset());

  const get = async (
    path: string,
    headers: Record<string, string | string[]> = { authorization: `Token token=${key}` },
  ) => {
    const answer = await clientGet(gateway.url, path, headers);
    return { ...answer, error: answer.type?.includes('json') ? (JSON.parse(answer.text).error as string) : undefined };
  };
  const as = (credential: string) => ({ authorization: `Token token=${credential}` });
  const told = async (path: string, headers?: Record<string, string | string[]>) => {
    const { status, type, error } = await get(path, headers);
    return [status, type, error];
  };
  const sent = () => gateway.sandbox.requests;
  const JSON_TYPE = 'application/json';
  const QUESTION = `/vendor/adjust/kpis/v1/${IOS}?${DAYS}`;

  describe('the key', () => {
    it.each([
      ['no key', '', {}],
      ['an empty one', '&user_token=', { authorization: 'Token token=' }],
      ['no key of ours', `&user_token=${DEMO_USER.token}`, {}],
      ['a place that is none of Adjust’s', '', { authorization: `Basic ${Buffer.from('x:mmp_y').toString('base64')}` }],
      ['one that is mistyped', '', { authorization: 'Token token="mmp_mistyped"' }],
    ])('%s is 401 in Adjust’s form, without a question for a password', async (_, query, headers) => {
      const answer = await get(QUESTION + query, headers as Record<string, string>);
      expect([answer.status, answer.type, typeof answer.error]).toEqual([401, JSON_TYPE, 'string']);
      expect(answer.headers['www-authenticate']).toBeUndefined();
      expect(answer.headers['x-request-id']).toEqual(expect.any(String));
      expect(sent()).toEqual([]);
    });

    it('that was revoked is 401', async () => {
      const revoked = await gateway.key({ name: 'gone' });
      const apiKeys = gateway.app.get(ApiKeys);
      const { id } = (await apiKeys.list(gateway.tenant.id, { first: 200 })).nodes.find(({ name }) => name === 'gone')!;
      await apiKeys.revoke(gateway.tenant.id, id);
      const { status, error } = await get(QUESTION, as(revoked));
      expect([status, error]).toEqual([401, 'This key is not valid.']);
      expect(sent()).toEqual([]);
    });

    it('in two places is one where they say the same, and 400 where they differ, in whatever case', async () => {
      expect((await get(`${QUESTION}&user_token=${key}&User_Token=${key}`)).status).toBe(200);
      expect((await get(QUESTION, { 'x-api-key': key })).status).toBe(200);
      expect(sent().map(({ query }) => Object.keys(query).sort())).toEqual(
        Array(2).fill(['end_date', 'kpis', 'start_date']),
      );
      gateway.sandbox.reset();
      for (const [query, headers] of [
        [`&user_token=${iosKey}`, as(key)],
        [`&user_token=${key}&USER_TOKEN=${iosKey}`, {}],
        [`&user%5Ftoken=${key}&user_token=${iosKey}`, {}],
        [`&user_token=${DEMO_USER.token}`, as(key)],
        ['', { ...as(key), 'x-api-key': iosKey }],
        ['', { authorization: [`Token token=${key}`, `Token token=${iosKey}`] }],
      ] as const) {
        const [status, type, error] = await told(QUESTION + query, headers as Record<string, string>);
        expect([query, status, type, error]).toEqual([
          query,
          400,
          JSON_TYPE,
          expect.stringContaining('Two different keys'),
        ]);
      }
      expect(sent()).toEqual([]);
    });

    it('is not sent on from wherever it stands', async () => {
      for (const path of [
        `${QUESTION}&api_key=${key}`,
        `${QUESTION}&countries=${key}`,
        `/kpis/v1/${key}?${DAYS}`,
        `/kpis/v1/${IOS}/trackers/${key}?${DAYS}`,
      ]) {
        const { status, text } = await get(path);
        expect([path, status]).toEqual([path, 400]);
        expect(text).not.toContain(key);
      }
      expect(sent()).toEqual([]);
    });

    it('is counted: past its rate it is 429 with Retry-After', async () => {
      const slow = await gateway.key({ requestsPerMinute: 1 });
      expect((await get(QUESTION, as(slow))).status).toBe(200);
      const { status, type, error, headers } = await get(QUESTION, as(slow));
      expect([status, type, error]).toEqual([429, JSON_TYPE, expect.stringContaining('1 times a minute')]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['ratelimit']).toEqual(expect.stringContaining('r=0'));
    });
  });

  describe('scopes and apps', () => {
    it('refuses a key without kpis:read, and audits it', async () => {
      const other = await gateway.key({ name: 'no kpis', scopes: EVERY_SCOPE.filter((one) => one !== 'kpis:read') });
      expect(await told(QUESTION, as(other))).toEqual([403, JSON_TYPE, expect.stringContaining('kpis:read')]);
      expect(sent()).toEqual([]);
      const [event] = await events('no kpis');
      expect(event).toMatchObject({
        action: 'key.denied',
        edge: 'VENDOR',
        outcome: 'DENIED',
        resource: 'scope:kpis:read',
      });
    });

    it.each([
      ['an app that is not on the key’s list', () => iosKey, ANDROID],
      ['one of several', () => iosKey, `${IOS},${ANDROID}`],
      ['an app of another account', () => key, FOREIGN_APPS[0]!.token],
      ['an app that the credential sees, and the tenant has not', () => key, SMALL_APPS[0]!.token],
      ['an app that never was', () => key, 'nosuchapp123'],
    ])('answers for %s as for one that is not there, and asks nobody', async (_, ofKey, apps) => {
      for (const path of [`/kpis/v1/${apps}?${DAYS}`, `/kpis/v1/${apps}/cohorts.csv?`, `/kpis/v1?app_tokens=${apps}`]) {
        const missing = apps.split(',').at(-1);
        expect(await told(path, as(ofKey()))).toEqual([404, JSON_TYPE, `No app "${missing}".`]);
      }
      expect(sent()).toEqual([]);
    });

    it('knows no app of another tenant’s', async () => {
      const stranger = await gateway.key({ of: gateway.otherTenant });
      await gateway.app.get(CredentialVault).put(gateway.otherTenant.id, 'adjust', DEMO_USER.token);
      expect(await told(QUESTION, as(stranger))).toEqual([404, JSON_TYPE, `No app "${IOS}".`]);
      expect(sent()).toEqual([]);
    });

    it('takes an app twice for one, and two answers to which app for none', async () => {
      for (const path of [
        `/kpis/v1/${IOS},${IOS.toUpperCase()}?${DAYS}&App_Tokens=${IOS}`,
        `/kpis/v1?app_tokens=${IOS}&app_tokens=${IOS}&${DAYS}`,
      ]) {
        expect((await get(path)).status).toBe(200);
      }
      expect(sent().map(({ path, query }) => [path, query['app_tokens']])).toEqual([
        [`/kpis/v1/${IOS}`, undefined],
        ['/kpis/v1', IOS],
      ]);
      gateway.sandbox.reset();
      for (const path of [
        `/kpis/v1/${IOS}?app_tokens=${ANDROID}`,
        `/kpis/v1/${IOS}?APP_TOKENS=${IOS},${ANDROID}`,
        `/kpis/v1?app_tokens=${IOS}&app_tokens=${ANDROID}`,
        `/kpis/v1?app_tokens=${IOS}&app%5Ftokens=${ANDROID}`,
        `/kpis/v1/${IOS}?app_tokens[]=${ANDROID}`,
        `/kpis/v1/${IOS}?app_token=${IOS}`,
      ]) {
        expect([path, (await get(path)).status]).toEqual([path, 400]);
      }
      expect(sent()).toEqual([]);
    });

    it('asks Adjust nothing where no app is named', async () => {
      for (const path of [
        '/kpis/v1',
        '/kpis/v1?app_tokens=',
        '/kpis/v1.csv',
        '/kpis/v1/',
        '/kpis/v1/.csv',
        '/kpis/v1//events',
        '/kpis/v1/trackers/abc',
        '/kpis/v1/,?app_tokens=,',
      ]) {
        expect([path, ...(await told(path))]).toEqual([
          path,
          400,
          JSON_TYPE,
          expect.stringContaining('no app is named'),
        ]);
      }
      expect(sent()).toEqual([]);
    });

    it('sends what was checked: another spelling does not lead elsewhere', async () => {
      for (const path of [
        `/kpis/v1/${IOS}/x`,
        `/kpis/v1/${IOS}/trackers`,
        `/kpis/v1/${IOS}/trackers/..`,
        `/kpis/v1/${IOS}/trackers/a%2F..%2F..%2F${ANDROID}`,
        `/kpis/v1/${IOS}%2F..%2F${ANDROID}`,
        `/kpis/v1/${IOS}/../${ANDROID}`,
        `/kpis/v1/${IOS}%3Fapp_tokens=${ANDROID}`,
        `/kpis/v1/${IOS}%00`,
        `/kpis/v2/${IOS}`,
        '/kpis',
        '/vendor/adjust',
        '/vendor/adjust/',
      ]) {
        expect([path, (await get(path)).status]).toEqual([path, 404]);
      }
      for (const path of [
        `/kpis/v1/${IOS}%FF`,
        '/vendor/adjust/%',
        '/vendor/adjust#%',
        `/vendor/adjust#/kpis/v1/${IOS}`,
        `http://elsewhere.example/kpis/v1/${IOS}`,
      ]) {
        expect([path, ...(await told(path))]).toEqual([path, 400, JSON_TYPE, expect.any(String)]);
      }
      expect(sent()).toEqual([]);
      expect((await get(`/kpis/v1/${IOS}?${DAYS}&sandbox=false;app_tokens=${ANDROID}`)).status).toBe(400);
      expect(sent().map(({ query }) => query['sandbox'])).toEqual([`false;app_tokens=${ANDROID}`]);
    });

    it('takes GET and HEAD, and no other method', async () => {
      const head = await gateway.http('head' as 'get', QUESTION, key);
      expect([head.status, head.text]).toEqual([200, undefined]);
      const { status, text, headers } = await gateway.http('post', QUESTION, key).send({});
      expect([status, headers['allow'], JSON.parse(text)]).toEqual([
        405,
        'GET, HEAD',
        { error: 'This path takes GET, HEAD.' },
      ]);
    });
  });

  describe('what the gateway does not model', () => {
    const APPS = '/vendor/adjust/dashboard/api/apps';

    it('passes for scope vendor:adjust alone, never with an app list', async () => {
      const bold = await gateway.key({ scopes: ['vendor:adjust'] });
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 200, body: '{"apps":[]}' } });
      const { status, text } = await get(`${APPS}?user_token=${bold}&page=2`, {});
      expect([status, text]).toEqual([200, '{"apps":[]}']);
      expect(sent().map(({ path, query, headers }) => [path, query, headers.authorization])).toEqual([
        ['/dashboard/api/apps', { page: '2' }, `Token token=${DEMO_USER.token}`],
      ]);
      gateway.sandbox.reset();
      expect(await told(APPS)).toEqual([404, JSON_TYPE, 'There is nothing at this path.']);
      expect((await gateway.http('post', APPS, bold).send({})).status).toBe(405);
      expect(sent()).toEqual([]);
    });

    it('is no way around the checks of what it does model', async () => {
      const bold = await gateway.key({ scopes: ['vendor:adjust'] });
      for (const path of [
        `/KPIs/v1/${IOS}`,
        `//kpis/v1/${IOS}`,
        `/x/../kpis/v1/${IOS}`,
        `/x%2F..%2Fkpis/v1/${IOS}`,
        `/./kpis/v1/${IOS}`,
        `/kpis/v1%2F${IOS}`,
        `/kpis;x/v1/${IOS}`,
        `/%256bpis/v1/${IOS}`,
        `/kpis\\v1\\${IOS}`,
      ]) {
        expect([path, (await get(`/vendor/adjust${path}`, as(bold))).status]).toEqual([path, 404]);
      }
      expect((await get(QUESTION, as(bold))).status).toBe(403);
      expect(sent()).toEqual([]);
    });
  });

  describe('the tenant’s credential', () => {
    it('that is not there, or that Adjust does not take, is 424 without a hint at it', async () => {
      const vault = gateway.app.get(CredentialVault);
      const registry = gateway.app.get(AppRegistry);
      await registry.create(gateway.otherTenant.id, { name: 'Tidal', platform: 'IOS', adjustToken: IOS });
      const stranger = as(await gateway.key({ of: gateway.otherTenant }));
      await vault.delete(gateway.otherTenant.id, 'adjust').catch(() => undefined);
      expect(await told(QUESTION, stranger)).toEqual([424, JSON_TYPE, expect.stringContaining('no adjust credential')]);
      expect(sent()).toEqual([]);
      await vault.put(gateway.otherTenant.id, 'adjust', 'wrong-secret-of-tidal');
      const refused = await get(`/kpis/v1/${IOS}.csv?${DAYS}`, stranger);
      expect([refused.status, refused.type, refused.error]).toEqual([
        424,
        JSON_TYPE,
        expect.stringContaining('does not accept this tenant’s credential'),
      ]);
      expect(refused.text).not.toContain('wrong-secret');
      expect(sent()).toHaveLength(1);
    });

    it('is nowhere in what Adjust says, whole or in a stream', async () => {
      const echo = `{"result_set":{"token":"${DEMO_USER.token}"},"x":"${'x'.repeat(3000)}"}`;
      for (const status of [200, 400]) {
        gateway.sandbox.misbehave({ do: { kind: 'status', status, body: echo } });
        const answer = await get(QUESTION);
        expect([answer.status, answer.text]).toEqual([status, echo.replace(DEMO_USER.token, '[redacted]')]);
      }
    });
  });

  describe('what Adjust says', () => {
    it('of its own accord is handed on: 403 by permission, 429 and 503 with its words and Retry-After', async () => {
      await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'adjust', LIMITED_USER.token);
      const theirs = await clientGet(gateway.sandbox.url, `/kpis/v1/${IOS}?kpis=revenue`, as(LIMITED_USER.token));
      expect([theirs.status, seen(await get(`/kpis/v1/${IOS}?kpis=revenue`))]).toEqual([403, seen(theirs)]);
      await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'adjust', DEMO_USER.token);
      for (const status of [429, 503]) {
        gateway.sandbox.reset();
        const body = '{"error":"Later."}';
        gateway.sandbox.misbehave({
          times: null,
          do: { kind: 'status', status, body, headers: { 'retry-after': '120' } },
        });
        const answer = await get(QUESTION);
        expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([status, body, '120']);
        expect(sent()).toHaveLength(1);
      }
    });

    it('is asked for again where it is in trouble for a moment', async () => {
      const calm = await get(QUESTION);
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({ do: { kind: 'status', status: 500 } });
      expect(seen(await get(QUESTION))).toEqual(seen(calm));
      expect(sent()).toHaveLength(2);
    });

    it('is its last word where the trouble goes on', async () => {
      gateway.sandbox.misbehave({ times: null, do: { kind: 'html', status: 502 } });
      const answer = await get(QUESTION);
      expect([answer.status, answer.type]).toEqual([502, expect.stringContaining('text/html')]);
      expect(sent()).toHaveLength(3);
    });

    it('carries no header that is not known', async () => {
      gateway.sandbox.misbehave({
        do: {
          kind: 'status',
          status: 200,
          body: '{}',
          headers: { 'x-internal': 'secret', 'set-cookie': 'a=b', server: 's' },
        },
      });
      const { headers } = await get(QUESTION);
      for (const name of ['x-internal', 'set-cookie', 'server']) expect(headers[name]).toBeUndefined();
      expect(headers['cache-control']).toBe('private, no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
    });

    it('goes to the vendor with no header of the caller’s but Accept', async () => {
      await get(QUESTION, {
        ...as(key),
        cookie: 'a=b',
        'x-forwarded-for': '1.2.3.4',
        'user-agent': 'script',
        accept: 'text/csv;q=1',
      });
      const { headers } = sent()[0]!;
      expect(headers).toMatchObject({ accept: 'text/csv', 'user-agent': 'mmp-gateway' });
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('x-forwarded-for');
    });
  });

  describe('when there is no answer', () => {
    it('says so in Adjust’s form, and 502', async () => {
      gateway.sandbox.misbehave({ times: null, do: { kind: 'reset', when: 'before' } });
      expect(await told(QUESTION)).toEqual([502, JSON_TYPE, expect.any(String)]);
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({
        times: null,
        do: { kind: 'status', status: 302, headers: { location: 'https://x.example' } },
      });
      expect(await told(QUESTION)).toEqual([502, JSON_TYPE, expect.stringContaining('redirect')]);
    });

    it('tears the connection down where the answer broke midway', async () => {
      gateway.sandbox.misbehave({ do: { kind: 'truncate', part: 0.6 } });
      const { status, whole, text } = await rawGet(`${gateway.url}${QUESTION}&grouping=days,countries`, as(key));
      expect([status, whole, text.length > 0]).toEqual([200, false, true]);
    });

    it('because the gateway is stopping, says 503 and when to come again', async () => {
      const lifecycle = gateway.app.get(Lifecycle);
      lifecycle.draining = true;
      const { status, type, error, headers } = await get(QUESTION);
      lifecycle.draining = false;
      expect([status, type, headers['retry-after'], typeof error]).toEqual([503, JSON_TYPE, '1', 'string']);
      expect(sent()).toEqual([]);
    });

    it('is left at the vendor when the caller leaves', async () => {
      gateway.sandbox.misbehave({ do: { kind: 'stall', part: 0.5 } });
      const leaving = new AbortController();
      const left = fetch(gateway.url + QUESTION, { headers: as(key), signal: leaving.signal })
        .then((answer) => answer.text())
        .catch(() => 'left');
      await waitUntil(() => sent().length === 1 && sent()[0]!.worked);
      leaving.abort();
      expect(await left).toBe('left');
      await waitUntil(() => sent()[0]!.aborted);
    });
  });

  const events = async (keyName: string) => {
    const auditor = await gateway.key({ scopes: ['audit:read'] });
    let found: Record<string, unknown>[] = [];
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?first=200', auditor);
      found = (body.data as Record<string, unknown>[]).filter((event) => event['keyName'] === keyName);
      return found.length > 0;
    });
    return found;
  };

  it('is audited with the app, the question and what Adjust answered', async () => {
    const mine = await gateway.key({ name: 'audited' });
    await get(`${QUESTION}&user_token=${mine}`, {});
    await get(`/kpis/v1/${IOS}?start_date=x`, as(mine));
    await waitUntil(async () => (await events('audited')).length === 2);
    const [refused, answered] = await events('audited');
    expect(answered).toMatchObject({
      action: 'kpis.read',
      edge: 'VENDOR',
      vendor: 'ADJUST',
      appId: gateway.apps[0].id,
      resource: 'adjust:overview',
      outcome: 'SUCCEEDED',
      upstreamStatus: 200,
      request: {
        path: `/kpis/v1/${IOS}`,
        appTokens: [IOS],
        query: { start_date: '2026-01-01', end_date: '2026-01-02', kpis: 'installs' },
      },
    });
    expect(refused).toMatchObject({ outcome: 'FAILED', code: 'UPSTREAM_REJECTED', upstreamStatus: 400 });
  });

  it('writes one line for each request, by its pattern, and no key or secret anywhere', async () => {
    lines.length = 0;
    await get(`${QUESTION}&user_token=${key}&App_Tokens=nosuch`, {});
    await get(`${QUESTION}&user_token=${key}`, {});
    await get(`/kpis/v1/${IOS}?user_token=${key}x`, {});
    await get(`/kpi/v1/${key}`, {});
    gateway.sandbox.misbehave({ times: null, do: { kind: 'reset', when: 'after' } });
    await get(`/kpis/v1/${IOS}?user_token=${key}`, {});
    const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(requests.map(({ route, status, key: name }) => [route, status, name])).toEqual([
      ['/vendor/adjust/*', 400, 'spec'],
      ['/vendor/adjust/*', 200, 'spec'],
      ['/kpis/*', 401, undefined],
      ['none', 404, undefined],
      ['/kpis/*', 502, 'spec'],
    ]);
    const metrics = (await gateway.http('get', '/metrics')).text;
    const audit = JSON.stringify(await gateway.database.sql('SELECT * FROM audit_rows'));
    for (const secret of [key, iosKey, DEMO_USER.token, 'wrong-secret-of-tidal']) {
      expect(lines.join('')).not.toContain(secret);
      expect(metrics).not.toContain(secret);
      expect(audit).not.toContain(secret);
    }
  });
});
