import { FOREIGN_USER } from '../adjust/access.js';
import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import { ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS } from '../world/apps.js';
import { ask, askReports } from '../testing.js';

const APP = ORBIT_RUNNER_IOS.token;
const OTHER = ORBIT_RUNNER_ANDROID.token;

describe('catalogues', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
  });
  afterAll(() => sandbox.close());

  async function get(path: string, headers?: Record<string, string>) {
    const { status, text } = await askReports(sandbox, path, headers);
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    return JSON.parse(text);
  }

  it('list the apps that the user sees, or those that are named', async () => {
    expect((await get('/filters_data?required_filters=apps')).apps).toHaveLength(52);
    const { apps, ...others } = await get(`/filters_data?required_filters=apps&app_token__in=${APP}`);
    expect(others).toEqual({});
    expect(apps).toEqual([
      expect.objectContaining({ id: APP, name: 'Orbit Runner iOS', currency: { name: 'Euro', code: 'EUR' } }),
    ]);
    const foreign = { authorization: `Bearer ${FOREIGN_USER.token}` };
    expect((await get('/filters_data?required_filters=apps', foreign)).apps).toHaveLength(2);
  });

  it('list names that reports take', async () => {
    const filters = 'overview_metrics,cost_metrics,event_metrics,cohort_metrics,dimensions,networks,channels';
    const lists = await get(`/filters_data?required_filters=${filters}&app_token__in=${APP}`);
    const ids = (name: string): string[] => lists[name].map(({ id }: { id: string }) => id);
    const cohorts = ids('cohort_metrics').map((id) => `${id}_d1`);
    const events = ids('event_metrics').filter((id) => /_(events|revenue)$/.test(id));
    const metrics = [...ids('overview_metrics'), ...ids('cost_metrics'), ...cohorts, ...events];
    const query = new URLSearchParams({
      app_token__in: APP,
      date_period: '-3d:-3d',
      dimensions: ids('dimensions')
        .filter((id) => id !== 'hour')
        .join(','),
      metrics: metrics.join(','),
      channel_id__in: ids('channels').join(','),
      network__in: ids('networks')
        .map((id) => `"${id}"`)
        .join(','),
    });
    const { rows } = (await askReports(sandbox, `/report?${query}`)).json;
    expect(rows.length).toBeGreaterThan(100);
    expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(metrics));
  });

  it('narrow by text and section', async () => {
    const query = 'required_filters=networks,cost_metrics&networks__contains=installs&section=Cost';
    const { networks, cost_metrics } = await get(`/filters_data?${query}`);
    expect(networks.map(({ id }: { id: string }) => id)).toEqual(['Facebook Installs', 'Instagram Installs']);
    expect(cost_metrics.map(({ section }: { section: string }) => section)).toContain('Cost');
    expect((await askReports(sandbox, '/filters_data?required_filters=partner')).status).toBe(400);
    expect((await askReports(sandbox, '/filters_data')).status).toBe(400);
  });

  it('tell the tokens behind the slugs of events', async () => {
    const query = `app_token__in=${APP},${OTHER}&event__contains=purchase&tokens_mapping=true`;
    expect(await get(`/events?${query}`)).toEqual([
      expect.objectContaining({
        id: 'purchase',
        app_token: [APP, OTHER],
        tokens: ['pu9q5c', 'pa1y7k'],
        is_skad_event: false,
        app_token_x_event_tokens_mapping: { [APP]: ['pu9q5c'], [OTHER]: ['pa1y7k'] },
      }),
    ]);
    const plain = await get(`/events?app_token__in=${APP}`);
    expect(plain).toHaveLength(5);
    expect(plain[0]).not.toHaveProperty('app_token_x_event_tokens_mapping');
  });

  it('stand at the older address too', async () => {
    const authorization = 'Bearer sbxu7k2mzw9a4hv8nptd';
    const older = await ask(sandbox, `/control-center/reports-service/events?app_token__in=${APP}`, { authorization });
    expect(JSON.parse(older.text)).toEqual(await get(`/events?app_token__in=${APP}`));
  });
});
