import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import { AppDirectory, TenantLimits } from '#libs/tenancy';
import { type AppAtKochava, PostbackReads } from '../../postbacks/postback-reads.js';
import type { AskedCall, OutgoingCall } from '../asked-call.js';
import type { DoorRequest } from '../door-request.js';
import { jsonCall } from '../json-call.js';
import { fieldsIn, idOf, type JsonFields, mustAgree, mustBeEmpty, mustLack } from '../json-fields.js';
import { OwnApps } from '../own-apps.js';
import { mustHaveNoQuery } from '../query-names.js';
import { checkChanged, checkCreated } from './destinations.js';
import { type OwnedPostback, WhosePostback } from './whose-postback.js';

const PROVIDER = 'kochava-postbacks';

/** What writes at the door of the Postbacks API come to. What a body may hold is Kochava's to judge, but for whose it is and where it sends. */
@Injectable()
export class WrittenPostbacks {
  constructor(
    private readonly apps: OwnApps,
    private readonly directory: AppDirectory,
    private readonly whose: WhosePostback,
    private readonly reads: PostbackReads,
    private readonly limits: TenantLimits,
  ) {}

  creation(tenant: TenantContext, { body, query }: DoorRequest): AskedCall {
    mustHaveNoQuery(query);
    const fields = fieldsIn(body);
    const number = fields && idOf(fields, 'app_id');
    if (number === undefined)
      throw badInput([{ pointer: '/app_id', detail: 'must name the app, by Kochava’s number' }]);
    mustLack(fields, 'id', 'is given by Kochava: leave it out');
    return {
      action: 'postback.create',
      operation: 'create',
      scope: 'postbacks:write',
      request: { path: '/postbacks', body: fields },
      prepare: async (note) => {
        const [own] = await this.apps.named(tenant, PROVIDER, [number]);
        note({ appId: own!.id });
        checkCreated(fields!, await this.limits.get(tenant.tenantId));
        const at = await this.reads.reach(tenant, await this.directory.get(tenant, own!.id));
        return this.outgoing(at, undefined, 'POST', '/postbacks', fields);
      },
    };
  }

  update(tenant: TenantContext, id: string, { body, query }: DoorRequest): AskedCall {
    mustHaveNoQuery(query);
    const fields = fieldsIn(body) ?? {};
    mustAgree(fields, 'id', id);
    // Read here, so that one that is none is told of before Kochava is asked.
    idOf(fields, 'app_id');
    return {
      action: 'postback.update',
      operation: 'update',
      scope: 'postbacks:write',
      request: { path: `/postbacks/${id}`, body: fields },
      prepare: async (note) => {
        const { at, postback } = await this.found(tenant, id, note);
        mustAgree(fields, 'app_id', at.number);
        checkChanged(fields, postback, await this.limits.get(tenant.tenantId));
        return this.outgoing(at, id, 'PATCH', `/postbacks/${id}`, fields);
      },
    };
  }

  deletion(tenant: TenantContext, id: string, { body, query }: DoorRequest): AskedCall {
    mustHaveNoQuery(query);
    mustBeEmpty(body);
    return {
      action: 'postback.delete',
      operation: 'delete',
      scope: 'postbacks:write',
      request: { path: `/postbacks/${id}` },
      prepare: async (note) => {
        const { at } = await this.found(tenant, id, note);
        return this.outgoing(at, id, 'DELETE', `/postbacks/${id}`);
      },
    };
  }

  private async found(tenant: TenantContext, id: string, note: AuditNote): Promise<OwnedPostback> {
    note({ resource: `postback:${id}` });
    const owned = await this.whose.find(tenant, id);
    const { id: appId } = owned.at.app;
    // As the room tells it; a type that it does not know may be written here nevertheless.
    note({ appId, before: { ...owned.postback, appId, type: owned.postback.type.toUpperCase() } });
    return owned;
  }

  private outgoing(
    at: AppAtKochava,
    id: string | undefined,
    method: OutgoingCall['method'],
    path: string,
    fields?: JsonFields,
  ): OutgoingCall {
    return {
      ...jsonCall(method, path, fields),
      sent: () => this.reads.drop(at, id),
    };
  }
}
