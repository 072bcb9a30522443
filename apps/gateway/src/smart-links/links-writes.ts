import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditLog, type AuditNote, type LostWrite, WriteOnce, type Written } from '#libs/audit';
import { GatewayError, requireScope, type TenantContext } from '#libs/domain';
import { beforeSending } from '../edge/before-sending.js';
import { asInputError, LinksReads, missing, type Noun } from './links-reads.js';

/** One write at Kochava. */
export interface LinksWrite<T> {
  action: AuditAction;
  /** What is written; absent where it is made. */
  on?: { noun: Noun; id: string };
  /** All that makes this request the same as another. */
  asked: object;
  /** As the audit shows what was asked, where that differs. */
  shown?: object;
  idempotencyKey?: string | null;
  /** May the key do this? Asked at each request, a replay too: it may have lost an app. */
  enter: () => Promise<unknown>;
  /** Everything that must hold before anything is sent; answers what sends it, once. */
  prepare: (note: AuditNote) => Promise<() => Promise<T>>;
  /** The write, when its answer was lost: undefined where it is not to be found at Kochava. */
  find: (lost: LostWrite) => Promise<T | undefined>;
}

/** Writes at the Links API, each done once, with scope smartlinks:write. */
@Injectable()
export class LinksWrites {
  constructor(
    private readonly once: WriteOnce,
    private readonly audit: AuditLog,
    private readonly reads: LinksReads,
  ) {}

  async run<T>(tenant: TenantContext, write: LinksWrite<T>): Promise<Written<T>> {
    const { action, asked, shown, idempotencyKey, on } = write;
    const resource = on && resourceOf(on.noun, on.id);
    await this.enter(tenant, write, resource);
    return this.once.run(
      tenant,
      {
        action,
        operation: action,
        target: { resource, vendor: 'KOCHAVA', request: shown },
        idempotencyKey,
        request: { ...(on && { id: on.id }), ...asked },
        authorize: () => requireScope(tenant, 'smartlinks:write'),
        reconcile: (lost) => write.find(lost),
      },
      async (note) => {
        const send = await beforeSending(() => write.prepare(note));
        return this.send(tenant, write, send);
      },
    );
  }

  private async enter(tenant: TenantContext, write: LinksWrite<unknown>, resource: string | undefined): Promise<void> {
    try {
      requireScope(tenant, 'smartlinks:write');
      await write.enter();
    } catch (error) {
      if (error instanceof GatewayError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')) {
        this.audit.denied(tenant, write.action, error.code, { resource, vendor: 'KOCHAVA' });
      }
      throw error;
    }
  }

  /** Sends once. Reads under way are old from here on, also where the answer was lost. */
  private async send<T>(tenant: TenantContext, { on }: LinksWrite<T>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const known = asInputError(error);
      throw on ? missing(known, on.noun, on.id) : known;
    } finally {
      this.reads.changed(tenant);
    }
  }
}

/** As the audit names it: `app-group:4833`. */
export const resourceOf = (noun: Noun, id: string): string => `${noun.replaceAll(' ', '-')}:${id}`;

export const conflict = (message: string): GatewayError => new GatewayError('CONFLICT', message, { vendor: 'KOCHAVA' });
