import { Injectable } from '@nestjs/common';
import { type Awaitable, badInput, type FieldError, notFound, type TenantContext, type Leaving } from '#libs/domain';
import {
  InvalidLinksRequest,
  type KochavaAppGroup,
  KochavaLinksClient,
  type KochavaSmartLinkAnswer,
} from '#libs/kochava-links';
import { CredentialVault, type OpenCredential } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import { type ReadAnswer, VendorReads } from '../vendor-reads/vendor-reads.js';

/** The form in which partners are kept: whoever changes what a KochavaPartner or KochavaAdvertiser holds counts it up. */
const PARTNERS_FORM = 'kochava-partners/1';

export type Noun = 'app group' | 'campaign' | 'smart link';

interface Reading<T> {
  /** The question, without its tenant. */
  of: string;
  fetch: (client: KochavaLinksClient, credential: OpenCredential, signal: Leaving) => Promise<T>;
  /** Kept for a while. Otherwise asked anew each time, but once for all who ask at the same time. */
  kept?: boolean;
  /** Not joined to what others are asking. */
  fresh?: boolean;
}

/** What is read at Kochava's Links API, with the tenant's credential. CREDENTIAL_MISSING where it has none. */
@Injectable()
export class LinksReads {
  /** By tenant: reads that a write has made old are not joined any more. */
  private readonly changes = new Map<string, number>();

  constructor(
    private readonly client: KochavaLinksClient,
    private readonly vault: CredentialVault,
    private readonly reads: VendorReads,
  ) {}

  credential({ tenantId }: TenantContext): Awaitable<OpenCredential> {
    return this.vault.open(tenantId, 'kochava-links');
  }

  async read<T>(tenant: TenantContext, { of, fetch, kept = false, fresh }: Reading<T>): Promise<ReadAnswer<T>> {
    const credential = await this.credential(tenant);
    const change = kept ? 'kept' : (this.changes.get(tenant.tenantId) ?? 0);
    return this.reads.read({
      key: `${PARTNERS_FORM}:${credential.id}:${change}:${of}`,
      // What stands there may change at any time.
      changesUntil: new Date().toISOString().slice(0, 10),
      bypass: fresh || tenant.bypassCache,
      caller: tenant,
      keep: () => kept,
      fetch: (signal) => fetch(this.client, credential, signal),
    });
  }

  /** NOT_FOUND where there is none. */
  async group(tenant: TenantContext, id: string, fresh = false): Promise<KochavaAppGroup> {
    const answer = await this.found('app group', id, () =>
      this.read(tenant, {
        of: `group:${id}`,
        fresh,
        fetch: (client, credential, signal) => client.appGroups.get(credential, id, { signal }),
      }),
    );
    return answer.value;
  }

  /** With Kochava's own JSON of it. NOT_FOUND where there is none. */
  async link(tenant: TenantContext, id: string, fresh = false): Promise<KochavaSmartLinkAnswer> {
    const answer = await this.found('smart link', id, () =>
      this.read(tenant, {
        of: `link:${id}`,
        fresh,
        fetch: (client, credential, signal) => client.smartLinks.get(credential, id, { signal }),
      }),
    );
    return answer.value;
  }

  /** Does `work` about one thing. NOT_FOUND for what no thing can be called, and where Kochava knows none. */
  async found<T>(noun: Noun, id: string, work: () => Promise<T>): Promise<T> {
    mustBeId(noun, id);
    try {
      return await work();
    } catch (error) {
      throw missing(error, noun, id);
    }
  }

  /** To be called when a write has been sent, whatever became of its answer. */
  changed({ tenantId }: TenantContext): void {
    this.changes.set(tenantId, (this.changes.get(tenantId) ?? 0) + 1);
  }
}

export function mustBeId(noun: Noun, id: string): void {
  if (!/^[1-9]\d{0,18}$/.test(id)) throw notFound(noun, id.slice(0, 50));
}

/** Kochava's 404 about one thing is our own NOT_FOUND; any other error passes. */
export const missing = (error: unknown, noun: Noun, id: string): unknown =>
  error instanceof UpstreamError && error.failure === 'not-found' ? notFound(noun, id) : error;

/** The client's refusals name their fields with dots. */
export const fieldErrors = (problems: InvalidLinksRequest['problems']): FieldError[] =>
  problems.map(({ parameter, detail }) => ({
    // About the whole of a patch.
    pointer: parameter === 'patch' ? '' : `/${parameter.replaceAll('.', '/')}`,
    detail,
  }));

/** BAD_USER_INPUT of a request that the client refused to send; any other error passes. */
export const asInputError = (error: unknown): unknown =>
  error instanceof InvalidLinksRequest ? badInput(fieldErrors(error.problems)) : error;
