import { Injectable } from '@nestjs/common';
import { GatewayError, notFound, type TenantContext, type Leaving } from '#libs/domain';
import { type KochavaPostback, KochavaPostbacksClient, type KochavaPostbackTemplate } from '#libs/kochava-postbacks';
import { type AppRecord, CredentialVault, type OpenCredential } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import { type ReadAnswer, VendorReads } from '../vendor-reads/vendor-reads.js';

/** An app as the Postbacks API knows it, and the credential to ask with. */
export interface AppAtKochava {
  app: AppRecord;
  /** Kochava's number. */
  number: string;
  credential: OpenCredential;
}

/** The form in which templates are kept: whoever changes what a KochavaPostbackTemplate holds counts it up. */
const TEMPLATES_FORM = 'kochava-templates/1';

type Reading = 'templates' | 'incomplete' | 'list' | `one:${string}`;

/** What is read at Kochava's Postbacks API, asked once however many callers ask at the same time. */
@Injectable()
export class PostbackReads {
  constructor(
    private readonly client: KochavaPostbacksClient,
    private readonly vault: CredentialVault,
    private readonly reads: VendorReads,
  ) {}

  /** UNSUPPORTED for an app without a number of Kochava's; CREDENTIAL_MISSING. */
  async reach(tenant: TenantContext, app: AppRecord): Promise<AppAtKochava> {
    if (app.kochavaAppId === null) {
      throw new GatewayError(
        'UNSUPPORTED',
        `The app ${JSON.stringify(app.name)} has no kochavaAppId, the number that Kochava's Postbacks API knows an app by. The operator sets it.`,
        { vendor: 'KOCHAVA' },
      );
    }
    const credential = await this.vault.open(tenant.tenantId, 'kochava-postbacks');
    return { app, number: app.kochavaAppId, credential };
  }

  /** Kept for a while: they are Kochava's, and hold nobody's values. */
  templates(tenant: TenantContext, at: AppAtKochava, fresh = false): Promise<ReadAnswer<KochavaPostbackTemplate[]>> {
    return this.read(tenant, at, 'templates', true, fresh, async (signal) => {
      const { templates } = await this.client.templates(at.credential, at.number, { signal });
      return templates;
    });
  }

  /** Kept for a while, or until a write. */
  incomplete(tenant: TenantContext, at: AppAtKochava): Promise<ReadAnswer<KochavaPostbackTemplate[]>> {
    return this.read(tenant, at, 'incomplete', true, false, async (signal) => {
      const { templates } = await this.client.incomplete(at.credential, at.number, { signal });
      return templates;
    });
  }

  /** Not kept: contexts may hold a partner's keys, and the cache may be a Redis. */
  list(tenant: TenantContext, at: AppAtKochava, fresh = false): Promise<ReadAnswer<KochavaPostback[]>> {
    return this.read(tenant, at, 'list', false, fresh, async (signal) => {
      const { postbacks } = await this.client.list(at.credential, at.number, { signal });
      return postbacks;
    });
  }

  /** Not kept, as `list`. NOT_FOUND where the app has no such postback. */
  async one(tenant: TenantContext, at: AppAtKochava, id: string, fresh = false): Promise<ReadAnswer<KochavaPostback>> {
    mustBeId(id);
    try {
      return await this.read(tenant, at, `one:${id}`, false, fresh, async (signal) => {
        const { postback } = await this.client.get(at.credential, at.number, id, { signal });
        return postback;
      });
    } catch (error) {
      throw missing(error, id);
    }
  }

  /** To be called when a write has been sent, whatever became of its answer. */
  async drop(at: AppAtKochava, id?: string): Promise<void> {
    const changed: Reading[] = ['list', 'incomplete', ...(id === undefined ? [] : [`one:${id}` as const])];
    await this.reads.drop(...changed.map((reading) => keyOf(at, reading)));
  }

  private async read<T>(
    tenant: TenantContext,
    at: AppAtKochava,
    reading: Reading,
    kept: boolean,
    fresh: boolean,
    fetch: (signal: Leaving) => Promise<T>,
  ): Promise<ReadAnswer<T>> {
    return this.reads.read({
      key: keyOf(at, reading),
      // What stands there may change at any time.
      changesUntil: new Date().toISOString().slice(0, 10),
      bypass: fresh || tenant.bypassCache,
      caller: tenant,
      keep: () => kept,
      fetch,
    });
  }
}

const keyOf = ({ credential, number }: AppAtKochava, reading: Reading): string =>
  `${TEMPLATES_FORM}:${credential.id}:${number}:${reading}`;

/** NOT_FOUND for what no postback can be called; it is not asked for. */
export function mustBeId(id: string): void {
  if (!/^[1-9]\d{0,18}$/.test(id)) throw notFound('postback', id.slice(0, 50));
}

/** Kochava's 404 about one postback is our own NOT_FOUND; any other error passes. */
export const missing = (error: unknown, id: string): unknown =>
  error instanceof UpstreamError && error.failure === 'not-found' ? notFound('postback', id) : error;
