import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import { restList } from '../edge/list-reply.js';
import { formatOf, sendTable } from '../edge/tabular.js';
import type { AuditEventRow } from './audit-event.model.js';
import { type AuditNode, AuditEventsService } from './audit-events.service.js';
import { type RawQuery, readAuditQuery } from './audit-query.js';
import { auditTable } from './audit-table.js';

/** `/v1/audit-events` in its three forms. */
@Injectable()
export class AuditReplies {
  constructor(private readonly service: AuditEventsService) {}

  async list(tenant: TenantContext, query: RawQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { args, bounded, format: asked, table } = readAuditQuery(query);
    const format = formatOf(request, asked);
    reply.header('Cache-Control', 'private, no-cache');
    reply.header('Vary', 'Authorization, X-API-Key, Accept');
    if (format !== 'json') {
      const batches = bounded
        ? [(await this.service.list(tenant, args)).nodes]
        : await this.service.stream(tenant, { after: args.after, filter: args.filter });
      await sendTable(reply, auditTable(batches), format, table);
      return;
    }
    const { nodes, pageInfo } = await this.service.list(tenant, args);
    const mayKnowApps = tenant.scopes.has('apps:read');
    const rows = await Promise.all(nodes.map((node) => rowOf(node, mayKnowApps)));
    reply.send(restList(reply, { nodes: rows, pageInfo }));
  }
}

async function rowOf(node: AuditNode, mayKnowApps: boolean): Promise<AuditEventRow> {
  return { ...node, app: mayKnowApps ? await node.app : null };
}
