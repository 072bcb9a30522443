import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Sealer } from '#libs/audit';
import { AppRegistry, CredentialVault } from '#libs/tenancy';
import { ReportFilesTidy } from '../apps/gateway/src/kpi-reports/report-files-tidy.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { aKpiReport, KPI, KPI_QUERY, runNow, useKpiReports } from './support/kpi-reports.js';
import { REPORT, REQUEST } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

interface Made {
  id: string;
  status: string;
  statusDetail: string | null;
  failure: { code: string; message: string; retryable: boolean } | null;
  fileUrl: string | null;
  fileSize: number | null;
  columns: string[] | null;
  code: string;
  detail: string;
  errors?: { pointer: string }[];
  [field: string]: unknown;
}

describe('reports of kind KPI', () => {
  const use = useKpiReports();
  const { gateway } = use;
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const post = async (body: object, headers: Record<string, string> = {}, as = key) => {
    const answer = await gateway.http('post', '/v1/reports', as).set(headers).send(body);
    return { status: answer.status, body: answer.body as Made, headers: answer.headers };
  };
  const one = async (id: string, as = key) => (await gateway.http('get', `/v1/reports/${id}`, as)).body as Made;
  const get = (path: string, as = key) => gateway.http('get', path, as);
  const files = () =>
    existsSync(join(use.dataDir, 'reports')) ? readdirSync(join(use.dataDir, 'reports')).sort() : [];
  const statusOf = async (id: string) => (await one(id)).status;
  const completed = async (body: object): Promise<Made> => {
    const { id } = (await post(body)).body;
    await waitUntil(async () => !['QUEUED', 'IN_PROGRESS'].includes(await statusOf(id)));
    const made = await one(id);
    expect(made).toMatchObject({ status: 'COMPLETED', failure: null });
    return made;
  };
  /** Adjust is away for good. */
  const takeAway = () => gateway.sandbox.misbehave({ times: null, do: { kind: 'status', status: 503 } });

  it('holds the same rows as /v1/kpis, in both formats and at both doors', async () => {
    const rows = (await get(`/v1/kpis?${KPI_QUERY}&app=${gateway.apps[0].id}`)).body.rows as object[];
    const csv = (await get(`/v1/kpis?${KPI_QUERY}&app=${gateway.apps[0].id}&format=csv`)).text;
    expect(rows.length).toBeGreaterThan(50);

    const { status, body, headers } = await post(aKpiReport(gateway, { format: 'JSON' }));
    expect([status, headers['location']]).toEqual([202, `/v1/reports/${body.id}`]);
    expect(body).toMatchObject({ kind: 'KPI', vendors: ['ADJUST'], upstreamToken: null, fileUrl: null });
    await waitUntil(async () => (await statusOf(body.id)) === 'COMPLETED');
    const made = await one(body.id);
    expect(made.columns).toEqual(Object.keys(rows[0]!));
    expect(made).toMatchObject({ progress: 100, completedAt: expect.any(String) });
    const file = await get(`/v1/reports/${body.id}/file`);
    expect(JSON.parse(file.text)).toEqual(rows);
    expect([file.headers['content-type'], made.fileSize]).toEqual([
      'application/json; charset=utf-8',
      Buffer.byteLength(file.text),
    ]);
    expect((await get(`/v1/reports/${body.id}/rows?format=csv`)).text).toBe(csv);
    const paged: object[] = [];
    for (let after = ''; ;) {
      const { data, page } = (await get(`/v1/reports/${body.id}/rows?first=60${after}`)).body;
      paged.push(...data);
      if (!page.hasNextPage) break;
      after = `&after=${page.endCursor}`;
    }
    expect(paged).toEqual(rows);

    const { data } = (await gateway.graphql(key, REQUEST, { input: aKpiReport(gateway) })).body;
    const id = data.requestReport.id as string;
    await waitUntil(async () => (await statusOf(id)) === 'COMPLETED');
    const told = (await gateway.graphql(key, `{ report(id: "${id}") { ${REPORT} } }`)).body.data.report;
    expect(told).toMatchObject({ kind: 'KPI', columns: made.columns, fileUrl: `${gateway.url}/v1/reports/${id}/file` });
    expect((await get(`/v1/reports/${id}/file`)).text).toBe(csv);
    const pages: object[] = [];
    for (let after = ''; ;) {
      const query = `{ report(id: "${id}") { rows(first: 40${after}) { nodes pageInfo { hasNextPage endCursor } } } }`;
      const page = (await gateway.graphql(key, query)).body.data.report.rows;
      pages.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(pages).toEqual(rows.map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, text(v)]))));
    for (const name of files()) expect(statSync(join(use.dataDir, 'reports', name)).mode & 0o777).toBe(0o600);
    expect(files()).toHaveLength(2);
    expect(gateway.sandbox.requests.every(({ path }) => path.startsWith('/kpis/'))).toBe(true);
  });

  it('without rows is a file all the same', async () => {
    const spec = { kpi: { ...KPI.kpi, filter: { networks: ['No Such Network'] } } };
    const { id, columns } = await completed(aKpiReport(gateway, { spec, format: 'JSON' }));
    expect(JSON.parse((await get(`/v1/reports/${id}/file`)).text)).toEqual([]);
    expect((await get(`/v1/reports/${id}/rows`)).body.data).toEqual([]);
    expect((await get(`/v1/reports/${id}/rows?format=csv`)).text).toBe(`${columns!.join(',')}\n`);
    const { id: csv } = await completed(aKpiReport(gateway, { spec }));
    expect((await get(`/v1/reports/${csv}/file`)).text).toBe(`${columns!.join(',')}\n`);
  });

  it('is of days of its time zone, an end at the last second meant', async () => {
    const berlin = { timeZone: 'Europe/Berlin', start: '2026-03-27T23:00:00Z', end: '2026-03-30T21:59:59Z' };
    const made = await completed(aKpiReport(gateway, berlin));
    expect(made.statusDetail).toContain('UTC+01:00 all the way');
    const asked = '/v1/kpis?from=2026-03-28&to=2026-03-30&metrics=installs,revenue&group_by=day,country,network';
    const csv = await get(`${asked}&vendors=adjust&utc_offset=%2B01:00&app=${gateway.apps[0].id}&format=csv`);
    expect((await get(`/v1/reports/${made.id}/file`)).text).toBe(csv.text);
    const plain = await completed(aKpiReport(gateway));
    expect(plain.statusDetail).not.toContain('all the way');
  });

  describe('is refused before anything is made', () => {
    const kpi = (more: object) => ({ spec: { kpi: { ...KPI.kpi, ...more } } });
    it.each<[string, object, string[]]>([
      ['no window', { start: null, end: null }, ['/start', '/end']],
      ['no end', { end: null }, ['/end']],
      ['a start in the middle of a day', { start: '2026-05-01T10:00:00Z' }, ['/start']],
      ['an end in the middle of a day', { end: '2026-05-04T10:00:00Z' }, ['/end']],
      ['days of another zone', { timeZone: 'Europe/Berlin' }, ['/start', '/end']],
      ['a window of nothing', { end: '2026-05-01T00:00:00Z' }, ['/end']],
      ['a reversed window', { end: '2026-04-01T00:00:00Z' }, ['/end']],
      ['a window of eleven years', { start: '2015-05-01T00:00:00Z' }, ['/end']],
      ['days to come', { start: '2999-05-01T00:00:00Z', end: '2999-05-04T00:00:00Z' }, ['/start']],
      ['an unknown time zone', { timeZone: 'Mars/Olympus' }, ['/timeZone']],
      ['a delivery', { delivery: { savedS3: 'KOCHAVA_SAVED' } }, ['/delivery']],
      ['people to notify', { notify: ['a@example.com'] }, ['/notify']],
      ['no metric', kpi({ metrics: [] }), ['/spec/kpi/metrics']],
      ['an unknown metric', kpi({ metrics: ['PLANETS'] }), ['/spec/kpi/metrics']],
      ['a metric twice', kpi({ metrics: ['CLICKS', 'CLICKS'] }), ['/spec/kpi/metrics']],
      ['two dimensions of time', kpi({ groupBy: ['DAY', 'WEEK'] }), ['/spec/kpi/groupBy']],
      ['no vendor', kpi({ vendors: [] }), ['/spec/kpi/vendors']],
      [
        'a tracker that Adjust would refuse',
        kpi({ adjust: { trackerToken: '../events' } }),
        ['/spec/kpi/adjust/trackerToken'],
      ],
      [
        'a metric that Adjust has none of',
        kpi({ vendorMetrics: [{ vendor: 'ADJUST', name: 'wauz' }] }),
        ['/spec/kpi/vendorMetrics/0/name'],
      ],
    ])('%s', async (_, more, pointers) => {
      const { status, body } = await post(aKpiReport(gateway, more));
      expect([status, body.code]).toEqual([400, 'BAD_USER_INPUT']);
      expect(body.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
      const { errors } = (await gateway.graphql(key, REQUEST, { input: aKpiReport(gateway, more) })).body;
      expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect([gateway.sandbox.requests, (await get('/v1/reports')).body.data]).toEqual([[], []]);
    });

    it('what nobody can answer, an app that no vendor knows, keys that may not', async () => {
      expect((await post(aKpiReport(gateway, kpi({ groupBy: ['SITE'] })))).body.code).toBe('UNSUPPORTED');
      const registry = gateway.app.get(AppRegistry);
      const { id: appId } = await registry.create(gateway.tenant.id, { name: 'Nobody’s', platform: 'ios' });
      expect((await post(aKpiReport(gateway, { appId }))).body.code).toBe('UNSUPPORTED');
      for (const scope of ['reports:write', 'kpis:read'] as const) {
        const as = await gateway.key({ scopes: EVERY_SCOPE.filter((held) => held !== scope) });
        const { status, body } = await post(aKpiReport(gateway), {}, as);
        expect([status, body.code, body.detail]).toEqual([403, 'FORBIDDEN', expect.stringContaining(scope)]);
      }
      const narrow = await gateway.key({ appIds: [gateway.apps[1].id] });
      expect((await post(aKpiReport(gateway), {}, narrow)).status).toBe(404);
      expect(gateway.sandbox.requests).toEqual([]);
    });
  });

  it('is read with reports:read alone, by keys that may see its app', async () => {
    const { id } = await completed(aKpiReport(gateway));
    const reader = await gateway.key({ scopes: ['reports:read'], appIds: [gateway.apps[0].id] });
    expect((await get(`/v1/reports/${id}/rows?first=1`, reader)).body.data).toHaveLength(1);
    expect((await get('/v1/reports?kinds=kpi', reader)).body.data).toHaveLength(1);
    expect((await get('/v1/reports?kinds=summary', reader)).body.data).toEqual([]);
    const blind = await gateway.key({ scopes: ['kpis:read'] });
    expect((await get(`/v1/reports/${id}`, blind)).status).toBe(403);
    const others = [
      await gateway.key({ appIds: [gateway.apps[1].id] }),
      await gateway.key({ of: gateway.otherTenant }),
    ];
    for (const as of others) {
      for (const path of ['', '/rows', '/file']) expect((await get(`/v1/reports/${id}${path}`, as)).status).toBe(404);
    }
  });

  it('is made once for one idempotency key', async () => {
    const headers = { 'Idempotency-Key': 'a-kpi-report' };
    const first = await post(aKpiReport(gateway), headers);
    const again = await post(aKpiReport(gateway), headers);
    expect([again.body.id, again.headers['idempotency-replayed']]).toEqual([first.body.id, 'true']);
    const other = await post(aKpiReport(gateway, { format: 'JSON' }), headers);
    expect(other.body.code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await get('/v1/reports')).body.data).toHaveLength(1);
  });

  it('is tried again while Adjust is down, deleted meanwhile, and FAILED in the end', async () => {
    takeAway();
    const { id } = (await post(aKpiReport(gateway))).body;
    await waitUntil(async () => ((await one(id)).statusDetail ?? '').includes('tried again'));
    expect((await get(`/v1/reports/${id}/rows`)).body.code).toBe('NOT_READY');
    const gone = await gateway.http('delete', `/v1/reports/${id}`, key);
    expect([gone.status, gone.body.status]).toEqual([200, 'DELETED']);
    expect((await gateway.http('delete', `/v1/reports/${id}`, key)).body.code).toBe('CONFLICT');
    await runNow(gateway, id);
    expect(await statusOf(id)).toBe('DELETED');

    const { id: later } = (await post(aKpiReport(gateway))).body;
    await waitUntil(async () => ((await one(later)).statusDetail ?? '').includes('tried again'));
    await gateway.database.sql(`UPDATE reports SET created_at = now() - interval '7 hours' WHERE id = $1`, [later]);
    await runNow(gateway, later);
    const failed = await one(later);
    expect(failed).toMatchObject({ status: 'FAILED', fileUrl: null, failure: { retryable: true } });
    expect(failed.failure!.code).toMatch(/^UPSTREAM_/);
    expect(files().filter((name) => name.startsWith(id) || name.startsWith(later))).toEqual([]);
  });

  it('comes through where Adjust comes back, or breaks off midway', async () => {
    gateway.sandbox.misbehave({ do: { kind: 'truncate', part: 0.9 } });
    const spec = { kpi: { ...KPI.kpi, groupBy: ['DAY', 'COUNTRY', 'TRACKER'] } };
    const { id } = (await post(aKpiReport(gateway, { spec, end: '2026-06-01T00:00:00Z' }))).body;
    await waitUntil(async () => ((await one(id)).statusDetail ?? '').includes('tried again'));
    expect(files().filter((name) => name.startsWith(id))).toEqual([]);
    await runNow(gateway, id);
    expect(await statusOf(id)).toBe('COMPLETED');
    const asked = 'from=2026-05-01&to=2026-05-31&metrics=installs,revenue&group_by=day,country,tracker&vendors=adjust';
    const csv = await get(`/v1/kpis?${asked}&app=${gateway.apps[0].id}&format=csv`);
    expect((await get(`/v1/reports/${id}/file`)).text).toBe(csv.text);
  });

  it('fails at once where the same question would fail again', async () => {
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'adjust', 'revoked-since');
    const { id } = (await post(aKpiReport(gateway))).body;
    await waitUntil(async () => (await statusOf(id)) === 'FAILED');
    expect((await one(id)).failure).toMatchObject({ code: 'CREDENTIAL_REJECTED', retryable: false });
    expect((await get(`/v1/reports/${id}/file`)).body.code).toBe('CONFLICT');
  });

  it('asks in the name of the key that asked for it, and the audit says so', async () => {
    const { id } = await completed(aKpiReport(gateway));
    const events = async (path: string) =>
      (await get(`/v1/audit-events?first=200&${path}`)).body.data as {
        edge: string;
        requestId: string;
        appId: string;
      }[];
    // Reads are written down a little later.
    await waitUntil(async () => (await events('actions=kpis.read')).some(({ requestId }) => requestId === id));
    const [asked] = (await events('actions=kpis.read')).filter(({ requestId }) => requestId === id);
    expect(asked).toMatchObject({ edge: 'JOB', appId: gateway.apps[0].id });
    expect(await events(`actions=report.request&resource=report:${id}`)).toHaveLength(1);
    await gateway.app.get(Sealer).flush();
    const [read] = await events(`actions=reports.read&resource=report:${id}`);
    expect(read).toMatchObject({ appId: gateway.apps[0].id, vendor: null });
  });

  it('that two replicas made at once has one file', async () => {
    gateway.sandbox.misbehave({ do: { kind: 'delay', ms: 500 } });
    const { id } = (await post(aKpiReport(gateway))).body;
    await waitUntil(async () => (await statusOf(id)) === 'IN_PROGRESS');
    // As if the lease of the first had run out in the middle.
    await runNow(gateway, id);
    await waitUntil(async () => (await statusOf(id)) === 'COMPLETED');
    await waitUntil(() => String(files().filter((name) => name.startsWith(id))) === `${id}.2.csv`);
    expect((await get(`/v1/reports/${id}/rows?first=1`)).body.data).toHaveLength(1);
  });

  it('says that its file is not here, where it is not', async () => {
    const { id } = await completed(aKpiReport(gateway));
    for (const name of files()) rmSync(join(use.dataDir, 'reports', name));
    for (const path of ['/rows', '/rows?format=csv', '/file']) {
      const { status, body } = await get(`/v1/reports/${id}${path}`);
      expect([status, body.code, body.detail]).toEqual([503, 'UNAVAILABLE', expect.stringContaining('DATA_DIR')]);
    }
  });

  it('loses its file an hour after its row, and keeps it as long as that', async () => {
    const tidy = gateway.app.get(ReportFilesTidy);
    const kept = await completed(aKpiReport(gateway));
    const gone = await completed(aKpiReport(gateway));
    const hourAgo = new Date(Date.now() - 3_660_000);
    for (const name of files()) utimesSync(join(use.dataDir, 'reports', name), hourAgo, hourAgo);
    const young = await completed(aKpiReport(gateway));
    await gateway.database.sql('DELETE FROM reports WHERE id = ANY($1)', [[gone.id, young.id]]);
    await tidy.tidy();
    const left = files().map((name) => name.slice(0, 36));
    expect(left).toEqual([kept.id, young.id].sort());
  });
});

/** As CSV has it. */
const text = (value: unknown): string => (value === null ? '' : String(value));
