import { Injectable } from '@nestjs/common';
import { GatewayError, notFound, type TenantContext } from '#libs/domain';
import type { KochavaPostback } from '#libs/kochava-postbacks';
import { AppDirectory, type AppRecord } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import { type AppAtKochava, PostbackReads } from '../../postbacks/postback-reads.js';

/** Apps that are asked at once. */
const AT_ONCE = 8;
/** Postbacks whose app is remembered. */
const REMEMBERED = 10_000;

export interface OwnedPostback {
  at: AppAtKochava;
  postback: KochavaPostback;
}

/** Whose a postback is: paths of writes name it without its app, so that Kochava is asked which of the key's apps has it. */
@Injectable()
export class WhosePostback {
  /** Where one was found last, by tenant and id: asked first, and believed no more than any other. */
  private readonly places = new Map<string, string>();

  constructor(
    private readonly directory: AppDirectory,
    private readonly reads: PostbackReads,
  ) {}

  /** NOT_FOUND where none of the key's apps has it; what Kochava said where one of them could not be asked. */
  async find(tenant: TenantContext, id: string): Promise<OwnedPostback> {
    const place = `${tenant.tenantId}/${id}`;
    const apps = await this.appsOf(tenant);
    const first = apps.filter((app) => app.kochavaAppId === this.places.get(place));
    const others = apps.filter((app) => !first.includes(app));
    for (const some of [first, ...inParts(others)]) {
      const found = await this.among(tenant, some, id);
      if (!found) continue;
      this.remember(place, found.at.number);
      return found;
    }
    throw notFound('postback', id);
  }

  private async appsOf(tenant: TenantContext): Promise<AppRecord[]> {
    const { opened } = await this.directory.open(tenant, null, 'kochava-postbacks');
    const numbers = opened.map(({ upstreamName }) => upstreamName);
    const apps = await this.directory.byUpstreamNames(tenant, 'kochava-postbacks', numbers);
    return apps.filter((app) => app !== null);
  }

  private async among(
    tenant: TenantContext,
    apps: readonly AppRecord[],
    id: string,
  ): Promise<OwnedPostback | undefined> {
    const answers = await Promise.allSettled(apps.map((app) => this.in(tenant, app, id)));
    const found = answers.find((answer) => answer.status === 'fulfilled' && answer.value);
    if (found?.status === 'fulfilled') return found.value;
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
    return undefined;
  }

  private async in(tenant: TenantContext, app: AppRecord, id: string): Promise<OwnedPostback | undefined> {
    const at = await this.reads.reach(tenant, app);
    try {
      const { value } = await this.reads.one(tenant, at, id, true);
      return { at, postback: value };
    } catch (error) {
      // An app that the credential may not touch has no postback that it could change.
      const isNotThere =
        (error instanceof GatewayError && error.code === 'NOT_FOUND') ||
        (error instanceof UpstreamError && error.failure === 'forbidden');
      if (isNotThere) return undefined;
      throw error;
    }
  }

  private remember(place: string, number: string): void {
    this.places.delete(place);
    this.places.set(place, number);
    if (this.places.size > REMEMBERED) this.places.delete(this.places.keys().next().value!);
  }
}

const inParts = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, part) =>
    items.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );
