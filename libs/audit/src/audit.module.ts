import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { AuditEvents } from './audit-events.js';
import { AuditLog } from './audit-log.js';
import { AUDIT_OPTIONS, type AuditLogger, type AuditOptions } from './audit-options.js';
import { ChainKeeper } from './chain-keeper.js';
import { classifyError } from './classify.js';
import { IdempotencyRecords } from './idempotency-records.js';
import { Journal } from './journal.js';
import { Sealer } from './sealer.js';
import { WriteOnce } from './write-once.js';

/** Audit log, its chain, and writes that are never sent twice; over a PrismaService that a global module provides. */
@Module({})
export class AuditModule {
  static forRoot({
    translate = (error) => error,
    classify = classifyError,
    log = nestLogger(),
  }: Partial<AuditOptions> = {}): DynamicModule {
    return {
      module: AuditModule,
      global: true,
      providers: [
        { provide: AUDIT_OPTIONS, useValue: { translate, classify, log } satisfies AuditOptions },
        Journal,
        Sealer,
        AuditLog,
        AuditEvents,
        ChainKeeper,
        IdempotencyRecords,
        WriteOnce,
      ],
      exports: [AuditLog, AuditEvents, ChainKeeper, Sealer, WriteOnce],
    };
  }
}

function nestLogger(): AuditLogger {
  const logger = new Logger('Audit');
  const line = (fields: Record<string, unknown>, message: string): string => `${message} ${JSON.stringify(fields)}`;
  return {
    warn: (fields, message) => logger.warn(line(fields, message)),
    error: (fields, message) => logger.error(line(fields, message)),
  };
}
