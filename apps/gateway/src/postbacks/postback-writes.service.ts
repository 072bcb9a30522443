import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditLog, type AuditNote, type LostWrite, WriteOnce, type Written } from '#libs/audit';
import { GatewayError, requireScope, type TenantContext } from '#libs/domain';
import { AppDirectory, type AppRecord } from '#libs/tenancy';
import { beforeSending } from '../edge/before-sending.js';
import { KeptPayloads } from './kept-payloads.js';
import type { CreatePostbackInput, UpdatePostbackInput } from './postback.input.js';
import type { PostbackPayload } from './postback.model.js';
import { mustBeId } from './postback-reads.js';
import { type PostbackChange, PostbackSender } from './postback-sender.js';

/** A postback's writes, each done once, with scope postbacks:write. */
@Injectable()
export class PostbackWritesService {
  constructor(
    private readonly directory: AppDirectory,
    private readonly once: WriteOnce,
    private readonly audit: AuditLog,
    private readonly sender: PostbackSender,
    private readonly kept: KeptPayloads,
  ) {}

  /** CONFLICT where the app has one of the same template, type and filter. */
  create(tenant: TenantContext, input: CreatePostbackInput): Promise<Written<PostbackPayload>> {
    const { appId, idempotencyKey, type, title, templateId, context } = input;
    const filter = input.filter ?? undefined;
    const active = input.active ?? undefined;
    const wanted = { type, title, templateId, filter, active, context };
    return this.write(tenant, 'postback.create', appId, undefined, wanted, idempotencyKey, (app) =>
      this.sender.creation(tenant, app, { ...wanted, type: lower(type), context: context as Record<string, unknown> }),
    );
  }

  /** Sends what is given and nothing else. CONFLICT where another postback has the new filter already. */
  update(
    tenant: TenantContext,
    appId: string,
    id: string,
    { title, active, filter, context, idempotencyKey }: UpdatePostbackInput,
  ): Promise<Written<PostbackPayload>> {
    const given = Object.entries({ title, active, filter, context }).filter(([, value]) => value !== undefined);
    const changes = Object.fromEntries(given);
    return this.write(tenant, 'postback.update', appId, id, changes, idempotencyKey, (app) =>
      this.sender.update(tenant, app, id, changes),
    );
  }

  /** Answers the postback as it stood. */
  delete(
    tenant: TenantContext,
    appId: string,
    id: string,
    idempotencyKey?: string | null,
  ): Promise<Written<PostbackPayload>> {
    return this.write(tenant, 'postback.delete', appId, id, {}, idempotencyKey, (app) =>
      this.sender.deletion(tenant, app, id),
    );
  }

  private async write(
    tenant: TenantContext,
    action: 'postback.create' | 'postback.update' | 'postback.delete',
    appId: string,
    id: string | undefined,
    asked: object,
    idempotencyKey: string | null | undefined,
    changeOf: (app: AppRecord) => PostbackChange,
  ): Promise<Written<PostbackPayload>> {
    const app = await this.enter(tenant, action, appId, id);
    const change = changeOf(app);
    const { value, replayed } = await this.once.run(
      tenant,
      {
        action,
        operation: action,
        target: { appId: app.id, resource: id && `postback:${id}`, vendor: 'KOCHAVA' },
        idempotencyKey,
        request: { appId: app.id, ...(id && { id }), ...asked },
        authorize: () => requireScope(tenant, 'postbacks:write'),
        reconcile: async (lost: LostWrite) => {
          const found = await change.find(lost);
          return found && this.kept.keep(tenant, found);
        },
      },
      async (note: AuditNote) => {
        const send = await beforeSending(() => change.prepare(note));
        return this.kept.keep(tenant, await send());
      },
    );
    return { value: this.kept.payload(tenant, value), replayed };
  }

  /** The app, asked for at each request, a replay too: the key may have lost it. */
  private async enter(
    tenant: TenantContext,
    action: AuditAction,
    appId: string,
    id: string | undefined,
  ): Promise<AppRecord> {
    try {
      requireScope(tenant, 'postbacks:write');
      const app = await this.directory.get(tenant, appId);
      if (id !== undefined) mustBeId(id);
      return app;
    } catch (error) {
      if (error instanceof GatewayError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')) {
        this.audit.denied(tenant, action, error.code, { appId, resource: id && `postback:${id}`, vendor: 'KOCHAVA' });
      }
      throw error;
    }
  }
}

const lower = (type: CreatePostbackInput['type']) => type.toLowerCase() as Lowercase<typeof type>;
