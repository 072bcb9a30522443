import { IANAZone } from 'luxon';
import type { ReportingBody } from './body.js';
import { ReportingRefusal, invalid, missing } from './refusal.js';

export const KINDS = ['summary', 'detail', 'custom', 'deviceid', 'audience'] as const;
export type ReportKind = (typeof KINDS)[number];

export const SUMMARY_TRAFFIC = [
  'click',
  'impression',
  'install',
  'event',
  'reengagement',
  'skadnetwork',
  'trafficverif',
  'network_spend_restated',
];
const DETAIL_TRAFFIC = [
  'click',
  'impression',
  'install',
  'event',
  'reengagement',
  'reengagement_imp',
  'influencer_imp',
  'influencer_click',
  'fractional',
  'cost',
  'cost_restated',
];

const SKAN_GROUPINGS = [
  'date_range_utc',
  'ko_account_name',
  'ko_account_id',
  'advertiser_app_store_id',
  'ko_app_name',
  'ko_app_id',
  'ko_app_guid',
  'sk_ad_network_id',
  'ko_media_partner_name',
  'ko_media_partner_id',
  'sk_campaign_id',
  'campaign_name',
];
const CUSTOM_PARAMETERS = Array.from({ length: 10 }, (_, index) => `cp_${index}`);
export const GROUPINGS = [
  'network',
  'campaign',
  'site',
  'tracker',
  'creative',
  'segment',
  'country',
  'state',
  'dma',
  'city',
  ...CUSTOM_PARAMETERS,
  ...SKAN_GROUPINGS,
];
export const FILTERS = ['country', 'network', 'site', 'campaign', 'tracker', 'segment', 'creative', 'event_name'];

/** Refuses what the document rules out. Its "musts" about UTC, 24 hours and network are broken by its own samples. */
export function checkContent(kind: ReportKind, body: ReportingBody): void {
  if (kind === 'summary' || kind === 'detail') checkTraffic(kind, body);
  if (kind === 'custom') {
    if (body.text('custom_report_name') !== 'kochavaquery') throw invalid('custom_report_name');
    if (body.text('sql_kquery') === undefined) throw missing('sql_kquery');
  }
  if (kind === 'deviceid' && body.text('filter_set_id') === undefined && body.value('analytics') === undefined) {
    throw missing('filter_set_id');
  }
  if (kind === 'audience') {
    if (body.text('filter_set_id') === undefined && body.text('sql_kquery') === undefined)
      throw missing('filter_set_id');
    if (body.text('activation_partner_id') === undefined) throw missing('activation_partner_id');
  }
  const zone = body.text('time_zone');
  if (zone !== undefined && !IANAZone.isValidZone(zone)) throw invalid('time_zone');
  const format = body.text('delivery_format')?.toLowerCase();
  if (format !== undefined && format !== 'csv' && format !== 'json') throw invalid('delivery_format');
  checkDelivery(body.list('delivery_method'));
}

function checkTraffic(kind: 'summary' | 'detail', body: ReportingBody): void {
  const traffic = body.list('traffic');
  if (traffic.length === 0) throw missing('traffic');
  const known = kind === 'summary' ? SUMMARY_TRAFFIC : DETAIL_TRAFFIC;
  if (!traffic.every((name) => known.includes(name))) throw invalid('traffic');
  if (kind === 'summary') {
    const grouping = body.list('traffic_grouping');
    if (grouping.length === 0) throw missing('TrafficGrouping');
    if (!grouping.every((name) => GROUPINGS.includes(name))) throw invalid('TrafficGrouping');
    const series = body.number('time_series');
    if (series === undefined) throw missing('TimeSerie');
    if (![1, 4, 24, 168, 720].includes(series)) throw invalid('TimeSerie');
  }
  const filters = body.filters();
  const unknown = [...filters.keys()].find((name) => !FILTERS.includes(name.replace(/^exclude_/, '')));
  if (unknown !== undefined) throw invalid('traffic_filtering');
  const events = [...body.list('event_name'), ...(filters.get('event_name') ?? [])];
  if (events.some((name) => name.startsWith('_'))) throw invalid('event_name');
}

function checkDelivery([method, ...values]: string[]): void {
  if (method === undefined || method === 'S3link') return;
  const whole =
    (method === 'S3bucket' && (values.length === 0 || values.length === 4)) ||
    (method === 'SFTP' && values.length === 3);
  if (!whole) throw invalid('delivery_method');
}

/** Epoch seconds, both included; undefined where the kind needs none and has none. */
export function windowOf(kind: ReportKind, body: ReportingBody): { start: number; end: number } | undefined {
  const [start, end] = [body.number('time_start'), body.number('time_end')];
  const needless = kind === 'custom' || (kind === 'audience' && body.text('sql_kquery') !== undefined);
  if (needless && (start === undefined || end === undefined)) return undefined;
  if (start === undefined) throw missing('time_start');
  if (end === undefined) throw missing('time_end');
  if (!(start >= 0)) throw invalid('time_start');
  if (!(end >= start)) throw new ReportingRefusal('Error request parameters time_end must be after time_start.');
  return { start, end };
}
