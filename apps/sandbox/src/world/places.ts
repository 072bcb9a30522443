/** Business regions. The vendor names APAC, EMEA and LATAM; the fourth is ours. */
export const REGIONS = ['APAC', 'EMEA', 'LATAM', 'NAM'] as const;
export type Region = (typeof REGIONS)[number];

export interface Country {
  /** ISO 3166-1 alpha-2, lower case as the KPI Service writes it. */
  code: string;
  region: Region;
  /** Part of an app's users. */
  share: number;
  /** What a user there spends, against the average. */
  spending: number;
}

export const COUNTRIES: readonly Country[] = [
  { code: 'us', region: 'NAM', share: 0.27, spending: 1.6 },
  { code: 'gb', region: 'EMEA', share: 0.1, spending: 1.3 },
  { code: 'de', region: 'EMEA', share: 0.11, spending: 1.25 },
  { code: 'fr', region: 'EMEA', share: 0.08, spending: 1.1 },
  { code: 'tr', region: 'EMEA', share: 0.06, spending: 0.4 },
  { code: 'ae', region: 'EMEA', share: 0.02, spending: 1.5 },
  { code: 'jp', region: 'APAC', share: 0.09, spending: 1.8 },
  { code: 'kr', region: 'APAC', share: 0.05, spending: 1.4 },
  { code: 'in', region: 'APAC', share: 0.08, spending: 0.2 },
  { code: 'br', region: 'LATAM', share: 0.07, spending: 0.35 },
  { code: 'mx', region: 'LATAM', share: 0.04, spending: 0.4 },
  { code: 'ca', region: 'NAM', share: 0.03, spending: 1.4 },
];
