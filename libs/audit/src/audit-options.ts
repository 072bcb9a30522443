import type { Classify } from './classify.js';

/** What the audit tells its operator. Pino's loggers fit. */
export interface AuditLogger {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface AuditOptions {
  /** Turns what `work` threw into the GatewayError that its caller is going to see; default: as it is. */
  translate: (error: unknown) => unknown;
  /** What a translated error means for the outcome; default: by a GatewayError's code. */
  classify: Classify;
  log: AuditLogger;
}

/** Nest's token of the options. */
export const AUDIT_OPTIONS = Symbol('AUDIT_OPTIONS');
