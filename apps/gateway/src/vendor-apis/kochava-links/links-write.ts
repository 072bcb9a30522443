import type { AuditAction, AuditNote } from '#libs/audit';
import type { TenantContext } from '#libs/domain';
import type { LinksReads } from '../../smart-links/links-reads.js';
import type { AskedCall } from '../asked-call.js';
import { jsonCall } from '../json-call.js';
import type { JsonFields } from '../json-fields.js';
import type { LinksPath, LinksWrite } from './links-path.js';

/** One write at the door of the Links API. `check` throws where the key may not do it; nothing is sent then. */
export const linksWrite = (
  reads: LinksReads,
  tenant: TenantContext,
  action: AuditAction,
  { endpoint, method, path }: LinksPath<LinksWrite>,
  fields: JsonFields | undefined,
  check: (note: AuditNote) => Promise<unknown>,
): AskedCall => ({
  action,
  operation: endpoint,
  scope: 'smartlinks:write',
  request: { path, ...(fields && { body: fields }) },
  prepare: async (note) => {
    await check(note);
    return { ...jsonCall(method, path, fields), sent: () => reads.changed(tenant) };
  },
});
