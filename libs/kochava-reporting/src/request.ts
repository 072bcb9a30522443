import { previousTimeOf, type Cadence } from './cadence.js';
import type { Delivery, ReportContent, ReportRequest, ReportWindow, ScheduleRequest } from './types.js';

/** A body without `api_key`, in the document's names. Fields that are undefined are not sent. */
export type RequestBody = Record<string, unknown>;

/** The body of `POST /v1.4/<kind>`. Holds the keys of a bucket where the delivery has them: for the wire only. */
export const reportBody = (request: ReportRequest): RequestBody =>
  written(request) ?? { ...common(request), ...content(request.content), ...window(request.window) };

/** The body of `POST /v1.4/schedule/<kind>`: section "API Structures", four fields instead of the window. */
export const scheduleBody = (request: ScheduleRequest): RequestBody =>
  written(request) ?? { ...common(request), ...content(request.content), ...cadence(request.cadence) };

/** Fields keep the places that their asker gave them. */
function written({ content, appGuid, delivery, notify }: ReportRequest | ScheduleRequest): RequestBody | undefined {
  if (content.kind !== 'written') return undefined;
  const checked = present({ delivery_method: delivery && deliveryMethod(delivery), notify });
  return { ...content.body, app_guid: appGuid, ...checked };
}

const present = (body: RequestBody): RequestBody =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

function common(request: ReportRequest | ScheduleRequest): RequestBody {
  const { kind } = request.content;
  const delivered = request.delivery ?? { to: 'link' };
  // No sample of a custom report or an activation has a delivery; a link is what is meant without one.
  const silent = (kind === 'custom' || kind === 'audience') && delivered.to === 'link';
  return present({
    app_guid: request.appGuid,
    delivery_format: request.format ?? 'csv',
    delivery_method: silent ? undefined : deliveryMethod(delivered),
    notify: request.notify,
  });
}

/** Section "Report Download Options". */
function deliveryMethod(delivery: Delivery): string[] {
  switch (delivery.to) {
    case 'link':
      return ['S3link'];
    case 'saved-s3':
      return ['S3bucket'];
    case 's3':
      return ['S3bucket', delivery.region, delivery.bucket, delivery.accessKey.reveal(), delivery.secretKey.reveal()];
    case 'sftp':
      return ['SFTP', delivery.host, String(delivery.port), delivery.user];
  }
}

/** What must not show of a request, for redaction. */
export const secretsOf = ({ delivery }: ReportRequest | ScheduleRequest): string[] =>
  delivery?.to === 's3' ? [delivery.accessKey.reveal(), delivery.secretKey.reveal()] : [];

const window = (of: ReportWindow | undefined): RequestBody =>
  of ? { time_start: String(of.start), time_end: String(of.end) } : {};

const cadence = (of: Cadence): RequestBody => ({
  frequency: of.frequency,
  run_on: String(of.runOn),
  delay: String(of.delay),
  previous_time: String(previousTimeOf(of)),
  time_zone: of.timeZone,
});

function content(of: ReportContent): RequestBody {
  switch (of.kind) {
    case 'written':
      return of.body;
    case 'summary':
      return present({
        traffic: of.traffic,
        traffic_grouping: of.grouping,
        time_series: String(of.timeSeries),
        time_zone: of.timeZone,
        traffic_filtering: of.filtering,
        traffic_including: of.including,
        columns_order: of.columnsOrder,
        report_name: of.reportName,
        template_name: of.templateName,
        custom_report_name: of.customReportName,
        delivery_receipt: of.deliveryReceipt,
      });
    case 'detail':
      return present({
        traffic: of.traffic,
        time_zone: of.timeZone,
        traffic_filtering: of.filtering,
        traffic_including: of.including,
        columns_order: of.columnsOrder,
        event_name: of.eventNames,
        currency: of.currency,
      });
    case 'custom':
      return {
        // "The custom_report_name must remain as kochavaquery in order for the report to run."
        custom_report_name: 'kochavaquery',
        sql_kquery: of.sql,
        ...(of.standardSql && { use_standard_sql: true }),
      };
    case 'deviceid':
      return present({
        report_name: of.reportName,
        filter_set_id: of.filterSetId,
        analytics: of.analytics,
        activation_partner_id: of.activationPartnerId,
        traffic_filtering: of.filtering,
      });
    case 'audience':
      return present({
        report_name: of.reportName,
        filter_set_id: of.filterSetId,
        sql_kquery: of.sql,
        activation_partner_id: of.activationPartnerId,
        partner_audience_id: of.partnerAudienceId,
        credentials: of.adAccountId === undefined ? undefined : { ad_account_id: of.adAccountId },
      });
  }
}
