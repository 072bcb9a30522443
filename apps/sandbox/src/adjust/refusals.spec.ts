import { FOREIGN_APPS, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS } from '../world/apps.js';
import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import { ask } from '../testing.js';
import { DEMO_USER, FOREIGN_USER, LIMITED_USER } from './access.js';

const APP = ORBIT_RUNNER_IOS.token;
const OTHER = ORBIT_RUNNER_ANDROID.token;
const FOREIGN = FOREIGN_APPS[0]?.token as string;

describe('the KPI Service refuses', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
  });
  afterAll(() => sandbox.close());

  async function status(path: string, authorization?: string): Promise<number> {
    const headers = authorization === undefined ? undefined : { authorization };
    const answer = await ask(sandbox, path, headers);
    if (answer.status >= 400) {
      // JSON also where CSV was asked for: a public client dies of anything else.
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(Object.keys(answer.json)).toEqual(['error']);
      expect(answer.json.error?.length).toBeGreaterThan(5);
      expect(answer.text).not.toMatch(/sbx[ufl]/);
    }
    return answer.status;
  }

  it.each([
    ['start_date=2026-02-30', 'start_date'],
    ['end_date=05/31/2026', 'end_date'],
    ['start_date=2026-05-02&end_date=2026-05-01', 'after'],
    ['utc_offset=2', 'utc_offset'],
    ['utc_offset=+15:00', 'utc_offset'],
    ['utc_offset=+02:75', 'utc_offset'],
    ['kpis=installs,instals', 'instals'],
    ['kpis=retention_rate', 'retention_rate'],
    ['event_kpis=nothere_revenue', 'nothere'],
    ['event_kpis=all_sessions', 'sessions'],
    ['event_kpis=pu9q5c', 'pu9q5c'],
    ['countries=de,xx', 'xx'],
    ['countries=uk', 'uk'],
    ['os_names=ios,amiga', 'amiga'],
    ['device_types=fridge', 'fridge'],
    ['regions=MOON', 'MOON'],
    ['grouping=planets', 'planets'],
    ['grouping=days,weeks', 'weeks'],
    ['grouping=country,countries', 'countries'],
    ['grouping=events', 'events'],
    ['grouping=periods', 'periods'],
    ['sandbox=perhaps', 'sandbox'],
    ['attribution_type=touch', 'attribution_type'],
    ['attribution_source=last', 'attribution_source'],
    ['reattributed=some', 'reattributed'],
    ['reattributed=true&start_date=2017-08-31&end_date=2017-09-30', '2017-09-01'],
    ['tracker_filter=zzzzzz', 'zzzzzz'],
    ['partner_ids=facebook', 'facebook'],
    ['cohort_revenue_period=week', 'cohort_revenue_period'],
    ['period=year', 'period'],
    ['events=zzzzzz', 'zzzzzz'],
  ])('an overview with %s and says what is wrong', async (query, named) => {
    for (const path of [`/kpis/v1/${APP}?${query}`, `/kpis/v1/${APP}.csv?${query}`]) {
      expect(await status(path)).toBe(400);
      expect((await ask(sandbox, path)).json.error).toContain(named);
    }
  });

  it.each(['121', '0-121', '30-0', 'a', '1,', '1-2-3', '-5', '53&period=week', '0-53&period=week'])(
    'cohorts with cohort_period_filter=%s',
    async (filter) => {
      expect(await status(`/kpis/v1/${APP}/cohorts?cohort_period_filter=${filter}`)).toBe(400);
    },
  );

  it.each(['installs', 'kpis', 'daus'])('the KPI %s on /cohorts and /events', async (kpi) => {
    expect(await status(`/kpis/v1/${APP}/cohorts?kpis=${kpi}`)).toBe(400);
    expect(await status(`/kpis/v1/${APP}/events?kpis=${kpi}`)).toBe(400);
  });

  it('nothing from the first day of the reattributed filter on', async () => {
    expect(await status(`/kpis/v1/${APP}?reattributed=true&start_date=2017-09-01&end_date=2017-09-30`)).toBe(200);
    expect(await status(`/kpis/v1/${APP}?reattributed=all&start_date=2016-01-01&end_date=2016-01-31`)).toBe(200);
  });

  it('who does not say who they are, and takes every way of saying it that clients use', async () => {
    const { token } = DEMO_USER;
    for (const header of [`Token token=${token}`, `Token token="${token}"`, `Token ${token}`, `Bearer ${token}`]) {
      expect(await status(`/kpis/v1/${APP}`, header)).toBe(200);
    }
    expect(await status(`/kpis/v1/${APP}?user_token=${token}`, '')).toBe(200);
    expect(await status(`/kpis/v1/${APP}`, '')).toBe(401);
    expect(await status(`/kpis/v1/${APP}?user_token=`, '')).toBe(401);
    expect(await status(`/kpis/v1/${APP}`, 'Token token=wrong')).toBe(401);
    expect(await status(`/kpis/v1/${APP}?user_token=${token}`, 'Token token=wrong')).toBe(401);
    expect(await status(`/kpis/v1/${APP}`, `Basic ${token}`)).toBe(401);
  });

  it('apps of another account as if there were none', async () => {
    expect(await status(`/kpis/v1/${FOREIGN}`)).toBe(404);
    expect(await status(`/kpis/v1/${APP},${FOREIGN}`)).toBe(404);
    expect(await status('/kpis/v1/nosuchapp123')).toBe(404);
    expect(await status(`/kpis/v1/${FOREIGN}`, `Token ${FOREIGN_USER.token}`)).toBe(200);
    expect(await status(`/kpis/v1/${APP}`, `Token ${FOREIGN_USER.token}`)).toBe(404);
  });

  it('what a user has no permission for', async () => {
    const limited = `Token ${LIMITED_USER.token}`;
    expect(await status(`/kpis/v1/${APP}?kpis=installs`, limited)).toBe(200);
    expect(await status(`/kpis/v1/${APP}?kpis=installs,revenue`, limited)).toBe(403);
    expect(await status(`/kpis/v1/${APP}?kpis=installs&event_kpis=all_revenue`, limited)).toBe(403);
    expect(await status(`/kpis/v1/${APP}/cohorts?kpis=lifetime_value`, limited)).toBe(403);
    expect(await status(`/kpis/v1/${APP}/events`, limited)).toBe(403);
    expect(await status(`/kpis/v1/${OTHER}?kpis=installs`, limited)).toBe(403);
  });

  it('paths that it does not have, and those that name no app', async () => {
    const tracker = (await ask(sandbox, `/kpis/v1/${OTHER}`)).json.result_set.trackers as { token: string }[];
    expect(await status(`/kpis/v1/${APP}/trackers/${tracker[0]?.token}`)).toBe(404);
    expect(await status(`/kpis/v1/${APP},${OTHER}/trackers/${tracker[0]?.token}`)).toBe(400);
    expect(await status(`/kpis/v1/${APP}/campaigns`)).toBe(404);
    expect(await status(`/kpis/v1/${APP}/trackers`)).toBe(404);
    expect(await status('/kpis/v2/x')).toBe(404);
    for (const path of ['', '/', '.csv', '/.csv', '//events', '/cohorts', '/trackers/x', '/,']) {
      expect(await status(`/kpis/v1${path}`)).toBe(400);
    }
    expect(await status('/kpis/v1/%E0%A4%A')).toBe(400);
  });
});
