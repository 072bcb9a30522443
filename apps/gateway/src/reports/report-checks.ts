import { createHash } from 'node:crypto';
import {
  badInput,
  type FieldError,
  GatewayError,
  requireEveryApp,
  requireScope,
  type TenantContext,
} from '#libs/domain';
import { endpointOf, InvalidKochavaReportingRequest, reportBody, type ReportRequest } from '#libs/kochava-reporting';
import { type AppRecord, hostAllowed, type Limits, mailAllowed } from '#libs/tenancy';
import { type AskedReport, pointerOf, windowErrors } from './asked-report.js';
import { CROSS_APP_KINDS, type ReportKind } from './report-words.js';

/** What a report needs beyond the scope to ask for one, or for a schedule. FORBIDDEN names it. */
export function requireToAsk(
  tenant: TenantContext,
  kind: ReportKind,
  asked: Pick<AskedReport, 'delivery' | 'notify' | 'spec'>,
): void {
  if (kind === 'KPI') return requireScope(tenant, 'kpis:read');
  if (asked.delivery || asked.notify) requireScope(tenant, 'reports:deliver');
  const { audienceActivation, kochava } = asked.spec;
  if (kind === 'QUERY' || audienceActivation?.sql || kochava?.body['sql_kquery']) requireScope(tenant, 'reports:sql');
  if (kind === 'AUDIENCE_EXPORT' || kind === 'AUDIENCE_ACTIVATION') requireScope(tenant, 'audiences:write');
  if (CROSS_APP_KINDS.includes(kind)) requireEveryApp(tenant, kind === 'QUERY' ? 'SQL' : 'An audience');
}

/** Kochava's guid of the app. UNSUPPORTED for one that has none. */
export function guidOf(app: AppRecord): string {
  if (app.kochavaGuid !== null) return app.kochavaGuid;
  throw new GatewayError(
    'UNSUPPORTED',
    `The app ${JSON.stringify(app.name)} has no kochavaGuid, by which Kochava's Reporting API knows an app. The operator sets it, or POST /v1/apps/sync does.`,
    { vendor: 'KOCHAVA', errors: [{ pointer: '/appId', detail: 'names an app without a kochavaGuid' }] },
  );
}

/** BAD_USER_INPUT with everything that Kochava's rules or the tenant's allow-lists rule out; nothing is sent before. */
export function checkAsked(asked: AskedReport, check: () => void, limits: Limits): void {
  const errors = [...kochavaProblems(asked, check), ...limitErrors(asked, limits)];
  const each = errors.filter(({ pointer }, index) => errors.findIndex((one) => one.pointer === pointer) === index);
  if (each.length > 0) throw badInput(each);
}

/** What can be told of a report that Kochava makes without knowing the tenant. */
export function kochavaProblems(asked: AskedReport, check: () => void): FieldError[] {
  const window = windowErrors(asked);
  const isNew = ({ pointer }: FieldError): boolean => window.length === 0 || !['/start', '/end'].includes(pointer);
  return [...window, ...vendorErrors(asked, check).filter(isNew)];
}

function vendorErrors(asked: AskedReport, check: () => void): FieldError[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidKochavaReportingRequest)) throw error;
    return error.problems.map(({ parameter, detail }) => ({ pointer: pointerOf(parameter, asked), detail }));
  }
}

/** Data may leave only where the tenant said. */
function limitErrors({ delivery, notify = [] }: AskedReport, limits: Limits): FieldError[] {
  const errors: FieldError[] = [];
  const detail = 'is not among the hosts that this tenant may deliver to: the operator sets them';
  const { s3, sftp } = delivery ?? {};
  if (delivery?.savedS3 && limits.hosts !== null) {
    const unknown = 'leads to a bucket that can not be told, and this tenant has bound its hosts: name the bucket';
    errors.push({ pointer: '/delivery/savedS3', detail: unknown });
  }
  // By its own name, and by that of S3 in its region.
  if (s3 && !hostAllowed(limits, `${s3.bucket}.s3.${s3.region}.amazonaws.com`)) {
    errors.push({ pointer: '/delivery/s3/bucket', detail });
  }
  if (sftp && !hostAllowed(limits, sftp.host)) errors.push({ pointer: '/delivery/sftp/host', detail });
  for (const [index, address] of notify.entries()) {
    if (mailAllowed(limits, address)) continue;
    errors.push({ pointer: `/notify/${index}`, detail: 'is of a mail domain that this tenant may not notify' });
  }
  return errors;
}

/** Two requests of one app and credential that are the same are one report at Kochava, while it is under way. */
export function fingerprintOf(request: ReportRequest): string {
  const { notify: _, delivery_method: __, ...body } = reportBody(request);
  return createHash('sha256')
    .update(JSON.stringify([endpointOf(request.content), body]))
    .digest('hex');
}
