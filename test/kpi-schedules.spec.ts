import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PrismaService } from '#libs/database';
import { createGateway, listen } from '../apps/gateway/src/create-gateway.js';
import { ReportRunner } from '../apps/gateway/src/kpi-reports/report-runner.js';
import { ScheduleRunner } from '../apps/gateway/src/kpi-reports/schedule-runner.js';
import { Log } from '../apps/gateway/src/operations/log.js';
import { EVERY_SCOPE } from './support/gateway.js';
import { KPI, useKpiReports } from './support/kpi-reports.js';
import { waitUntil } from './support/wait-until.js';

interface Made {
  id: string;
  status: string;
  statusDetail: string | null;
  nextRunAt: string | null;
  code: string;
  errors?: { pointer: string }[];
  request: { start: string; end: string };
  [field: string]: unknown;
}

const DAY = 86_400_000;
const CREATE =
  'mutation ($input: CreateScheduleInput!) { createSchedule(input: $input) { id status kind vendors upstreamToken nextRunAt } }';

describe('schedules of kind KPI', () => {
  const { gateway } = useKpiReports();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  /** Runs six hours from now: never while a spec looks. */
  const daily = () => ({ frequency: 'DAILY', runOn: (new Date().getUTCHours() + 6) % 24 });
  const aSchedule = (more: object = {}) => ({ appId: gateway.apps[0].id, spec: KPI, cadence: daily(), ...more });
  const post = async (body: object, headers: Record<string, string> = {}, as = key) => {
    const answer = await gateway.http('post', '/v1/schedules', as).set(headers).send(body);
    return { status: answer.status, body: answer.body as Made, headers: answer.headers };
  };
  const reportsOf = async (id: string) =>
    (await gateway.http('get', `/v1/schedules/${id}/reports?first=200`, key)).body.data as Made[];
  /** As if nobody had run it for so long. */
  const stopFor = (id: string, days: number) =>
    gateway.database.sql(
      `UPDATE schedules SET next_look_at = now() - interval '1 second', accounted_until = now() - $2 * interval '1 day' WHERE id = $1`,
      [id, days],
    );
  const lookAt = (id: string) => gateway.app.get(ScheduleRunner).look(id);

  it('is ACTIVE at once, told at both doors, and deleted; no vendor hears of it', async () => {
    const input = aSchedule({ cadence: { frequency: 'WEEKLY', runOn: 1, delay: 1 }, timeZone: 'Europe/Berlin' });
    const { status, body, headers } = await post(input);
    expect([status, headers['location']]).toEqual([201, `/v1/schedules/${body.id}`]);
    expect(body).toMatchObject({
      kind: 'KPI',
      vendors: ['ADJUST'],
      status: 'ACTIVE',
      upstreamToken: null,
      notify: [],
      previousTime: 7,
      nextRunAt: expect.any(String),
    });
    const query = `{ schedule(id: "${body.id}") { nextRunAt nextWindows(count: 20) { runAt start end } lastReport { id } reports { nodes { id } } } }`;
    const { schedule } = (await gateway.graphql(key, query)).body.data;
    expect(schedule).toMatchObject({ nextRunAt: body.nextRunAt, lastReport: null, reports: { nodes: [] } });
    expect(schedule.nextWindows[0].runAt).toBe(body.nextRunAt);

    const { data } = (await gateway.graphql(key, CREATE, { input })).body;
    expect(data.createSchedule).toMatchObject({ kind: 'KPI', status: 'ACTIVE', upstreamToken: null });

    const changed = await gateway.http('patch', `/v1/schedules/${body.id}`, key).send({ notify: ['a@example.com'] });
    expect([changed.status, changed.body.code]).toEqual([422, 'UNSUPPORTED']);
    const gone = await gateway.http('delete', `/v1/schedules/${body.id}`, key);
    expect([gone.status, gone.body.status, gone.body.nextRunAt]).toEqual([200, 'DELETED', null]);
    expect((await gateway.http('delete', `/v1/schedules/${body.id}`, key)).status).toBe(409);
    expect((await gateway.http('get', `/v1/schedules/${body.id}/windows`, key)).body.data).toEqual([]);
    await stopFor(body.id, 30);
    await lookAt(body.id);
    expect(await reportsOf(body.id)).toEqual([]);
    expect(gateway.sandbox.requests).toEqual([]);
  });

  it.each([
    ['DAILY', { frequency: 'DAILY', runOn: 14, delay: 7 }],
    ['DAILY, runs at two in the morning', { frequency: 'DAILY', runOn: 2, delay: 3 }],
    ['WEEKLY', { frequency: 'WEEKLY', runOn: 3, delay: 2 }],
    ['MONTHLY', { frequency: 'MONTHLY', runOn: 1 }],
    ['QUARTERLY', { frequency: 'QUARTERLY', runOn: 1 }],
  ])('%s covers whole days that lie end to end, through summer time', async (_, cadence) => {
    const { body } = await post(aSchedule({ cadence, timeZone: 'Europe/Berlin' }));
    const windows = (await gateway.http('get', `/v1/schedules/${body.id}/windows?count=100`, key)).body.data as {
      start: string;
      end: string;
    }[];
    const midnight = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'medium' });
    for (const [index, { start, end }] of windows.entries()) {
      expect(midnight.format(new Date(start))).toBe('00:00:00');
      if (index > 0) expect(start).toBe(windows[index - 1]!.end);
      expect(start < end).toBe(true);
    }
    expect(windows).toHaveLength(100);
  });

  it('makes up for what it missed, each window once, whoever looks how often', async () => {
    const { body } = await post(aSchedule());
    await stopFor(body.id, 3);
    await Promise.all(Array.from({ length: 10 }, () => lookAt(body.id)));
    const made = await reportsOf(body.id);
    expect(made).toHaveLength(3);
    await waitUntil(async () => (await reportsOf(body.id)).every(({ status }) => status === 'COMPLETED'));
    const windows = (await reportsOf(body.id)).map(({ request }) => request).reverse();
    for (const [index, { start, end }] of windows.entries()) {
      expect(Date.parse(end) - Date.parse(start)).toBe(DAY);
      if (index > 0) expect(start).toBe(windows[index - 1]!.end);
    }
    // What is forgotten to be accounted for is not made again.
    await stopFor(body.id, 3);
    await lookAt(body.id);
    expect((await reportsOf(body.id)).map(({ id }) => id)).toEqual(made.map(({ id }) => id));

    const [newest] = made;
    const { start, end } = newest!.request;
    const day = (instant: number) => new Date(instant).toISOString().slice(0, 10);
    const days = `from=${day(Date.parse(start))}&to=${day(Date.parse(end) - 1)}`;
    const asked = `/v1/kpis?${days}&metrics=installs,revenue&group_by=day,country,network&vendors=adjust&app=${gateway.apps[0].id}`;
    const file = (await gateway.http('get', `/v1/reports/${newest!.id}/file`, key)).text;
    expect(file).toBe((await gateway.http('get', `${asked}&format=csv`, key)).text);
    const edges = `{ report(id: "${newest!.id}") { kind schedule { id lastReport { id } } } }`;
    expect((await gateway.graphql(key, edges)).body.data.report).toEqual({
      kind: 'KPI',
      schedule: { id: body.id, lastReport: { id: newest!.id } },
    });
    const told = (await gateway.http('get', `/v1/reports/${newest!.id}`, key)).body;
    expect(told.schedule).toEqual((await gateway.http('get', `/v1/schedules/${body.id}`, key)).body);
    const narrow = await gateway.key({ scopes: ['reports:read'] });
    expect((await gateway.http('get', `/v1/reports/${newest!.id}`, narrow)).body.schedule).toBeNull();
    const { text } = await gateway.http('get', '/metrics');
    expect(text).toContain('gateway_schedule_runs_total{outcome="came"} 3');
  });

  it('tells what it does not make up for after too long', async () => {
    const { body } = await post(aSchedule());
    await stopFor(body.id, 130);
    await lookAt(body.id);
    const made = await reportsOf(body.id);
    expect(made).toHaveLength(101);
    const told = made.at(-1)!;
    expect(told).toMatchObject({ status: 'FAILED', statusDetail: expect.stringContaining('30 runs') });
    expect(Date.parse(told.request.end) - Date.parse(told.request.start)).toBe(30 * DAY);
    expect(made.at(-2)!.request.start).toBe(told.request.end);
    await stopFor(body.id, 130);
    await lookAt(body.id);
    expect(await reportsOf(body.id)).toHaveLength(101);
  });

  it('may be of days that have not begun when it is made', async () => {
    const runOn = (new Date().getUTCDay() + 3) % 7;
    const { status } = await post(aSchedule({ cadence: { frequency: 'WEEKLY', runOn, previousTime: 1 } }));
    expect(status).toBe(201);
  });

  it.each<[string, object, string[]]>([
    ['each hour', { cadence: { frequency: 'HOURLY', runOn: 0 } }, ['/cadence/frequency']],
    ['half a day', { cadence: { frequency: 'DAILY', runOn: 6, previousTime: 12 } }, ['/cadence/previousTime']],
    ['an hour that is none', { cadence: { frequency: 'DAILY', runOn: 24 } }, ['/cadence/runOn']],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, ['/timeZone']],
    ['a delivery', { delivery: { savedS3: 'KOCHAVA_SAVED' } }, ['/delivery']],
    ['people to notify', { notify: ['a@example.com'] }, ['/notify']],
    ['no metric', { spec: { kpi: { metrics: [] } } }, ['/spec/kpi/metrics']],
    [
      'a tracker that Adjust would refuse',
      { spec: { kpi: { ...KPI.kpi, adjust: { trackerToken: '../x' } } } },
      ['/spec/kpi/adjust/trackerToken'],
    ],
  ])('refuses %s before anything is made', async (_, more, pointers) => {
    const { status, body } = await post(aSchedule(more));
    expect([status, body.code, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, 'BAD_USER_INPUT', pointers]);
    const { errors } = (await gateway.graphql(key, CREATE, { input: aSchedule(more) })).body;
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect((await gateway.http('get', '/v1/schedules', key)).body.data).toEqual([]);
  });

  it('is made once for one idempotency key, by keys that may', async () => {
    const headers = { 'Idempotency-Key': 'a-kpi-schedule' };
    const first = await post(aSchedule(), headers);
    expect((await post(aSchedule(), headers)).body.id).toBe(first.body.id);
    for (const scope of ['schedules:write', 'kpis:read'] as const) {
      const as = await gateway.key({ scopes: EVERY_SCOPE.filter((held) => held !== scope) });
      expect([scope, (await post(aSchedule(), {}, as)).status]).toEqual([scope, 403]);
    }
    const narrow = await gateway.key({ appIds: [gateway.apps[1].id] });
    for (const as of [narrow, await gateway.key({ of: gateway.otherTenant })]) {
      expect((await post(aSchedule(), {}, as)).status).toBe(404);
      for (const method of ['get', 'delete'] as const) {
        expect((await gateway.http(method, `/v1/schedules/${first.body.id}`, as)).status).toBe(404);
      }
    }
  });

  describe('and two replicas', () => {
    let other: NestFastifyApplication;
    beforeAll(async () => {
      const { config, database } = gateway;
      const credentialKeys = config.tenancy.credentialKeys!;
      other = await createGateway({ config, log: Log.silent(), databaseUrl: database.url, credentialKeys });
      await listen(other, config);
    });
    afterAll(async () => {
      await other.close();
      await other.get(PrismaService).$disconnect();
    });

    it('make one report of each window', async () => {
      const { body } = await post(aSchedule());
      await stopFor(body.id, 5);
      const replicas = [gateway.app, other];
      await Promise.all(replicas.flatMap((app) => [1, 2, 3].map(() => app.get(ScheduleRunner).look(body.id))));
      // Both have taken it at once: as if the lease had run out in the middle.
      await stopFor(body.id, 5);
      await Promise.all(replicas.map((app) => app.get(ScheduleRunner).look(body.id)));
      const made = await reportsOf(body.id);
      expect(made).toHaveLength(5);
      await Promise.all(made.flatMap(({ id }) => replicas.map((app) => app.get(ReportRunner).run(id))));
      await waitUntil(async () => (await reportsOf(body.id)).every(({ status }) => status === 'COMPLETED'));
      const asked = gateway.sandbox.requests.filter(({ path }) => path.startsWith('/kpis/'));
      expect(asked).toHaveLength(5);
    });
  });
});
