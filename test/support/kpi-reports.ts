import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialVault } from '#libs/tenancy';
import { ReportRunner } from '../../apps/gateway/src/kpi-reports/report-runner.js';
import { DEMO_REPORTING_KEY, DEMO_USER } from '../../apps/sandbox/src/index.js';
import { type GatewayOptions, type TestGateway, useGateway } from './gateway.js';

export interface KpiReportsGateway {
  readonly gateway: TestGateway;
  /** DATA_DIR: its own. */
  readonly dataDir: string;
}

/** A gateway with a DATA_DIR of its own; reports, schedules and the sandbox are as they were before each spec. */
export function useKpiReports(options: GatewayOptions = {}): KpiReportsGateway {
  const dataDir = mkdtempSync(join(tmpdir(), 'mmp-gateway-kpi-reports-'));
  const gateway = useGateway({ ...options, env: { ...options.env, DATA_DIR: dataDir } });
  beforeAll(async () => {
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
  });
  beforeEach(async () => {
    await gateway.database.sql('DELETE FROM reports');
    await gateway.database.sql('DELETE FROM schedules');
    gateway.sandbox.reset();
    // A breaker belongs to a credential: a new version of it begins without the troubles of the last.
    const vault = gateway.app.get(CredentialVault);
    for (const secret of ['for a moment', DEMO_USER.token]) await vault.put(gateway.tenant.id, 'adjust', secret);
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  return { gateway, dataDir };
}

export const KPI = {
  kpi: { metrics: ['INSTALLS', 'REVENUE'], groupBy: ['DAY', 'COUNTRY', 'NETWORK'], vendors: ['ADJUST'] },
};

/** What `KPI` asks for the days of `aKpiReport`. */
export const KPI_QUERY =
  'from=2026-05-01&to=2026-05-03&metrics=installs,revenue&group_by=day,country,network&vendors=adjust';

/** A KPI report that can be made, of the first three days of May; `more` changes it. */
export const aKpiReport = (gateway: TestGateway, more: object = {}) => ({
  appId: gateway.apps[0].id,
  spec: KPI,
  start: '2026-05-01T00:00:00Z',
  end: '2026-05-04T00:00:00Z',
  ...more,
});

/** Runs a report now, as its job does when it is due. */
export async function runNow({ app, database }: TestGateway, id: string): Promise<void> {
  await database.sql(
    `UPDATE reports SET next_look_at = now() - interval '1 second' WHERE id = $1 AND next_look_at IS NOT NULL`,
    [id],
  );
  await app.get(ReportRunner).run(id);
}
