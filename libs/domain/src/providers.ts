/** The vendor APIs a tenant can hold a credential for, by the names the admin API uses. */
export const PROVIDERS = [
  'adjust',
  'adjust-reports',
  'kochava-reporting',
  'kochava-postbacks',
  'kochava-links',
] as const;

export type Provider = (typeof PROVIDERS)[number];

export const VENDORS = ['ADJUST', 'KOCHAVA'] as const;
export type Vendor = (typeof VENDORS)[number];

export const vendorOf = (provider: Provider): Vendor => (provider.startsWith('adjust') ? 'ADJUST' : 'KOCHAVA');
