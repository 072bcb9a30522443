import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Written } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import type { App } from '../apps/app.model.js';
import { answerOnce } from '../edge/idempotency.js';
import { restList } from '../edge/list-reply.js';
import type { Page } from '../edge/page.model.js';
import { sendVendorJson } from '../edge/vendor-reply.js';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import type { PostbackPageArgs } from './postback.input.js';
import type { PostbackOfApp, PostbackPayload } from './postback.model.js';
import { PostbacksService } from './postbacks.service.js';

export type RestPostback = Omit<PostbackOfApp, 'appId'> & { app: App | null };
export type RestPostbackPayload = Omit<PostbackPayload, 'postback'> & { postback: RestPostback };

/** Postbacks as REST answers them. */
@Injectable()
export class PostbackReplies {
  constructor(private readonly service: PostbacksService) {}

  async list(
    reply: FastifyReply,
    tenant: TenantContext,
    args: PostbackPageArgs,
    answer: ReadAnswer<PostbackOfApp[]>,
  ): Promise<void> {
    const { nodes, pageInfo } = pageOf(answer.value, args);
    const data = await Promise.all(nodes.map((postback) => this.rest(tenant, postback)));
    send(reply, answer, restList(reply, { nodes: data, pageInfo }));
  }

  async one(reply: FastifyReply, tenant: TenantContext, answer: ReadAnswer<PostbackOfApp>): Promise<void> {
    send(reply, answer, await this.rest(tenant, answer.value));
  }

  templates(reply: FastifyReply, args: PostbackPageArgs, answer: ReadAnswer<{ id: string }[]>): void {
    send(reply, answer, restList(reply, pageOf(answer.value, args)));
  }

  async written(
    reply: FastifyReply,
    tenant: TenantContext,
    written: Written<PostbackPayload>,
  ): Promise<RestPostbackPayload> {
    const { postback, messages, warnings } = answerOnce(reply, written);
    return { postback: await this.rest(tenant, postback), messages, warnings };
  }

  private async rest(tenant: TenantContext, postback: PostbackOfApp): Promise<RestPostback> {
    const { id, appId: _, ...rest } = postback;
    const app = tenant.scopes.has('apps:read') ? await this.service.appOf(tenant, postback) : null;
    return { id, app, ...rest };
  }
}

const send = (reply: FastifyReply, { status }: ReadAnswer<unknown>, body: unknown): void =>
  sendVendorJson(reply, { source: 'kochava-postbacks', status }, body);

/** A page of what Kochava answers whole, by rising number: what is made or deleted meanwhile shifts nothing. */
function pageOf<T extends { id: string }>(all: readonly T[], { first, after }: PostbackPageArgs): Page<T> {
  const from = typeof after === 'string' ? numberOf(after) : undefined;
  const rest = all
    .map((item) => ({ item, number: BigInt(item.id) }))
    .filter(({ number }) => from === undefined || number > from)
    .sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0))
    .map(({ item }) => item);
  const nodes = rest.slice(0, first);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rest.length > nodes.length,
      endCursor: last ? Buffer.from(last.id).toString('base64url') : null,
    },
  };
}

function numberOf(cursor: string): bigint {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^\d{1,19}$/.test(text)) {
    throw badInput([
      { pointer: '/after', detail: 'is not a cursor of this list: pass an endCursor as it was answered' },
    ]);
  }
  return BigInt(text);
}
