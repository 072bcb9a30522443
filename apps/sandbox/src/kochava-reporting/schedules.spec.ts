import { ReportingRig, SUMMARY, fileOf, named, table, type Answer } from '../../test/reporting-rig.js';

let rig: ReportingRig;
beforeAll(async () => (rig = await ReportingRig.start()));
beforeEach(() => rig.sandbox.reset());
afterAll(() => rig.sandbox.close());

describe('a schedule', () => {
  const { time_start: _start, time_end: _end, ...CONTENT } = SUMMARY;
  const DAILY = { ...CONTENT, frequency: 'daily', run_on: '2', delay: '2', previous_time: '24' };

  it('runs as the clock is pushed, and its reports are listed with the rest', async () => {
    const { status, report_token: token } = await rig.post('/v1.4/schedule/summary', DAILY);
    expect(status).toBe('scheduled');
    const look = () => rig.post('/v1.4/schedule/progress', { ...named, token });
    expect(await look()).toMatchObject({
      status: 'scheduled',
      next_scheduled_on: '2026-03-12 02:00:00',
      last_requested_token: '-1',
    });
    rig.push(3 * 86_400_000);
    const later = await look();
    expect(later.next_scheduled_on).toBe('2026-03-15 02:00:00');
    const reports = await rig.post<Answer[]>('/v1.4/tokens', named);
    expect(reports).toHaveLength(3);
    expect(reports[0]!.report_token).toBe(later.last_requested_token);
    const report = await rig.post('/v1.4/progress', { ...named, token: later.last_requested_token });
    expect(report.report_request).toMatchObject({
      time_start: String(Date.UTC(2026, 2, 13) / 1000),
      time_end: String(Date.UTC(2026, 2, 14) / 1000 - 1),
    });
    expect(table(await fileOf(report)).length).toBeGreaterThan(0);
  });

  it('is updated at the endpoint that made it alone, and deleted', async () => {
    const { report_token: token } = await rig.post('/v1.4/schedule/summary', DAILY);
    const change = { ...named, token, notify: ['a@b.example'] };
    expect((await rig.post('/v1.4/schedule/detail', change)).status).toBe('Error');
    expect(await rig.post('/v1.4/schedule/summary', change)).toEqual({ status: 'updated', report_token: token });
    expect((await rig.post('/v1.4/schedule/progress', { ...named, token })).report_request).toMatchObject({
      notify: ['a@b.example'],
    });
    expect(await rig.post<Answer[]>('/v1.4/schedule/tokens', named)).toMatchObject([
      { report_token: token, frequency: 'daily', run_on: '2' },
    ]);
    expect(await rig.post('/v1.4/schedule/delete', { ...named, token })).toEqual({ status: 'Deleted' });
    expect((await rig.post('/v1.4/schedule/progress', { ...named, token })).status).toBe('error');
    rig.push(3 * 86_400_000);
    expect(await rig.post('/v1.4/tokens', named)).toEqual([]);
  });

  it('of a query is queued, and needs no more than when it runs', async () => {
    const query = {
      ...named,
      custom_report_name: 'kochavaquery',
      sql_kquery: 'select 1',
      frequency: 'daily',
      run_on: '0',
    };
    expect((await rig.post('/v1.4/schedule/custom', query)).status).toBe('queued');
    expect(await rig.post('/v1.4/schedule/custom', { ...query, run_on: '24' })).toEqual({
      status: 'Error',
      error: 'Error request parameters run_on invalid.',
    });
  });

  it.each([
    ['hourly', '45', '15', '60', '2026-03-11 13:45:00', '12:30-13:30'],
    ['weekly', '1', '1', '7', '2026-03-16 00:00:00', '03-08-03-15'],
    ['monthly', '16', '0', '2', '2026-03-16 00:00:00', '02-01-03-16'],
    ['quarterly', '1', '0', '1', '2026-04-01 00:00:00', '01-01-04-01'],
  ])('%s %s %s %s covers what the document says', async (frequency, run_on, delay, previous_time, next, window) => {
    const asked = { ...CONTENT, frequency, run_on, delay, previous_time };
    const { report_token: token } = await rig.post('/v1.4/schedule/summary', asked);
    const before = await rig.post('/v1.4/schedule/progress', { ...named, token });
    expect(before.next_scheduled_on).toBe(next);
    rig.sandbox.setNow(new Date(`${next.replace(' ', 'T')}Z`));
    const { last_requested_token } = await rig.post('/v1.4/schedule/progress', { ...named, token });
    const { report_request } = await rig.post('/v1.4/progress', { ...named, token: last_requested_token });
    const at = (seconds: unknown) => new Date(Number(seconds) * 1000).toISOString();
    const cut = frequency === 'hourly' ? [11, 16] : [5, 10];
    const start = at(report_request!.time_start).slice(...cut);
    const end = at(Number(report_request!.time_end) + 1).slice(...cut);
    expect(`${start}-${end}`).toBe(window);
  });
});
