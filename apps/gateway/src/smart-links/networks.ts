import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import type { KochavaPartner } from '#libs/kochava-links';
import { AppDirectory } from '#libs/tenancy';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import { LinksReads } from './links-reads.js';

/** `acl` of a private network; the document's sample. */
const PRIVATE = 2;

/** Networks that a SmartLink can be made for; a private one belongs to apps. */
@Injectable()
export class Networks {
  constructor(
    private readonly reads: LinksReads,
    private readonly directory: AppDirectory,
  ) {}

  /** With apps, by Kochava's numbers: their private networks. Without: every one that the tenant's credential sees. */
  ask(tenant: TenantContext, apps?: readonly string[]): Promise<ReadAnswer<KochavaPartner[]>> {
    const numbers = apps && [...new Set(apps)].sort();
    return this.reads.read(tenant, {
      of: `networks:${numbers?.join() ?? '*'}`,
      kept: true,
      fetch: (client, credential, signal) => client.mediaPartners(credential, numbers, { signal }),
    });
  }

  /** What the key may see of them: with an app list, no private network but those of its own apps. */
  async visible(tenant: TenantContext): Promise<(network: Pick<KochavaPartner, 'id' | 'accessLevel'>) => boolean> {
    if (!tenant.appIds) return () => true;
    const { opened } = await this.directory.open(tenant, null, 'kochava-links');
    const numbers = opened.map(({ upstreamName }) => upstreamName);
    const own = numbers.length > 0 ? (await this.ask(tenant, numbers)).value : [];
    const mine = new Set(own.map(({ id }) => id));
    return ({ id, accessLevel }) => accessLevel !== PRIVATE || mine.has(id);
  }
}
