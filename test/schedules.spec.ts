import { PrismaService } from '#libs/database';
import { CredentialVault } from '#libs/tenancy';
import { ScheduleFollower } from '../apps/gateway/src/schedules/schedule-follower.js';
import { DEMO_REPORTING_KEY } from '../apps/sandbox/src/index.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { look, sent, SUMMARY, useReports } from './support/reports.js';

interface Made {
  id: string;
  status: string;
  upstreamToken: string | null;
  nextRunAt: string | null;
  notify: string[];
  [field: string]: unknown;
}

const DAY = 86_400_000;
const FIELDS =
  'id vendors kind frequency runOn delay previousTime timeZone notify request upstreamToken status nextRunAt createdAt app { id name }';

describe('schedules', () => {
  const gateway = useReports();
  let key: string;
  let count = 0;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const daily = { frequency: 'DAILY', runOn: 6 };
  /** Groups by another parameter each time: two that are the same can not be told apart. */
  const aSchedule = (more: object = {}) => ({
    appId: gateway.apps[0].id,
    spec: { summary: { ...SUMMARY.summary, grouping: ['network', `cp_${count++ % 10}`] } },
    cadence: daily,
    ...more,
  });
  const post = async (body: object, headers: Record<string, string> = {}, as = key) => {
    const answer = await gateway.http('post', '/v1/schedules', as).set(headers).send(body);
    return {
      status: answer.status,
      body: answer.body as Made & { code: string; errors?: { pointer: string }[] },
      headers: answer.headers,
    };
  };
  const one = async (id: string) => (await gateway.http('get', `/v1/schedules/${id}`, key)).body as Made;
  const lookAt = async (id: string) => {
    await gateway.database.sql(`UPDATE schedules SET next_look_at = now() - interval '1 second' WHERE id = $1`, [id]);
    await gateway.app.get(ScheduleFollower).look(id);
  };
  const reportsOf = async (id: string) =>
    (await gateway.http('get', `/v1/schedules/${id}/reports`, key)).body.data as (Made & {
      request: { start: string };
    })[];

  it('is made, told at both doors, notified anew and deleted', async () => {
    const input = aSchedule({
      cadence: { frequency: 'MONTHLY', runOn: 31, delay: 1 },
      timeZone: 'Europe/Berlin',
      notify: ['a@example.com'],
    });
    const { status, body, headers } = await post(input);
    expect([status, headers['location']]).toEqual([201, `/v1/schedules/${body.id}`]);
    expect(body).toMatchObject({
      vendors: ['KOCHAVA'],
      kind: 'SUMMARY',
      status: 'ACTIVE',
      frequency: 'MONTHLY',
      runOn: 31,
      delay: 1,
      previousTime: 1,
      timeZone: 'Europe/Berlin',
      notify: ['a@example.com'],
      app: { id: gateway.apps[0].id },
    });
    const { data } = (
      await gateway.graphql(
        key,
        `{ schedule(id: "${body.id}") { ${FIELDS} nextWindows { runAt start end } lastReport { id } } }`,
      )
    ).body;
    const { nextWindows, lastReport, ...rest } = data.schedule;
    expect(rest).toEqual({ ...body, app: { id: gateway.apps[0].id, name: gateway.apps[0].name } });
    expect(lastReport).toBeNull();
    expect(nextWindows).toHaveLength(3);
    expect(nextWindows[0].runAt).toBe(body.nextRunAt);
    const windows = await gateway.http('get', `/v1/schedules/${body.id}/windows?count=5`, key);
    expect(windows.body.data.slice(0, 3)).toEqual(nextWindows);

    const changed = await gateway
      .http('patch', `/v1/schedules/${body.id}`, key)
      .send({ notify: ['b@example.com', 'c@example.com'] });
    expect([changed.status, changed.body.notify]).toEqual([200, ['b@example.com', 'c@example.com']]);
    const gone = await gateway.graphql(
      key,
      `mutation { deleteSchedule(id: "${body.id}") { status nextRunAt nextWindows { runAt } } }`,
    );
    expect(gone.body.data.deleteSchedule).toEqual({ status: 'DELETED', nextRunAt: null, nextWindows: [] });
    const again = await gateway.http('delete', `/v1/schedules/${body.id}`, key);
    expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
  });

  it.each([
    ['query', { query: { sql: 'SELECT 1' } }, 'QUERY'],
    ['detail', { detail: { traffic: ['INSTALL'] } }, 'DETAIL'],
    ['audience export', { audienceExport: { filterSetId: '7' } }, 'AUDIENCE_EXPORT'],
    [
      'audience activation',
      { audienceActivation: { filterSetId: '7', activationPartnerId: '1' } },
      'AUDIENCE_ACTIVATION',
    ],
  ])('of a %s', async (_, spec, kind) => {
    const { status, body } = await post(aSchedule({ spec }));
    expect([status, body.kind, body.status]).toEqual([201, kind, 'ACTIVE']);
    const changed = await gateway.http('patch', `/v1/schedules/${body.id}`, key).send({ notify: ['a@example.com'] });
    const isAudience = kind.startsWith('AUDIENCE');
    expect([changed.status, changed.body.code]).toEqual(isAudience ? [422, 'UNSUPPORTED'] : [200, undefined]);
  });

  it('whose answer was lost is looked for, and not asked for again', async () => {
    gateway.sandbox.misbehave({ path: '^/v1.4/schedule/summary', do: { kind: 'reset', when: 'after' } });
    const input = aSchedule();
    const headers = { 'Idempotency-Key': 'lost' };
    const { status, body } = await post(input, headers);
    expect([status, body.status, body.upstreamToken]).toEqual([201, 'UNCONFIRMED', null]);
    expect((await post(input, headers)).body.id).toBe(body.id);
    await lookAt(body.id);
    expect(await one(body.id)).toMatchObject({ status: 'ACTIVE', upstreamToken: expect.stringMatching(/^-?\d+$/) });
    gateway.sandbox.misbehave({ path: '^/v1.4/schedule/summary', do: { kind: 'reset', when: 'before' } });
    const { body: never } = await post(aSchedule());
    await lookAt(never.id);
    expect((await one(never.id)).status).toBe('UNCONFIRMED');
    await gateway.database.sql(`UPDATE schedules SET sent_at = sent_at - interval '6 minutes' WHERE id = $1`, [
      never.id,
    ]);
    await lookAt(never.id);
    expect((await one(never.id)).status).toBe('DELETED');
    expect(sent(gateway).filter((path) => path === '/schedule/summary')).toHaveLength(2);
  });

  it('accounts for its runs, those between two looks too', async () => {
    const days = 3;
    gateway.sandbox.setNow(new Date(Date.now() - days * DAY));
    const { body } = await post(aSchedule());
    gateway.sandbox.setNow(undefined);
    const since = `now() - interval '${days} days'`;
    await gateway.database.sql(`UPDATE schedules SET accounted_until = ${since} WHERE id = $1`, [body.id]);
    await lookAt(body.id);
    const reports = await reportsOf(body.id);
    expect(reports).toHaveLength(days);
    expect(new Set(reports.map(({ request }) => request.start)).size).toBe(days);
    for (const { id, createdAt } of reports) {
      expect(createdAt).toBeNull();
      await look(gateway, id);
    }
    expect((await reportsOf(body.id)).map(({ status }) => status)).toEqual(Array<string>(days).fill('COMPLETED'));
    await lookAt(body.id);
    expect(await reportsOf(body.id)).toHaveLength(days);
    const edge = `{ report(id: "${reports[0]!.id}") { schedule { id } } }`;
    expect((await gateway.graphql(key, edge)).body.data.report.schedule.id).toBe(body.id);
    const last = await gateway.graphql(key, `{ schedule(id: "${body.id}") { lastReport { status } } }`);
    expect(last.body.data.schedule.lastReport.status).toBe('COMPLETED');
  });

  it('tells the runs that never came, and waits for those that may still come', async () => {
    const { body } = await post(aSchedule({ cadence: { frequency: 'HOURLY', runOn: 0 } }));
    await gateway.database.sql(`UPDATE schedules SET accounted_until = now() - interval '5 hours' WHERE id = $1`, [
      body.id,
    ]);
    await lookAt(body.id);
    const missing = await reportsOf(body.id);
    // Of the five runs since, the last two are less than two hours old.
    expect(missing).toHaveLength(3);
    for (const report of missing) {
      expect(report).toMatchObject({ status: 'FAILED', statusDetail: expect.stringContaining('never came') });
    }
    await lookAt(body.id);
    expect(await reportsOf(body.id)).toHaveLength(3);
    const { text } = await gateway.http('get', '/metrics');
    expect(text).toContain('gateway_schedule_runs_total{outcome="missing"} 3');
  });

  it('goes on with the credential that made it, and the operator sees that it does', async () => {
    const vault = gateway.app.get(CredentialVault);
    const retired = async () => {
      const { body } = await gateway.admin(
        'get',
        `/tenants/${gateway.tenant.slug}/credentials/kochava-reporting/retired`,
      );
      return body.data as { version: number; schedules: number; reports: number }[];
    };
    const { body } = await post(aSchedule());
    await vault.put(gateway.tenant.id, 'kochava-reporting', 'another-key-of-the-same-account');
    const before = await retired();
    const version = Math.max(...before.map((one) => one.version));
    const needed = before.find((one) => one.version === version)!.schedules;
    expect(needed).toBeGreaterThan(0);
    expect(JSON.stringify(before)).not.toContain(DEMO_REPORTING_KEY.key);
    // One that nothing needs, one that was replaced just now, and the one that the schedule needs.
    for (const unused of ['old', 'just-replaced', 'newest'])
      await vault.put(gateway.tenant.id, 'kochava-reporting', unused);
    const long = new Date(Date.now() - 120_000);
    await gateway.app.get(PrismaService).credential.updateMany({
      where: { tenantId: gateway.tenant.id, current: false, version: { lte: version + 2 } },
      data: { retiredAt: long },
    });
    const path = `/tenants/${gateway.tenant.slug}/credentials/kochava-reporting/retired`;
    const dropped = await gateway.admin('delete', path);
    const stay = (dropped.body.data as { version: number }[]).map((one) => one.version);
    expect([dropped.status, stay.filter((one) => one >= version)]).toEqual([200, [version, version + 3]]);
    expect((await retired()).map((one) => one.version)).toEqual(stay);
    expect((await gateway.http('delete', `/v1/admin${path}`, key)).status).toBe(401);
    const gone = await gateway.http('delete', `/v1/schedules/${body.id}`, key);
    expect([gone.status, gone.body.status]).toEqual([200, 'DELETED']);
    expect((await retired()).find((one) => one.version === version)!.schedules).toBe(needed - 1);
    expect(
      (await gateway.http('get', `/v1/admin/tenants/${gateway.tenant.slug}/credentials/kochava-reporting/retired`, key))
        .status,
    ).toBe(401);
    await vault.put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
  });

  it('is found deleted where somebody else has deleted it', async () => {
    const { body } = await post(aSchedule());
    gateway.sandbox.reset();
    await lookAt(body.id);
    expect(await one(body.id)).toMatchObject({ status: 'DELETED', nextRunAt: null });
  });

  it.each([
    ['minute 75', { cadence: { frequency: 'HOURLY', runOn: 75 } }, '/cadence/runOn'],
    ['hour 24', { cadence: { frequency: 'DAILY', runOn: 24 } }, '/cadence/runOn'],
    ['day 32', { cadence: { frequency: 'MONTHLY', runOn: 32 } }, '/cadence/runOn'],
    ['a window of nothing', { cadence: { ...daily, previousTime: 0 } }, '/cadence/previousTime'],
    ['a delay that is none', { cadence: { ...daily, delay: -1 } }, '/cadence/delay'],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, '/timeZone'],
    [
      'a summary without grouping',
      { spec: { summary: { traffic: ['INSTALL'], grouping: [] } } },
      '/spec/summary/grouping',
    ],
    ['an empty list to notify', { notify: [] }, '/notify'],
    ['a list that is too long', { notify: Array.from({ length: 51 }, (_, i) => `a${i}@example.com`) }, '/notify'],
  ])('refuses %s before anything is sent', async (_, more, pointer) => {
    const { status, body } = await post(aSchedule(more));
    expect([status, body.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
    const mutation = 'mutation ($input: CreateScheduleInput!) { createSchedule(input: $input) { id } }';
    const { errors } = (await gateway.graphql(key, mutation, { input: aSchedule(more) })).body;
    expect([errors[0].extensions.code, errors[0].extensions.errors[0].pointer]).toEqual(['BAD_USER_INPUT', pointer]);
    expect(sent(gateway)).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    [
      'a frequency that is none, and what no frequency has',
      { cadence: { frequency: 'DAYLY', runOn: 77, delay: -6, previousTime: 0 }, timeZone: 'Berlin', notify: [] },
      ['/cadence/delay', '/cadence/frequency', '/cadence/previousTime', '/cadence/runOn', '/notify', '/timeZone'],
    ],
    [
      'what its frequency has not, beside fields that are no numbers',
      { cadence: { frequency: 'DAILY', runOn: 24, delay: 'long' }, spec: { summary: { traffic: [], grouping: 'x' } } },
      ['/cadence/delay', '/cadence/runOn', '/spec/summary/grouping', '/spec/summary/traffic'],
    ],
    [
      'a cadence that is none',
      { cadence: 'daily', spec: { detail: { traffic: ['INSTALL'], currency: 'EUR' } } },
      ['/cadence', '/spec/detail/currency'],
    ],
    [
      'no kind of report',
      { cadence: { frequency: 'WEEKLY', runOn: 8 }, spec: {}, timeZone: 'Berlin' },
      ['/cadence/runOn', '/spec', '/timeZone'],
    ],
    [
      'KPIs by the hour, mailed',
      {
        spec: { kpi: { metrics: ['INSTALLS'], groupBy: ['DAY', 'WEEK'] } },
        cadence: { frequency: 'HOURLY', runOn: 75 },
        notify: ['a@example.com'],
      },
      ['/cadence/frequency', '/cadence/runOn', '/notify', '/spec/kpi/groupBy'],
    ],
    [
      'KPIs of a zone that is none',
      {
        spec: { kpi: { metrics: [], vendors: [] } },
        cadence: { frequency: 'DAYLY', runOn: 60 },
        timeZone: 'Berlin',
      },
      ['/cadence/frequency', '/cadence/runOn', '/spec/kpi/metrics', '/spec/kpi/vendors', '/timeZone'],
    ],
  ])('names every field of %s', async (_, more, pointers) => {
    const { status, body } = await post(aSchedule(more));
    expect([status, body.errors?.map(({ pointer }) => pointer).sort()]).toEqual([400, pointers]);
    expect(sent(gateway)).toEqual([]);
  });

  it('refuses what the key may not', async () => {
    const { body } = await post(aSchedule());
    const other = await gateway.key({ of: gateway.otherTenant });
    const narrow = await gateway.key({ appIds: [gateway.apps[1].id] });
    for (const as of [other, narrow]) {
      for (const path of ['', '/reports', '/windows']) {
        expect((await gateway.http('get', `/v1/schedules/${body.id}${path}`, as)).status).toBe(404);
      }
      expect((await gateway.http('delete', `/v1/schedules/${body.id}`, as)).status).toBe(404);
      expect((await gateway.http('get', '/v1/schedules', as)).body.data).toEqual([]);
    }
    for (const [scope, more] of [
      ['schedules:write', {}],
      ['reports:sql', { spec: { query: { sql: 'SELECT 1' } } }],
      ['audiences:write', { spec: { audienceExport: { filterSetId: '7' } } }],
      ['reports:deliver', { notify: ['a@example.com'] }],
    ] as const) {
      const as = await gateway.key({ scopes: EVERY_SCOPE.filter((held) => held !== scope) });
      expect([scope, (await post(aSchedule(more), {}, as)).body.code]).toEqual([scope, 'FORBIDDEN']);
    }
    const deaf = await gateway.key({ scopes: EVERY_SCOPE.filter((held) => held !== 'reports:deliver') });
    expect(
      (await gateway.http('patch', `/v1/schedules/${body.id}`, deaf).send({ notify: ['a@example.com'] })).status,
    ).toBe(403);
    expect(
      (await gateway.http('patch', `/v1/schedules/${body.id}`, key).send({ notify: [] })).body.errors[0].pointer,
    ).toBe('/notify');
  });
});
