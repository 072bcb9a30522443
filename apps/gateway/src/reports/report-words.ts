import { DETAIL_TRAFFIC, SUMMARY_TRAFFIC } from '#libs/kochava-reporting';
import { enumOf, publicEnum } from '../edge/public-type.js';

const upper = <T extends string>(words: readonly T[]) =>
  enumOf(words.map((word) => word.toUpperCase() as Uppercase<T>)) as { readonly [K in Uppercase<T>]: K };

export const ReportKind = publicEnum(
  'ReportKind',
  enumOf(['SUMMARY', 'DETAIL', 'QUERY', 'AUDIENCE_EXPORT', 'AUDIENCE_ACTIVATION', 'KPI']),
);
export type ReportKind = keyof typeof ReportKind;

export const ReportStatus = publicEnum(
  'ReportStatus',
  enumOf(['SUBMITTING', 'UNCONFIRMED', 'QUEUED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'DELETED']),
  'SUBMITTING: kept, not yet sent. UNCONFIRMED: sent, its answer was lost, being looked for at the vendor; never sent again.',
);
export type ReportStatus = keyof typeof ReportStatus;

export const ReportFormat = publicEnum('ReportFormat', enumOf(['CSV', 'JSON']));
export type ReportFormat = keyof typeof ReportFormat;

export const SavedS3Delivery = publicEnum(
  'SavedS3Delivery',
  enumOf(['KOCHAVA_SAVED']),
  'The bucket that Kochava keeps for the app; Kochava falls back to a link where it keeps none, and the report says so.',
);
export type SavedS3Delivery = keyof typeof SavedS3Delivery;

export const SummaryTraffic = publicEnum('SummaryTraffic', upper(SUMMARY_TRAFFIC));
export type SummaryTraffic = keyof typeof SummaryTraffic;

export const DetailTraffic = publicEnum('DetailTraffic', upper(DETAIL_TRAFFIC));
export type DetailTraffic = keyof typeof DetailTraffic;

/** Whom the audit names: those that a KPI question goes to are named where it is asked. */
export const vendorOf = (kind: string): 'KOCHAVA' | undefined => (kind === 'KPI' ? undefined : 'KOCHAVA');

/** Kinds that read or send what is no single app's: not for a key with an app list, to ask for or to see. */
export const CROSS_APP_KINDS: readonly ReportKind[] = ['QUERY', 'AUDIENCE_EXPORT', 'AUDIENCE_ACTIVATION'];

/** What a report may still become something else from. */
export const LIVE: readonly ReportStatus[] = ['SUBMITTING', 'UNCONFIRMED', 'QUEUED', 'IN_PROGRESS'];
export const isLive = ({ status }: { readonly status: string }): boolean => LIVE.includes(status as ReportStatus);
