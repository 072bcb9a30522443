import type { CallSignal, Secret } from '#libs/upstream-http';
import type { Cadence } from './cadence.js';
import type { DetailTraffic, SummaryTraffic } from './vocabulary.js';

/** What a report is, by the word of its endpoint; the same under `/schedule`. */
export const REPORT_KINDS = ['summary', 'detail', 'custom', 'deviceid', 'audience'] as const;
export type KochavaReportKind = (typeof REPORT_KINDS)[number];

/** Section "Report Download Options". The keys of a bucket are secrets: they show through `reveal` alone. */
export type Delivery =
  | { to: 'link' }
  /** The bucket that Kochava keeps for the app; a link where it keeps none. */
  | { to: 'saved-s3' }
  | { to: 's3'; region: string; bucket: string; accessKey: Secret; secretKey: Secret }
  | { to: 'sftp'; host: string; port: number; user: string };

/** `network: ['120']`, `exclude_country: ['us']`. OR logic, and no censor: the document's note on filters. */
export type Filtering = Readonly<Record<string, readonly string[]>>;

interface Common {
  /** Kochava's `app_guid`. */
  appGuid: string;
  /** Default csv. */
  format?: 'csv' | 'json';
  /** Default a link. */
  delivery?: Delivery;
  /** Kochava mails these people a link of its own. */
  notify?: readonly string[];
}

export interface SummaryContent {
  kind: 'summary';
  traffic: readonly SummaryTraffic[];
  /** Names of GROUPINGS. */
  grouping: readonly string[];
  /** Hours in a bucket: 1, 4, 24, 168 or 720. */
  timeSeries: number;
  /** IANA. */
  timeZone: string;
  filtering?: Filtering;
  including?: readonly string[];
  /** Names, or `all` alone. */
  columnsOrder?: readonly string[];
  reportName?: string;
  templateName?: string;
  customReportName?: string;
  deliveryReceipt?: string;
}

export interface DetailContent {
  kind: 'detail';
  traffic: readonly DetailTraffic[];
  timeZone: string;
  filtering?: Filtering;
  including?: readonly string[];
  /** Names in the order of the file; `default` alone: as designed in Kochava's own interface. */
  columnsOrder?: readonly string[];
  /** Only these events; event and reengagement traffic alone. */
  eventNames?: readonly string[];
  /** ISO 4217; event traffic alone: two more columns. */
  currency?: string;
}

/** Section "Request a New Kochava Query Report". */
export interface QueryContent {
  kind: 'custom';
  sql: string;
  standardSql?: boolean;
}

export interface AudienceExportContent {
  kind: 'deviceid';
  reportName?: string;
  /** One of these two. */
  filterSetId?: string;
  analytics?: object;
  activationPartnerId?: string;
  /** `timerange: ['month to date']`. */
  filtering?: Filtering;
}

export interface AudienceActivationContent {
  kind: 'audience';
  /** The audience's name at the partner. */
  reportName?: string;
  /** One of these two, or both. */
  filterSetId?: string;
  sql?: string;
  activationPartnerId: string;
  partnerAudienceId?: string;
  adAccountId?: string;
}

/** What its asker wrote in Kochava's own words: sent as it stands, and Kochava's to judge. */
export interface WrittenContent {
  kind: 'written';
  /** Whose endpoint it was written for. */
  endpoint: KochavaReportKind;
  /**
   * In the document's names, without `api_key`. `app_guid`, and where they are given the delivery and `notify`, are put in
   * their places; `time_start` and the four fields of a schedule are its own.
   */
  body: Readonly<Record<string, unknown>>;
}

export type ReportContent =
  SummaryContent | DetailContent | QueryContent | AudienceExportContent | AudienceActivationContent | WrittenContent;

/** The word of its endpoint. */
export const endpointOf = (content: ReportContent): KochavaReportKind =>
  content.kind === 'written' ? content.endpoint : content.kind;

/** Epoch seconds, both counted in: Kochava's samples end at 23:59:59. */
export interface ReportWindow {
  start: number;
  end: number;
}

export interface ReportRequest extends Common {
  content: ReportContent;
  /** May be missing for a query, an audience that SQL makes, and an export with a `timerange`. */
  window?: ReportWindow;
}

export interface ScheduleRequest extends Common {
  content: ReportContent;
  cadence: Cadence;
}

/** `token` is missing where the same report is still queued or running: Kochava then answers with its status alone. */
export interface Created {
  /** In Kochava's words: queued, running, scheduled. */
  status: string;
  token: string | undefined;
}

export type ReportState = 'queued' | 'running' | 'completed' | 'failed' | 'deleted';

/** Why a report came to nothing, in Kochava's words. */
export interface ReportFailure {
  message: string;
  /** Would the same request succeed another time? */
  retryable: boolean;
}

/** A report as `progress` and `tokens` tell it. */
export interface ReportProgress {
  token: string;
  state: ReportState;
  /** Kochava's own word. */
  status: string;
  detail: string | undefined;
  /** 0 to 100. */
  progress: number | undefined;
  statusAt: Date | undefined;
  /** Bytes. */
  fileSize: number | undefined;
  /** Pre-signed: as good as the file. Missing until completed, and where the file went elsewhere. */
  link: string | undefined;
  /** summary, detail, ...; Kochava's word. */
  reportType: string | undefined;
  /** What was asked, as Kochava echoes it, without api_key and keys of buckets; `tokens` does not tell it. */
  request: Record<string, unknown> | undefined;
  failure: ReportFailure | undefined;
  /** The file is there; its mails were not sent. */
  notificationFailed: boolean;
}

/** A schedule as `schedule/progress` and `schedule/tokens` tell it. */
export interface ScheduleProgress {
  token: string;
  /** `scheduled`, or what Kochava says since. */
  status: string;
  statusAt: Date | undefined;
  nextRunAt: Date | undefined;
  /** Token of its latest report; missing before the first, and in `schedule/tokens`. */
  lastReportToken: string | undefined;
  reportType: string | undefined;
  frequency: string | undefined;
  runOn: string | undefined;
  request: Record<string, unknown> | undefined;
  failure: ReportFailure | undefined;
}

export interface KochavaApp {
  guid: string;
  name: string;
  /** Kochava's number of the app, which its other APIs go by. */
  appId: string;
  accountName: string;
  /** Kochava's word: `android`, `ios`. */
  platform: string;
}

export interface CallOptions {
  /** Aborted when nobody waits for the answer any more. */
  signal?: CallSignal;
  /** Milliseconds for the whole call, retries included. */
  deadlineMs?: number;
}
