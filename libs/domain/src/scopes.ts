/** Everything a tenant's key can be allowed to do. `vendor:<provider>` opens that vendor's unmodelled GET endpoints. */
export const SCOPES = [
  'apps:read',
  'apps:write',
  'kpis:read',
  'reports:read',
  'reports:write',
  'reports:deliver',
  'reports:sql',
  'audiences:write',
  'schedules:read',
  'schedules:write',
  'postbacks:read',
  'postbacks:write',
  'smartlinks:read',
  'smartlinks:write',
  'audit:read',
  'cache:bypass',
  'vendor:adjust',
  'vendor:adjust-reports',
  'vendor:kochava-reporting',
  'vendor:kochava-postbacks',
  'vendor:kochava-links',
] as const;

export type Scope = (typeof SCOPES)[number];
