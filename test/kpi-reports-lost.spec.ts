import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JobQueue } from '../apps/gateway/src/jobs/job-queue.js';
import { environmentFor } from './support/gateway.js';
import { useGatewayProcesses } from './support/gateway-process.js';
import { aKpiReport, useKpiReports } from './support/kpi-reports.js';
import { waitUntil } from './support/wait-until.js';

describe('a KPI report whose gateway goes in the middle of it', () => {
  const use = useKpiReports();
  const { gateway } = use;
  const processes = useGatewayProcesses();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
    // This one serves, and leaves the work to the processes.
    await gateway.app.get(JobQueue).beforeApplicationShutdown();
  });

  const start = () =>
    processes.start({ ...environmentFor(gateway.sandbox, gateway.database.url), DATA_DIR: use.dataDir });
  const files = (): string[] => {
    const folder = join(use.dataDir, 'reports');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const statusOf = async (id: string) => (await gateway.http('get', `/v1/reports/${id}`, key)).body.status as string;

  /** About 14,000 rows: written while they are read. */
  const spec = { kpi: { metrics: ['INSTALLS'], groupBy: ['DAY', 'COUNTRY', 'TRACKER'], vendors: ['ADJUST'] } };
  const QUERY = 'from=2026-05-01&to=2026-05-31&metrics=installs&group_by=day,country,tracker&vendors=adjust';

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s: another makes it, and there is one file',
    async (signal) => {
      const doomed = await start();
      gateway.sandbox.misbehave({ path: '^/kpis/', do: { kind: 'stall', part: 0.8 } });
      const input = aKpiReport(gateway, { spec, end: '2026-06-01T00:00:00Z' });
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const asked = await fetch(`${doomed.url}/v1/reports`, { method: 'POST', headers, body: JSON.stringify(input) });
      const { id } = (await asked.json()) as { id: string };
      await waitUntil(() => files().includes(`${id}.1.csv.part`));
      expect(await statusOf(id)).toBe('IN_PROGRESS');
      expect((await gateway.http('delete', `/v1/reports/${id}`, key)).body.code).toBe('CONFLICT');

      expect(await doomed.end(signal)).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');
      if (signal === 'SIGTERM') expect(await statusOf(id)).toBe('QUEUED');
      // As if the lease of a dead process had run out.
      else await gateway.database.sql(`UPDATE reports SET next_look_at = now() WHERE id = $1`, [id]);
      const other = await start();
      await waitUntil(async () => (await statusOf(id)) === 'COMPLETED');
      expect(files().filter((name) => name.startsWith(id) && !name.endsWith('.part'))).toEqual([`${id}.2.csv`]);
      const csv = await gateway.http('get', `/v1/kpis?${QUERY}&app=${gateway.apps[0].id}&format=csv`, key);
      expect((await gateway.http('get', `/v1/reports/${id}/file`, key)).text).toBe(csv.text);
      await other.end('SIGKILL');
    },
    120_000,
  );
});
