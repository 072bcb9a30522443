/** Section "Requesting a New Summary Report", and the sample with SKAdNetwork; the last two are named in the call structure page. */
export const SUMMARY_TRAFFIC = [
  'click',
  'impression',
  'install',
  'event',
  'reengagement',
  'skadnetwork',
  'trafficverif',
  'network_spend_restated',
] as const;
export type SummaryTraffic = (typeof SUMMARY_TRAFFIC)[number];

/** Section "Available Reports" of the detail report. "Cost v2" is `cost_restated` on the wire. */
export const DETAIL_TRAFFIC = [
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
] as const;
export type DetailTraffic = (typeof DETAIL_TRAFFIC)[number];

/** What a summary can be grouped by; the second half is of the SKAdNetwork sample. */
export const GROUPINGS: readonly string[] = [
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
  ...Array.from({ length: 10 }, (_, index) => `cp_${index}`),
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

/** Hours in a bucket of a summary. */
export const TIME_SERIES: readonly number[] = [1, 4, 24, 168, 720];

/** What a report can also hold, `traffic_including`. */
export const INCLUDING: readonly string[] = [
  'custom_parameters',
  'identitylink',
  'traffic_verification',
  'unattributed_traffic',
  'unattributed_only',
  'attribution',
];

interface FilterRule {
  readonly filters: readonly string[];
  readonly excludes: readonly string[];
}

/** Sections "Filtering The Summary Report" and "Excluding Columns from Report". */
export const SUMMARY_FILTERS: FilterRule = {
  filters: ['country', 'network', 'site', 'campaign', 'tracker', 'segment', 'creative'],
  excludes: ['network', 'site', 'country', 'campaign', 'tracker', 'creative'],
};

const byNetwork: FilterRule = { filters: ['network'], excludes: [] };
const byTracker: FilterRule = { filters: ['network', 'tracker'], excludes: [] };
const none: FilterRule = { filters: [], excludes: [] };
const reengagement: FilterRule = {
  filters: ['network', 'tracker', 'event_name'],
  excludes: ['network', 'site', 'country', 'tracker', 'creative'],
};

/** Sections "Filtering The Detail Report" and "Excluding Columns from Report", for each kind of traffic. */
export const DETAIL_FILTERS: Record<DetailTraffic, FilterRule> = {
  click: byTracker,
  impression: byTracker,
  install: {
    filters: ['network', 'country', 'site', 'tracker'],
    excludes: ['network', 'site', 'country', 'tracker', 'creative'],
  },
  event: { filters: ['event_name', 'network'], excludes: ['network'] },
  reengagement,
  reengagement_imp: reengagement,
  influencer_imp: byNetwork,
  influencer_click: byNetwork,
  fractional: byNetwork,
  cost: none,
  cost_restated: none,
};
