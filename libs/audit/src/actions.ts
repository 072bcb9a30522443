const read = { kind: 'read' } as const;
const write = { kind: 'write' } as const;

/**
 * The closed vocabulary of what is audited. A `write` is intended before it is done; a `read` is noted after. A new
 * endpoint takes a word from here or adds one: free text could not be filtered by.
 */
export const AUDIT_ACTIONS = {
  'viewer.read': read,
  'apps.read': read,
  'app.read': read,
  'apps.sync': write,
  'kpis.read': read,
  'reports.read': read,
  'report.request': write,
  'report.delete': write,
  'report.download': read,
  'schedules.read': read,
  'schedule.create': write,
  'schedule.update': write,
  'schedule.delete': write,
  'postbacks.read': read,
  'postback.create': write,
  'postback.update': write,
  'postback.delete': write,
  'smartlinks.read': read,
  'appGroup.create': write,
  'appGroup.update': write,
  'appGroup.archive': write,
  'appGroupCampaign.create': write,
  'appGroupCampaign.update': write,
  'smartLink.create': write,
  'smartLink.update': write,
  'smartLink.archive': write,
  'vendor.call': read,
  'audit.read': read,
  /** A known key that an edge refused before any service ran. */
  'key.denied': read,

  'tenant.read': read,
  'tenant.create': write,
  'tenant.update': write,
  'tenant.delete': write,
  'credential.read': read,
  'credential.put': write,
  'credential.verify': read,
  'credential.delete': write,
  'credentials.reEncrypt': write,
  'app.create': write,
  'app.update': write,
  'app.delete': write,
  'apiKey.read': read,
  'apiKey.issue': write,
  'apiKey.rotate': write,
  'apiKey.revoke': write,
  'networkAliases.read': read,
  'networkAliases.put': write,
  'limits.read': read,
  'limits.put': write,
  'audit.verify': read,
  'audit.export': read,
} as const satisfies Record<string, { kind: 'read' | 'write' }>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;
