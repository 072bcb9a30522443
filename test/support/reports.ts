import { CredentialVault } from '#libs/tenancy';
import { ReportFollower } from '../../apps/gateway/src/reports/report-follower.js';
import { DEMO_REPORTING_KEY } from '../../apps/sandbox/src/index.js';
import { type GatewayOptions, type TestGateway, useGateway } from './gateway.js';

/** A gateway whose tenant may ask Kochava for reports; the sandbox's are as they were before each spec. */
export function useReports(options: GatewayOptions = {}): TestGateway {
  const gateway = useGateway(options);
  beforeAll(async () => {
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
  });
  beforeEach(async () => {
    // What earlier specs have left would be asked about in between, and the sandbox gives their tokens out again.
    await gateway.database.sql('DELETE FROM reports');
    await gateway.database.sql('DELETE FROM schedules');
    gateway.sandbox.reset();
  });
  return gateway;
}

const DAY = 86_400_000;
const midnight = Math.floor(Date.now() / DAY) * DAY;
let asked = 0;

/** Ends a little earlier each time: two that are the same would be one at Kochava. */
export const aWindow = (days = 3) => ({
  start: new Date(midnight - (days + 1) * DAY).toISOString(),
  end: new Date(midnight - DAY - ++asked * 60_000).toISOString(),
});

export const SUMMARY = { summary: { traffic: ['INSTALL', 'CLICK'], grouping: ['network', 'country'] } };
export const DETAIL = { detail: { traffic: ['INSTALL'] } };

/** A report that can be made; `more` changes it. */
export const aReport = (gateway: TestGateway, more: object = {}) => ({
  appId: gateway.apps[0].id,
  spec: SUMMARY,
  ...aWindow(),
  ...more,
});

/** Method and path of what reached Kochava since the last reset: `/summary`. */
export const sent = ({ sandbox }: TestGateway): string[] =>
  sandbox.requests.flatMap(({ path }) => (path.startsWith('/v1.4/') ? path.slice('/v1.4'.length) : []));

/** Pushes the vendor's clock. */
export const push = ({ sandbox }: TestGateway, ms: number): void =>
  sandbox.setNow(new Date(sandbox.now().getTime() + ms));

/** Looks at a report now, as its job does when it is due. */
export async function look({ app, database }: TestGateway, id: string): Promise<void> {
  await database.sql(
    `UPDATE reports SET next_look_at = now() - interval '1 second' WHERE id = $1 AND next_look_at IS NOT NULL`,
    [id],
  );
  await app.get(ReportFollower).look(id);
}

export const REPORT =
  'id vendors kind status progress statusDetail failure { code message retryable } upstreamToken request fileSize createdAt updatedAt completedAt columns fileUrl app { id name }';
export const REQUEST = `mutation ($input: RequestReportInput!) { requestReport(input: $input) { ${REPORT} } }`;
