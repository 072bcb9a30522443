import { PrismaService } from '#libs/database';
import { AppRegistry, CredentialVault } from '#libs/tenancy';
import { pickReport } from '../apps/gateway/src/kpis/kochava-pick.js';
import { KnownLinks } from '../apps/gateway/src/reports/known-links.js';
import { ReportStore } from '../apps/gateway/src/reports/report-store.js';
import { SmallFiles } from '../apps/gateway/src/reports/small-files.js';
import { SummaryReports } from '../apps/gateway/src/reports/summary-reports.js';
import { SummaryTidy } from '../apps/gateway/src/reports/summary-tidy.js';
import { DEMO_REPORTING_KEY, KOCHAVA_ORBIT_RUNNER_IOS, ORBIT_RUNNER_IOS } from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { look, push, sent, useReports } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

type Row = Record<string, string | number | null>;

describe('Kochava’s summaries, asked for', () => {
  const gateway = useReports();
  let key: string;
  /** Each spec asks about days of its own, so that none reads another's reports. */
  let day = 0;
  let DAYS: { from: string; to: string };
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(async () => {
    const from = new Date(Date.UTC(2026, 3, ++day)).toISOString().slice(0, 10);
    DAYS = { from, to: from };
    // Reports are made when the clock is pushed, and not before.
    gateway.sandbox.setNow(new Date());
    // A breaker belongs to a credential: a new version of it begins without the troubles of the last.
    const vault = gateway.app.get(CredentialVault);
    for (const secret of ['for a moment', DEMO_REPORTING_KEY.key]) {
      await vault.put(gateway.tenant.id, 'kochava-reporting', secret);
    }
  });

  const urlOf = (params: Record<string, string>) =>
    `/v1/kpis?${new URLSearchParams({ ...DAYS, vendors: 'kochava', metrics: 'installs', group_by: 'network', app: gateway.apps[0].id, ...params })}`;
  const rest = async (params: Record<string, string> = {}, as = key, headers: Record<string, string> = {}) => {
    const answer = await gateway.http('get', urlOf(params), as).set(headers);
    return {
      ...answer,
      headers: answer.headers,
      status: answer.status,
      body: answer.body,
      source: answer.body.sources?.[0],
    };
  };
  const creates = () => sent(gateway).filter((path) => path === '/summary').length;
  /** Everything that was asked for is there. */
  const done = async () => {
    push(gateway, 10_000);
    await waitUntil(async () => {
      const left = await gateway.database.sql(`SELECT id FROM reports WHERE status <> 'COMPLETED'`);
      // Looked at here: their jobs come when they come.
      for (const { id } of left) await look(gateway, String(id));
      return left.length === 0;
    });
  };
  const age = () =>
    gateway.database.sql(
      `UPDATE reports SET created_at = created_at - interval '3 hours', updated_at = updated_at - interval '3 hours'`,
    );

  it('is PENDING where nobody waits, and joined by the next who asks', async () => {
    const pending = await rest({ wait_seconds: '0', totals: 'true' });
    expect(pending.status).toBe(200);
    expect(pending.body).toMatchObject({ rows: [], totals: [], rowCount: 0 });
    expect(pending.source).toMatchObject({
      status: 'PENDING',
      error: null,
      fetchedAt: null,
      reports: [{ status: 'QUEUED', kind: 'SUMMARY' }],
    });
    expect(pending.source.warnings.join()).toContain('1 of 1 reports');
    const csv = await rest({ wait_seconds: '0', format: 'csv' });
    expect([csv.status, csv.headers['retry-after'], csv.body.code]).toEqual([503, '5', 'UNAVAILABLE']);

    push(gateway, 10_000);
    const there = await rest({ wait_seconds: '20' });
    expect(there.source).toMatchObject({
      error: null,
      reports: [{ id: pending.source.reports[0].id, status: 'COMPLETED' }],
    });
    expect(there.body.rowCount).toBeGreaterThan(0);
    const again = await rest({ wait_seconds: '0' });
    expect([again.source.status, again.body.rows]).toEqual(['CACHED', there.body.rows]);
    expect(again.source.fetchedAt).toBe(there.source.reports[0].completedAt);
    // Coarser is read from finer.
    const whole = await rest({ wait_seconds: '0', group_by: '' });
    const all = (rows: Row[]) => rows.reduce((sum, row) => sum + Number(row['installs']), 0);
    expect([whole.source.status, all(whole.body.rows)]).toEqual(['CACHED', all(there.body.rows)]);
    expect(creates()).toBe(1);
  });

  it('does not wait for a Kochava that is slow to take the request, and asks no second time', async () => {
    gateway.sandbox.misbehave({ path: '/v1.4/summary', do: { kind: 'delay', ms: 7_000 } });
    const pending = await rest({ wait_seconds: '0' });
    expect([pending.source.status, pending.source.reports[0].status]).toEqual(['PENDING', 'SUBMITTING']);
    const joined = await rest({ wait_seconds: '0' });
    expect(joined.source.reports[0].id).toBe(pending.source.reports[0].id);
    await waitUntil(
      async () => (await gateway.database.sql(`SELECT id FROM reports WHERE status = 'QUEUED'`)).length > 0,
    );
    expect(creates()).toBe(1);
  });

  it('asks once for all who ask at the same time, and says in the audit that it asked', async () => {
    const app = `${gateway.apps[0].id},${gateway.apps[1].id}`;
    const answers = await Promise.all(Array.from({ length: 6 }, () => rest({ app, wait_seconds: '0' })));
    expect(answers.map(({ source }) => source.status)).toEqual(Array(6).fill('PENDING'));
    expect(new Set(answers.flatMap(({ source }) => source.reports.map(({ id }: { id: string }) => id))).size).toBe(2);
    expect(creates()).toBe(2);
    const ids = answers[0]!.source.reports.map(({ id }: { id: string }) => `report:${id}`);
    await waitUntil(async () => {
      const { body } = await gateway.http('get', '/v1/audit-events?actions=report.request&first=2', key);
      const told = body.data.map((event: Row) => [event['resource'], event['outcome'], event['vendor']]);
      return (
        JSON.stringify(told.sort()) === JSON.stringify(ids.sort().map((id: string) => [id, 'SUCCEEDED', 'KOCHAVA']))
      );
    });
  });

  it('is one report for one question on every replica', async () => {
    await rest({ wait_seconds: '0' });
    const prisma = gateway.app.get(PrismaService);
    const [row] = await prisma.report.findMany();
    await prisma.report.deleteMany();
    const { appId, fingerprint, upstreamApp, credentialVersion } = row!;
    const asked = row!.request as never;
    const wanted = {
      asked: { traffic: ['install'], grouping: ['network'], timeSeries: 24, ...window(asked) } as const,
      upstreamApp,
      freshMs: 0,
      bypass: false,
    };
    const tenant = { tenantId: gateway.tenant.id, keyId: row!.keyId } as never;
    const replicas = [1, 2].map(() => new SummaryReports(prisma, gateway.app.get(ReportStore)));
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        replicas[index % 2]!.findOrAdd(
          tenant,
          { appId, kind: 'SUMMARY', asked, fingerprint, upstreamApp, credentialVersion },
          new Date(0),
          (rows) => pickReport(rows, wanted),
        ),
      ),
    );
    expect(made.filter(({ added }) => added)).toHaveLength(1);
    expect(new Set(made.map((one) => one.row.id)).size).toBe(1);
  });
  const window = ({ start, end }: { start: string; end: string }) => ({ start, end });

  it('refuses what it can not read, and names the columns: never zeros', async () => {
    gateway.sandbox.misbehave({
      path: '/kochava-reports/',
      times: null,
      do: { kind: 'status', status: 200, body: 'day,media,klicks\n2026-05-01,x,7\n' },
    });
    await rest({ wait_seconds: '0' });
    await done();
    const { source, body } = await rest({ wait_seconds: '0' });
    expect([source.status, source.error.code, body.rows]).toEqual(['FAILED', 'UPSTREAM_INVALID_RESPONSE', []]);
    expect(source.fetchedAt).toBeNull();
    for (const word of ['"day"', '"media"', '"klicks"', 'installs', 'network'])
      expect(source.error.message).toContain(word);
    gateway.sandbox.reset();
  });

  it('refuses rows of days that it did not ask for: never leaves them out', async () => {
    gateway.sandbox.misbehave({
      path: '/kochava-reports/',
      times: null,
      do: { kind: 'status', status: 200, body: `date_adjusted,network,installs\n${DAYS.from},1,7\n2025-01-01,1,9\n` },
    });
    await rest({ wait_seconds: '0' });
    await done();
    const { source, body } = await rest({ wait_seconds: '0' });
    expect([source.status, source.error.code, body.rows]).toEqual(['FAILED', 'UPSTREAM_INVALID_RESPONSE', []]);
    expect(source.error.message).toContain('"date_adjusted" of row 2 holds a time that was not asked for');
    gateway.sandbox.reset();
  });

  it('tells a report that failed in Kochava’s words, and asks again where it may help', async () => {
    gateway.sandbox.failNextReport('Row limit exceeded');
    await rest({ wait_seconds: '0' });
    push(gateway, 10_000);
    for (let time = 0; time < 2; time += 1) {
      const { source } = await rest({ wait_seconds: '20' });
      expect(source).toMatchObject({
        status: 'FAILED',
        error: { code: 'UPSTREAM_REJECTED', message: 'Row limit exceeded' },
      });
    }
    expect(creates()).toBe(1);
    gateway.sandbox.failNextReport('Internal error');
    const more = { wait_seconds: '0', group_by: 'network,country' };
    await rest(more);
    push(gateway, 10_000);
    expect((await rest({ ...more, wait_seconds: '20' })).source).toMatchObject({
      status: 'FAILED',
      error: { code: 'UPSTREAM_UNAVAILABLE', message: 'Internal error' },
    });
    expect((await rest(more)).source.status).toBe('PENDING');
    expect(creates()).toBe(3);
  });

  it('gives older numbers where Kochava does not answer, and says so', async () => {
    await rest({ wait_seconds: '0' });
    await done();
    const before = await rest();
    await age();
    gateway.sandbox.misbehave({ path: '/v1.4/summary', times: null, do: { kind: 'rate-limit', retryAfterSeconds: 1 } });
    const stale = await rest();
    expect([stale.source.status, stale.body.rows]).toEqual(['STALE', before.body.rows]);
    expect(stale.source.warnings.join()).toContain('UPSTREAM_RATE_LIMITED');
    expect(stale.source.fetchedAt).toBe(before.source.fetchedAt);
    const none = await rest({ group_by: 'country' });
    expect([none.source.status, none.source.error.code]).toEqual(['FAILED', 'UPSTREAM_RATE_LIMITED']);
    gateway.sandbox.reset();
  });

  it('asks anew for a report whose file Kochava has let go of', async () => {
    const first = await rest({ wait_seconds: '0' });
    await done();
    const [lost] = first.source.reports as [{ id: string }];
    await gateway.database.sql(`UPDATE reports SET upstream_token = '404' WHERE id = '${lost.id}'`);
    gateway.app.get(KnownLinks).keep(lost.id, `${gateway.sandbox.url}/expired?Expires=1`);
    // Asked for by a caller who wants the file itself, which nobody keeps for them.
    const file = await gateway.http('get', `/v1/reports/${lost.id}/file`, key);
    expect([file.status, file.body.code]).toEqual([422, 'UPSTREAM_REJECTED']);
    expect(file.body.detail).toContain('no longer has');
    const again = await rest({ wait_seconds: '0' });
    expect([again.source.status, creates()]).toEqual(['PENDING', 2]);
    expect(again.source.reports[0].id).not.toBe(lost.id);
  });

  it('asks anew by itself where it finds out that a file is gone', async () => {
    const first = await rest({ wait_seconds: '0' });
    await done();
    const [lost] = first.source.reports as [{ id: string }];
    await gateway.database.sql(`UPDATE reports SET upstream_token = '404' WHERE id = '${lost.id}'`);
    // As after a restart: nothing of it is in memory.
    Object.assign(gateway.app.get(SmallFiles), { kept: new Map() });
    gateway.app.get(KnownLinks).keep(lost.id, `${gateway.sandbox.url}/expired?Expires=1`);
    const again = await rest({ wait_seconds: '0' });
    expect([again.source.status, again.source.error, creates()]).toEqual(['PENDING', null, 2]);
    expect(again.source.reports[0].id).not.toBe(lost.id);
  });

  it('asks for all reports whose files are gone at the same time', async () => {
    const app = `${gateway.apps[0].id},${gateway.apps[1].id}`;
    const first = await rest({ app, wait_seconds: '0' });
    await done();
    await gateway.database.sql(`UPDATE reports SET upstream_token = '404'`);
    Object.assign(gateway.app.get(SmallFiles), { kept: new Map() });
    const ids = (source: { reports: { id: string }[] }) => source.reports.map(({ id }) => id);
    for (const id of ids(first.source)) {
      gateway.app.get(KnownLinks).keep(id, `${gateway.sandbox.url}/expired?Expires=1`);
    }
    const again = await rest({ app, wait_seconds: '0' });
    expect([again.source.status, again.source.error, creates()]).toEqual(['PENDING', null, 4]);
    expect(again.source.warnings.join()).toContain('2 of 2 reports');
    expect(ids(again.source).filter((id) => ids(first.source).includes(id))).toEqual([]);
  });

  it('lets go of reports that questions have asked for, a week later, and of no other', async () => {
    const asked = await rest({ wait_seconds: '0' });
    const body = { appId: gateway.apps[0].id, start: `${DAYS.from}T00:00:00Z`, end: `${DAYS.from}T12:00:00Z` };
    const spec = { summary: { traffic: ['CLICK'], grouping: ['network'] } };
    const own = await gateway.http('post', '/v1/reports', key).send({ ...body, spec });
    await done();
    const there = async () => {
      const reports = [asked.source.reports[0].id, own.body.id] as string[];
      const answers = await Promise.all(reports.map((id) => gateway.http('get', `/v1/reports/${id}`, key)));
      return answers.map(({ status }) => status);
    };
    await gateway.app.get(SummaryTidy).tidy();
    expect(await there()).toEqual([200, 200]);
    await gateway.database.sql(`UPDATE reports SET updated_at = updated_at - interval '8 days'`);
    await gateway.app.get(SummaryTidy).tidy();
    expect(await there()).toEqual([404, 200]);
  });

  it('reads a report again for a while, and not for a caller who wants it fresh', async () => {
    await rest({ wait_seconds: '0' });
    const fresh = { 'Cache-Control': 'no-cache' };
    expect((await rest({ wait_seconds: '0' }, key, fresh)).source.status).toBe('PENDING');
    expect(creates()).toBe(1);
    await done();
    expect((await rest({ wait_seconds: '0' })).source.status).toBe('CACHED');
    // What they were told to come back for is theirs, once.
    expect((await rest({ wait_seconds: '0' }, key, fresh)).source.status).toBe('FRESH');
    expect(creates()).toBe(1);
    expect((await rest({ wait_seconds: '0' }, key, fresh)).source.status).toBe('PENDING');
    expect(creates()).toBe(2);
    await done();
    await age();
    expect((await rest({ wait_seconds: '0' })).source.status).toBe('PENDING');
    expect(creates()).toBe(3);
  });

  it('shows reports to keys that may read them, and nothing of them to another tenant', async () => {
    const blind = await gateway.key({ scopes: EVERY_SCOPE.filter((scope) => scope !== 'reports:read') });
    const { source } = await rest({ wait_seconds: '0' }, blind);
    expect([source.status, source.reports]).toEqual(['PENDING', []]);
    const query = `{ kpis(input: { from: "${DAYS.from}", to: "${DAYS.to}", metrics: [INSTALLS], groupBy: [NETWORK], vendors: [KOCHAVA], waitSeconds: 0, appIds: ["${gateway.apps[0].id}"] }) { sources { status reports { id app { id } } } } }`;
    expect((await gateway.graphql(blind, query)).body.errors[0].extensions.code).toBe('FORBIDDEN');
    const { body } = await gateway.graphql(key, query);
    expect(body.data.kpis.sources).toEqual([
      { status: 'PENDING', reports: [{ id: expect.any(String), app: { id: gateway.apps[0].id } }] },
    ]);
    expect(creates()).toBe(1);

    const own = await gateway.app.get(AppRegistry).create(gateway.otherTenant.id, {
      name: 'The same app',
      platform: 'ios',
      adjustToken: ORBIT_RUNNER_IOS.token,
      kochavaGuid: KOCHAVA_ORBIT_RUNNER_IOS.guid,
    });
    const other = await gateway.key({ of: gateway.otherTenant });
    const missing = await rest({ app: own.id }, other);
    expect(missing.source).toMatchObject({ status: 'FAILED', error: { code: 'CREDENTIAL_MISSING' }, reports: [] });
    await gateway.app.get(CredentialVault).put(gateway.otherTenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
    const theirs = await rest({ app: own.id, wait_seconds: '0' }, other);
    expect(theirs.source.reports.map(({ id }: { id: string }) => id)).not.toContain(
      body.data.kpis.sources[0].reports[0].id,
    );
    expect((await rest({}, other)).status).toBe(404);
  });
});

describe('Kochava, away', () => {
  const gateway = useReports({ env: { KOCHAVA_REPORTING_BASE_URL: 'http://127.0.0.1:9' } });

  it('leaves Adjust’s rows, and is an error in CSV', async () => {
    const key = await gateway.key();
    const url = '/v1/kpis?from=2026-05-01&to=2026-05-02&metrics=installs&group_by=day&totals=true';
    const { body, status } = await gateway.http('get', url, key);
    expect(status).toBe(200);
    expect(new Set([...body.rows, ...body.totals].map(({ vendor }: Row) => vendor))).toEqual(new Set(['ADJUST']));
    expect(body.totals).toHaveLength(1);
    expect(
      body.sources.map(({ status, error }: { status: string; error: { code: string } | null }) => [
        status,
        error?.code,
      ]),
    ).toEqual([
      ['FRESH', undefined],
      ['FAILED', 'UPSTREAM_UNAVAILABLE'],
    ]);
    expect(body.sources[1].error.message).toMatch(/^Kochava could not be reached\. .*\(ECONNREFUSED\)\.$/);
    const csv = await gateway.http('get', url.replace('&totals=true', '&format=csv'), key);
    expect([csv.status, csv.body.code]).toEqual([502, 'UPSTREAM_UNAVAILABLE']);
  });
});
