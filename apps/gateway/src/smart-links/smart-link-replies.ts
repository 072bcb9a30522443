import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Written } from '#libs/audit';
import type { TenantContext } from '#libs/domain';
import type { KochavaQrCode } from '#libs/kochava-links';
import { answerOnce } from '../edge/idempotency.js';
import { restList } from '../edge/list-reply.js';
import type { Page } from '../edge/page.model.js';
import { sendVendorBody, sendVendorJson } from '../edge/vendor-reply.js';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import type { AppGroup } from './app-group.model.js';
import { AppGroupsService } from './app-groups.service.js';
import { versionOf } from './if-match.js';
import type { WholeListArgs } from './links-rules.js';
import type { SmartLink } from './smart-link.model.js';
import { pageOfWhole } from './whole-list.js';

const FRESH = { source: 'kochava-links', status: 'FRESH' } as const;

/** An image opened by itself runs nothing, whatever is in it. */
const IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** Groups, links and what belongs to them, as REST answers them. */
@Injectable()
export class SmartLinkReplies {
  constructor(private readonly groups: AppGroupsService) {}

  json(reply: FastifyReply, answer: unknown): void {
    sendVendorJson(reply, FRESH, answer);
  }

  list<T>(reply: FastifyReply, page: Page<T>): void {
    this.json(reply, restList(reply, page));
  }

  whole<T>(reply: FastifyReply, all: readonly T[], keyOf: (item: T) => string, args: WholeListArgs): void {
    this.list(reply, pageOfWhole(all, keyOf, args));
  }

  kept(reply: FastifyReply, { value, status }: ReadAnswer<{ id: string }[]>, args: WholeListArgs): void {
    const page = pageOfWhole(value, ({ id }) => id, args);
    sendVendorJson(reply, { ...FRESH, status }, restList(reply, page));
  }

  link(reply: FastifyReply, link: SmartLink): void {
    sendVendorJson(reply, FRESH, link, versionOf(link));
  }

  image(reply: FastifyReply, { contentType, bytes }: KochavaQrCode): void {
    reply.header('Content-Security-Policy', IMAGE_POLICY);
    sendVendorBody(reply, FRESH, contentType, bytes);
  }

  async group(reply: FastifyReply, tenant: TenantContext, group: AppGroup): Promise<void> {
    this.json(reply, await this.withApps(tenant, group));
  }

  async groupPage(reply: FastifyReply, tenant: TenantContext, { nodes, pageInfo }: Page<AppGroup>): Promise<void> {
    const data = await Promise.all(nodes.map((group) => this.withApps(tenant, group)));
    this.list(reply, { nodes: data, pageInfo });
  }

  async writtenGroup(reply: FastifyReply, tenant: TenantContext, written: Written<AppGroup>): Promise<AppGroup> {
    return this.withApps(tenant, answerOnce(reply, written));
  }

  /** Each app of the group as the tenant's own; null where the key lacks the scope apps:read. */
  private async withApps(tenant: TenantContext, group: AppGroup): Promise<AppGroup> {
    const mayRead = tenant.scopes.has('apps:read');
    const apps = await Promise.all(
      group.apps.map(async (app) => ({ ...app, app: mayRead ? await this.groups.appOf(tenant, app) : null })),
    );
    return { ...group, apps };
  }
}
