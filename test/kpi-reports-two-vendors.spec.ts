import { aKpiReport, runNow, useKpiReports } from './support/kpi-reports.js';
import { push, sent } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

interface Made {
  id: string;
  status: string;
  statusDetail: string | null;
  vendors: string[];
}

const HOUR = 3_600_000;

describe('KPI reports of both vendors', () => {
  // Longer than a question waits: nothing is there before the clock is pushed.
  const { gateway } = useKpiReports({ sandbox: { kochavaReporting: { times: { queuedMs: HOUR, runningMs: 0 } } } });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const ask = async (kpi: object): Promise<string> => {
    const input = aKpiReport(gateway, { spec: { kpi }, format: 'JSON' });
    return (await gateway.http('post', '/v1/reports', key).send(input)).body.id as string;
  };
  const one = async (id: string) => (await gateway.http('get', `/v1/reports/${id}`, key)).body as Made;
  const rowsOf = async (id: string) =>
    JSON.parse((await gateway.http('get', `/v1/reports/${id}/file`, key)).text) as { vendor: string }[];

  it('wait for Kochava’s numbers, and hold the rows of both', async () => {
    const id = await ask({ metrics: ['INSTALLS', 'CLICKS'], groupBy: ['DAY', 'COUNTRY'] });
    await waitUntil(async () => sent(gateway).includes('/summary'));
    // The question waits for half a minute, then its job comes back to it.
    await waitUntil(async () => ((await one(id)).statusDetail ?? '').includes('being made'), 90_000);
    expect(await one(id)).toMatchObject({ status: 'IN_PROGRESS', vendors: ['ADJUST', 'KOCHAVA'] });
    const asked = sent(gateway).filter((path) => path === '/summary').length;
    push(gateway, 2 * HOUR);
    await runNow(gateway, id);
    await waitUntil(async () => (await one(id)).status === 'COMPLETED');
    expect(sent(gateway).filter((path) => path === '/summary')).toHaveLength(asked);

    const query = 'from=2026-05-01&to=2026-05-03&metrics=installs,clicks&group_by=day,country';
    const { body } = await gateway.http('get', `/v1/kpis?${query}&app=${gateway.apps[0].id}`, key);
    const rows = await rowsOf(id);
    expect(rows).toEqual(body.rows);
    expect(new Set(rows.map(({ vendor }) => vendor))).toEqual(new Set(['ADJUST', 'KOCHAVA']));
  });

  it('leave out who can not answer, and say so', async () => {
    const id = await ask({ metrics: ['INSTALLS'], groupBy: ['DEVICE_TYPE'] });
    await waitUntil(async () => (await one(id)).status === 'COMPLETED');
    expect((await one(id)).statusDetail).toContain('Kochava is left out');
    expect(new Set((await rowsOf(id)).map(({ vendor }) => vendor))).toEqual(new Set(['ADJUST']));
    expect(sent(gateway)).toEqual([]);
    const named = aKpiReport(gateway, {
      spec: { kpi: { metrics: ['INSTALLS'], groupBy: ['DEVICE_TYPE'], vendors: ['ADJUST', 'KOCHAVA'] } },
    });
    const refused = await gateway.http('post', '/v1/reports', key).send(named);
    expect([refused.status, refused.body.code]).toEqual([422, 'UNSUPPORTED']);
  });
});
