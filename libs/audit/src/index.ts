export { AUDIT_ACTIONS, type AuditAction } from './actions.js';
export { type AuditEvent, type AuditEventFilter, type AuditEventPage, AuditEvents } from './audit-events.js';
export { AuditLog } from './audit-log.js';
export type { AuditLogger, AuditOptions } from './audit-options.js';
export { AuditModule } from './audit.module.js';
export { type ChainReport, ChainKeeper } from './chain-keeper.js';
export { type Classify, classifyError } from './classify.js';
export {
  AUDIT_OUTCOMES,
  type AuditFacts,
  type AuditNote,
  type AuditOutcome,
  type AuditTarget,
  type KnownKey,
  OPERATOR_CHAIN,
} from './new-row.js';
export { fingerprint } from './redact.js';
export { Sealer } from './sealer.js';
export { type LostWrite, type Write, WriteOnce, type Written } from './write-once.js';
