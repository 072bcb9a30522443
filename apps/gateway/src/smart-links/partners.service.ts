import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { requireScope, type TenantContext } from '#libs/domain';
import type { KochavaPartner } from '#libs/kochava-links';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import { LinksReads } from './links-reads.js';
import { Networks } from './networks.js';
import { type Advertiser, type Agency, type MediaPartner, partnerOf } from './partner.model.js';
import { WhoMay } from './who-may.js';

/** Whom a SmartLink can be made for and with, read at Kochava and kept for a while. Scope smartlinks:read. */
@Injectable()
export class PartnersService {
  constructor(
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly networks: Networks,
    private readonly audit: AuditLog,
  ) {}

  advertisers(tenant: TenantContext, hasWriteAccess?: boolean | null): Promise<ReadAnswer<Advertiser[]>> {
    const asked = hasWriteAccess ?? undefined;
    return this.read(tenant, 'advertisers', { hasWriteAccess }, () =>
      this.reads.read(tenant, {
        of: `advertisers:${asked}`,
        kept: true,
        fetch: (client, credential, signal) => client.advertisers(credential, { hasWriteAccess: asked }, { signal }),
      }),
    );
  }

  agencies(tenant: TenantContext): Promise<ReadAnswer<Agency[]>> {
    return this.read(tenant, 'agencies', undefined, async () =>
      partners(
        await this.reads.read(tenant, {
          of: 'agencies',
          kept: true,
          fetch: (client, credential, signal) => client.agencies(credential, { signal }),
        }),
      ),
    );
  }

  /**
   * With apps: their private networks. Without: every network, where a key with an app list sees the private ones of its
   * own apps alone. NOT_FOUND for an app that is not the tenant's, or that the key may not touch.
   */
  mediaPartners(tenant: TenantContext, kochavaAppIds?: readonly string[] | null): Promise<ReadAnswer<MediaPartner[]>> {
    return this.read(tenant, 'media-partners', { kochavaAppIds }, async () => {
      if (kochavaAppIds) {
        await this.whoMay.mustKnow(tenant, kochavaAppIds);
        return partners(await this.networks.ask(tenant, kochavaAppIds));
      }
      const every = await this.networks.ask(tenant);
      const isVisible = await this.networks.visible(tenant);
      return partners({ ...every, value: every.value.filter(isVisible) });
    });
  }

  private read<T>(tenant: TenantContext, resource: string, request: unknown, work: () => Promise<T>): Promise<T> {
    return this.audit.around(tenant, 'smartlinks.read', { resource, request, vendor: 'KOCHAVA' }, async () => {
      requireScope(tenant, 'smartlinks:read');
      return work();
    });
  }
}

const partners = (answer: ReadAnswer<KochavaPartner[]>): ReadAnswer<Agency[]> => ({
  ...answer,
  value: answer.value.map(partnerOf),
});
