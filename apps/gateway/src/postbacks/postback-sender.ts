import { Injectable } from '@nestjs/common';
import { AuditEvents, type AuditNote, type LostWrite } from '#libs/audit';
import { GatewayError, type TenantContext } from '#libs/domain';
import {
  type KochavaPostback,
  type KochavaPostbackChanges,
  KochavaPostbacksClient,
  type KochavaPostbackTemplate,
  type KochavaRemarks,
  type NewKochavaPostback,
} from '#libs/kochava-postbacks';
import { type AppRecord, TenantLimits } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import {
  asInputError,
  checkAgainstTemplate,
  checkChanges,
  checkMerged,
  checkNew,
  checkUnique,
  holds,
  taken,
} from './postback-checks.js';
import { type AppAtKochava, missing, PostbackReads } from './postback-reads.js';
import { type PostbackOfApp, postbackOf, type PostbackPayload } from './postback.model.js';

/** One write at Kochava, ready to be done. */
export interface PostbackChange {
  /** Everything that must hold before anything is sent; answers what sends it, once. */
  prepare(note: AuditNote): Promise<() => Promise<PostbackPayload>>;
  /** The write, when its answer was lost: undefined where it is not to be found at Kochava. */
  find(lost: LostWrite): Promise<PostbackPayload | undefined>;
}

/** What is checked before each write, what is sent, and what stands there after it. */
@Injectable()
export class PostbackSender {
  constructor(
    private readonly client: KochavaPostbacksClient,
    private readonly reads: PostbackReads,
    private readonly limits: TenantLimits,
    private readonly events: AuditEvents,
  ) {}

  creation(tenant: TenantContext, app: AppRecord, asked: Omit<NewKochavaPostback, 'appId'>): PostbackChange {
    return {
      prepare: async (note) => {
        checkNew({ ...asked, appId: '' }, await this.limits.get(tenant.tenantId));
        const at = await this.reads.reach(tenant, app);
        const wanted: NewKochavaPostback = { ...asked, appId: at.number };
        const [template, { value: others }] = await Promise.all([
          this.template(tenant, at, wanted.templateId),
          this.reads.list(tenant, at, true),
        ]);
        checkAgainstTemplate(wanted, template);
        checkUnique(wanted, others);
        return () =>
          this.send(at, undefined, wanted, async () => {
            const { postback, ...remarks } = await this.client.create(at.credential, wanted);
            const after = postbackOf(app.id, postback);
            note({ resource: `postback:${after.id}`, after });
            return payloadOf(after, remarks);
          });
      },
      find: async () => {
        const at = await this.reads.reach(tenant, app);
        const { value: all } = await this.reads.list(tenant, at, true);
        // There was none when this was sent, and there can be but one: made alike, it is what was asked for.
        const { templateId, type, filter } = asked;
        const found = all.find(
          (one) => one.templateId === templateId && one.type === type && one.filter === filter && holds(one, asked),
        );
        return found && payloadOf(postbackOf(app.id, found));
      },
    };
  }

  update(tenant: TenantContext, app: AppRecord, id: string, changes: KochavaPostbackChanges): PostbackChange {
    return {
      prepare: async (note) => {
        const limits = await this.limits.get(tenant.tenantId);
        checkChanges(changes, limits);
        const at = await this.reads.reach(tenant, app);
        const { value: before } = await this.reads.one(tenant, at, id, true);
        note({ before: postbackOf(app.id, before) });
        const template = changes.context && (await this.template(tenant, at, before.templateId));
        checkMerged(before, changes, template, limits);
        const renamed = { ...before, filter: changes.filter ?? before.filter };
        if (renamed.filter !== before.filter) {
          const { value: all } = await this.reads.list(tenant, at, true);
          checkUnique(
            renamed as NewKochavaPostback,
            all.filter((one) => one.id !== id),
          );
        }
        return () => this.send(at, id, renamed, () => this.change(at, id, changes, note));
      },
      find: async () => {
        const at = await this.reads.reach(tenant, app);
        const { value: stands } = await this.reads.one(tenant, at, id, true);
        return holds(stands, changes) ? payloadOf(postbackOf(app.id, stands)) : undefined;
      },
    };
  }

  deletion(tenant: TenantContext, app: AppRecord, id: string): PostbackChange {
    return {
      prepare: async (note) => {
        const at = await this.reads.reach(tenant, app);
        const { value } = await this.reads.one(tenant, at, id, true);
        const before = postbackOf(app.id, value);
        note({ before });
        return () =>
          this.send(at, id, value, async () => payloadOf(before, await this.client.delete(at.credential, id)));
      },
      find: async (lost) => {
        const at = await this.reads.reach(tenant, app);
        return (await this.stands(tenant, at, id)) ? undefined : this.deleted(tenant, app, id, lost);
      },
    };
  }

  /** Sends once. What is kept of earlier reads goes, also where the answer was lost. */
  private async send<T>(
    at: AppAtKochava,
    id: string | undefined,
    wanted: Pick<KochavaPostback, 'templateId' | 'type' | 'filter'>,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // Kochava says it with 400, or 409: "Duplicate install post-back" for any type.
      if (error instanceof UpstreamError && error.failure === 'conflict') {
        throw taken(wanted, `; Kochava says: ${error.message}`, { upstreamStatus: error.status });
      }
      throw id === undefined ? asInputError(error) : missing(asInputError(error), id);
    } finally {
      await this.reads.drop(at, id);
    }
  }

  /** The document shows neither the answer to an update nor how contexts are merged: what stands is read back. */
  private async change(
    at: AppAtKochava,
    id: string,
    changes: KochavaPostbackChanges,
    note: AuditNote,
  ): Promise<PostbackPayload> {
    const { postback: told, ...remarks } = await this.client.update(at.credential, id, changes);
    const read = await this.client.get(at.credential, at.number, id).catch((error: unknown) => {
      if (!told) throw error;
      return {
        postback: told,
        warnings: ['Kochava did not answer when the postback was read back: this is what it said of the update.'],
      };
    });
    const stands = read.postback;
    const after = postbackOf(at.app.id, stands);
    note({ after });
    const warnings = [...remarks.warnings, ...('messages' in read ? [] : read.warnings)];
    if (!holds(stands, changes))
      warnings.push('Kochava did not take over every change: compare the postback with what was asked.');
    return payloadOf(after, { messages: remarks.messages, warnings });
  }

  private async stands(tenant: TenantContext, at: AppAtKochava, id: string): Promise<boolean> {
    try {
      await this.reads.one(tenant, at, id, true);
      return true;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'NOT_FOUND') return false;
      throw error;
    }
  }

  /** A postback that is gone, as the audit of its deletion knows it. */
  private async deleted(
    tenant: TenantContext,
    app: AppRecord,
    id: string,
    lost: LostWrite,
  ): Promise<PostbackPayload | undefined> {
    const filter = { resource: `postback:${id}`, actions: ['postback.delete'], appIds: [app.id] };
    for await (const event of this.events.stream(tenant, filter)) {
      if (event.id !== lost.intentId) continue;
      const before = event.before as PostbackOfApp | null;
      // A context too large for a row leaves nothing else of it either.
      if (before?.id !== id) return undefined;
      const warning = 'The answer to the deletion was lost: of the context only fingerprints are left.';
      return payloadOf(before, { messages: [], warnings: [warning] });
    }
    return undefined;
  }

  /** A template that the kept list does not know may be new. */
  private async template(
    tenant: TenantContext,
    at: AppAtKochava,
    templateId: string,
  ): Promise<KochavaPostbackTemplate | undefined> {
    for (const fresh of [false, true]) {
      const { value, status } = await this.reads.templates(tenant, at, fresh);
      const found = value.find(({ id }) => id === templateId);
      if (found || status === 'FRESH') return found;
    }
    return undefined;
  }
}

const payloadOf = (
  postback: PostbackOfApp,
  { messages, warnings }: KochavaRemarks = { messages: [], warnings: [] },
): PostbackPayload => ({ postback, messages, warnings });
