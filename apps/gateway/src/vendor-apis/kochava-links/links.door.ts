import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import type { AskedCall } from '../asked-call.js';
import { type DoorRequest, doorRequest } from '../door-request.js';
import { PassOn } from '../pass-on.js';
import { unmodelled } from '../unmodelled.js';
import { KOCHAVA_LINKS } from './links.dialect.js';
import { isLinksPath, type LinksPath, type LinksWrite, readLinksPath } from './links-path.js';
import { ReadLinks } from './read-links.js';
import { WrittenGroups } from './written-groups.js';
import { WrittenLinks } from './written-links.js';

/** Kochava's Links API as its own clients ask it. */
@Injectable()
export class LinksDoor {
  constructor(
    private readonly reads: ReadLinks,
    private readonly groups: WrittenGroups,
    private readonly links: WrittenLinks,
    private readonly passOn: PassOn,
  ) {}

  /** Answers `request` as Kochava would, with the tenant's credential: of groups and links, what the key may see and change. */
  async answer(tenant: TenantContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.passOn.answer(reply, tenant, KOCHAVA_LINKS, this.asked(tenant, doorRequest(request)));
  }

  private asked(tenant: TenantContext, door: DoorRequest): AskedCall {
    const path = readLinksPath(door.method, door.segments);
    if (!path) return unmodelled(KOCHAVA_LINKS.provider, door, door.query, isLinksPath);
    return 'read' in path ? this.reads.asked(tenant, path.read, door) : this.written(tenant, path.write, door);
  }

  private written(tenant: TenantContext, path: LinksPath<LinksWrite>, door: DoorRequest): AskedCall {
    switch (path.endpoint) {
      case 'create-group':
        return this.groups.creation(tenant, path, door);
      case 'update-group':
        return this.groups.update(tenant, path, door);
      case 'archive-group':
        return this.groups.archiving(tenant, path, door);
      case 'create-campaign':
        return this.groups.newCampaign(tenant, path, door);
      case 'update-campaign':
        return this.groups.campaignUpdate(tenant, path, door);
      case 'create-link':
        return this.links.creation(tenant, path, door);
      case 'update-link':
        return this.links.update(tenant, path, door);
      case 'archive-link':
        return this.links.archiving(tenant, path, door);
    }
  }
}
