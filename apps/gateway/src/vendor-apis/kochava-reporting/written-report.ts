import { badInput, type FieldError } from '#libs/domain';
import type { KochavaReportKind } from '#libs/kochava-reporting';
import { gatherProblems, readInput } from '../../edge/input.js';
import type { AskedReport, BucketKeys, WrittenReport } from '../../reports/asked-report.js';
import { DeliveryInput } from '../../reports/report.input.js';
import type { Asked } from '../../reports/report-makers.js';
import type { ReportKind } from '../../reports/report-words.js';
import { OF_AUDIENCES } from './crossing-apps.js';
import type { ReportingBody } from './reporting-body.js';

/** Fields of the document, and of what real clients send (FACTS §2.2). Others may say where data goes, or whose it is. */
const KNOWN: ReadonlySet<string> = new Set([
  'app_guid',
  'time_start',
  'time_end',
  'time_series',
  'time_zone',
  'traffic',
  'traffic_grouping',
  'traffic_filtering',
  'traffic_including',
  'event',
  'event_name',
  'columns_order',
  'column_order',
  'currency',
  'delivery_format',
  'delivery_method',
  'delivery_receipt',
  'notify',
  'report_name',
  'custom_report_name',
  'template_name',
  'sql_kquery',
  'use_standard_sql',
  'filter_set_id',
  'analytics',
  'activation_partner_id',
  'partner_audience_id',
  'credentials',
  'frequency',
  'run_on',
  'runon',
  'delay',
  'previous_time',
  'previoustime',
]);
/** Left over from calls before: one client keeps all that it ever sent (FACTS §2.1). */
const LEFT_OVER: ReadonlySet<string> = new Set(['token', 'report']);

/**
 * A report as it was written for one of Kochava's endpoints, which is sent as it stands: Kochava judges what it holds. Read
 * of it is what our own rules are about. BAD_USER_INPUT for fields that are not known, and for deliveries that can't be told.
 */
export function writtenReport(endpoint: KochavaReportKind, body: ReportingBody): Asked {
  const { delivery, keys, told } = deliveryIn(body);
  const notify = body.texts('notify');
  const written = writtenFields(body);
  if (told) written['delivery_method'] = told;
  if (notify.length === 0) delete written['notify'];
  const asked: AskedReport = {
    spec: { kochava: { endpoint, body: written } },
    timeZone: body.text('time_zone') ?? 'UTC',
    format: body.text('delivery_format')?.toLowerCase() === 'json' ? 'JSON' : 'CSV',
    ...(delivery && { delivery }),
    ...(notify.length > 0 && { notify }),
  };
  return { asked, kind: kindOf(endpoint, body), ...(keys && { keys }) };
}

function writtenFields(body: ReportingBody): WrittenReport['body'] {
  const fields = body.entries().filter(([name]) => !LEFT_OVER.has(name));
  const unknown = fields.flatMap(([name]) => (KNOWN.has(name) ? [] : name.slice(0, 100)));
  if (unknown.length > 0) {
    throw badInput(unknown.map((name) => ({ pointer: `/${name}`, detail: 'is not known here: leave it out' })));
  }
  checkAccount(body.value('credentials'));
  return Object.fromEntries(fields);
}

/** S0: "ad_account_id can be passed": what else stands there would be kept in a row. */
function checkAccount(credentials: unknown = {}): void {
  const isAccount =
    typeof credentials === 'object' &&
    credentials !== null &&
    Object.entries(credentials).every(
      ([name, value]) => name === 'ad_account_id' && ['string', 'number'].includes(typeof value),
    );
  if (!isAccount) throw badInput([{ pointer: '/credentials', detail: 'may hold ad_account_id alone' }]);
}

/** Which rules hold of it: SQL and audiences are what they are at whatever endpoint. */
function kindOf(endpoint: KochavaReportKind, body: ReportingBody): ReportKind {
  if (endpoint === 'audience') return 'AUDIENCE_ACTIVATION';
  if (endpoint === 'deviceid' || OF_AUDIENCES.some((name) => body.value(name) !== undefined)) return 'AUDIENCE_EXPORT';
  if (endpoint === 'custom' || body.value('sql_kquery') !== undefined) return 'QUERY';
  return endpoint === 'summary' ? 'SUMMARY' : 'DETAIL';
}

interface Delivered {
  delivery?: AskedReport['delivery'];
  keys?: BucketKeys;
  /** `delivery_method` as it may be kept. */
  told?: string[];
}

/** S0 "Report Download Options". */
function deliveryIn(body: ReportingBody): Delivered {
  const [method, ...values] = body.texts('delivery_method');
  const count = values.length;
  const name = method?.toLowerCase();
  if (name === undefined || (name === 's3link' && count === 0)) return {};
  if (name === 's3bucket' && count === 0) return { delivery: { savedS3: 'KOCHAVA_SAVED' } };
  if (name === 's3bucket' && count === 4) {
    const [region, bucket, accessKey, secretKey] = values as [string, string, string, string];
    checkDelivery({ s3: { region, bucket, accessKey, secretKey } });
    const keys = { accessKey, secretKey };
    return { delivery: { s3: { region, bucket } }, keys, told: [method!, region, bucket] };
  }
  if (name === 'sftp' && count === 3) {
    const [host, port, user] = values as [string, string, string];
    const sftp = { host, port: Number(port), user };
    checkDelivery({ sftp });
    return { delivery: { sftp } };
  }
  const forms =
    '["S3link"], ["S3bucket"], ["S3bucket", region, bucket, access key, secret key] or ["SFTP", host, port, user]';
  throw badInput([{ pointer: '/delivery_method', detail: `must be ${forms}` }]);
}

function checkDelivery(delivery: object): void {
  const problems: FieldError[] = [];
  gatherProblems(problems, () => readInput(DeliveryInput, delivery));
  if (problems.length === 0) return;
  const told = problems.map(({ pointer, detail }) => `${pointer.split('/').at(-1)} ${detail}`).join(', ');
  throw badInput([{ pointer: '/delivery_method', detail: told }]);
}
