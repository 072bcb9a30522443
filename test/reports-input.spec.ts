import { AppRegistry, CredentialVault, TenantLimits } from '#libs/tenancy';
import { DEMO_REPORTING_KEY } from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { aReport, DETAIL, REQUEST, sent, SUMMARY, useReports } from './support/reports.js';

interface Refusal {
  code: string;
  pointers: string[];
  said: string;
}

describe('what is refused before anything is sent, at both doors the same', () => {
  const gateway = useReports();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const rest = async (input: object, as = key): Promise<Refusal> => {
    const { body } = await gateway.http('post', '/v1/reports', as).send(input);
    return told(body.code, body.errors, body.detail);
  };
  const graphql = async (input: object, as = key): Promise<Refusal> => {
    const { body } = await gateway.graphql(as, REQUEST, { input });
    const { message, extensions } = body.errors?.[0] ?? { message: 'no error', extensions: {} };
    return told(extensions.code, extensions.errors, message);
  };
  const told = (code: string, errors: { pointer: string }[] = [], said: string): Refusal => ({
    code,
    pointers: errors.map(({ pointer }) => pointer),
    said,
  });
  const summary = (more: object) => ({ spec: { summary: { ...SUMMARY.summary, ...more } } });
  const detail = (more: object) => ({ spec: { detail: { ...DETAIL.detail, ...more } } });
  const s3 = { region: 'eu-west-1', bucket: 'orbit-reports', accessKey: 'AKIA0SESAME', secretKey: 'sesame/open' };

  /** By our own rules and Kochava's: the same pointers at both doors. */
  const BAD: Readonly<Record<string, [more: object, ...pointers: string[]]>> = {
    'a reversed window': [{ start: '2026-02-02T00:00:00Z', end: '2026-02-01T00:00:00Z' }, '/end'],
    'a window of nothing': [{ start: '2026-02-01T00:00:00Z', end: '2026-02-01T00:00:00Z' }, '/end'],
    'half a window': [{ end: null }, '/end'],
    'no window': [{ start: null, end: null }, '/start'],
    'an unknown time zone': [{ timeZone: 'Mars/Olympus' }, '/timeZone'],
    'no traffic': [summary({ traffic: [] }), '/spec/summary/traffic'],
    'a filter named as every object has one': [
      summary({ filtering: { constructor: ['x'] } }),
      '/spec/summary/filtering/constructor',
    ],
    'an unknown grouping': [summary({ grouping: ['network', 'planet'] }), '/spec/summary/grouping/1'],
    'a summary without grouping': [summary({ grouping: [] }), '/spec/summary/grouping'],
    'an unknown length of time series': [summary({ timeSeries: 5 }), '/spec/summary/timeSeries'],
    'a filter of another traffic': [
      detail({ filtering: { country: ['US'] }, traffic: ['CLICK'] }),
      '/spec/detail/filtering/country',
    ],
    'a filter that is no list': [summary({ filtering: { network: 'a' } }), '/spec/summary/filtering/network'],
    'filters that are no object': [summary({ filtering: ['network'] }), '/spec/summary/filtering'],
    'an unknown inclusion': [summary({ including: ['everything'] }), '/spec/summary/including/0'],
    "an event of Kochava's own": [
      detail({ traffic: ['EVENT'], eventNames: ['Purchase', '_Install'] }),
      '/spec/detail/eventNames/1',
    ],
    'a currency beside installs': [detail({ currency: 'EUR' }), '/spec/detail/currency'],
    'default among columns': [detail({ columnsOrder: ['default', 'x'] }), '/spec/detail/columnsOrder'],
    'an empty query': [{ spec: { query: { sql: ' ' } } }, '/spec/query/sql'],
    'an export of nobody': [{ spec: { audienceExport: { reportName: 'x' } } }, '/spec/audienceExport'],
    'an activation without filter set or SQL': [
      { spec: { audienceActivation: { activationPartnerId: '7' } } },
      '/spec/audienceActivation',
    ],
    'an activation that is delivered': [
      {
        spec: { audienceActivation: { activationPartnerId: '7', filterSetId: '1' } },
        delivery: { savedS3: 'KOCHAVA_SAVED' },
      },
      '/delivery/savedS3',
    ],
    'a bucket with half its keys': [{ delivery: { s3: { ...s3, secretKey: '' } } }, '/delivery/s3/secretKey'],
    'a bucket whose name is a path': [{ delivery: { s3: { ...s3, bucket: 'a/b' } } }, '/delivery/s3/bucket'],
    'a port that is none': [
      { delivery: { sftp: { host: 'a.example', user: 'u', port: 70000 } } },
      '/delivery/sftp/port',
    ],
    'a host that is none': [{ delivery: { sftp: { host: 'a.example/x', user: 'u' } } }, '/delivery/sftp/host'],
    'an address that is none': [{ notify: ['a@example.com', 'nobody'] }, '/notify/1'],
    'nobody to notify': [{ notify: [] }, '/notify'],
    'a key of an idempotency that is none': [{ idempotencyKey: '' }, '/idempotencyKey'],
    'several at once': [
      { ...summary({ grouping: ['planet'], timeSeries: 5 }), timeZone: 'Mars/Olympus' },
      '/spec/summary/grouping/0',
      '/spec/summary/timeSeries',
      '/timeZone',
    ],
    'what one report may break in many places': [
      {
        ...detail({ currency: 'EUR', columnsOrder: [] }),
        start: '2026-02-02T00:00:00Z',
        end: '2026-02-01T00:00:00Z',
        delivery: { sftp: { host: 'a.example', user: 'u', port: 70000 } },
        notify: ['nobody'],
      },
      '/delivery/sftp/port',
      '/end',
      '/notify/0',
      '/spec/detail/columnsOrder',
      '/spec/detail/currency',
    ],
    'a KPI report by hours, with two times, that is mailed': [
      {
        spec: { kpi: { metrics: ['INSTALLS'], groupBy: ['DAY', 'WEEK'] } },
        start: '2026-02-01T01:00:00Z',
        end: '2026-02-02T01:00:00Z',
        notify: ['a@example.com'],
      },
      '/end',
      '/notify',
      '/spec/kpi/groupBy',
      '/start',
    ],
    'a KPI report of a zone that is none': [
      {
        spec: { kpi: { metrics: [], filter: { countries: ['Germany'], networks: [] } } },
        start: '2026-02-02T01:00:00Z',
        end: '2026-02-01T01:00:00Z',
        timeZone: 'Berlin',
      },
      '/end',
      '/spec/kpi/filter/countries',
      '/spec/kpi/filter/networks',
      '/spec/kpi/metrics',
      '/timeZone',
    ],
  };
  it.each(Object.entries(BAD))('%s', async (_, [more, ...pointers]) => {
    for (const ask of [rest, graphql]) {
      const { code, pointers: named, said } = await ask(aReport(gateway, more));
      expect([code, named.sort()]).toEqual(['BAD_USER_INPUT', pointers]);
      expect(said).not.toContain('sesame');
    }
    expect(sent(gateway)).toEqual([]);
  });

  /** What GraphQL's own types refuse: the documents' errors there, ours at REST. */
  const TYPED: Readonly<Record<string, [more: object, pointer: string]>> = {
    'two kinds': [{ spec: { ...SUMMARY, ...DETAIL } }, '/spec'],
    'no kind': [{ spec: {} }, '/spec'],
    'a kind that is null': [{ spec: { summary: null } }, '/spec'],
    'a spec that is a list': [{ spec: [SUMMARY] }, '/spec'],
    'an unknown kind': [{ spec: { everything: {} } }, '/spec/everything'],
    'unknown traffic': [summary({ traffic: ['INSTALL', 'RUMOURS'] }), '/spec/summary/traffic'],
    'two deliveries': [{ delivery: { savedS3: 'KOCHAVA_SAVED', s3 } }, '/delivery'],
    'a bucket without its keys': [
      { delivery: { s3: { region: 'eu-west-1', bucket: 'orbit' } } },
      '/delivery/s3/accessKey',
    ],
    'a day that is none': [{ start: '2026-02-30T00:00:00Z' }, '/start'],
    'a format that is none': [{ format: 'XML' }, '/format'],
    'a field that is none': [{ colour: 'red' }, '/colour'],
  };
  it.each(Object.entries(TYPED))('%s', async (_, [more, pointer]) => {
    const { code, pointers } = await rest(aReport(gateway, more));
    expect(code).toBe('BAD_USER_INPUT');
    expect(pointers).toContain(pointer);
    expect((await graphql(aReport(gateway, more))).code).toBe('BAD_USER_INPUT');
    expect(sent(gateway)).toEqual([]);
  });

  /** Where one field is bad by itself, the rules that look at others are asked all the same. */
  const BESIDE: Readonly<Record<string, [more: object, ...pointers: string[]]>> = {
    'a KPI report with hardly a field right': [
      {
        spec: { kpi: { metrics: ['PLANETS'], groupBy: ['DAY', 'WEEK'], vendors: [] } },
        start: 'yesterday',
        format: 'XML',
        timeZone: 'Berlin',
        notify: ['a@example.com'],
      },
      '/format',
      '/notify',
      '/spec/kpi/groupBy',
      '/spec/kpi/metrics',
      '/spec/kpi/vendors',
      '/start',
      '/timeZone',
    ],
    'a summary whose traffic is no list': [
      { ...summary({ traffic: 'INSTALL', grouping: ['planet'], timeSeries: 5 }), end: null },
      '/end',
      '/spec/summary/grouping/0',
      '/spec/summary/timeSeries',
      '/spec/summary/traffic',
    ],
    'a detail of unknown traffic, whose filters can not be judged': [
      { ...detail({ traffic: ['RUMOURS'], filtering: { planet: ['x'] }, columnsOrder: [] }), notify: ['nobody'] },
      '/notify/0',
      '/spec/detail/columnsOrder',
      '/spec/detail/traffic',
    ],
    'no kind, in a reversed window': [
      { spec: {}, start: '2026-02-02T00:00:00Z', end: '2026-02-01T00:00:00Z', timeZone: 'Berlin' },
      '/end',
      '/spec',
      '/timeZone',
    ],
    'SQL that is none, and might need no window': [
      { spec: { audienceActivation: { activationPartnerId: '7', sql: 5 } }, start: null, end: null, notify: [] },
      '/notify',
      '/spec/audienceActivation/sql',
    ],
    'a query that is none': [{ spec: { query: { sql: 5 } }, notify: ['nobody'] }, '/notify/0', '/spec/query/sql'],
  };
  it.each(Object.entries(BESIDE))('%s', async (_, [more, ...pointers]) => {
    const { code, pointers: named } = await rest(aReport(gateway, more));
    expect([code, named.sort()]).toEqual(['BAD_USER_INPUT', pointers]);
    expect(sent(gateway)).toEqual([]);
  });

  it('an app that Kochava does not know, a tenant without credential', async () => {
    const registry = gateway.app.get(AppRegistry);
    const { id: appId } = await registry.create(gateway.tenant.id, {
      name: 'Adjust alone',
      platform: 'ios',
      adjustToken: 'abc',
    });
    const strangers = await registry.create(gateway.otherTenant.id, {
      name: 'Theirs',
      platform: 'ios',
      kochavaGuid: 'kotheirs-1',
    });
    const other = await gateway.key({ of: gateway.otherTenant });
    for (const ask of [rest, graphql]) {
      expect(await ask(aReport(gateway, { appId }))).toMatchObject({ code: 'UNSUPPORTED', pointers: ['/appId'] });
      expect((await ask(aReport(gateway, { appId: strangers.id }))).code).toBe('NOT_FOUND');
      expect((await ask(aReport(gateway, { appId: strangers.id }), other)).code).toBe('CREDENTIAL_MISSING');
      expect((await ask(aReport(gateway, { appId: 'x' }))).code).toBe('NOT_FOUND');
    }
    expect(sent(gateway)).toEqual([]);
  });

  describe('scopes', () => {
    const QUERY = { spec: { query: { sql: 'SELECT 1' } } };
    const AUDIENCE = { spec: { audienceExport: { filterSetId: '7' } } };
    const without = (scope: string) => gateway.key({ scopes: EVERY_SCOPE.filter((held) => held !== scope) });

    it('asks for what the kind, the delivery and the notifications need', async () => {
      for (const [scope, more] of [
        ['reports:write', {}],
        ['reports:deliver', { notify: ['a@example.com'] }],
        ['reports:deliver', { delivery: { savedS3: 'KOCHAVA_SAVED' } }],
        ['reports:sql', QUERY],
        ['reports:sql', { spec: { audienceActivation: { activationPartnerId: '7', sql: 'SELECT 1' } } }],
        ['audiences:write', AUDIENCE],
        ['audiences:write', { spec: { audienceActivation: { activationPartnerId: '7', filterSetId: '1' } } }],
      ] as const) {
        const as = await without(scope);
        for (const ask of [rest, graphql]) {
          const { code, said } = await ask(aReport(gateway, more), as);
          expect([scope, code]).toEqual([scope, 'FORBIDDEN']);
          expect(said).toContain(scope);
        }
      }
      expect(sent(gateway)).toEqual([]);
    });

    it('keeps a key with an app list to its apps, and from what reads several', async () => {
      const [ios, android] = gateway.apps;
      const narrow = await gateway.key({ appIds: [ios.id] });
      for (const ask of [rest, graphql]) {
        for (const more of [QUERY, AUDIENCE])
          expect((await ask(aReport(gateway, more), narrow)).code).toBe('FORBIDDEN');
        expect((await ask(aReport(gateway, { appId: android.id }), narrow)).code).toBe('NOT_FOUND');
      }
      expect(sent(gateway)).toEqual([]);
      const post = (more: object) => gateway.http('post', '/v1/reports', key).send(aReport(gateway, more));
      const [sql, theirs, own] = [await post(QUERY), await post({ appId: android.id }), await post({})];
      expect([sql.status, theirs.status, own.status]).toEqual([202, 202, 202]);
      for (const { body } of [sql, theirs]) {
        for (const path of ['', '/rows', '/file']) {
          expect((await gateway.http('get', `/v1/reports/${body.id}${path}`, narrow)).status).toBe(404);
        }
        expect((await gateway.http('delete', `/v1/reports/${body.id}`, narrow)).status).toBe(404);
        const one = await gateway.graphql(narrow, `{ report(id: "${body.id}") { id } }`);
        expect(one.body.errors[0].extensions.code).toBe('NOT_FOUND');
      }
      const listed = await gateway.http('get', '/v1/reports?first=200', narrow);
      const ids = (listed.body.data as { id: string }[]).map(({ id }) => id);
      expect([ids.includes(own.body.id), ids.includes(sql.body.id), ids.includes(theirs.body.id)]).toEqual([
        true,
        false,
        false,
      ]);
    });

    it('hides another tenant’s', async () => {
      const { body } = await gateway.http('post', '/v1/reports', key).send(aReport(gateway));
      const other = await gateway.key({ of: gateway.otherTenant });
      for (const path of ['', '/rows', '/file']) {
        const { status, body: problem } = await gateway.http('get', `/v1/reports/${body.id}${path}`, other);
        expect([status, problem.detail]).toEqual([404, `No report "${body.id}".`]);
      }
      expect((await gateway.http('delete', `/v1/reports/${body.id}`, other)).status).toBe(404);
      expect((await gateway.http('get', '/v1/reports', other)).body.data).toEqual([]);
    });
  });

  describe('where data may go', () => {
    beforeAll(() =>
      gateway.app.get(TenantLimits).put(gateway.tenant.id, {
        hosts: ['partner.example', 's3.eu-west-1.amazonaws.com'],
        mailDomains: ['example.com'],
      }),
    );
    afterAll(() => gateway.app.get(TenantLimits).put(gateway.tenant.id, {}));

    it('only where the tenant has said', async () => {
      for (const [more, pointer] of [
        [{ notify: ['a@example.com', 'b@elsewhere.example'] }, '/notify/1'],
        [{ delivery: { sftp: { host: 'files.elsewhere.example', user: 'u' } } }, '/delivery/sftp/host'],
        [{ delivery: { s3: { ...s3, region: 'us-east-1' } } }, '/delivery/s3/bucket'],
        [{ delivery: { savedS3: 'KOCHAVA_SAVED' } }, '/delivery/savedS3'],
      ] as const) {
        for (const ask of [rest, graphql]) {
          expect(await ask(aReport(gateway, more))).toMatchObject({ code: 'BAD_USER_INPUT', pointers: [pointer] });
        }
      }
      expect(sent(gateway)).toEqual([]);
      const allowed = { notify: ['a@example.com'], delivery: { sftp: { host: 'files.partner.example', user: 'u' } } };
      expect((await gateway.http('post', '/v1/reports', key).send(aReport(gateway, allowed))).status).toBe(202);
    });

    it('and the keys of a bucket show nowhere', async () => {
      const { status, body } = await gateway
        .http('post', '/v1/reports', key)
        .send(aReport(gateway, { delivery: { s3 } }));
      expect([status, body.request.delivery]).toEqual([202, { s3: { region: s3.region, bucket: s3.bucket } }]);
      for (const table of ['reports', 'audit_rows', 'idempotency_records', 'pgboss.job']) {
        const [row] = await gateway.database.sql<{ all: string }>(
          `SELECT string_agg(t::text, ' ') AS "all" FROM ${table} t`,
        );
        expect(row?.all ?? '').not.toMatch(/AKIA0SESAME|sesame\/open/);
      }
    });
  });

  it('reports keep the credential that made them', async () => {
    const vault = gateway.app.get(CredentialVault);
    const { body } = await gateway.http('post', '/v1/reports', key).send(aReport(gateway));
    await vault.put(gateway.tenant.id, 'kochava-reporting', 'another-key-of-the-same-account');
    const gone = await gateway.http('delete', `/v1/reports/${body.id}`, key);
    expect([gone.status, gone.body.status]).toEqual([200, 'DELETED']);
    await vault.put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
  });

  it('lists refuse what they do not know', async () => {
    for (const query of ['first=0', 'kinds=rumours', 'after=nowhere', 'colour=red']) {
      const { status, body } = await gateway.http('get', `/v1/reports?${query}`, key);
      expect([query, status, body.errors[0].pointer]).toEqual([query, 400, `/${query.split('=')[0]}`]);
    }
  });
});
