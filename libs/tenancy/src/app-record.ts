import type { AppModel } from '#libs/database';
import type { Provider } from '#libs/domain';
import type { Platform } from './platforms.js';

/** One app, and the names it has at the vendors. Null: none there. */
export interface AppRecord {
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  readonly adjustToken: string | null;
  /** What the Reporting API knows it by. */
  readonly kochavaGuid: string | null;
  /** What the Postbacks and Links APIs know it by: a number, kept as text. */
  readonly kochavaAppId: string | null;
  readonly kochavaAccountName: string | null;
}

export const UPSTREAM_NAMES = ['adjustToken', 'kochavaGuid', 'kochavaAppId'] as const;
export type UpstreamName = (typeof UPSTREAM_NAMES)[number];

/** Which of an app's names each vendor API takes. */
export const NAME_AT: Record<Provider, UpstreamName> = {
  adjust: 'adjustToken',
  'adjust-reports': 'adjustToken',
  'kochava-reporting': 'kochavaGuid',
  'kochava-postbacks': 'kochavaAppId',
  'kochava-links': 'kochavaAppId',
};

export function toAppRecord(row: AppModel): AppRecord {
  return {
    id: row.id,
    name: row.name,
    platform: row.platform as Platform,
    adjustToken: row.adjustToken,
    kochavaGuid: row.kochavaGuid,
    kochavaAppId: row.kochavaAppId,
    kochavaAccountName: row.kochavaAccountName,
  };
}
